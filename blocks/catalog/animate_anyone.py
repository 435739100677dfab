"""AnimateAnyone: a check of a person's picture, a motion template of a video, and the person dancing it.

Facts: models.yaml, the rows of family animate-anyone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media, Text
from blocks.catalog.checks import IN_A_MOMENT, NOT_SAID, UPLOADS, VERDICT, check
from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.pictures import UPLOADED
from blocks.catalog.requests import Conflict, Input, Looked, Parameters, Request

LONGEST_SECONDS = 60
FRAME_RATE = 15
DEFAULT_RATIO = "9:16"
_SHAPES = {"9:16": 9 / 16, "3:4": 3 / 4}

Person = Annotated[
    str,
    Media(
        "image",
        ("jpg", "jpeg", "png", "bmp"),
        accepts=UPLOADED,
        max_side=4096,
        max_ratio=2,
        max_bytes=5 * MEGABYTE - 1,
    ),
    Field(description="One person, half or whole body, cropped to the ratio wanted."),
]
Motion = Annotated[
    str,
    Media(
        "video",
        ("mp4", "avi", "mov"),
        accepts=UPLOADED,
        min_side=200,
        max_side=2048,
        max_ratio=3,
        min_seconds=2,
        max_seconds=LONGEST_SECONDS,
        min_fps=24,
        codecs=("h264", "hevc"),
        max_bytes=200 * MEGABYTE,
    ),
    Field(description="One whole person in view from the first frame, in a single take."),
]


class CheckInput(Input):
    """A picture."""

    image_url: Person


class AnyoneDetect(Request):
    """animate-anyone-detect-gen2."""

    model: Literal["animate-anyone-detect-gen2"] = "animate-anyone-detect-gen2"
    input: CheckInput


class TemplateInput(Input):
    """A video."""

    video_url: Motion


class AnyoneTemplate(Request):
    """animate-anyone-template-gen2."""

    model: Literal["animate-anyone-template-gen2"] = "animate-anyone-template-gen2"
    input: TemplateInput


class AnyoneInput(CheckInput):
    """A picture that passed the check, and a template."""

    template_id: Annotated[
        str,
        Text(),
        Field(
            description="A template made by animate-anyone-template-gen2 for the same account.",
            examples=["AACT.xxx.xxx-xxx.xxx"],
        ),
    ]


class AnyoneParameters(Parameters):
    """What is behind the person."""

    use_ref_img_bg: Annotated[
        bool, Field(description="The picture's background, advised for half bodies; else that of the template's video.")
    ] = False
    video_ratio: Annotated[
        Literal["9:16", "3:4"],
        Field(description="Ratio with the picture's background, best that of the picture; else the video decides."),
    ] = "9:16"

    def conflicts(self) -> Iterator[Conflict]:
        """The ratio needs the picture's background (models.yaml video_ratio: effective_only_when)."""
        if self.video_ratio != DEFAULT_RATIO and not self.use_ref_img_bg:
            yield Conflict("video_ratio", "has no effect without use_ref_img_bg true; the template's video decides")


class Anyone(Request):
    """animate-anyone-gen2."""

    model: Literal["animate-anyone-gen2"] = "animate-anyone-gen2"
    input: AnyoneInput
    parameters: AnyoneParameters = Field(default_factory=AnyoneParameters)

    def conflicts_with(self, files: Mapping[str, Looked]) -> Iterator[Conflict]:
        """The picture has the ratio asked for, or is stretched (003 L10116); our reading: it has the nearer of both."""
        picture, asked = files.get("input.image_url"), self.parameters
        if picture is None or not picture.width or not picture.height or not asked.use_ref_img_bg:
            return
        shape = picture.width / picture.height
        nearer = min(_SHAPES, key=lambda ratio: max(shape / _SHAPES[ratio], _SHAPES[ratio] / shape))
        if nearer != asked.video_ratio:
            seen = f"image_url is {picture.width}x{picture.height} pixels and would be stretched; {nearer} is nearer"
            yield Conflict("parameters.video_ratio", f"is {asked.video_ratio}; {seen}, or crop the picture")


_row = partial(Model, family="animate-anyone", mode="async", limits=Limits(5, 1))
_priced = partial(
    per_second,
    ("video_duration",),
    {"beijing": {"": "0.08"}},
    by="flat",
    max_seconds=LONGEST_SECONDS,
    free_quota=1800,
)
_SLASH = "Documented with a slash at the end of the path."

MODELS = (
    check(
        id="animate-anyone-detect-gen2",
        family="animate-anyone",
        summary="Says whether a picture suits animate-anyone-gen2, and whether it shows half or the whole body.",
        request=AnyoneDetect,
        endpoint="services/aigc/image2video/aa-detect",
        outputs={**VERDICT, "bodystyle": "text"},
        result=Result(passed="output.check_pass"),
        notes=(
            "Its page names no limits of the picture; those of animate-anyone-gen2 are taken, which it is checked for.",
            "When the picture does not pass, output.reason says why.",
            NOT_SAID,
            UPLOADS,
            IN_A_MOMENT,
        ),
    ),
    _row(
        id="animate-anyone-template-gen2",
        summary="A video of somebody moving, 2 to 60 s, to a motion template for animate-anyone-gen2.",
        request=AnyoneTemplate,
        endpoint="services/aigc/image2video/aa-template-generation/",
        kind="template",
        outputs={"template_id": "template"},
        billing=_priced(output_follows="input.video_url"),
        notes=(
            _SLASH,
            "input.video_url is marked optional although it is the only input; without it there is nothing to make, "
            "so it is required here.",
            "One page says that the template carries the video's sound, two that the family makes none.",
            UPLOADS,
        ),
    ),
    _row(
        id="animate-anyone-gen2",
        summary="A person of a picture dances a motion template, before the picture's or the video's background.",
        request=Anyone,
        endpoint=f"{IMAGE_TO_VIDEO}/",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.video_url",)),
        billing=_priced(),
        fps=FRAME_RATE,
        notes=(
            _SLASH,
            "The result is as long as the template, which a request does not tell; at most 60 s.",
            "A half body before the video's background is not advised: what the picture does not show is made up.",
            "Silent; another page says that the template carries the video's sound.",
            UPLOADS,
        ),
    ),
)
