"""Editing pictures in words: one general model, and one with ten functions.

Facts: models.yaml wan2.5-i2i-preview and wanx2.1-imageedit; models-extra.yaml, the same ids, prices and rate_limits.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from annotated_types import Len
from pydantic import Field, Strict

from blocks.catalog.annotations import Text
from blocks.catalog.model import Limits, Model, per_picture
from blocks.catalog.pictures import (
    ANY_WAY,
    FORMATS,
    IMAGE2IMAGE,
    ONE_OR_MORE,
    RESULTS,
    Count,
    NegativePrompt,
    picture,
)
from blocks.catalog.requests import Input, Parameters, Request
from blocks.catalog.sizes import Size
from blocks.catalog.wan import PromptExtend, Seed, Watermark

Picture = Annotated[
    str,
    picture(accepts=ANY_WAY, min_side=384, max_side=5000, alpha=False, ascii_only=False),
    Field(description="A picture."),
]
_base = partial(picture, accepts=ANY_WAY, formats=(*FORMATS, "tiff"), min_side=512, max_side=4096)
Base = Annotated[str, _base(), Field(description="The picture to edit.")]
Mask = Annotated[
    str,
    _base(same_size_as="base_image_url"),
    Field(description="White where the picture is repainted, black where it stays; of the same size."),
]
EditPrompt = Annotated[str, Text(800), Field(description="What to do, or what the result shows.")]
FreePrompt = Annotated[
    str, Text(800, may_be_empty=True), Field(description='What to do, or what the result shows; may be "".')
]
Widening = Annotated[float, Field(ge=1.0, le=2.0, description="How far to widen this side; 1.0 leaves it.")]


class GeneralInput(Input):
    """Words and up to three pictures."""

    prompt: Annotated[
        str, Text(2000), Field(description="The edit in words; pictures are named by their place: image 1, image 2.")
    ]
    images: Annotated[tuple[Picture, ...], Strict(False), Len(1, 3), Field(description="Pictures, in order.")]
    negative_prompt: NegativePrompt | None = None


class GeneralParameters(Parameters):
    """wan2.5-i2i-preview."""

    size: (
        Annotated[
            str,
            Size(
                min_pixels="768*768",
                max_pixels="1280*1280",
                max_ratio=4,
                advised=(
                    "1280*1280",
                    "1024*1024",
                    "800*1200",
                    "1200*800",
                    "960*1280",
                    "1280*960",
                    "720*1280",
                    "1280*720",
                    "1344*576",
                ),
            ),
            Field(description="Width*height; unset: about 1280*1280 pixels in the ratio of the last picture."),
        ]
        | None
    ) = None
    n: Count = 4
    prompt_extend: PromptExtend = True
    watermark: Watermark = False
    seed: Annotated[Seed, Field(description="Fixes the random choice; several pictures count on from it.")] | None = (
        None
    )


class GeneralEditing(Request):
    """wan2.5-i2i-preview."""

    model: Literal["wan2.5-i2i-preview"] = "wan2.5-i2i-preview"
    input: GeneralInput
    parameters: GeneralParameters = Field(default_factory=GeneralParameters)


class EditParameters(Parameters):
    """What every function takes."""

    n: Count = 1
    seed: Seed | None = None
    watermark: Watermark = False


class StrengthParameters(EditParameters):
    """How free the edit is."""

    strength: Annotated[
        float, Field(ge=0.0, le=1.0, description="0 stays close to the picture, 1 goes far from it.")
    ] = 0.5


class ImageEditing(Request):
    """One function of wanx2.1-imageedit."""

    model: Literal["wanx2.1-imageedit"] = "wanx2.1-imageedit"


class StylizeAllInput(Input):
    """A picture."""

    function: Literal["stylization_all"]
    prompt: EditPrompt
    base_image_url: Base


class StylizeAll(ImageEditing):
    """Another style for the whole picture."""

    input: StylizeAllInput
    parameters: StrengthParameters = Field(default_factory=StrengthParameters)


class StylizePartInput(Input):
    """A picture."""

    function: Literal["stylization_local"]
    prompt: Annotated[
        str,
        Text(800),
        Field(description="Which thing becomes what: ice, cloud, lantern, wood, porcelain, fluff, wool or balloon."),
    ]
    base_image_url: Base


class StylizePart(ImageEditing):
    """Another material for a part of the picture."""

    input: StylizePartInput
    parameters: EditParameters = Field(default_factory=EditParameters)


class DescriptionInput(Input):
    """A picture."""

    function: Literal["description_edit"]
    prompt: EditPrompt
    base_image_url: Base


class DescriptionEdit(ImageEditing):
    """Adds or changes what the words say."""

    input: DescriptionInput
    parameters: StrengthParameters = Field(default_factory=StrengthParameters)


class MaskedInput(Input):
    """A picture and the area to repaint."""

    function: Literal["description_edit_with_mask"]
    prompt: FreePrompt
    base_image_url: Base
    mask_image_url: Mask


class MaskedEdit(ImageEditing):
    """Repaints the masked area; an empty prompt removes what is small."""

    input: MaskedInput
    parameters: EditParameters = Field(default_factory=EditParameters)


class WatermarkInput(Input):
    """A picture."""

    function: Literal["remove_watermark"]
    prompt: EditPrompt
    base_image_url: Base


class RemoveWatermark(ImageEditing):
    """Removes text and watermarks; mind whose they are."""

    input: WatermarkInput
    parameters: EditParameters = Field(default_factory=EditParameters)


class ExpandInput(Input):
    """A picture."""

    function: Literal["expand"]
    prompt: EditPrompt
    base_image_url: Base


class ExpandParameters(EditParameters):
    """How far each side is widened."""

    top_scale: Widening = 1.0
    bottom_scale: Widening = 1.0
    left_scale: Widening = 1.0
    right_scale: Widening = 1.0


class Expand(ImageEditing):
    """A wider view of the scene that the words describe."""

    input: ExpandInput
    parameters: ExpandParameters = Field(default_factory=ExpandParameters)


class SharpenInput(Input):
    """A picture."""

    function: Literal["super_resolution"]
    prompt: EditPrompt
    base_image_url: Base


class SharpenParameters(EditParameters):
    """How much larger."""

    upscale_factor: Annotated[int, Field(ge=1, le=4, description="How much larger; 1 sharpens only.")] = 1


class Sharpen(ImageEditing):
    """Sharpens and enlarges."""

    input: SharpenInput
    parameters: SharpenParameters = Field(default_factory=SharpenParameters)


class ColourInput(Input):
    """A black-and-white picture."""

    function: Literal["colorization"]
    prompt: FreePrompt
    base_image_url: Base


class Colour(ImageEditing):
    """Colours a black-and-white picture, by itself or as the words say."""

    input: ColourInput
    parameters: EditParameters = Field(default_factory=EditParameters)


class DoodleInput(Input):
    """A drawing, or a picture to draw the lines of."""

    function: Literal["doodle"]
    prompt: EditPrompt
    base_image_url: Base


class DoodleParameters(EditParameters):
    """What the picture is."""

    is_sketch: Annotated[
        bool, Field(description="The picture is a line drawing already; false: its lines are drawn first.")
    ] = False


class Doodle(ImageEditing):
    """A picture along the lines of a drawing."""

    input: DoodleInput
    parameters: DoodleParameters = Field(default_factory=DoodleParameters)


class CartoonInput(Input):
    """A picture of a cartoon character."""

    function: Literal["control_cartoon_feature"]
    prompt: EditPrompt
    base_image_url: Base


class Cartoon(ImageEditing):
    """The cartoon character of the picture in another scene; mind whose it is."""

    input: CartoonInput
    parameters: EditParameters = Field(default_factory=EditParameters)


_row = partial(
    Model,
    family="image-edit",
    endpoint=IMAGE2IMAGE,
    mode="async",
    kind="image",
    outputs=ONE_OR_MORE,
    result=RESULTS,
)

MODELS = (
    _row(
        id="wan2.5-i2i-preview",
        summary="Edits or merges one to three pictures as the words say; one to four results.",
        request=GeneralEditing,
        billing=per_picture({"beijing": "0.2", "singapore": "0.220177"}, free_quota=50),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5)},
        regions=("beijing", "singapore"),
        typical_seconds=(60.0, 120.0),
        documented="partial",
        notes=(
            "n is 4 when it is not set, and all four are billed: set n.",
            "oss:// is taken because the vendor's SDK sends local files that way; the pages name http and base64.",
            "models.yaml has no endpoint and no HTTP body; both are those of models-extra.yaml.",
        ),
    ),
    _row(
        id="wanx2.1-imageedit",
        summary="Ten ways to edit a picture: style, words, mask, text removal, widening, sharpening, colour, drawing.",
        request=ImageEditing,
        variants={
            "stylization_all": StylizeAll,
            "stylization_local": StylizePart,
            "description_edit": DescriptionEdit,
            "description_edit_with_mask": MaskedEdit,
            "remove_watermark": RemoveWatermark,
            "expand": Expand,
            "super_resolution": Sharpen,
            "colorization": Colour,
            "doodle": Doodle,
            "control_cartoon_feature": Cartoon,
        },
        billing=per_picture({"beijing": "0.14"}),
        limits=Limits(2, 2),
        typical_seconds=(5.0, 15.0),
        documented="guide-only",
        notes=(
            "models.yaml calls the price one of a video second in one place and of a picture in the table; it is 0.14 "
            "CNY a picture.",
            "prompt is required for every function (models-extra.yaml); it may be empty for description_edit_with_mask "
            "and colorization (models.yaml).",
            "oss:// is taken because the vendor's SDK sends local files that way; the pages name http and base64.",
            "models.yaml has no endpoint; it is that of models-extra.yaml.",
        ),
    ),
)
