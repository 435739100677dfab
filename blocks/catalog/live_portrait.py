"""LivePortrait: a portrait and a voice become a light, fast talking head of up to three minutes; a check before.

Facts: models.yaml, the rows of family liveportrait.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.checks import IN_A_MOMENT, NOT_SAID, UPLOADS, VERDICT, check
from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.pictures import FORMATS, UPLOADED
from blocks.catalog.requests import Input, Parameters, Request

LONGEST_SECONDS = 180

Portrait = Annotated[
    str,
    Media("image", FORMATS, accepts=UPLOADED, max_side=4096, max_ratio=2, max_bytes=10 * MEGABYTE - 1),
    Field(description="A portrait, the face large, frontal and uncovered."),
]
Voice = Annotated[
    str,
    Media(
        "audio",
        ("wav", "mp3"),
        accepts=UPLOADED,
        min_seconds=1,
        max_seconds=LONGEST_SECONDS,
        open_ends=True,
        max_bytes=15 * MEGABYTE - 1,
    ),
    Field(description="A clear, loud voice without noise or music; the video is as long."),
]


class CheckInput(Input):
    """A picture."""

    image_url: Portrait


class LivePortraitDetect(Request):
    """liveportrait-detect."""

    model: Literal["liveportrait-detect"] = "liveportrait-detect"
    input: CheckInput


class LivePortraitInput(CheckInput):
    """A portrait that passed the check, and a voice."""

    audio_url: Voice


class LivePortraitParameters(Parameters):
    """How lively it is."""

    template_id: Annotated[
        Literal["normal", "calm", "active"],
        Field(description="How the head moves: calm as for news, active as for singing."),
    ] = "normal"
    eye_move_freq: Annotated[float, Field(ge=0, le=1, description="Blinks a second.")] = 0.5
    video_fps: Annotated[int, Field(ge=15, le=30, description="Frame rate of the output.")] = 24
    mouth_move_strength: Annotated[float, Field(ge=0, le=1.5, description="How far the mouth opens; 0 not at all.")] = 1
    paste_back: Annotated[bool, Field(description="Put the face back into the picture; else the face alone.")] = True
    head_move_strength: Annotated[float, Field(ge=0, le=1, description="How far the head moves.")] = 0.7


class LivePortrait(Request):
    """liveportrait."""

    model: Literal["liveportrait"] = "liveportrait"
    input: LivePortraitInput
    parameters: LivePortraitParameters = Field(default_factory=LivePortraitParameters)


MODELS = (
    check(
        id="liveportrait-detect",
        family="liveportrait",
        summary="Says whether a portrait suits liveportrait.",
        request=LivePortraitDetect,
        outputs=VERDICT,
        result=Result(passed="output.pass"),
        notes=(
            "The verdict is output.pass, and output.message says why not; it is empty on a pass.",
            "The limits speak of http links only, the fields of http and https.",
            NOT_SAID,
            UPLOADS,
            IN_A_MOMENT,
        ),
    ),
    Model(
        id="liveportrait",
        family="liveportrait",
        summary="A portrait and a voice of up to 3 minutes to a light, fast talking head.",
        request=LivePortrait,
        endpoint=f"{IMAGE_TO_VIDEO}/",
        mode="async",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.results.video_url",)),
        billing=per_second(
            ("video_duration",),
            {"beijing": {"": "0.02"}},
            by="flat",
            output_follows="input.audio_url",
            max_seconds=LONGEST_SECONDS,
            free_quota=1800,
        ),
        limits=Limits(5, 1),
        typical_seconds=(10.0, 180.0),
        sound=True,
        notes=(
            "Documented with a slash at the end of the path.",
            "Container and codec are not documented; that there is sound follows from the voice it is made around.",
            "How long a task takes is not documented; a sample took 10 s for 2.8 s of video.",
            UPLOADS,
        ),
    ),
)
