"""Text to image.

Facts: models-extra.yaml, the ids below, prices and rate_limits; models.yaml only mentions these models.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from blocks.catalog.annotations import Text, Whole
from blocks.catalog.model import IMAGE_GENERATION, MULTIMODAL_GENERATION, Limits, Model, Result, per_picture
from blocks.catalog.pictures import ONE_OR_MORE, RESULTS, TEXT2IMAGE, Count, NegativePrompt
from blocks.catalog.requests import Conflict, Input, Parameters, Request
from blocks.catalog.sizes import Size
from blocks.catalog.wan import PromptExtend, Seed, Watermark

SIZE = "Width*height of the output in pixels."
PROMPT = "What the picture should show, Chinese or English."

LargeSize = Annotated[
    str,
    Size(
        min_pixels="1280*1280",
        max_pixels="1440*1440",
        max_ratio=4,
        advised=("1280*1280", "1104*1472", "1472*1104", "960*1696", "1696*960"),
    ),
    Field(description=SIZE),
]
FreeSize = Annotated[str, Size(min_side=512, max_side=1440), Field(description=SIZE)]
QwenSize = Annotated[Literal["1664*928", "1472*1104", "1328*1328", "1104*1472", "928*1664"], Field(description=SIZE)]
One = Annotated[Literal[1], Whole, Field(description="One picture; the model makes no more.")]
QwenMark = Annotated[bool, Field(description='A visible mark "Qwen-Image", bottom right.')]


class PictureParameters(Parameters):
    """What every Wan picture model takes."""

    n: Count = 4
    prompt_extend: PromptExtend = True
    watermark: Watermark = False
    seed: Seed | None = None


class MessageInput(Input):
    """Words that go over the wire as the one text of the one message."""

    @model_validator(mode="before")
    @classmethod
    def _from_message(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "messages" not in data:
            return data
        match data:
            case {"messages": [{"role": "user", "content": [{"text": prompt, **more}], **further}], **rest} if not (
                more or further or "prompt" in rest
            ):
                return {**rest, "prompt": prompt}
        said = "is not exactly one message of role user with exactly one text; give the text as input.prompt"
        raise PydanticCustomError("conflicts", said, {"conflicts": (Conflict("input.messages", said),)})


class MessageRequest(Request):
    """A request in the messages form; its canonical form has the words as ``input.prompt``."""

    def body(self) -> dict[str, Any]:
        """The messages form."""
        said = super().body()
        return said | {"input": {"messages": [{"role": "user", "content": [{"text": said["input"]["prompt"]}]}]}}


class Wan26Input(MessageInput):
    """wan2.6-t2i."""

    prompt: Annotated[str, Text(2100), Field(description=PROMPT)]


class Wan26Parameters(PictureParameters):
    """wan2.6-t2i; what should not appear stands here."""

    negative_prompt: NegativePrompt | None = None
    size: LargeSize = "1280*1280"


class Wan26(MessageRequest):
    """wan2.6-t2i."""

    model: Literal["wan2.6-t2i"] = "wan2.6-t2i"
    input: Wan26Input
    parameters: Wan26Parameters = Field(default_factory=Wan26Parameters)


class Wan25Input(Input):
    """wan2.5-t2i-preview."""

    prompt: Annotated[str, Text(2000), Field(description=PROMPT)]
    negative_prompt: NegativePrompt | None = None


class Wan25Parameters(PictureParameters):
    """wan2.5-t2i-preview."""

    size: LargeSize = "1280*1280"


class Wan25(Request):
    """wan2.5-t2i-preview."""

    model: Literal["wan2.5-t2i-preview"] = "wan2.5-t2i-preview"
    input: Wan25Input
    parameters: Wan25Parameters = Field(default_factory=Wan25Parameters)


class Wan22Input(Input):
    """The wan2.2 and wanx2.1 models."""

    prompt: Annotated[str, Text(500), Field(description=PROMPT)]
    negative_prompt: NegativePrompt | None = None


class Wan22Parameters(PictureParameters):
    """The models that take any sides."""

    size: FreeSize = "1024*1024"


class Wan22(Request):
    """The wan2.2 and wanx2.1 models."""

    model: Literal[
        "wan2.2-t2i-plus",
        "wan2.2-t2i-flash",
        "wanx2.1-t2i-plus",
        "wan2.1-t2i-plus",
        "wanx2.1-t2i-turbo",
        "wan2.1-t2i-turbo",
    ]
    input: Wan22Input
    parameters: Wan22Parameters = Field(default_factory=Wan22Parameters)


class Wan20Input(Input):
    """wanx2.0-t2i-turbo."""

    prompt: Annotated[str, Text(800), Field(description=PROMPT)]
    negative_prompt: NegativePrompt | None = None


class Wan20(Request):
    """wanx2.0-t2i-turbo."""

    model: Literal["wanx2.0-t2i-turbo"] = "wanx2.0-t2i-turbo"
    input: Wan20Input
    parameters: Wan22Parameters = Field(default_factory=Wan22Parameters)


class QwenParameters(Parameters):
    """The Qwen models; what should not appear may stand here."""

    size: QwenSize = "1664*928"
    n: One = 1
    prompt_extend: PromptExtend = True
    watermark: QwenMark = False
    seed: Seed | None = None
    negative_prompt: NegativePrompt | None = None


class QwenMaxInput(MessageInput):
    """qwen-image-max."""

    prompt: Annotated[str, Text(800, max_words=800), Field(description=f"{PROMPT} 800 tokens are read.")]


class QwenMax(MessageRequest):
    """qwen-image-max."""

    model: Literal["qwen-image-max"] = "qwen-image-max"
    input: QwenMaxInput
    parameters: QwenParameters = Field(default_factory=QwenParameters)


class QwenInput(MessageInput):
    """qwen-image and qwen-image-plus."""

    prompt: Annotated[str, Text(800), Field(description=PROMPT)]
    negative_prompt: NegativePrompt | None = None


class Qwen(Request):
    """qwen-image and qwen-image-plus; the messages form of their other address reads as the same."""

    model: Literal["qwen-image", "qwen-image-plus"]
    input: QwenInput
    parameters: QwenParameters = Field(default_factory=QwenParameters)


MESSAGES = Result(urls=("output.choices[].message.content[].image",))
"""One choice a picture."""

_row = partial(
    Model,
    family="text-to-image",
    endpoint=TEXT2IMAGE,
    mode="async",
    kind="image",
    outputs=ONE_OR_MORE,
    result=RESULTS,
    regions=("beijing", "singapore"),
    typical_seconds=(60.0, 120.0),
    documented="mentioned-only",
)
_N_NOTE = "n is 4 when it is not set, and all four are billed: set n."
_MESSAGES_NOTE = "Write the text as input.prompt; over the wire it is the one text of the one message."

MODELS = (
    _row(
        id="wan2.6-t2i",
        summary="Words to one to four pictures of about 1280*1280; photographs, and lettering in the picture.",
        request=Wan26,
        endpoint=IMAGE_GENERATION,
        sync_endpoint=MULTIMODAL_GENERATION,
        result=MESSAGES,
        billing=per_picture({"beijing": "0.2", "singapore": "0.220177", "global": "0.2"}, free_quota=50),
        limits=Limits(1, 5),
        limits_in={"singapore": Limits(5, 5), "global": Limits(5, 5)},
        regions=("beijing", "singapore", "virginia"),
        notes=(
            _N_NOTE,
            _MESSAGES_NOTE,
            "negative_prompt stands in parameters, unlike with the older models.",
            "It can be called synchronously at another address too; we submit: a task can be asked about again.",
            "How long a task takes is not said; the range is that of the other models.",
        ),
    ),
    _row(
        id="wan2.5-t2i-preview",
        summary="Words to one to four photographic pictures of about 1280*1280, in ratios up to 4 to 1.",
        request=Wan25,
        billing=per_picture({"beijing": "0.2", "singapore": "0.220177"}, free_quota=50),
        limits=Limits(5, 5),
        limits_in={"singapore": Limits(5, 5)},
        notes=(_N_NOTE,),
    ),
    _row(
        id="wan2.2-t2i-plus",
        summary="Words to one to four pictures, each side 512 to 1440 pixels; more detail than wan2.2-t2i-flash.",
        request=Wan22,
        billing=per_picture({"beijing": "0.2", "singapore": "0.366962"}, free_quota=100),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        notes=(_N_NOTE, "Not in models.yaml."),
    ),
    _row(
        id="wan2.2-t2i-flash",
        summary="Words to one to four pictures, each side 512 to 1440 pixels, fast.",
        request=Wan22,
        billing=per_picture({"beijing": "0.14", "singapore": "0.183481"}, free_quota=100),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        notes=(_N_NOTE,),
    ),
    _row(
        id="wanx2.1-t2i-plus",
        summary="Words to one to four pictures, each side 512 to 1440 pixels; an older model, with more detail.",
        request=Wan22,
        billing=per_picture({"beijing": "0.2", "singapore": "0.366962"}),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        regions=("beijing",),
        also={"singapore": "wan2.1-t2i-plus"},
        notes=(_N_NOTE, "Not in models.yaml."),
    ),
    _row(
        id="wanx2.1-t2i-turbo",
        summary="Words to one to four pictures, each side 512 to 1440 pixels; an older model, fast.",
        request=Wan22,
        billing=per_picture({"beijing": "0.14", "singapore": "0.183481"}),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        regions=("beijing",),
        also={"singapore": "wan2.1-t2i-turbo"},
        notes=(_N_NOTE, "Not in models.yaml."),
    ),
    _row(
        id="wanx2.0-t2i-turbo",
        summary="Words to one to four pictures, each side 512 to 1440 pixels; the cheapest, of basic quality.",
        request=Wan20,
        billing=per_picture({"beijing": "0.04"}),
        limits=Limits(2, 2),
        regions=("beijing",),
        notes=(_N_NOTE,),
    ),
    _row(
        id="qwen-image-max",
        summary="Words to one picture in one of five sizes; the first choice for lettering. Answers at once.",
        request=QwenMax,
        endpoint=MULTIMODAL_GENERATION,
        mode="sync",
        outputs={"image": "image"},
        result=MESSAGES,
        billing=per_picture({"beijing": "0.5", "singapore": "0.550443"}, free_quota=100),
        limits=Limits(2 / 60),
        limits_in={"singapore": Limits(2 / 60)},
        typical_seconds=(5.0, 60.0),
        notes=(
            _MESSAGES_NOTE,
            "800 tokens of the text are read; here a Chinese character or a word of another language counts as one.",
            "The limit is 2 calls a minute.",
            "The same as qwen-image-max-2025-12-30.",
            "How long a call takes is not said; the range is ours.",
        ),
    ),
    _row(
        id="qwen-image",
        summary="Words to one picture in one of five sizes; good lettering.",
        request=Qwen,
        sync_endpoint=MULTIMODAL_GENERATION,
        sync_result=MESSAGES,
        outputs={"image": "image"},
        billing=per_picture({"beijing": "0.25", "singapore": "0.256873"}, free_quota=100),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        notes=(
            "Not in models.yaml.",
            "negative_prompt stands in input (field table) or in parameters (the page's sample of a submit); either is "
            "taken, input is advised.",
            "It can be called synchronously as qwen-image-max is, too; we submit: a task can be asked about again.",
            "How long a task takes is not said; the range is that of the other models.",
        ),
    ),
    _row(
        id="qwen-image-plus",
        summary="qwen-image at a lower price.",
        request=Qwen,
        sync_endpoint=MULTIMODAL_GENERATION,
        sync_result=MESSAGES,
        outputs={"image": "image"},
        billing=per_picture({"beijing": "0.2", "singapore": "0.220177"}, free_quota=100),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        notes=("Not in models.yaml.", "What qwen-image's notes say holds for it too."),
    ),
)
