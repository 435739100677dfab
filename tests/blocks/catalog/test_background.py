"""Backgrounds for products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields

CUT_OUT, HILLS, BRANCH = (f"https://example.org/{name}.png" for name in ("bottle", "hills", "branch"))


def _body(parameters: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    return {
        "model": "wanx-background-generation-v2",
        "input": {"base_image_url": CUT_OUT, **given},
        "parameters": parameters or {},
    }


EDGES = {
    "foreground_edge": [BRANCH, HILLS],
    "background_edge": [HILLS],
    "foreground_edge_prompt": ["梅枝", ""],
    "background_edge_prompt": ["clouds"],
}


@pytest.mark.parametrize(
    "body",
    [
        _body({"n": 2}, ref_prompt="雾中的山"),
        _body({"noise_level": 0}, ref_image_url=HILLS),
        _body({"ref_prompt_weight": 0.8, "noise_level": 999}, ref_prompt="mist", ref_image_url=HILLS),
        _body({"model_version": "v3", "n": 4}, ref_prompt="mist", neg_ref_prompt="", reference_edge=EDGES),
    ],
)
def test_led_by_words_pictures_and_outlines(body: dict[str, Any]) -> None:
    """Each way of guiding goes over the wire as said."""
    assert catalog.request(body).body() == body
    assert catalog.request(body, wire=True).to_dict() == body


def test_something_must_lead() -> None:
    """Neither words nor a picture is refused, by the service too."""
    assert problem_fields(_body()) == problem_fields(_body(), wire=True) == ["input.ref_prompt"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (_body({"noise_level": 5}, ref_prompt="mist"), "parameters.noise_level"),
        (_body({"ref_prompt_weight": 0.5}, ref_prompt="mist"), "parameters.ref_prompt_weight"),
        (_body({"ref_prompt_weight": 0.5}, ref_image_url=HILLS), "parameters.ref_prompt_weight"),
    ],
)
def test_what_would_be_ignored(body: dict[str, Any], field: str) -> None:
    """A weight without what it weighs is refused before it is paid for; the service takes it."""
    assert problem_fields(body) == [field]
    assert catalog.request(body, wire=True).body() == body


@pytest.mark.parametrize(
    ("edges", "field"),
    [
        ({"foreground_edge": [BRANCH], "foreground_edge_prompt": ["a", "b"]}, "reference_edge.foreground_edge_prompt"),
        ({"background_edge_prompt": ["a"]}, "reference_edge.background_edge_prompt"),
        ({"foreground_edge": [BRANCH] * 6, "background_edge": [HILLS] * 5}, "reference_edge.background_edge"),
        ({"foreground_edge": [BRANCH] * 11}, "reference_edge.foreground_edge"),
        (
            {"foreground_edge": [BRANCH], "foreground_edge_prompt": ["雪" * 121]},
            "reference_edge.foreground_edge_prompt.0",
        ),
        ({"foregroundedge": [BRANCH]}, "reference_edge.foregroundedge"),
    ],
)
def test_rules_of_the_outlines(edges: dict[str, Any], field: str) -> None:
    """As many texts as elements, ten elements in all, and their texts as long as the others."""
    for wire in (False, True):
        assert problem_fields(_body(ref_prompt="mist", reference_edge=edges), wire=wire) == [f"input.{field}"]


def test_texts_are_counted_in_characters_or_words() -> None:
    """120 Chinese characters, or 150 words of another language; the service cuts the rest."""
    for text, longer in (("雪" * 120, "雪" * 121), ("snow " * 150, "snow " * 151)):
        catalog.request(_body(ref_prompt=text))
        assert problem_fields(_body(ref_prompt=longer)) == ["input.ref_prompt"]
        cut = catalog.request(_body(ref_prompt=longer), truncate=True).body()["input"]["ref_prompt"]
        assert cut == text.strip()


def test_the_product_is_cut_out() -> None:
    """The product and every element need transparent parts; each element is a file of its own."""
    media = catalog.request(_body(ref_image_url=HILLS, reference_edge=EDGES)).media()
    needs = {field.name: field.spec.needs_alpha for field in media}
    assert needs == {
        "input.base_image_url": True,
        "input.ref_image_url": False,
        "input.reference_edge.foreground_edge.0": True,
        "input.reference_edge.foreground_edge.1": True,
        "input.reference_edge.background_edge.0": True,
    }
    request = catalog.request(_body(ref_prompt="mist", reference_edge={"foreground_edge": ["branch.png"]}))
    staged = request.with_media({("input", "reference_edge", "foreground_edge", 0): "oss://up/branch.png"})
    assert staged.body()["input"]["reference_edge"] == {"foreground_edge": ["oss://up/branch.png"]}


def test_nested_fields_are_told() -> None:
    """The object's own fields stand beside it in the description."""
    fields = {field["name"]: field for field in catalog.describe("wanx-background-generation-v2")["fields"]}
    assert fields["input.reference_edge"]["type"] == "object"
    elements = fields["input.reference_edge.foreground_edge"]
    assert (elements["type"], elements["list"], elements["max"]) == ("image", True, 10)
    assert elements["media"]["needs_alpha"] is True


def test_each_picture_is_billed() -> None:
    """n times 0.08 CNY; one when nobody says how many."""
    assert catalog.quote(catalog.request(_body(ref_prompt="mist"))).amount == Decimal("0.08")
    assert catalog.quote(catalog.request(_body({"n": 3}, ref_prompt="mist"))).amount == Decimal("0.24")
