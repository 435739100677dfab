"""Pictures out of videos, and pictures shown together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from blocks import media
from tasks.asset import Asset
from tasks.editing.checks import WithinVideo, colour_or, one_for_each
from tasks.editing.framing import Ratio, ratio_of
from tasks.editing.making import Video, make, make_many
from tasks.operations import OperationInput, Takes, operation

MOST_FRAMES = 500
GRID_PIXELS = 100_000_000
Images = Annotated[list[Asset], Takes(("image",)), Field(min_length=1)]


class FrameInput(OperationInput):
    """A video and a time in it."""

    video: Video
    at_seconds: Annotated[float, Field(ge=0, description="Seconds from the video's start."), WithinVideo]


@operation("frame", FrameInput, {"image": "image"})
async def frame(given: FrameInput) -> dict[str, Any]:
    """The picture that a video shows at a time."""
    work = lambda paths, to: media.still(paths[0], to, at=given.at_seconds)  # noqa: E731
    return {"image": await make("frame.png", [given.video], work)}


class FramesInput(OperationInput):
    """A video and how many of its pictures to take, or how often to take one."""

    video: Video
    every_seconds: float | None = Field(default=None, gt=0, description="One picture each so many seconds.")
    count: int | None = Field(
        default=None, ge=1, le=MOST_FRAMES, validate_default=True, description="So many pictures, spread evenly."
    )

    @field_validator("every_seconds")
    @classmethod
    def _not_too_many(cls, value: float | None, info: ValidationInfo) -> float | None:
        video = info.data.get("video")
        if value is not None and video is not None and video.seconds and video.seconds / value > MOST_FRAMES:
            least = video.seconds / MOST_FRAMES
            raise ValueError(f"gives more than {MOST_FRAMES} pictures; take {least:.2f} or more; got {value:g}")
        return value

    @field_validator("count")
    @classmethod
    def _one_of_them(cls, value: int | None, info: ValidationInfo) -> int | None:
        if "every_seconds" in info.data and (value is None) == (info.data["every_seconds"] is None):
            raise ValueError("give either count or every_seconds")
        return value


def _count(given: FramesInput) -> int | None:
    if given.count is not None or given.video.seconds is None:
        return given.count
    return len(media.still_times(given.video.seconds, every=given.every_seconds))


@operation("frames", FramesInput, {"images": "image"}, lists=["images"], count=_count)
async def frames(given: FramesInput) -> dict[str, Any]:
    """Several pictures of a video, in its order."""

    def work(paths: list[Path], folder: Path) -> list[Path]:
        return media.stills(paths[0], folder, count=given.count, every=given.every_seconds)

    return {"images": await make_many([given.video], work)}


class GridInput(OperationInput):
    """Pictures to see together."""

    images: Images
    captions: Annotated[list[str] | None, Field(description="One under each."), one_for_each("images")] = None
    columns: int | None = Field(default=None, ge=1, le=12, description="Pictures in a row.")


@operation("grid", GridInput, {"image": "image"})
async def grid(given: GridInput) -> dict[str, Any]:
    """One picture that shows pictures in a grid, each at its full size as far as that goes."""
    widest = max(image.width or 1 for image in given.images)
    tallest = max(image.height or 1 for image in given.images)
    scale = min(1.0, (GRID_PIXELS / (widest * tallest * len(given.images))) ** 0.5)

    def work(paths: list[Path], to: Path) -> None:
        media.contact_sheet(
            paths, to, captions=given.captions, columns=given.columns, cell_width=max(16, round(widest * scale))
        )

    return {"image": await make("grid.png", given.images, work)}


class AnimationInput(OperationInput):
    """A video to make an animated picture of."""

    video: Video
    format: Literal["gif", "webp"] = Field(default="gif", description="gif runs everywhere; webp is far smaller.")
    width: int = Field(default=480, ge=16, le=1920, description="Pixels, at most those of the video.")
    fps: float = Field(default=12, ge=1, le=50, description="Pictures a second, at most those of the video.")
    loop: bool = Field(default=True, description="Play for ever; else once.")


@operation("animation", AnimationInput, {"image": "image"})
async def animation(given: AnimationInput) -> dict[str, Any]:
    """A video as an animated picture: GIF or WebP."""

    def work(paths: list[Path], to: Path) -> None:
        media.animation(paths[0], to, width=given.width, fps=given.fps, loop=given.loop)

    return {"image": await make(f"animation.{given.format}", [given.video], work)}


class SlideshowInput(OperationInput):
    """Pictures, in the order they show."""

    images: Images
    seconds: float = Field(default=4.0, ge=0.2, le=120, description="From one picture to the next, seconds.")
    crossfade_seconds: float = Field(default=0.8, ge=0, description="How long one fades into the next; 0 cuts.")
    zoom: bool = Field(default=True, description="Move slowly closer to the pictures, and back.")
    ratio: Ratio = Field(default="16:9")
    resolution: int = Field(default=1080, ge=128, le=2160, description="The shorter side, pixels.")
    how: media.How = Field(default="pad", description="How pictures of another shape fill the video.")
    background: Annotated[
        str, Field(description="What padding adds: a colour, or blur for the picture itself."), colour_or("blur")
    ] = "blur"

    @field_validator("crossfade_seconds")
    @classmethod
    def _fits(cls, value: float, info: ValidationInfo) -> float:
        seconds = info.data.get("seconds")
        if seconds is not None and value > seconds:
            raise ValueError(f"must be at most seconds, which is {seconds:g}; got {value:g}")
        return value

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, even."""
        ratio = ratio_of(self.ratio) or 1.0
        wide, high = (ratio, 1.0) if ratio >= 1 else (1.0, 1 / ratio)
        return 2 * round(self.resolution * wide / 2), 2 * round(self.resolution * high / 2)


@operation("slideshow", SlideshowInput, {"video": "video"}, seconds=lambda given: len(given.images) * given.seconds)
async def slideshow(given: SlideshowInput) -> dict[str, Any]:
    """Pictures one after the other as a silent video, with cross-fades and a slow zoom."""

    def work(paths: list[Path], to: Path) -> None:
        media.slideshow(
            paths,
            to,
            seconds=given.seconds,
            overlap=given.crossfade_seconds,
            zoom=given.zoom,
            size=given.size,
            how=given.how,
            background=given.background,
        )

    return {"video": await make("slideshow.mp4", given.images, work)}
