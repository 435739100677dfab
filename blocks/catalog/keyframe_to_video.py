"""Keyframes to video: a first and a last frame, and the film between them.

Facts: models.yaml, the rows of family keyframe-to-video; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.requests import Conflict, Input, Request
from blocks.catalog.wan import (
    RESOLUTION,
    NegativePrompt,
    Picture,
    Seconds5,
    ShortMotion,
    VideoParameters,
    beside_an_effect,
)

FirstFrame = Annotated[Picture, Field(description="First frame; the ratio of the video follows it.")]
LastFrame = Annotated[Picture, Field(description="Last frame; may differ in size from the first.")]
Template = Literal["hanfu-1", "solaron", "magazine", "mech1", "mech2"]


class KeyframeInput(Input):
    """Two frames and words for what happens between them."""

    prompt: ShortMotion | None = None
    negative_prompt: NegativePrompt | None = None
    first_frame_url: FirstFrame
    last_frame_url: LastFrame | None = None


class Wan22FlashParameters(VideoParameters):
    """wan2.2-kf2v-flash."""

    resolution: Annotated[Literal["480P", "720P", "1080P"], Field(description=RESOLUTION)] = "720P"
    duration: Seconds5 = 5


class Wan22Flash(Request):
    """wan2.2-kf2v-flash: three tiers."""

    model: Literal["wan2.2-kf2v-flash"] = "wan2.2-kf2v-flash"
    input: KeyframeInput
    parameters: Wan22FlashParameters = Field(default_factory=Wan22FlashParameters)


class EffectInput(KeyframeInput):
    """The same, or one frame and a ready-made effect."""

    template: (
        Annotated[
            Template, Field(description="A ready-made effect; needs the first frame only, the prompt is ignored.")
        ]
        | None
    ) = None

    def conflicts(self) -> Iterator[Conflict]:
        """An effect decides what happens."""
        yield from beside_an_effect(self)


class Wan21PlusParameters(VideoParameters):
    """wanx2.1-kf2v-plus."""

    resolution: Annotated[Literal["720P"], Field(description=RESOLUTION)] = "720P"
    duration: Seconds5 = 5


class Wan21Plus(Request):
    """wanx2.1-kf2v-plus: 720P and effects."""

    model: Literal["wanx2.1-kf2v-plus", "wan2.1-kf2v-plus"] = "wanx2.1-kf2v-plus"
    input: EffectInput
    parameters: Wan21PlusParameters = Field(default_factory=Wan21PlusParameters)


_row = partial(
    Model,
    family="keyframe-to-video",
    endpoint=IMAGE_TO_VIDEO,
    mode="async",
    kind="video",
    outputs={"video": "video"},
    result=Result(urls=("output.video_url",)),
    fps=30,
)
_OPTIONAL = "The pages mark last_frame_url optional although the model goes from a first to a last frame."

MODELS = (
    _row(
        id="wan2.2-kf2v-flash",
        summary="A first and a last frame to a silent clip of 5 s.",
        request=Wan22Flash,
        billing=per_second(
            ("video_duration",),
            {"beijing": {"480P": "0.1", "720P": "0.2", "1080P": "0.48"}},
            free_quota=50,
        ),
        limits=Limits(2, 2),
        unsure_regions=("singapore",),
        notes=(
            _OPTIONAL,
            "usage.SR gives the tier; SDK samples show video_ratio standard instead, then the request's tier counts.",
            "models.yaml documents input.template but no effect of this model, so the field is refused.",
            "models.yaml places the family in Singapore too; the price tables do not.",
        ),
    ),
    _row(
        id="wanx2.1-kf2v-plus",
        summary="A first and a last frame to a silent clip of 5 s at 720P; ready-made effects.",
        request=Wan21Plus,
        billing=per_second(
            ("video_duration",),
            {"beijing": {"720P": "0.7"}, "singapore": {"720P": "0.733924"}},
            free_quota=200,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(1, 2)},
        also={"singapore": "wan2.1-kf2v-plus"},
        notes=(_OPTIONAL, "One page writes the effect hanfu-1 as hufu-1; the list and the other examples do not."),
    ),
)
