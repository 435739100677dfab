"""Videos end to end, and sound under them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from blocks import media
from tasks.asset import Asset
from tasks.editing.making import Video, Videos, make
from tasks.operations import OperationInput, Takes, operation


class ConcatenateInput(OperationInput):
    """Videos, in the order they play."""

    videos: Videos


class MuxInput(OperationInput):
    """A film and the sound to lay under it."""

    video: Video
    audio: Annotated[Asset, Takes(("audio", "video"))]
    gain_db: float = Field(default=-8.0, ge=-60, le=12, description="How loud the added sound is, dB.")
    loop: bool = Field(default=True, description="Repeat sound that is shorter than the film.")
    fade_seconds: float = Field(default=1.5, ge=0, le=10, description="Fade-out at the film's end, seconds.")


def all_together(given: ConcatenateInput) -> float | None:
    """The lengths of all videos added up."""
    lengths = [video.seconds for video in given.videos]
    return sum(length for length in lengths if length) if all(lengths) else None


@operation("concatenate", ConcatenateInput, {"video": "video"}, seconds=all_together)
async def concatenate(given: ConcatenateInput) -> dict[str, Any]:
    """Join videos end to end; streams that match are copied, only others are re-encoded."""
    return {"video": await make("film.mp4", given.videos, lambda paths, to: media.concatenate(paths, to))}


@operation("mux", MuxInput, {"video": "video"})
async def mux(given: MuxInput) -> dict[str, Any]:
    """Lay music or another sound under a film; its own sound stays, its pictures are not touched."""
    return {
        "video": await make(
            "film.mp4",
            [given.video, given.audio],
            lambda paths, to: media.mux_audio(
                paths[0], paths[1], to, gain_db=given.gain_db, loop=given.loop, fade_seconds=given.fade_seconds
            ),
        )
    }
