"""Something on top of a video, and videos beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from blocks import media
from tasks.asset import Asset
from tasks.editing.checks import WithinVideo, later_than, one_for_each
from tasks.editing.making import Video, make
from tasks.operations import OperationInput, Takes, operation


class OverlayInput(OperationInput):
    """A video and the picture or video to lay over it."""

    video: Video
    over: Annotated[Asset, Takes(("image", "video"))]
    position: media.Position = Field(default="bottom_right", description="Where it lies.")
    size: float = Field(default=0.25, gt=0, le=1, description="Its width, as a part of the video's.")
    margin: float = Field(default=0.03, ge=0, le=0.5, description="Distance from the edges, as a part of the width.")
    opacity: float = Field(default=1.0, gt=0, le=1, description="1 hides what is below.")
    from_seconds: Annotated[float, Field(ge=0, description="When it appears, seconds."), WithinVideo] = 0.0
    to_seconds: Annotated[
        float | None,
        Field(gt=0, description="When it goes, seconds; by default with the video."),
        later_than("from_seconds"),
    ] = None


@operation("overlay", OverlayInput, {"video": "video"})
async def overlay(given: OverlayInput) -> dict[str, Any]:
    """Lay a picture or another video over a video; what is transparent stays so, the video below is heard."""

    def work(paths: list[Path], to: Path) -> None:
        media.overlay(
            paths[0],
            paths[1],
            to,
            position=given.position,
            size=given.size,
            margin=given.margin,
            opacity=given.opacity,
            begin=given.from_seconds,
            end=given.to_seconds,
        )

    return {"video": await make("film.mp4", [given.video, given.over], work)}


class SideBySideInput(OperationInput):
    """Videos to compare."""

    videos: Annotated[list[Asset], Takes(("video",)), Field(min_length=2, max_length=9)]
    captions: Annotated[list[str] | None, Field(description="One under each."), one_for_each("videos")] = None
    columns: int | None = Field(default=None, ge=1, le=9, description="Videos in a row.")
    width: int = Field(default=1920, ge=320, le=7680, description="Of the whole, pixels.")
    until: Literal["longest", "shortest"] = Field(default="longest", description="Which video's length it has.")
    heard: int = Field(default=1, ge=0, le=9, description="Which video is heard, counted from 1; 0 for none.")

    @field_validator("heard")
    @classmethod
    def _is_there(cls, value: int, info: ValidationInfo) -> int:
        videos = info.data.get("videos")
        if videos is not None and value > len(videos):
            raise ValueError(f"must be one of the {len(videos)} videos, counted from 1, or 0 for none; got {value}")
        return value


def _length(given: SideBySideInput) -> float | None:
    lengths = [video.seconds for video in given.videos]
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        return None
    return max(known) if given.until == "longest" else min(known)


@operation("side_by_side", SideBySideInput, {"video": "video"}, seconds=_length)
async def side_by_side(given: SideBySideInput) -> dict[str, Any]:
    """Show videos beside each other in a grid, with captions, to compare them."""

    def work(paths: list[Path], to: Path) -> None:
        media.side_by_side(
            paths,
            to,
            captions=given.captions,
            columns=given.columns,
            width=given.width,
            until=given.until,
            heard=given.heard,
        )

    return {"video": await make("comparison.mp4", given.videos, work)}
