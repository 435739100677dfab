"""Image to video without sound, the older models: a picture is the first frame, and ready-made effects.

Facts: models.yaml, the wan2.2 and wanx2.1 rows of family image-to-video; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import Whole
from blocks.catalog.image_to_video import FIELDS, FirstFrame, row
from blocks.catalog.model import Limits, per_second
from blocks.catalog.requests import Conflict, Input, Request
from blocks.catalog.wan import (
    DURATION,
    RESOLUTION,
    NegativePrompt,
    Seconds5,
    ShortMotion,
    VideoParameters,
    beside_an_effect,
)

# fmt: off
TurboTemplate = Literal[
    "squish", "rotation", "poke", "inflate", "dissolve", "carousel", "singleheart", "flying", "rose", "crystalrose",
    "hug", "frenchkiss", "coupleheart",
]
PlusTemplate = Literal[
    TurboTemplate, "melt", "icecream", "dance1", "dance2", "dance3", "dance4", "dance5", "mermaid", "graduation",
    "dragon", "money", "jellyfish", "pupil",
]
# fmt: on
TEMPLATE = "A ready-made effect; the prompt is then ignored and best left out."


class SilentInput(Input):
    """A first frame and words."""

    prompt: ShortMotion | None = None
    negative_prompt: NegativePrompt | None = None
    img_url: FirstFrame


class Wan22FlashParameters(VideoParameters):
    """wan2.2-i2v-flash."""

    resolution: Annotated[Literal["480P", "720P", "1080P"], Field(description=RESOLUTION)] = "720P"
    duration: Seconds5 = 5


class Wan22Flash(Request):
    """wan2.2-i2v-flash: silent."""

    model: Literal["wan2.2-i2v-flash"] = "wan2.2-i2v-flash"
    input: SilentInput
    parameters: Wan22FlashParameters = Field(default_factory=Wan22FlashParameters)


class Wan22PlusParameters(VideoParameters):
    """wan2.2-i2v-plus."""

    resolution: Annotated[Literal["480P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Seconds5 = 5


class Wan22Plus(Request):
    """wan2.2-i2v-plus: silent."""

    model: Literal["wan2.2-i2v-plus"] = "wan2.2-i2v-plus"
    input: SilentInput
    parameters: Wan22PlusParameters = Field(default_factory=Wan22PlusParameters)


class EffectInput(SilentInput):
    """A first frame, and words or an effect."""

    def conflicts(self) -> Iterator[Conflict]:
        """An effect decides what happens."""
        yield from beside_an_effect(self)


class TurboInput(EffectInput):
    """With the effects that this model has."""

    template: Annotated[TurboTemplate, Field(description=TEMPLATE)] | None = None


class Wan21TurboParameters(VideoParameters):
    """wanx2.1-i2v-turbo."""

    resolution: Annotated[Literal["480P", "720P"], Field(description=RESOLUTION)] = "720P"
    duration: Annotated[Literal[3, 4, 5], Whole, Field(description=DURATION)] = 5


class Wan21Turbo(Request):
    """wanx2.1-i2v-turbo: silent, some effects."""

    model: Literal["wanx2.1-i2v-turbo", "wan2.1-i2v-turbo"] = "wanx2.1-i2v-turbo"
    input: TurboInput
    parameters: Wan21TurboParameters = Field(default_factory=Wan21TurboParameters)


class PlusInput(EffectInput):
    """With all effects."""

    template: Annotated[PlusTemplate, Field(description=TEMPLATE)] | None = None


class Wan21PlusParameters(VideoParameters):
    """wanx2.1-i2v-plus."""

    resolution: Annotated[Literal["720P"], Field(description=RESOLUTION)] = "720P"
    duration: Seconds5 = 5


class Wan21Plus(Request):
    """wanx2.1-i2v-plus: silent, 720P only, all effects."""

    model: Literal["wanx2.1-i2v-plus", "wan2.1-i2v-plus"] = "wanx2.1-i2v-plus"
    input: PlusInput
    parameters: Wan21PlusParameters = Field(default_factory=Wan21PlusParameters)


_TEMPLATES = "Effects: models.yaml effect_templates; an effect that is not listed for the model fails."

MODELS = (
    row(
        id="wan2.2-i2v-flash",
        summary="A first frame to a silent clip of 5 s, fast.",
        request=Wan22Flash,
        billing=per_second(
            ("duration", "video_duration"),
            {
                "beijing": {"480P": "0.1", "720P": "0.2", "1080P": "0.48"},
                "singapore": {"480P": "0.110089", "720P": "0.264213"},
            },
            free_quota=50,
        ),
        limits=Limits(2, 2),
        regions=("beijing", "singapore"),
        fps=30,
        notes=(FIELDS, "Singapore: no 1080P price and no limit row."),
    ),
    row(
        id="wan2.2-i2v-plus",
        summary="A first frame to a silent clip of 5 s at 480P or 1080P.",
        request=Wan22Plus,
        billing=per_second(
            ("duration", "video_duration"),
            {
                "beijing": {"480P": "0.14", "1080P": "0.7"},
                "singapore": {"480P": "0.146785", "1080P": "0.733924"},
            },
            free_quota=50,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        regions=("beijing", "singapore"),
        fps=30,
        notes=(FIELDS, "There is no 720P tier."),
    ),
    row(
        id="wanx2.1-i2v-turbo",
        summary="A first frame to a silent clip of 3 to 5 s at 480P or 720P; ready-made effects.",
        request=Wan21Turbo,
        billing=per_second(
            ("video_duration",),
            {
                "beijing": {"480P": "0.24", "720P": "0.24"},
                "singapore": {"480P": "0.264213", "720P": "0.264213"},
            },
            free_quota=200,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        also={"singapore": "wan2.1-i2v-turbo"},
        fps=30,
        notes=(FIELDS, _TEMPLATES),
    ),
    row(
        id="wanx2.1-i2v-plus",
        summary="A first frame to a silent clip of 5 s at 720P; all ready-made effects.",
        request=Wan21Plus,
        billing=per_second(
            ("video_duration",),
            {"beijing": {"720P": "0.7"}, "singapore": {"720P": "0.733924"}},
            free_quota=200,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        also={"singapore": "wan2.1-i2v-plus"},
        fps=30,
        notes=(FIELDS, _TEMPLATES),
    ),
)
