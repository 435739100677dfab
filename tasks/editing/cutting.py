"""A part of a video, videos that fade into each other, a video faster or slower."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from blocks import media
from tasks.asset import Asset
from tasks.editing.checks import WithinVideo, later_than
from tasks.editing.making import Video, make
from tasks.operations import OperationInput, Takes, operation


class TrimInput(OperationInput):
    """A video and which part of it to keep."""

    video: Video
    start_seconds: Annotated[float, Field(ge=0, description="Where the part begins, seconds."), WithinVideo] = 0.0
    end_seconds: Annotated[
        float | None,
        Field(gt=0, description="Where the part ends, seconds of the video; by default, or when later, its end."),
        later_than("start_seconds"),
    ] = None
    seconds: float | None = Field(default=None, gt=0, description="How long the part is, instead of where it ends.")

    @field_validator("seconds")
    @classmethod
    def _one_end(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("end_seconds") is not None:
            raise ValueError("give either end_seconds or seconds, not both")
        return value

    @property
    def until(self) -> float | None:
        """Where the part ends, seconds of the video; None: at its end."""
        return self.end_seconds if self.seconds is None else self.start_seconds + self.seconds


def _part(given: TrimInput) -> float | None:
    ends = [end for end in (given.until, given.video.seconds) if end is not None]
    return None if given.video.seconds is None else max(0.0, min(ends) - given.start_seconds)


@operation("trim", TrimInput, {"video": "video"}, seconds=_part)
async def trim(given: TrimInput) -> dict[str, Any]:
    """A part of a video, exact to the picture; copied without loss where it begins at a key picture."""

    def work(paths: list[Path], to: Path) -> None:
        media.trim(paths[0], to, begin=given.start_seconds, end=given.until)

    return {"video": await make("part.mp4", [given.video], work)}


class CrossfadeInput(OperationInput):
    """Videos, in the order they play, and how one gives way to the next."""

    videos: Annotated[list[Asset], Takes(("video",)), Field(min_length=2)]
    seconds: float = Field(
        default=1.0, ge=0.1, le=10, validate_default=True, description="How long two videos overlap, seconds."
    )
    transition: media.Transition = Field(default="fade", description="How the pictures give way; the sound fades over.")

    @field_validator("seconds")
    @classmethod
    def _fits(cls, value: float, info: ValidationInfo) -> float:
        videos = info.data.get("videos") or []
        for number, video in enumerate(videos):
            sides = 2 if 0 < number < len(videos) - 1 else 1
            if video.seconds is not None and value * sides > video.seconds + 0.05:
                at_most = video.seconds / sides
                raise ValueError(
                    f"video {number + 1} is {video.seconds:.2f} s long and can overlap by {at_most:.2f} s at most; "
                    f"got {value:g}"
                )
        return value


def _overlapped(given: CrossfadeInput) -> float | None:
    lengths = [video.seconds for video in given.videos]
    known = [length for length in lengths if length is not None]
    return sum(known) - given.seconds * (len(known) - 1) if len(known) == len(lengths) else None


@operation("crossfade", CrossfadeInput, {"video": "video"}, seconds=_overlapped)
async def crossfade(given: CrossfadeInput) -> dict[str, Any]:
    """Join videos so that each fades into the next, pictures and sound."""

    def work(paths: list[Path], to: Path) -> None:
        media.crossfade(paths, to, seconds=given.seconds, transition=given.transition)

    return {"video": await make("film.mp4", given.videos, work)}


class SpeedInput(OperationInput):
    """A video and how much faster it is to play."""

    video: Video
    factor: float = Field(ge=0.1, le=10, description="2 plays it in half its time, 0.5 in twice its time.")


@operation(
    "speed",
    SpeedInput,
    {"video": "video"},
    seconds=lambda given: given.video.seconds and given.video.seconds / given.factor,
)
async def speed(given: SpeedInput) -> dict[str, Any]:
    """Play a video faster or slower; its sound keeps its pitch."""
    work = lambda paths, to: media.speed(paths[0], to, factor=given.factor)  # noqa: E731
    return {"video": await make("film.mp4", [given.video], work)}
