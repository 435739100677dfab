"""Emoji: a portrait makes a face after a ready-made template; a check gives the boxes that are needed.

Facts: models.yaml, the rows of family emoji, and emoji_driven_ids; prices and limits: models-extra.yaml.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.boxes import FACE, MOVING, Box, WholeCorners
from blocks.catalog.checks import IN_A_MOMENT, UPLOADS, VERDICT, check
from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.pictures import FORMATS, UPLOADED
from blocks.catalog.requests import Input, Parameters, Request

# fmt: off
DrivenId = Literal[
    "mengwa_kaixin", "dagong_zhuakuang", "mengwa_dengyan", "dagong_wunai", "mengwa_gandong", "dagong_weixiao",
    "mengwa_renzhen_1", "dagong_ganji", "mengwa_jidong", "jingdian_tiaopi", "mengwa_kun_1", "jingdian_deyi_1",
    "mengwa_jiaoxie", "jingdian_qidai", "dagong_kaixin", "jingdian_landuo_1", "dagong_yangwang", "jingdian_xianqi",
    "dagong_kunhuo", "jingdian_lei",
]
# fmt: on
Ratio = Literal["1:1"]

Portrait = Annotated[
    str,
    Media("image", FORMATS, accepts=UPLOADED, min_side=400, max_side=7000, max_bytes=10 * MEGABYTE),
    Field(description="One person, frontal and uncovered, the head straight and the face calm."),
]


class CheckInput(Input):
    """A picture."""

    image_url: Portrait


class CheckParameters(Parameters):
    """What it is checked for."""

    ratio: Annotated[Ratio, Field(description="Width to height of the part that moves; 1:1, always.")]


class EmojiDetect(Request):
    """emoji-detect-v1."""

    model: Literal["emoji-detect-v1"] = "emoji-detect-v1"
    input: CheckInput
    parameters: CheckParameters


class EmojiInput(CheckInput):
    """A portrait that passed the check, its boxes, and a template."""

    face_bbox: Annotated[WholeCorners, Box(), Field(description=FACE, examples=[[212, 194, 460, 441]])]
    ext_bbox: Annotated[
        WholeCorners, Box(("1:1",)), Field(description=f"{MOVING}; 1:1.", examples=[[63, 30, 609, 575]])
    ]
    driven_id: Annotated[
        DrivenId,
        Field(
            description="The expression: mengwa like a cute child, dagong like a tired clerk, jingdian the classics."
        ),
    ]


class Emoji(Request):
    """emoji-v1."""

    model: Literal["emoji-v1"] = "emoji-v1"
    input: EmojiInput


MODELS = (
    check(
        id="emoji-detect-v1",
        family="emoji",
        summary="Says whether a portrait suits emoji-v1, and gives the two boxes that emoji-v1 needs.",
        request=EmojiDetect,
        outputs={**VERDICT, "face_bbox": "boxes", "ext_bbox": "boxes"},
        result=Result(passed_by=("output.bbox_face", "output.ext_bbox_face")),
        limits=Limits(1),
        notes=(
            "The answer has no verdict: a picture passed when both boxes are there. They are called bbox_face and "
            "ext_bbox_face, and face_bbox and ext_bbox in the request that takes them; read() gives the latter.",
            "One line bills only a passed check, another every check that succeeds, as models-extra.yaml does; the "
            "latter is followed.",
            UPLOADS,
            IN_A_MOMENT,
        ),
    ),
    Model(
        id="emoji-v1",
        family="emoji",
        summary="A portrait makes one of twenty ready-made faces: a square clip of a few seconds.",
        request=Emoji,
        endpoint=IMAGE_TO_VIDEO,
        mode="async",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.video_url",)),
        billing=per_second(("video_duration",), {"beijing": {"": "0.08"}}, by="flat", free_quota=1800),
        limits=Limits(1, 1),
        sound=None,
        notes=(
            "How long a clip is depends on the template and is known afterwards; a sample has 2 s.",
            "Only mengwa_kaixin (happy) and jingdian_xianqi (disdain) are glossed; the series' names are our reading.",
            "Size, frame rate and sound of the result are not documented.",
            UPLOADS,
        ),
    ),
)
