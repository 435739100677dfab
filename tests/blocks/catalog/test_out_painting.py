"""Widening a picture."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields


def _body(**parameters: Any) -> dict[str, Any]:
    given = {"image_url": "https://example.org/harbour.jpg"}
    return {"model": "image-out-painting", "input": given, "parameters": parameters}


@pytest.mark.parametrize(
    "body",
    [
        _body(output_ratio="16:9"),
        _body(x_scale=1.5, y_scale=1.0),
        _body(top_offset=0, left_offset=640),
        _body(angle=45),
        _body(angle=90, output_ratio="4:3"),
        _body(angle=270, bottom_offset=10, best_quality=True, limit_image_size=False, add_watermark=False),
        _body(output_ratio="", x_scale=3.0),
        _body(output_ratio="1:1", x_scale=1.0, left_offset=0),
    ],
)
def test_three_ways_to_widen(body: dict[str, Any]) -> None:
    """By ratio, by factor or by pixels, after a turn if wanted; what does nothing is no second way."""
    assert catalog.request(body).body() == body
    assert catalog.request(body, wire=True).to_dict() == body


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (_body(output_ratio="4:3", x_scale=2.0), ["parameters.x_scale"]),
        (_body(output_ratio="4:3", top_offset=5, right_offset=5), ["parameters.top_offset", "parameters.right_offset"]),
        (_body(y_scale=2.0, left_offset=100), ["parameters.left_offset"]),
        (
            _body(angle=90, output_ratio="4:3", x_scale=2.0, left_offset=1),
            ["parameters.x_scale", "parameters.left_offset"],
        ),
    ],
)
def test_one_way_at_a_time(body: dict[str, Any], fields: list[str]) -> None:
    """The way that would be ignored is refused before it is paid for; the service takes it and ignores it."""
    assert problem_fields(body) == fields
    assert catalog.request(body, wire=True).body() == body


@pytest.mark.parametrize("body", [_body(), _body(x_scale=1.0, left_offset=0), _body(output_ratio="", angle=0)])
def test_a_way_is_needed(body: dict[str, Any]) -> None:
    """A request that would change nothing is refused."""
    assert problem_fields(body) == problem_fields(body, wire=True) == ["parameters.output_ratio"]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_quarter_turn_alone_is_refused(angle: int) -> None:
    """With a way to widen beside it, it is taken."""
    assert problem_fields(_body(angle=angle)) == ["parameters.angle"]
    catalog.request(_body(angle=angle, x_scale=1.1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("angle", 360),
        ("angle", -1),
        ("output_ratio", "2:1"),
        ("x_scale", 3.1),
        ("y_scale", 0.9),
        ("top_offset", -1),
        ("left_offset", 3 * 4096),
        ("left_offset", 10.5),
    ],
)
def test_limits(name: str, value: Any) -> None:
    """Each limit is refused by its field."""
    assert problem_fields(_body(**{name: value})) == [f"parameters.{name}"]


def test_one_picture_is_billed() -> None:
    """0.18 CNY, whatever the way."""
    assert catalog.quote(catalog.request(_body(output_ratio="1:1"))).amount == Decimal("0.18")


def test_the_picture_may_be_heif() -> None:
    """Formats and sides are the API page's."""
    spec = catalog.request(_body(angle=45)).media()[0].spec
    assert "heif" in spec.formats
    assert (spec.min_side, spec.max_side) == (512, 4096)
