"""Something on top of a video, and videos beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from blocks import media
from tasks.asset import Asset
from tasks.editing.cutting import check_within
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
    from_seconds: float = Field(default=0.0, ge=0, description="When it appears, seconds.")
    to_seconds: float | None = Field(
        default=None, gt=0, description="When it goes, seconds; by default with the video."
    )

    @field_validator("from_seconds")
    @classmethod
    def _within(cls, value: float, info: ValidationInfo) -> float:
        check_within(value, info, "video")
        return value

    @field_validator("to_seconds")
    @classmethod
    def _after(cls, value: float | None, info: ValidationInfo) -> float | None:
        start = info.data.get("from_seconds")
        if value is not None and start is not None and value <= start:
            raise ValueError(f"must be later than from_seconds, which is {start:g}; got {value:g}")
        return value


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


def check_captions(captions: list[str] | None, info: ValidationInfo, name: str) -> list[str] | None:
    """Captions, one for each file.

    Raises:
        ValueError: they are fewer or more.
    """
    files = info.data.get(name)
    if captions is not None and files is not None and len(captions) != len(files):
        raise ValueError(f"must be one for each of {name}: {len(files)}; got {len(captions)}")
    return captions


class SideBySideInput(OperationInput):
    """Videos to compare."""

    videos: Annotated[list[Asset], Takes(("video",)), Field(min_length=2, max_length=9)]
    captions: list[str] | None = Field(default=None, description="One under each.")
    columns: int | None = Field(default=None, ge=1, le=9, description="Videos in a row.")
    width: int = Field(default=1920, ge=320, le=7680, description="Of the whole, pixels.")
    until: Literal["longest", "shortest"] = Field(default="longest", description="Which video's length it has.")
    heard: int = Field(default=1, ge=0, le=9, description="Which video is heard, counted from 1; 0 for none.")

    @field_validator("captions")
    @classmethod
    def _one_each(cls, value: list[str] | None, info: ValidationInfo) -> list[str] | None:
        return check_captions(value, info, "videos")

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
