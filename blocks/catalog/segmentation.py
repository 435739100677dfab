"""Every person in a picture, as a mask.

Facts: models.yaml image-instance-segmentation; models-extra.yaml, the same id; the vendor's API page it names.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.model import Limits, Model, Result
from blocks.catalog.pictures import FREE_TRIAL, IMAGE2IMAGE, TRIAL_NOTE, NoParameters, WithParameters, picture
from blocks.catalog.requests import Input


class SegmentationInput(Input):
    """A picture."""

    image_url: Annotated[str, picture(min_side=512, max_side=4096), Field(description="A picture of people.")]


class Segmentation(WithParameters):
    """image-instance-segmentation."""

    model: Literal["image-instance-segmentation"] = "image-instance-segmentation"
    input: SegmentationInput
    parameters: NoParameters = Field(default_factory=NoParameters)


MODELS = (
    Model(
        id="image-instance-segmentation",
        family="segmentation",
        summary="A mask of every person in a picture, pixel by pixel, and a coloured view of it.",
        request=Segmentation,
        endpoint=IMAGE2IMAGE,
        mode="async",
        kind="image",
        outputs={"mask": "image", "view": "image"},
        result=Result(
            urls=("output.output_image_url", "output.output_vis_image_url"),
            named={"mask": "output.output_image_url", "view": "output.output_vis_image_url"},
        ),
        billing=FREE_TRIAL,
        limits=Limits(2, 1),
        typical_seconds=(10.0, 60.0),
        documented="guide-only",
        notes=(
            TRIAL_NOTE,
            "The sample sends empty parameters, and so do we.",
            "In the mask a pixel's value is the number of the person, from 1; 0 is nobody. It goes as it is into "
            "image-erase-completion, which erases whatever is not pure black (`catalog.hand_over`).",
            "oss:// is taken because the page links to the temporary upload; models-extra.yaml notes http only.",
            "How long a task takes is not said; the range is around the sample (27 s).",
        ),
    ),
)
