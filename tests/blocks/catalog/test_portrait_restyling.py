"""Portraits in another style."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog.portrait_restyling import OWN_STYLE, STYLES
from tests.blocks.catalog.conftest import problem_of

PORTRAIT, STYLE = "https://example.org/face.jpg", "https://example.org/woodcut.jpg"


def _body(style: Any, **given: Any) -> dict[str, Any]:
    return {"model": "wanx-style-repaint-v1", "input": {"image_url": PORTRAIT, "style_index": style, **given}}


def test_every_style_has_a_name() -> None:
    """Each number of the list is taken, and the field's description names it."""
    field = catalog.find("wanx-style-repaint-v1").fields["input.style_index"]
    assert set(field.choices) == set(STYLES)
    for number, name in STYLES.items():
        assert f"{number} {name}" in field.description
        body = _body(number, **({"style_ref_url": STYLE} if number == OWN_STYLE else {}))
        assert catalog.request(body).body() == body


@pytest.mark.parametrize("style", [10, 13, 16, 29, 41, -2, "3", True, 3.0])
def test_gaps_in_the_numbers_are_refused(style: Any) -> None:
    """Numbers the list leaves out, and what is no number."""
    assert problem_of(_body(style)).field == "input.style_index"


def test_a_style_of_ones_own_needs_its_picture() -> None:
    """style_index -1 without style_ref_url is refused, on the wire too."""
    for wire in (False, True):
        problem = problem_of(_body(OWN_STYLE), wire=wire)
        assert problem.field == "input.style_ref_url"
        assert "-1" in problem.message


def test_a_style_picture_loses_to_a_preset() -> None:
    """Beside a preset it would be ignored: refused before it is paid for; the service takes it."""
    body = _body(3, style_ref_url=STYLE)
    assert problem_of(body).field == "input.style_ref_url"
    assert catalog.request(body, wire=True).body() == body


def test_what_the_portrait_must_be() -> None:
    """Area and ratio are limited; the ratio of a style picture is not."""
    portrait, style = (field.spec for field in catalog.request(_body(OWN_STYLE, style_ref_url=STYLE)).media())
    assert (portrait.min_side, portrait.max_pixels, portrait.max_ratio) == (256, 5760 * 3240, 2)
    assert (style.max_pixels, style.max_ratio) == (5760 * 3240, None)


def test_one_picture_is_billed() -> None:
    """One picture is priced at the list price of one."""
    assert catalog.quote(catalog.request(_body(3))).amount == Decimal("0.12")
