"""Videos and pictures in another shape."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from blocks import media
from tasks.asset import Asset
from tasks.editing.checks import colour_or
from tasks.editing.making import Video, make
from tasks.operations import OperationInput, Takes, operation

Image = Annotated[Asset, Takes(("image",))]

PIXELS = 7680
"""The longest side."""


def _as_written(value: Any) -> Any:
    if isinstance(value, int):  # YAML reads 16:9 as a number to the base of 60
        raise ValueError(f"write the ratio in quotes, '{value // 60}:{value % 60}'")
    return value


Ratio = Annotated[
    str,
    BeforeValidator(_as_written),
    Field(pattern=r"^[1-9]\d{0,3}(\.\d+)?:[1-9]\d{0,3}(\.\d+)?$", description="Width to height, such as '16:9'."),
]


def ratio_of(text: str | None) -> float | None:
    """A ratio such as ``16:9`` as a number."""
    if text is None:
        return None
    width, _, height = text.partition(":")
    return float(width) / float(height)


class Shape(OperationInput):
    """The shape that is wanted: a ratio, a width, a height, or two of them."""

    width: int | None = Field(default=None, ge=16, le=PIXELS, description="Pixels.")
    height: int | None = Field(default=None, ge=16, le=PIXELS, description="Pixels.")
    ratio: Ratio | None = Field(default=None, validate_default=True)
    how: media.How = Field(
        default="crop",
        description="crop cuts off what stands out, pad adds what is missing, stretch pulls it in shape.",
    )

    @field_validator("ratio")
    @classmethod
    def _enough(cls, value: str | None, info: ValidationInfo) -> str | None:
        sides = [info.data.get(side) for side in ("width", "height")]
        if value is None and not any(sides) and len(info.data) >= len(sides):
            raise ValueError("needs a ratio such as '16:9', a width or a height")
        if value is not None and all(sides):
            raise ValueError("give two of ratio, width and height at most")
        return value


class FitInput(Shape):
    """A video and the shape that it is to have."""

    video: Video
    background: Annotated[
        str, Field(description="What padding adds: a colour, or blur for the picture itself."), colour_or("blur")
    ] = "black"


class FitImageInput(Shape):
    """A picture and the shape that it is to have."""

    image: Image
    background: Annotated[
        str, Field(description="What padding adds: a colour, blur or transparent."), colour_or("blur", "transparent")
    ] = "black"


def _fitted(given: FitInput | FitImageInput, paths: list[Path], to: Path) -> None:
    media.fit(
        paths[0],
        to,
        ratio=ratio_of(given.ratio),
        width=given.width,
        height=given.height,
        how=given.how,
        background=given.background,
    )


@operation("fit", FitInput, {"video": "video"})
async def fit(given: FitInput) -> dict[str, Any]:
    """Bring a video into another shape: cropped, padded or stretched."""
    return {"video": await make("film.mp4", [given.video], lambda paths, to: _fitted(given, paths, to))}


@operation("fit_image", FitImageInput, {"image": "image"})
async def fit_image(given: FitImageInput) -> dict[str, Any]:
    """Bring a picture into another shape: cropped, padded or stretched."""
    return {"image": await make("picture.png", [given.image], lambda paths, to: _fitted(given, paths, to))}
