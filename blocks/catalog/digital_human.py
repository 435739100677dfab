"""Digital human: a picture and a voice become a talking, singing or acting person; a check of the picture before.

Facts: models.yaml, the rows of family digital-human.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.checks import IN_A_MOMENT, UPLOADS, VERDICT, check
from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.pictures import FORMATS, UPLOADED
from blocks.catalog.requests import Input, Parameters, Request
from blocks.catalog.wan import RESOLUTION

LONGEST_SECONDS = 20
FRAME_RATES = {"480P": 16, "720P": 30}
"""Frames a second by tier."""

Person = Annotated[
    str,
    Media("image", FORMATS, accepts=UPLOADED, min_side=400, max_side=7000),
    Field(description="One person, clear and facing the front, from head to whole body; cartoons too."),
]
Voice = Annotated[
    str,
    Media(
        "audio",
        ("wav", "mp3"),
        accepts=UPLOADED,
        max_seconds=LONGEST_SECONDS,
        open_ends=True,
        max_bytes=15 * MEGABYTE - 1,
    ),
    Field(description="A clear, loud voice without noise or music; the video is as long."),
]


class CheckInput(Input):
    """A picture."""

    image_url: Person


class S2vDetect(Request):
    """wan2.2-s2v-detect."""

    model: Literal["wan2.2-s2v-detect"] = "wan2.2-s2v-detect"
    input: CheckInput


class S2vInput(CheckInput):
    """A picture that passed the check, and a voice."""

    audio_url: Voice


class S2vParameters(Parameters):
    """wan2.2-s2v."""

    resolution: Annotated[Literal["480P", "720P"], Field(description=RESOLUTION)] = "480P"
    style: Annotated[Literal["speech"], Field(description="The kind of scene; not in the reference.")] | None = None


class S2v(Request):
    """wan2.2-s2v."""

    model: Literal["wan2.2-s2v"] = "wan2.2-s2v"
    input: S2vInput
    parameters: S2vParameters = Field(default_factory=S2vParameters)


MODELS = (
    check(
        id="wan2.2-s2v-detect",
        family="digital-human",
        summary="Says whether a picture suits wan2.2-s2v: clear, one person, facing the front.",
        request=S2vDetect,
        outputs={**VERDICT, "humanoid": "boolean"},
        result=Result(passed="output.check_pass"),
        notes=("Every check that succeeds is billed, passed or not.", UPLOADS, IN_A_MOMENT),
    ),
    Model(
        id="wan2.2-s2v",
        family="digital-human",
        summary="A picture and a voice of up to 20 s to a talking, singing or acting person, head to whole body.",
        request=S2v,
        endpoint=IMAGE_TO_VIDEO,
        mode="async",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.results.video_url",)),
        billing=per_second(
            ("duration",),
            {"beijing": {"480P": "0.5", "720P": "0.9"}},
            output_follows="input.audio_url",
            max_seconds=LONGEST_SECONDS,
            free_quota=100,
        ),
        limits=Limits(5, 1),
        sound=True,
        notes=(
            f"480P comes out at {FRAME_RATES['480P']} frames a second, 720P at {FRAME_RATES['720P']}; the ratio "
            "follows the picture.",
            "The quick start sends parameters.style speech, which the reference does not know; it is taken.",
            "Some samples end the path with a slash, the reference does not.",
            UPLOADS,
        ),
    ),
)
