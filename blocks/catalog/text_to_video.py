"""Text to video: words, and for the newer models a sound track, become a clip.

Facts: models.yaml, the rows of family text-to-video; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.model import VIDEO_SYNTHESIS, Limits, Model, Result, per_second
from blocks.catalog.requests import Input, Request
from blocks.catalog.wan import (
    SIZE,
    TIERS,
    LongPrompt,
    NegativePrompt,
    Seconds2To15,
    Seconds5,
    Seconds5Or10,
    ShortPrompt,
    ShotParameters,
    Size480,
    Size720,
    Size1080,
    SoundTrack,
    VideoParameters,
)


class SoundInput(Input):
    """Words and a sound track."""

    prompt: LongPrompt
    negative_prompt: NegativePrompt | None = None
    audio_url: SoundTrack | None = None


class SilentInput(Input):
    """Words alone."""

    prompt: ShortPrompt
    negative_prompt: NegativePrompt | None = None


class TextToVideo(Request):
    """A clip from words."""

    @property
    def tier(self) -> str | None:
        """The tier of the size asked for."""
        return TIERS.get(str(getattr(self.parameters, "size", "")))


class Wan26Parameters(ShotParameters):
    """wan2.6-t2v."""

    size: Annotated[Literal[Size720, Size1080], Field(description=SIZE)] = "1920*1080"
    duration: Seconds2To15 = 5


class Wan26(TextToVideo):
    """wan2.6-t2v: several shots in one clip, with sound."""

    model: Literal["wan2.6-t2v"] = "wan2.6-t2v"
    input: SoundInput
    parameters: Wan26Parameters = Field(default_factory=Wan26Parameters)


class Wan26UsParameters(ShotParameters):
    """wan2.6-t2v-us."""

    size: Annotated[Literal[Size720, Size1080], Field(description=SIZE)] = "1920*1080"
    duration: Seconds5Or10 = 5


class Wan26Us(TextToVideo):
    """wan2.6-t2v-us: the same in the US."""

    model: Literal["wan2.6-t2v-us"] = "wan2.6-t2v-us"
    input: SoundInput
    parameters: Wan26UsParameters = Field(default_factory=Wan26UsParameters)


class Wan25Parameters(VideoParameters):
    """wan2.5-t2v-preview."""

    size: Annotated[Literal[Size480, Size720, Size1080], Field(description=SIZE)] = "1920*1080"
    duration: Seconds5Or10 = 5


class Wan25(TextToVideo):
    """wan2.5-t2v-preview: one shot, with sound."""

    model: Literal["wan2.5-t2v-preview"] = "wan2.5-t2v-preview"
    input: SoundInput
    parameters: Wan25Parameters = Field(default_factory=Wan25Parameters)


class Wan22PlusParameters(VideoParameters):
    """wan2.2-t2v-plus."""

    size: Annotated[Literal[Size480, Size1080], Field(description=SIZE)] = "1920*1080"
    duration: Seconds5 = 5


class Wan22Plus(TextToVideo):
    """wan2.2-t2v-plus: silent."""

    model: Literal["wan2.2-t2v-plus"] = "wan2.2-t2v-plus"
    input: SilentInput
    parameters: Wan22PlusParameters = Field(default_factory=Wan22PlusParameters)


class Wan21TurboParameters(VideoParameters):
    """wanx2.1-t2v-turbo."""

    size: Annotated[Literal[Size480, Size720], Field(description=SIZE)] = "1280*720"
    duration: Seconds5 = 5


class Wan21Turbo(TextToVideo):
    """wanx2.1-t2v-turbo: silent and fast."""

    model: Literal["wanx2.1-t2v-turbo", "wan2.1-t2v-turbo"] = "wanx2.1-t2v-turbo"
    input: SilentInput
    parameters: Wan21TurboParameters = Field(default_factory=Wan21TurboParameters)


class Wan21PlusParameters(VideoParameters):
    """wanx2.1-t2v-plus."""

    size: Annotated[Size720, Field(description=SIZE)] = "1280*720"
    duration: Seconds5 = 5


class Wan21Plus(TextToVideo):
    """wanx2.1-t2v-plus: silent, 720P only."""

    model: Literal["wanx2.1-t2v-plus", "wan2.1-t2v-plus"] = "wanx2.1-t2v-plus"
    input: SilentInput
    parameters: Wan21PlusParameters = Field(default_factory=Wan21PlusParameters)


_row = partial(
    Model,
    family="text-to-video",
    endpoint=VIDEO_SYNTHESIS,
    mode="async",
    kind="video",
    outputs={"video": "video"},
    result=Result(urls=("output.video_url",)),
    unsure_regions=("virginia",),
)
_SILENT = "no sound, no audio_url"
_US_NOTE = (
    "models.yaml names this id only in the size and duration rules; models-extra.yaml prices it in the US deployment "
    "(Virginia). A later price page lists the id without -us with deployment scope US instead."
)

MODELS = (
    _row(
        id="wan2.6-t2v",
        summary="Words, and a sound track if given, to a clip with sound; several shots in one clip; 2 to 15 s.",
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
            "The vendor's SDK samples carry usage.video_duration 0 beside usage.duration 10: duration is billed.",
            "usage.SR is a number over HTTP and a text in a Java SDK sample; both are read.",
            "models.yaml confirms Beijing only; models-extra.yaml prices Singapore and the global deployment too.",
            "A later price page gives this id the US deployment as well, at the price of wan2.6-t2v-us; in Virginia "
            "the global price is quoted.",
        ),
    ),
    _row(
        id="wan2.6-t2v-us",
        summary="wan2.6-t2v in the US: 5 or 10 s.",
        request=Wan26Us,
        billing=per_second(("duration",), {"us": {"720P": "0.733924", "1080P": "1.100886"}}),
        limits=Limits(5, 5),
        regions=("virginia",),
        sound=True,
        notes=(_US_NOTE, "Frame rate not documented; sound is said of the series."),
    ),
    _row(
        id="wan2.5-t2v-preview",
        summary="Words, and a sound track if given, to a single shot with sound; 5 or 10 s.",
        request=Wan25,
        billing=per_second(
            ("video_duration",),
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
        notes=("usage.video_ratio holds width*height here, which gives the billed tier.",),
    ),
    _row(
        id="wan2.2-t2v-plus",
        summary=f"Words to a silent clip of 5 s at 480P or 1080P; {_SILENT}.",
        request=Wan22Plus,
        billing=per_second(
            ("video_duration",),
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
        notes=("There is no 720P tier.",),
    ),
    _row(
        id="wanx2.1-t2v-turbo",
        summary=f"Words to a silent clip of 5 s, fast; 480P or 720P; {_SILENT}.",
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
        also={"singapore": "wan2.1-t2v-turbo"},
        fps=30,
    ),
    _row(
        id="wanx2.1-t2v-plus",
        summary=f"Words to a silent clip of 5 s at 720P; {_SILENT}.",
        request=Wan21Plus,
        billing=per_second(
            ("video_duration",),
            {"beijing": {"720P": "0.7"}, "singapore": {"720P": "0.733924"}},
            free_quota=200,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        also={"singapore": "wan2.1-t2v-plus"},
        fps=30,
    ),
)
