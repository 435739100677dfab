"""Image to video with sound: a picture is the first frame of a clip, several shots with the newest models.

Facts: models.yaml, the wan2.6 and wan2.5 rows of family image-to-video; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import Whole
from blocks.catalog.model import VIDEO_SYNTHESIS, Limits, Model, Result, per_second
from blocks.catalog.requests import Conflict, Input, Request
from blocks.catalog.wan import (
    DURATION,
    RESOLUTION,
    LongMotion,
    NegativePrompt,
    Picture,
    Seconds2To15,
    Seconds5Or10,
    ShotParameters,
    SoundTrack,
    VideoParameters,
)

FirstFrame = Annotated[Picture, Field(description="First frame; the ratio of the video follows it.")]
Sound = Annotated[bool, Field(description="With sound or silent; changes the price. False beats audio_url.")]


class SoundInput(Input):
    """A first frame, words and a sound track."""

    prompt: LongMotion | None = None
    negative_prompt: NegativePrompt | None = None
    img_url: FirstFrame
    audio_url: SoundTrack | None = None


class Wan26FlashParameters(ShotParameters):
    """wan2.6-i2v-flash."""

    resolution: Annotated[Literal["720P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Seconds2To15 = 5
    audio: Sound = True


class Wan26Flash(Request):
    """wan2.6-i2v-flash: with or without sound, several shots."""

    model: Literal["wan2.6-i2v-flash"] = "wan2.6-i2v-flash"
    input: SoundInput
    parameters: Wan26FlashParameters = Field(default_factory=Wan26FlashParameters)

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
    parameters: Wan26Parameters = Field(default_factory=Wan26Parameters)


class Wan26UsParameters(ShotParameters):
    """wan2.6-i2v-us."""

    resolution: Annotated[Literal["720P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Annotated[Literal[5, 10, 15], Whole, Field(description=DURATION)] = 5


class Wan26Us(Request):
    """wan2.6-i2v-us: the same in the US."""

    model: Literal["wan2.6-i2v-us"] = "wan2.6-i2v-us"
    input: SoundInput
    parameters: Wan26UsParameters = Field(default_factory=Wan26UsParameters)


class Wan25Parameters(VideoParameters):
    """wan2.5-i2v-preview."""

    resolution: Annotated[Literal["480P", "720P", "1080P"], Field(description=RESOLUTION)] = "1080P"
    duration: Seconds5Or10 = 5


class Wan25(Request):
    """wan2.5-i2v-preview: one shot, with sound."""

    model: Literal["wan2.5-i2v-preview"] = "wan2.5-i2v-preview"
    input: SoundInput
    parameters: Wan25Parameters = Field(default_factory=Wan25Parameters)


row = partial(
    Model,
    family="image-to-video",
    endpoint=VIDEO_SYNTHESIS,
    mode="async",
    kind="video",
    outputs={"video": "video"},
    result=Result(urls=("output.video_url",)),
    unsure_regions=("virginia",),
)
_CONFIRMED = "models.yaml confirms Beijing only; models-extra.yaml prices the other deployments."
FIELDS = "models.yaml leaves the usage fields open; models-extra.yaml fills_of_models_yaml names them."

MODELS = (
    row(
        id="wan2.6-i2v-flash",
        summary="A first frame to a clip with sound or silent; several shots in one clip; 2 to 15 s.",
        request=Wan26Flash,
        billing=per_second(
            ("duration",),
            {
                "beijing": {
                    "720P with sound": "0.3",
                    "1080P with sound": "0.5",
                    "720P silent": "0.15",
                    "1080P silent": "0.25",
                },
                "singapore": {
                    "720P with sound": "0.366962",
                    "1080P with sound": "0.550443",
                    "720P silent": "0.183481",
                    "1080P silent": "0.275221",
                },
            },
            by="tier and sound",
            free_quota=50,
        ),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5)},
        regions=("beijing", "singapore"),
        fps=30,
        sound="optional",
        notes=(
            "usage.audio says whether the result has sound, which decides the price; the sample answer lacks it.",
            "The vendor's SDK samples carry usage.video_duration 0 beside usage.duration: duration is billed.",
            _CONFIRMED,
        ),
    ),
    row(
        id="wan2.6-i2v",
        summary="A first frame to a clip with sound; several shots in one clip; 2 to 15 s.",
        request=Wan26,
        billing=per_second(
            ("duration",),
            {
                "beijing": {"720P": "0.6", "1080P": "1.0"},
                "singapore": {"720P": "0.733924", "1080P": "1.100886"},
                "global": {"720P": "0.6", "1080P": "1.0"},
            },
            free_quota=50,
        ),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5), "global": Limits(5, 5)},
        regions=("beijing", "singapore", "virginia"),
        fps=30,
        sound=True,
        notes=(
            _CONFIRMED,
            "A later price page gives this id the US deployment as well, at the price of wan2.6-i2v-us; in Virginia "
            "the global price is quoted.",
        ),
    ),
    row(
        id="wan2.6-i2v-us",
        summary="wan2.6-i2v in the US: 5, 10 or 15 s.",
        request=Wan26Us,
        billing=per_second(("duration",), {"us": {"720P": "0.733924", "1080P": "1.100886"}}),
        limits=Limits(5, 5),
        regions=("virginia",),
        sound=True,
        notes=(
            "A later price page lists the id without -us with deployment scope US instead.",
            "Frame rate not documented; sound is said of the series.",
        ),
    ),
    row(
        id="wan2.5-i2v-preview",
        summary="A first frame to a single shot with sound; 5 or 10 s.",
        request=Wan25,
        billing=per_second(
            ("duration", "video_duration"),
            {
                "beijing": {"480P": "0.3", "720P": "0.6", "1080P": "1.0"},
                "singapore": {"480P": "0.366961", "720P": "0.733923", "1080P": "1.100885"},
            },
            free_quota=50,
        ),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5)},
        regions=("beijing", "singapore"),
        fps=30,
        sound=True,
        notes=(FIELDS,),
    ),
)
