"""A poster: a background in a style, and titles laid out on it.

Facts: models.yaml wanx-poster-generation-v1 and poster_lora_names; models-extra.yaml, the same; the vendor's API page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import Text, length_of
from blocks.catalog.model import Limits, Model, Result
from blocks.catalog.pictures import FREE_TRIAL, TEXT2IMAGE, TRIAL_NOTE, NoParameters, WithParameters
from blocks.catalog.requests import Conflict, Input

MOST_WORDS = 50
_WORDS = Text(MOST_WORDS, max_words=MOST_WORDS, may_be_empty=True)


class PosterInput(Input):
    """Titles, a background in words, a style and a layout."""

    generate_mode: Annotated[
        Literal["generate", "sr", "hrf"],
        Field(description="A new poster; or an earlier one at a higher resolution (sr), or redrawn finely (hrf)."),
    ]
    auxiliary_parameters: (
        Annotated[
            str,
            Text(may_be_empty=True),
            Field(description="Of the earlier poster's answer; with sr and hrf, within 24 hours."),
        ]
        | None
    ) = None
    title: Annotated[str, Text(30), Field(description="Main title.")]
    sub_title: Annotated[str, Text(30, may_be_empty=True), Field(description="Second title.")] | None = None
    body_text: Annotated[str, Text(50, may_be_empty=True), Field(description="Body text; may hold line breaks.")] | (
        None
    ) = None
    prompt_text_zh: (
        Annotated[str, _WORDS, Field(description="The background in Chinese.", examples=["雪夜里的灯笼"])] | None
    ) = None
    prompt_text_en: Annotated[str, _WORDS, Field(description="The background in English.")] | None = None
    wh_ratios: Annotated[Literal["横版", "竖版"], Field(description="横版 is landscape, 竖版 is portrait.")] = "横版"
    lora_name: Annotated[
        Literal[
            "",
            "2D插画1",
            "2D插画2",
            "浩瀚星云",
            "浓郁色彩",
            "光线粒子",
            "透明玻璃",
            "剪纸工艺",
            "折纸工艺",
            "中国水墨",
            "中国刺绣",
            "真实场景",
            "2D卡通",
            "儿童水彩",
            "赛博背景",
            "浅蓝抽象",
            "深蓝抽象",
            "抽象点线",
            "童话油画",
        ],
        Field(description='Style; "" for none.'),
    ] = ""
    lora_weight: Annotated[float, Field(ge=0, le=1, description="Weight of the style.")] = 0.8
    ctrl_ratio: Annotated[
        float, Field(ge=0, le=1, description="Room left for the text; much of it may hurt the background.")
    ] = 0.7
    ctrl_step: Annotated[float, Field(gt=0, le=1, description="Share of the steps in which that room is kept.")] = 0.7
    creative_title_layout: Annotated[bool, Field(description="Lay the title out freely.")] = False
    generate_num: Annotated[int, Field(ge=1, le=4, description="How many posters; works with generate only.")] = 1

    def conflicts(self) -> Iterator[Conflict]:
        """A background in words of at most 50 in all; the earlier poster's parameters for the second call."""
        texts = [text for text in (self.prompt_text_zh, self.prompt_text_en) if text and text.strip()]
        length = sum(map(length_of, texts))
        if not texts:
            yield Conflict("prompt_text_zh", "is missing: give prompt_text_zh, prompt_text_en or both", refused=True)
        if length > MOST_WORDS:
            said = f"makes {length} characters and words together with prompt_text_zh; {MOST_WORDS} at most"
            yield Conflict("prompt_text_en", said, refused=True)
        if self.generate_mode != "generate" and not self.auxiliary_parameters:
            said = f"is missing: generate_mode {self.generate_mode} repeats an earlier call with them"
            yield Conflict("auxiliary_parameters", said, refused=True)
        if self.generate_mode == "generate" and self.auxiliary_parameters:
            yield Conflict("auxiliary_parameters", "has no effect with generate_mode generate; use sr or hrf")
        if "lora_weight" in self.model_fields_set and not self.lora_name:
            yield Conflict("lora_weight", "has no effect without lora_name")


class Poster(WithParameters):
    """wanx-poster-generation-v1."""

    model: Literal["wanx-poster-generation-v1"] = "wanx-poster-generation-v1"
    input: PosterInput
    parameters: NoParameters = Field(default_factory=NoParameters)

    @property
    def pictures(self) -> int:
        """How many posters; a second call makes one."""
        return self.input.generate_num if self.input.generate_mode == "generate" else 1


MODELS = (
    Model(
        id="wanx-poster-generation-v1",
        family="poster",
        summary="A poster in one of 18 styles with title, second title and body text; Chinese text above all.",
        request=Poster,
        endpoint=TEXT2IMAGE,
        mode="async",
        kind="image",
        outputs={"image": "image", "images": "images", "backgrounds": "images", "auxiliary_parameters": "texts"},
        result=Result(
            urls=("output.render_urls[]", "output.bg_urls[]"),
            named={
                "image": "output.render_urls[]",
                "images": "output.render_urls[]",
                "backgrounds": "output.bg_urls[]",
            },
        ),
        billing=FREE_TRIAL,
        limits=Limits(2, 1),
        typical_seconds=(10.0, 60.0),
        documented="guide-only",
        notes=(
            TRIAL_NOTE,
            "The two background texts hold 50 in all: characters of Chinese, words of other languages.",
            "auxiliary_parameters stands in input (field table and second sample); the first sample has it outside.",
            "generate_num above 4 makes 4, says the page; here it is refused.",
            "A poster that is refused afterwards is replaced by a sentence in the lists of the answer.",
            "The answer's auxiliary_parameters stand beside the posters, one each, for 24 hours; the call that takes "
            "one repeats every other field of the first (models-extra.yaml; models.yaml knows only generate).",
            "How long a task takes is not said; the range is around the sample (27 s).",
        ),
    ),
)
