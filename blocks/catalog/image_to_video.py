"""Image to video: a picture is the first frame of a clip.

Facts: models.yaml, the rows of family image-to-video; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import Whole
from blocks.catalog.model import VIDEO_SYNTHESIS, Billing, Limits, Model, Result, cny
from blocks.catalog.requests import Conflict, Input, Request
from blocks.catalog.wan import (
    DURATION,
    RESOLUTION,
    LongMotion,
    NegativePrompt,
    Picture,
    Seconds2To15,
    Seconds5,
    Seconds5Or10,
    ShortMotion,
    ShotParameters,
    SoundTrack,
    VideoParameters,
)

FirstFrame = Annotated[Picture, Field(description="First frame; the ratio of the video follows it.")]
Sound = Annotated[bool, Field(description="With sound or silent; changes the price. False beats audio_url.")]
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


class SoundInput(Input):
    """A first frame, words and a sound track."""

    prompt: LongMotion | None = None
    negative_prompt: NegativePrompt | None = None
    img_url: FirstFrame
    audio_url: SoundTrack | None = None


class SilentInput(Input):
    """A first frame and words."""

    prompt: ShortMotion | None = None
    negative_prompt: NegativePrompt | None = None
    img_url: FirstFrame


class Wan26FlashParameters(ShotParameters):
    """wan2.6-i2v-flash."""

    resolution: Annotated[Literal["720P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Seconds2To15 = 5
    audio: Sound = True


class Wan26Flash(Request):
    """wan2.6-i2v-flash: with or without sound, several shots."""

    model: Literal["wan2.6-i2v-flash"] = "wan2.6-i2v-flash"
    input: SoundInput
    parameters: Wan26FlashParameters = Wan26FlashParameters()

    def conflicts(self) -> Iterator[Conflict]:
        """A silent video has no use for a sound track (models.yaml wan2.6-i2v-flash, audio: priority)."""
        if self.input.audio_url is not None and not self.parameters.audio:
            yield Conflict("input.audio_url", "is ignored with parameters.audio false; leave one of the two out")


class Wan26Parameters(ShotParameters):
    """wan2.6-i2v."""

    resolution: Annotated[Literal["720P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Seconds2To15 = 5


class Wan26(Request):
    """wan2.6-i2v: with sound, several shots."""

    model: Literal["wan2.6-i2v"] = "wan2.6-i2v"
    input: SoundInput
    parameters: Wan26Parameters = Wan26Parameters()


class Wan26UsParameters(ShotParameters):
    """wan2.6-i2v-us."""

    resolution: Annotated[Literal["720P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Annotated[Literal[5, 10, 15], Whole, Field(description=DURATION)] = 5


class Wan26Us(Request):
    """wan2.6-i2v-us: the same in the US."""

    model: Literal["wan2.6-i2v-us"] = "wan2.6-i2v-us"
    input: SoundInput
    parameters: Wan26UsParameters = Wan26UsParameters()


class Wan25Parameters(VideoParameters):
    """wan2.5-i2v-preview."""

    resolution: Annotated[Literal["480P", "720P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Seconds5Or10 = 5


class Wan25(Request):
    """wan2.5-i2v-preview: one shot, with sound."""

    model: Literal["wan2.5-i2v-preview"] = "wan2.5-i2v-preview"
    input: SoundInput
    parameters: Wan25Parameters = Wan25Parameters()


class Wan22FlashParameters(VideoParameters):
    """wan2.2-i2v-flash."""

    resolution: Annotated[Literal["480P", "720P", "1080P"], Field(description=RESOLUTION)] = "720P"
    duration: Seconds5 = 5


class Wan22Flash(Request):
    """wan2.2-i2v-flash: silent."""

    model: Literal["wan2.2-i2v-flash"] = "wan2.2-i2v-flash"
    input: SilentInput
    parameters: Wan22FlashParameters = Wan22FlashParameters()


class Wan22PlusParameters(VideoParameters):
    """wan2.2-i2v-plus."""

    resolution: Annotated[Literal["480P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Seconds5 = 5


class Wan22Plus(Request):
    """wan2.2-i2v-plus: silent."""

    model: Literal["wan2.2-i2v-plus"] = "wan2.2-i2v-plus"
    input: SilentInput
    parameters: Wan22PlusParameters = Wan22PlusParameters()


class TurboInput(SilentInput):
    """A first frame, and words or an effect."""

    template: Annotated[TurboTemplate, Field(description=TEMPLATE)] | None = None


class Wan21TurboParameters(VideoParameters):
    """wanx2.1-i2v-turbo."""

    resolution: Annotated[Literal["480P", "720P"], Field(description=RESOLUTION)] = "720P"
    duration: Annotated[Literal[3, 4, 5], Whole, Field(description=DURATION)] = 5


class Wan21Turbo(Request):
    """wanx2.1-i2v-turbo: silent, some effects."""

    model: Literal["wanx2.1-i2v-turbo", "wan2.1-i2v-turbo"] = "wanx2.1-i2v-turbo"
    input: TurboInput
    parameters: Wan21TurboParameters = Wan21TurboParameters()


class PlusInput(SilentInput):
    """A first frame, and words or an effect."""

    template: Annotated[PlusTemplate, Field(description=TEMPLATE)] | None = None


class Wan21PlusParameters(VideoParameters):
    """wanx2.1-i2v-plus."""

    resolution: Annotated[Literal["720P"], Field(description=RESOLUTION)] = "720P"
    duration: Seconds5 = 5


class Wan21Plus(Request):
    """wanx2.1-i2v-plus: silent, 720P only, all effects."""

    model: Literal["wanx2.1-i2v-plus", "wan2.1-i2v-plus"] = "wanx2.1-i2v-plus"
    input: PlusInput
    parameters: Wan21PlusParameters = Wan21PlusParameters()


_row = partial(
    Model,
    family="image-to-video",
    endpoint=VIDEO_SYNTHESIS,
    mode="async",
    kind="video",
    outputs={"video": "video"},
    result=Result(urls=("output.video_url",)),
)
_CONFIRMED = "models.yaml confirms Beijing only; models-extra.yaml prices the other deployments."
_FIELDS = "models.yaml leaves the usage fields open; models-extra.yaml fills_of_models_yaml names them."
_TEMPLATES = "Effects: models.yaml effect_templates; an effect that is not listed for the model fails."

MODELS = (
    _row(
        id="wan2.6-i2v-flash",
        summary="A first frame to a clip with sound or silent; several shots in one clip; 2 to 15 s.",
        request=Wan26Flash,
        billing=Billing(
            "second",
            ("duration",),
            "tier and sound",
            {
                "beijing": cny(
                    {
                        "720P with sound": "0.3",
                        "1080P with sound": "0.5",
                        "720P silent": "0.15",
                        "1080P silent": "0.25",
                    }
                ),
                "singapore": cny(
                    {
                        "720P with sound": "0.366962",
                        "1080P with sound": "0.550443",
                        "720P silent": "0.183481",
                        "1080P silent": "0.275221",
                    }
                ),
            },
            free_quota=50,
        ),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5)},
        regions=("beijing", "singapore"),
        fps=30,
        sound="optional",
        sources=("models.yaml wan2.6-i2v-flash", "models-extra.yaml prices, rate_limits wan2.6-i2v-flash"),
        notes=(
            "usage.audio says whether the result has sound, which decides the price; the sample answer lacks it.",
            "The vendor's SDK samples carry usage.video_duration 0 beside usage.duration: duration is billed.",
            _CONFIRMED,
        ),
    ),
    _row(
        id="wan2.6-i2v",
        summary="A first frame to a clip with sound; several shots in one clip; 2 to 15 s.",
        request=Wan26,
        billing=Billing(
            "second",
            ("duration",),
            "tier",
            {
                "beijing": cny({"720P": "0.6", "1080P": "1.0"}),
                "singapore": cny({"720P": "0.733924", "1080P": "1.100886"}),
                "global": cny({"720P": "0.6", "1080P": "1.0"}),
            },
            free_quota=50,
        ),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5), "global": Limits(5, 5)},
        regions=("beijing", "singapore", "virginia"),
        fps=30,
        sound=True,
        sources=("models.yaml wan2.6-i2v", "models-extra.yaml prices, rate_limits wan2.6-i2v"),
        notes=(_CONFIRMED,),
    ),
    _row(
        id="wan2.6-i2v-us",
        summary="wan2.6-i2v in the US: 5, 10 or 15 s.",
        request=Wan26Us,
        billing=Billing("second", ("duration",), "tier", {"us": cny({"720P": "0.733924", "1080P": "1.100886"})}),
        limits=Limits(5, 5),
        regions=("virginia",),
        sound=True,
        sources=("models.yaml wan2.6-i2v-us", "models-extra.yaml prices, rate_limits wan2.6-i2v-us"),
        notes=(
            "A later price page lists the id without -us with deployment scope US instead.",
            "Frame rate not documented; sound is said of the series.",
        ),
    ),
    _row(
        id="wan2.5-i2v-preview",
        summary="A first frame to a single shot with sound; 5 or 10 s.",
        request=Wan25,
        billing=Billing(
            "second",
            ("duration",),
            "tier",
            {
                "beijing": cny({"480P": "0.3", "720P": "0.6", "1080P": "1.0"}),
                "singapore": cny({"480P": "0.366961", "720P": "0.733923", "1080P": "1.100885"}),
            },
            free_quota=50,
        ),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5)},
        regions=("beijing", "singapore"),
        fps=30,
        sound=True,
        sources=("models.yaml wan2.5-i2v-preview", "models-extra.yaml prices, rate_limits wan2.5-i2v-preview"),
        notes=(_FIELDS,),
    ),
    _row(
        id="wan2.2-i2v-flash",
        summary="A first frame to a silent clip of 5 s, fast.",
        request=Wan22Flash,
        billing=Billing(
            "second",
            ("duration",),
            "tier",
            {
                "beijing": cny({"480P": "0.1", "720P": "0.2", "1080P": "0.48"}),
                "singapore": cny({"480P": "0.110089", "720P": "0.264213"}),
            },
            free_quota=50,
        ),
        limits=Limits(2, 2),
        regions=("beijing", "singapore"),
        fps=30,
        sources=("models.yaml wan2.2-i2v-flash", "models-extra.yaml prices, rate_limits wan2.2-i2v-flash"),
        notes=(_FIELDS, "Singapore: no 1080P price and no limit row."),
    ),
    _row(
        id="wan2.2-i2v-plus",
        summary="A first frame to a silent clip of 5 s at 480P or 1080P.",
        request=Wan22Plus,
        billing=Billing(
            "second",
            ("duration",),
            "tier",
            {
                "beijing": cny({"480P": "0.14", "1080P": "0.7"}),
                "singapore": cny({"480P": "0.146785", "1080P": "0.733924"}),
            },
            free_quota=50,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        regions=("beijing", "singapore"),
        fps=30,
        sources=("models.yaml wan2.2-i2v-plus", "models-extra.yaml prices, rate_limits wan2.2-i2v-plus"),
        notes=(_FIELDS, "There is no 720P tier."),
    ),
    _row(
        id="wanx2.1-i2v-turbo",
        summary="A first frame to a silent clip of 3 to 5 s at 480P or 720P; ready-made effects.",
        request=Wan21Turbo,
        billing=Billing(
            "second",
            ("video_duration",),
            "tier",
            {
                "beijing": cny({"480P": "0.24", "720P": "0.24"}),
                "singapore": cny({"480P": "0.264213", "720P": "0.264213"}),
            },
            free_quota=200,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        also={"singapore": "wan2.1-i2v-turbo"},
        fps=30,
        sources=("models.yaml wanx2.1-i2v-turbo", "models-extra.yaml prices, rate_limits wanx2.1-i2v-turbo"),
        notes=(_FIELDS, _TEMPLATES),
    ),
    _row(
        id="wanx2.1-i2v-plus",
        summary="A first frame to a silent clip of 5 s at 720P; all ready-made effects.",
        request=Wan21Plus,
        billing=Billing(
            "second",
            ("video_duration",),
            "tier",
            {"beijing": cny({"720P": "0.7"}), "singapore": cny({"720P": "0.733924"})},
            free_quota=200,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        also={"singapore": "wan2.1-i2v-plus"},
        fps=30,
        sources=("models.yaml wanx2.1-i2v-plus", "models-extra.yaml prices, rate_limits wanx2.1-i2v-plus"),
        notes=(_FIELDS, _TEMPLATES),
    ),
)
