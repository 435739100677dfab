"""Shoes on a model."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields

PERSON, SHOE = "https://example.org/standing.webp", "https://example.org/boot.avif"


def _body(parameters: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    required = {"template_image_url": PERSON, "shoe_image_url": [SHOE]}
    return {"model": "shoemodel-v1", "input": {**required, **given}, "parameters": parameters or {}}


def test_one_shoe_or_two_views() -> None:
    """One or two pictures of the shoe, and how bright."""
    for body in (_body(), _body({"n": 4}, shoe_image_url=[SHOE, SHOE], scale=8)):
        assert catalog.request(body).body() == body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (_body(shoe_image_url=[]), "input.shoe_image_url"),
        (_body(shoe_image_url=[SHOE] * 3), "input.shoe_image_url"),
        (_body(scale=1.9), "input.scale"),
        (_body(scale=8.1), "input.scale"),
        (_body({"n": 5}), "parameters.n"),
        (_body({"scale": 5}), "parameters.scale"),
    ],
)
def test_limits(body: dict[str, Any], field: str) -> None:
    """Each limit is refused by its field."""
    assert problem_fields(body) == [field]


def test_parameters_are_sent_even_empty() -> None:
    """The page calls them required: they go over the wire though nobody set them."""
    body = _body()
    del body["parameters"]
    assert catalog.request(body).body() == _body()


def test_every_view_is_a_file() -> None:
    """Each picture has the same limits: 3 to 2 at most, avif among the formats."""
    media = catalog.request(_body(shoe_image_url=[SHOE, SHOE])).media()
    assert [field.name for field in media] == [
        "input.template_image_url",
        "input.shoe_image_url.0",
        "input.shoe_image_url.1",
    ]
    assert {(field.spec.max_ratio, "avif" in field.spec.formats) for field in media} == {(1.5, True)}
