"""A person of a picture and the motion of a video: the person moves like it, or takes somebody's place in it.

Facts: models.yaml, the rows wan2.2-animate-move and wan2.2-animate-mix; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.pictures import FORMATS, UPLOADED
from blocks.catalog.requests import Input, Parameters, Request

LONGEST_SECONDS = 30
FRAME_RATES = {"wan-std": 15, "wan-pro": 25}
"""Frames a second by mode."""
MODES = {"standard": "wan-std", "pro": "wan-pro"}
"""The modes by what ``usage.video_ratio`` calls them."""

Person = Annotated[
    str,
    Media(
        "image",
        FORMATS,
        accepts=UPLOADED,
        min_side=200,
        max_side=4096,
        max_ratio=3,
        max_bytes=5 * MEGABYTE,
        ascii_only=True,
    ),
    Field(description="One person facing the camera, the whole face in view, neither too large nor too small."),
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
        max_bytes=200 * MEGABYTE,
        ascii_only=True,
    ),
    Field(description="One person moving, facing the camera; the result is as long."),
]


class AnimateInput(Input):
    """A person, a video, and the mark, which sits here and not among the parameters."""

    image_url: Person
    video_url: Motion
    watermark: Annotated[bool, Field(description="A visible mark in the corner, bottom right.")] = False


class AnimateParameters(Parameters):
    """How it is made."""

    check_image: Annotated[bool, Field(description="Look at the picture first.")] = True
    mode: Annotated[
        Literal["wan-std", "wan-pro"],
        Field(
            description=f"wan-std is faster and cheaper ({FRAME_RATES['wan-std']} frames a second), wan-pro smoother "
            f"({FRAME_RATES['wan-pro']}); sets the price."
        ),
    ]


class AnimateMove(Request):
    """wan2.2-animate-move."""

    model: Literal["wan2.2-animate-move"] = "wan2.2-animate-move"
    input: AnimateInput
    parameters: AnimateParameters


class AnimateMix(Request):
    """wan2.2-animate-mix."""

    model: Literal["wan2.2-animate-mix"] = "wan2.2-animate-mix"
    input: AnimateInput
    parameters: AnimateParameters


_row = partial(
    Model,
    endpoint=IMAGE_TO_VIDEO,
    mode="async",
    kind="video",
    outputs={"video": "video"},
    result=Result(urls=("output.results.video_url",)),
    limits=Limits(5, 1),
    limits_in={"singapore": Limits(5, 1)},
    regions=("beijing", "singapore"),
    sound=None,
)
_priced = partial(
    per_second,
    ("video_duration",),
    by="mode",
    words=MODES,
    output_follows="input.video_url",
    max_seconds=LONGEST_SECONDS,
    free_quota=50,
)
_NOTES = (
    "The overview says strictly between 2 and 30 s, the reference 2 to 30 s; the reference is followed.",
    "usage.video_ratio names the mode, not a ratio: standard is wan-std, pro is wan-pro.",
    "The result is 720P and has the sound of the video.",
)

MODELS = (
    _row(
        id="wan2.2-animate-move",
        family="animate-move",
        summary="A person of a picture moves like the person of a video of 2 to 30 s, before the picture's background.",
        request=AnimateMove,
        billing=_priced(
            {
                "beijing": {"wan-std": "0.4", "wan-pro": "0.6"},
                "singapore": {"wan-std": "0.880709", "wan-pro": "1.321063"},
            }
        ),
        notes=(*_NOTES, "The mark reads 通义AI生成."),
    ),
    _row(
        id="wan2.2-animate-mix",
        family="animate-mix",
        summary="A person of a picture takes the place of the person of a video of 2 to 30 s; the scene stays.",
        request=AnimateMix,
        billing=_priced(
            {
                "beijing": {"wan-std": "0.6", "wan-pro": "0.9"},
                "singapore": {"wan-std": "1.321063", "wan-pro": "1.908202"},
            }
        ),
        notes=(*_NOTES, "The mark reads 千问AI生成."),
    ),
)
