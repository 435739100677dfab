"""What the picture models have in common: files, texts, counts, and where their answers hold the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media, Scheme, Text
from blocks.catalog.model import OutputType, Result, per_picture
from blocks.catalog.requests import Conflict, Parameters, Request

TEXT2IMAGE = "services/aigc/text2image/image-synthesis"
IMAGE2IMAGE = "services/aigc/image2image/image-synthesis"
VIRTUAL_MODEL = "services/aigc/virtualmodel/generation"

UPLOADED: frozenset[Scheme] = frozenset({"http", "oss"})
"""An address, or a temporary upload, to which the pages of most of these models link."""
ANY_WAY: frozenset[Scheme] = frozenset({"http", "oss", "data"})
"""An address, a temporary upload or the picture itself in base64."""

FORMATS = ("jpeg", "jpg", "png", "bmp", "webp")
NegativePrompt = Annotated[str, Text(500, may_be_empty=True), Field(description="What should not appear.")]
Count = Annotated[int, Field(ge=1, le=4, description="How many pictures; each is billed.")]

RESULTS = Result(urls=("output.results[].url",))
"""A list of pictures, the failed ones among them as code and message."""
ONE_OR_MORE: Mapping[str, OutputType] = {"image": "image", "images": "images"}
"""The first picture, and all of them."""


class NoParameters(Parameters):
    """None: the model takes an empty object."""


class WithParameters(Request):
    """A request whose pages call ``parameters`` required: it is sent, if need be empty."""

    def body(self) -> dict[str, Any]:
        """What goes over the wire."""
        said = super().body()
        return said if "parameters" in said else {**said, "parameters": {}}


FREE_TRIAL = per_picture({}, trial_only=True)
"""Free pictures and then no more; there is no price (models.yaml free_trial_only, models-extra.yaml unpriced)."""
TRIAL_NOTE = "Free trial only: once the free pictures are used up it cannot be called, and it cannot be paid for."


def picture(**demands: Any) -> Media:
    """Demands on a picture: the usual formats and 10 MB, an address without unencoded characters.

    Args:
        demands: what differs, as fields of ``Media``.
    """
    usual = {"formats": FORMATS, "accepts": UPLOADED, "max_bytes": 10 * MEGABYTE, "ascii_only": True}
    return Media("image", **{**usual, **demands})


def nothing_without(part: Parameters, names: tuple[str, ...], needed: str) -> Iterator[Conflict]:
    """Parameters that have no effect without something else that is not set.

    Args:
        part: the parameters.
        names: those that would be ignored.
        needed: what they work with, in words.
    """
    for name in names:
        if name in part.model_fields_set:
            yield Conflict(name, f"has no effect without {needed}")
