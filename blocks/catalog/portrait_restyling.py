"""A portrait in a preset style, or in the style of another picture.

Facts: models.yaml wanx-style-repaint-v1; models-extra.yaml wanx-style-repaint-v1 for the numbers of the styles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import Whole
from blocks.catalog.model import IMAGE_GENERATION, Limits, Model, per_picture
from blocks.catalog.pictures import ANY_WAY, RESULTS, NoParameters, picture
from blocks.catalog.requests import Conflict, Input, Request

STYLES: dict[int, str] = {
    -1: "the style of style_ref_url",
    0: "vintage comic",
    1: "3D fairy tale",
    2: "anime",
    3: "fresh",
    4: "future tech",
    5: "Chinese painting",
    6: "general in battle",
    7: "bright cartoon",
    8: "elegant Chinese",
    9: "new year",
    14: "Chinese fine brush",
    15: "new year greetings",
    30: "fairy world",
    31: "clay world",
    32: "pixel world",
    33: "adventure world",
    34: "manga world",
    35: "3D world",
    36: "anime world",
    37: "hand-drawn world",
    38: "crayon world",
    39: "fridge magnet world",
    40: "badge world",
}
"""The styles by number; the English names are ours."""

OWN_STYLE = -1
_SIDES = {"accepts": ANY_WAY, "min_side": 256, "max_side": 5760, "max_pixels": 5760 * 3240}


class RestyleInput(Input):
    """A portrait and a style."""

    image_url: Annotated[
        str, picture(**_SIDES, max_ratio=2), Field(description="The portrait: a clear face, neither small nor turned.")
    ]
    style_index: Annotated[
        Literal[-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40],
        Whole,
        Field(
            description="Style: " + ", ".join(f"{number} {name}" for number, name in STYLES.items()) + ".", examples=[3]
        ),
    ]
    style_ref_url: (
        Annotated[
            str,
            picture(**_SIDES, may_be_empty=True),
            Field(description="A picture in the style wanted; needs style_index -1."),
        ]
        | None
    ) = None

    def conflicts(self) -> Iterator[Conflict]:
        """A style of one's own needs its picture, and the picture needs that style."""
        if self.style_index == OWN_STYLE and not self.style_ref_url:
            yield Conflict("style_ref_url", "is missing: style_index -1 takes its style from it", refused=True)
        if self.style_index != OWN_STYLE and self.style_ref_url:
            yield Conflict("style_ref_url", f"loses to style_index {self.style_index}; it works with style_index -1")


class Restyle(Request):
    """wanx-style-repaint-v1."""

    model: Literal["wanx-style-repaint-v1"] = "wanx-style-repaint-v1"
    input: RestyleInput
    parameters: NoParameters = Field(default_factory=NoParameters)


MODELS = (
    Model(
        id="wanx-style-repaint-v1",
        family="portrait-restyle",
        summary="A portrait in one of 23 preset styles, or in the style of another picture; short side 1536 pixels.",
        request=Restyle,
        endpoint=IMAGE_GENERATION,
        mode="async",
        kind="image",
        outputs={"image": "image"},
        result=RESULTS,
        billing=per_picture({"beijing": "0.12"}),
        limits=Limits(2, 1),
        typical_seconds=(5.0, 30.0),
        documented="guide-only",
        notes=(
            "Tasks in progress: models.yaml and the API page say 1, the rate-limit page says 2; we keep the smaller.",
            "A style picture longer than 2 to 1 is advised against, not refused.",
            "The answer repeats a style_index; in the sample it is not the one that was asked for.",
            "5760*3240 is read as a limit of the area, whichever way up the picture is.",
        ),
    ),
)
