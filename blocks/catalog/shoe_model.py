"""Shoes from product pictures on the feet of a model.

Facts: models.yaml shoemodel-v1; models-extra.yaml shoemodel-v1; the vendor's API page it names for the longest side.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from annotated_types import Len
from pydantic import Field, Strict

from blocks.catalog.model import Limits, Model
from blocks.catalog.pictures import (
    FORMATS,
    FREE_TRIAL,
    ONE_OR_MORE,
    RESULTS,
    TRIAL_NOTE,
    VIRTUAL_MODEL,
    Count,
    WithParameters,
    picture,
)
from blocks.catalog.requests import Input, Parameters

_photo = partial(picture, formats=(*FORMATS, "avif"), max_side=4095, max_ratio=1.5, max_bytes=None)


class ShoeInput(Input):
    """A model and shoes."""

    template_image_url: Annotated[
        str, _photo(), Field(description="The model, standing, feet and knees in view; 4 to 3 and 5 MB are advised.")
    ]
    shoe_image_url: Annotated[
        tuple[Annotated[str, _photo()], ...],
        Strict(False),
        Len(1, 2),
        Field(description="The shoe, seen from one side or two."),
    ]
    scale: Annotated[float, Field(ge=2.0, le=8.0, description="Strength; higher is brighter in colour.")] = 5.0


class ShoeParameters(Parameters):
    """How many."""

    n: Count = 1


class ShoeModel(WithParameters):
    """shoemodel-v1."""

    model: Literal["shoemodel-v1"] = "shoemodel-v1"
    input: ShoeInput
    parameters: ShoeParameters = Field(default_factory=ShoeParameters)


MODELS = (
    Model(
        id="shoemodel-v1",
        family="shoe-model",
        summary="Puts the shoes of one or two product pictures on the feet of a model.",
        request=ShoeModel,
        endpoint=VIRTUAL_MODEL,
        mode="async",
        kind="image",
        outputs=ONE_OR_MORE,
        result=RESULTS,
        billing=FREE_TRIAL,
        limits=Limits(2, 1),
        typical_seconds=(15.0, 60.0),
        documented="guide-only",
        notes=(
            TRIAL_NOTE,
            "scale stands in input: the page lists it there, and no sample shows it.",
            "The format WEB of models.yaml is read as webp, which its example is.",
            "The longest side is known from the page's error message.",
            "How long a task takes is not said; the range is that of the virtual models.",
        ),
    ),
)
