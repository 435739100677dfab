"""A new background for a product that was cut out.

Facts: models.yaml wanx-background-generation-v2; models-extra.yaml, the same id; the vendor's API page it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from annotated_types import Len
from pydantic import Field, Strict

from blocks.catalog.annotations import Media, Text
from blocks.catalog.model import Limits, Model, per_picture
from blocks.catalog.pictures import ONE_OR_MORE, RESULTS, UPLOADED, Count, nothing_without
from blocks.catalog.requests import Conflict, Input, Parameters, Part, Request

MOST_ELEMENTS = 10
_WORDS = Text(120, max_words=150, may_be_empty=True)

Element = Annotated[str, Media("image", accepts=UPLOADED, needs_alpha=True)]
Elements = Annotated[tuple[Element, ...], Strict(False), Len(0, MOST_ELEMENTS)]
ElementPrompts = Annotated[
    tuple[Annotated[str, _WORDS], ...],
    Strict(False),
    Len(0, MOST_ELEMENTS),
    Field(description='What each element is, in the same order; "" where there is nothing to say.'),
]


class Edges(Part):
    """Outlines of things in front of the product and behind it, made with the vendor's edge tool."""

    foreground_edge: (
        Annotated[Elements, Field(description="Elements in front of the product, from the bottom layer up.")] | None
    ) = None
    background_edge: (
        Annotated[Elements, Field(description="Elements behind the product, from the bottom layer up.")] | None
    ) = None
    foreground_edge_prompt: ElementPrompts | None = None
    background_edge_prompt: ElementPrompts | None = None

    def conflicts(self) -> Iterator[Conflict]:
        """As many prompts as elements, and at most ten elements in all."""
        for name, elements, prompts in (
            ("foreground_edge", self.foreground_edge, self.foreground_edge_prompt),
            ("background_edge", self.background_edge, self.background_edge_prompt),
        ):
            if prompts is not None and len(prompts) != len(elements or ()):
                said = f"says {len(prompts)} prompts for {len(elements or ())} elements; give one for each"
                yield Conflict(f"{name}_prompt", said, refused=True)
        count = len(self.foreground_edge or ()) + len(self.background_edge or ())
        if count > MOST_ELEMENTS:
            said = f"makes {count} elements together with foreground_edge; {MOST_ELEMENTS} at most"
            yield Conflict("background_edge", said, refused=True)


class BackgroundInput(Input):
    """A product, and what guides its background."""

    base_image_url: Annotated[
        str,
        Media("image", ("png",), accepts=UPLOADED, max_side=2048, needs_alpha=True),
        Field(description="The product, cut out, on a fully transparent ground; the result has its size."),
    ]
    ref_prompt: (
        Annotated[
            str,
            _WORDS,
            Field(description="The background in words, Chinese or English.", examples=["a table by a window"]),
        ]
        | None
    ) = None
    ref_image_url: (
        Annotated[
            str,
            Media("image", accepts=UPLOADED, may_be_empty=True),
            Field(description="A picture to go by; its fully transparent parts do not count."),
        ]
        | None
    ) = None
    neg_ref_prompt: (
        Annotated[str, _WORDS, Field(description="What should not appear; a built-in text when not set.")] | None
    ) = None
    reference_edge: Annotated[Edges, Field(description="Elements in front of the product or behind it.")] | None = None

    def conflicts(self) -> Iterator[Conflict]:
        """A text or a picture guides the background."""
        if not (self.ref_prompt or "").strip() and not self.ref_image_url:
            yield Conflict("ref_prompt", "is missing: give ref_prompt, ref_image_url or both", refused=True)
        for conflict in self.reference_edge.conflicts() if self.reference_edge else ():
            yield Conflict(f"reference_edge.{conflict.field}", conflict.message, conflict.refused)


class BackgroundParameters(Parameters):
    """How the guides are followed."""

    n: Count = 1
    model_version: Annotated[
        Literal["v2", "v3"], Field(description="v3 is better and slower; the pages advise it.")
    ] = "v2"
    noise_level: Annotated[
        int, Field(ge=0, le=999, description="Low stays close to ref_image_url, high goes far from it.")
    ] = 300
    ref_prompt_weight: Annotated[
        float, Field(ge=0, le=1, description="Weight of ref_prompt against ref_image_url; above 0.5 the text leads.")
    ] = 0.5


class Background(Request):
    """wanx-background-generation-v2."""

    model: Literal["wanx-background-generation-v2"] = "wanx-background-generation-v2"
    input: BackgroundInput
    parameters: BackgroundParameters = Field(default_factory=BackgroundParameters)

    def conflicts(self) -> Iterator[Conflict]:
        """Some parameters work with a picture to go by, one with a text as well."""
        found: list[Conflict] = []
        if not self.input.ref_image_url:
            found += nothing_without(self.parameters, ("noise_level",), "input.ref_image_url")
        if not self.input.ref_image_url or not self.input.ref_prompt:
            both = "both input.ref_prompt and input.ref_image_url"
            found += nothing_without(self.parameters, ("ref_prompt_weight",), both)
        yield from (Conflict(f"parameters.{conflict.field}", conflict.message) for conflict in found)


MODELS = (
    Model(
        id="wanx-background-generation-v2",
        family="background-generation",
        summary="A background for a product cut-out, led by words, by a picture, by both, or by outlines as well.",
        request=Background,
        endpoint="services/aigc/background-generation/generation/",
        mode="async",
        kind="image",
        outputs=ONE_OR_MORE,
        result=RESULTS,
        billing=per_picture({"beijing": "0.08"}),
        limits=Limits(2, 1),
        typical_seconds=(15.0, 60.0),
        documented="guide-only",
        notes=(
            "Texts: the pages speak of 150 English words or about 100 to 120 Chinese characters and ignore the rest; "
            "we take 120.",
            "There is no model wanx-background-generation-v3: v3 is a model_version of this one.",
            "The deprecated fields title, sub_title and scene_type are left out.",
            "An API key of a sub-account needs the header X-DashScope-WorkSpace.",
            "How long a task takes is not said; the range is around the samples (40 s).",
        ),
    ),
)
