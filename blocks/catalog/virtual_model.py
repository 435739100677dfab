"""Another person and another background for the photo of a product that somebody wears or holds.

Facts: models.yaml virtualmodel-v2 and wanx-virtualmodel; models-extra.yaml, the same ids; its API page.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Text
from blocks.catalog.model import Limits, Model
from blocks.catalog.pictures import FREE_TRIAL, ONE_OR_MORE, RESULTS, TRIAL_NOTE, VIRTUAL_MODEL, Count, picture
from blocks.catalog.requests import Conflict, Input, Parameters, Request

_formats = partial(picture, formats=("jpeg", "jpg", "png", "webp"))
_photo = partial(_formats, min_side=256, max_side=4096, max_ratio=2, open_ratio=True, max_bytes=5 * MEGABYTE)
_FEW_WORDS = Text(99, max_words=99)


class PersonInput(Input):
    """A photo, what to keep of it, and who and what should be there instead."""

    base_image_url: Annotated[
        str,
        _photo(),
        Field(description="The photo; a face in it has at least 128*128 pixels, the ratio is below 2 to 1."),
    ]
    mask_image_url: Annotated[
        str,
        _photo(same_size_as="base_image_url"),
        Field(description="What is kept, the product: white on black, of the same size."),
    ]
    prompt: Annotated[str, _FEW_WORDS, Field(description="The person and the scene, Chinese or English.")]
    face_prompt: Annotated[str, _FEW_WORDS, Field(description="The face, Chinese or English.")]
    face_image_url: (
        Annotated[
            str,
            _formats(max_side=2048, max_bytes=None, may_be_empty=True),
            Field(description="A face to put in, at least 128*128 pixels; 5 MB are advised."),
        ]
        | None
    ) = None
    background_image_url: (
        Annotated[
            str,
            _formats(max_side=4096, max_ratio=2, max_bytes=5 * MEGABYTE, may_be_empty=True),
            Field(description="A background to go by."),
        ]
        | None
    ) = None


class FirstInput(PersonInput):
    """wanx-virtualmodel."""

    predefined_face_id: (
        Annotated[Literal["girl1", "girl2", "girl3", "boy1", "boy2", "boy3"], Field(description="A ready-made face.")]
        | None
    ) = None

    def conflicts(self) -> Iterator[Conflict]:
        """One face."""
        if self.predefined_face_id is not None and self.face_image_url:
            yield Conflict("face_image_url", "loses to predefined_face_id; give one of the two")


class FirstParameters(Parameters):
    """wanx-virtualmodel."""

    n: Count = 1
    short_side_size: Annotated[Literal["512", "1024"], Field(description="Short side of the result, as a text.")]


class First(Request):
    """wanx-virtualmodel."""

    model: Literal["wanx-virtualmodel"] = "wanx-virtualmodel"
    input: FirstInput
    parameters: FirstParameters


class SecondInput(PersonInput):
    """virtualmodel-v2."""

    bgstyle_scale: Annotated[
        float, Field(ge=0.0, le=1.0, description="Weight of background_image_url; high follows it closely.")
    ] = 0.7
    realPerson: Annotated[bool, Field(description="The photo shows a person; false: a mannequin.")] = True
    style: Annotated[Literal["", "portrait"], Field(description="portrait adds depth of field.")] = "portrait"
    seed: Annotated[int, Field(ge=-1, le=10_000_000, description="Fixes the random choice; -1 leaves it free.")] = -1
    aspect_ratio: Annotated[
        Literal["比例不变", "2:1", "16:9", "4:3", "1:1", "3:4", "9:16", "1:2"],
        Field(description="Ratio of the result; 比例不变 keeps that of the photo."),
    ] = "比例不变"

    def conflicts(self) -> Iterator[Conflict]:
        """A weight needs what it weighs."""
        if "bgstyle_scale" in self.model_fields_set and not self.background_image_url:
            yield Conflict("bgstyle_scale", "has no effect without background_image_url")


class SecondParameters(Parameters):
    """virtualmodel-v2."""

    n: Count = 1
    short_side_size: Annotated[Literal["1024", "2048"], Field(description="Short side of the result, as a text.")]


class Second(Request):
    """virtualmodel-v2."""

    model: Literal["virtualmodel-v2"] = "virtualmodel-v2"
    input: SecondInput
    parameters: SecondParameters


_row = partial(
    Model,
    family="virtual-model",
    endpoint=VIRTUAL_MODEL,
    mode="async",
    kind="image",
    outputs=ONE_OR_MORE,
    result=RESULTS,
    billing=FREE_TRIAL,
    limits=Limits(2, 1),
    typical_seconds=(15.0, 60.0),
    documented="guide-only",
)
_NOTES = (
    TRIAL_NOTE,
    "prompt and face_prompt: the page asks for fewer than 100 characters, and the guide's own English examples have up "
    "to four times as many; we count 99 Chinese characters or 99 words.",
    "5 MB: the guide advises it for every picture, the API page demands it but for the face; we follow the API page.",
    "Results stand in output.results; the API page's field list also names output.result_url, which is read too.",
    "Sides: the API page takes 256 and 4096 themselves, models.yaml excludes them; we follow the API page.",
    "aspect_ratio, realPerson and predefined_face_id stand in input (models-extra.yaml); models.yaml leaves it open.",
    "How long a task takes is not said; the range is around the sample (24 s).",
)

MODELS = (
    _row(
        id="virtualmodel-v2",
        summary="Another person and background in a product photo, the pose kept; persons and mannequins.",
        request=Second,
        notes=(*_NOTES, "One line of models.yaml says 2024 pixels where the others say 2048."),
    ),
    _row(
        id="wanx-virtualmodel",
        summary="The first version of virtualmodel-v2: persons only, with ready-made faces.",
        request=First,
        notes=_NOTES,
    ),
)
