"""EMO: a portrait and a voice become a talking or singing head; a check gives the boxes that are needed.

Facts: models.yaml, the rows of family emo.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.boxes import FACE, MOVING, Box, Corners, ratio_of
from blocks.catalog.checks import IN_A_MOMENT, NOT_SAID, UPLOADS, VERDICT, check
from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.pictures import FORMATS, UPLOADED
from blocks.catalog.requests import Input, Parameters, Request

LONGEST_SECONDS = 60
FRAME_RATE = 15
SIZES = {"1:1": (512, 512), "3:4": (512, 704)}
"""Width and height of the result by the ratio of the part that moves."""

Portrait = Annotated[
    str,
    Media("image", FORMATS, accepts=UPLOADED, min_side=400, max_side=7000),
    Field(description="A portrait; cut to the part that moves."),
]
Voice = Annotated[
    str,
    Media("audio", ("wav", "mp3"), accepts=UPLOADED, max_seconds=LONGEST_SECONDS, max_bytes=15 * MEGABYTE),
    Field(description="A clear voice without noise or music; the video is as long."),
]


class CheckInput(Input):
    """A picture."""

    image_url: Portrait


class CheckParameters(Parameters):
    """What it is checked for."""

    ratio: Annotated[
        Literal["1:1", "3:4"],
        Field(description="1:1 for a head, 3:4 for a half body; decides size and price of the video."),
    ]


class EmoDetect(Request):
    """emo-detect-v1."""

    model: Literal["emo-detect-v1"] = "emo-detect-v1"
    input: CheckInput
    parameters: CheckParameters


class EmoInput(CheckInput):
    """A portrait that passed the check, its boxes, and a voice."""

    audio_url: Voice
    face_bbox: Annotated[Corners, Box(), Field(description=FACE, examples=[[302, 286, 610, 593]])]
    ext_bbox: Annotated[
        Corners,
        Box(tuple(SIZES)),
        Field(description=f"{MOVING}; {' or '.join(SIZES)}, decides the price.", examples=[[71, 9, 840, 778]]),
    ]


class EmoParameters(Parameters):
    """emo-v1."""

    style_level: Annotated[
        Literal["normal", "calm", "active"], Field(description="How much the person moves; active is lively.")
    ] = "normal"


class Emo(Request):
    """emo-v1."""

    model: Literal["emo-v1"] = "emo-v1"
    input: EmoInput
    parameters: EmoParameters = Field(default_factory=EmoParameters)

    @property
    def ratio(self) -> str | None:
        """That of the part that moves."""
        return ratio_of(self.input.ext_bbox, tuple(SIZES))

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height, which the ratio decides."""
        return SIZES.get(self.ratio or "")


MODELS = (
    check(
        id="emo-detect-v1",
        family="emo",
        summary="Says whether a portrait suits emo-v1, and gives the two boxes that emo-v1 needs.",
        request=EmoDetect,
        outputs={**VERDICT, "face_bbox": "boxes", "ext_bbox": "boxes"},
        result=Result(passed="output.check_pass"),
        notes=(
            "parameters.ratio is marked required and given the default 1:1; it is required here.",
            NOT_SAID,
            UPLOADS,
            IN_A_MOMENT,
        ),
    ),
    Model(
        id="emo-v1",
        family="emo",
        summary="A portrait and a voice of up to 60 s to a talking or singing head.",
        request=Emo,
        endpoint=IMAGE_TO_VIDEO,
        mode="async",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.results.video_url",)),
        billing=per_second(
            ("video_duration",),
            {"beijing": {"1:1": "0.08", "3:4": "0.16"}},
            by="ratio",
            output_follows="input.audio_url",
            max_seconds=LONGEST_SECONDS,
            free_quota=1800,
        ),
        limits=Limits(5, 1),
        fps=FRAME_RATE,
        sound=True,
        notes=(
            "512 to 704 pixels is called 3:4; a box may be a few per cent off its ratio.",
            "The limits speak of http links only, the fields of http and https.",
            UPLOADS,
        ),
    ),
)
