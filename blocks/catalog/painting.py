"""Repainting the masked area of a picture.

Facts: models.yaml wanx-x-painting; models-extra.yaml wanx-x-painting, contradictions; the vendor's API page it names.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict
from pydantic_core import PydanticCustomError

from blocks.catalog.annotations import Text
from blocks.catalog.model import Limits, Model
from blocks.catalog.pictures import FREE_TRIAL, IMAGE2IMAGE, ONE_OR_MORE, RESULTS, TRIAL_NOTE, Count, picture
from blocks.catalog.requests import Input, Parameters, Request

_picture = partial(picture, formats=("jpg", "jpeg", "png", "bmp"), min_side=257, max_side=4095)


def _colours(colours: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    for colour in colours:
        if len(colour) != 3 or not all(0 <= part <= 255 for part in colour):
            raise PydanticCustomError(
                "colour",
                "holds {colour}, which is no colour; write [red, green, blue], each 0 to 255",
                {"colour": colour},
            )
    return colours


class PaintingInput(Input):
    """Words, a picture and the area to paint."""

    prompt: Annotated[str, Text(75), Field(description="What to paint, Chinese or English.")]
    base_image_url: Annotated[str, _picture(), Field(description="The picture.")]
    mask_image_url: Annotated[
        str,
        _picture(same_size_as="base_image_url"),
        Field(description="The area to paint: white, or the colours of mask_color; of the same size."),
    ]


class PaintingParameters(Parameters):
    """Style, size and number."""

    style: Annotated[
        Literal[
            "<auto>",
            "<3d cartoon>",
            "<anime>",
            "<oil painting>",
            "<watercolor>",
            "<sketch>",
            "<chinese painting>",
            "<flat illustration>",
        ],
        Field(description="Style of what is painted, with its angle brackets."),
    ] = "<auto>"
    size: Annotated[
        Literal["1024*1024", "720*1280", "1280*720"], Field(description="Width*height of the result in pixels.")
    ] = "1024*1024"
    n: Count = 1
    mask_color: Annotated[
        tuple[Annotated[tuple[int, ...], Strict(False)], ...],
        Strict(False),
        AfterValidator(_colours),
        Field(description="Colours of the mask that mean paint here: [[red, green, blue], …]; empty: white does."),
    ] = ()


class Painting(Request):
    """wanx-x-painting."""

    model: Literal["wanx-x-painting"] = "wanx-x-painting"
    input: PaintingInput
    parameters: PaintingParameters = Field(default_factory=PaintingParameters)


MODELS = (
    Model(
        id="wanx-x-painting",
        family="inpainting",
        summary="Paints the masked area of a picture anew, as the words say.",
        request=Painting,
        endpoint=IMAGE2IMAGE,
        mode="async",
        kind="image",
        outputs=ONE_OR_MORE,
        result=RESULTS,
        billing=FREE_TRIAL,
        limits=Limits(2, 1),
        typical_seconds=(15.0, 60.0),
        documented="guide-only",
        notes=(
            TRIAL_NOTE,
            "Formats: models.yaml also names tiff and webp; we follow the API page, which does not.",
            "Both pages exclude 256 and 4096 pixels themselves.",
            "How long a task takes is not said; the range is around the sample (26 s).",
        ),
    ),
)
