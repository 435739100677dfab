"""Videos end to end."""

from __future__ import annotations

from typing import Any

from blocks import media
from tasks.editing.making import Videos, make
from tasks.operations import OperationInput, operation


class ConcatenateInput(OperationInput):
    """Videos, in the order they play."""

    videos: Videos


def all_together(given: ConcatenateInput) -> float | None:
    """The lengths of all videos added up."""
    lengths = [video.seconds for video in given.videos]
    return sum(length for length in lengths if length) if all(lengths) else None


@operation("concatenate", ConcatenateInput, {"video": "video"}, seconds=all_together, version=2)
async def concatenate(given: ConcatenateInput) -> dict[str, Any]:
    """Join videos end to end; streams that match are copied, only others are re-encoded."""
    return {"video": await make("film.mp4", given.videos, lambda paths, to: media.concatenate(paths, to))}
