"""Sizes that may be chosen freely."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from blocks.catalog.sizes import Size

SIDES = Size(min_side=512, max_side=1440)
AREA = Size(min_pixels="1280*1280", max_pixels="1440*1440", max_ratio=4)


def _takes(size: Size, value: str) -> bool:
    try:
        TypeAdapter(Annotated[str, size]).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("512*512", True),
        ("1440*1440", True),
        ("513*1439", True),
        ("511*1024", False),
        ("1024*1441", False),
        ("768*2700", False),
    ],
)
def test_both_sides_are_limited(value: str, taken: bool) -> None:
    """Each side has a shortest and a longest, the ends included."""
    assert _takes(SIDES, value) is taken


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("1280*1280", True),
        ("1440*1440", True),
        ("768*2700", True),
        ("640*2560", True),
        ("1279*1280", False),
        ("1441*1440", False),
        ("630*2700", False),
    ],
)
def test_pixels_in_all_and_the_ratio_are_limited(value: str, taken: bool) -> None:
    """Any sides are taken whose product and ratio fit, the ends included."""
    assert _takes(AREA, value) is taken


@pytest.mark.parametrize(
    "value", ["1024x1024", "1024 * 1024", "1024", "*1024", "01024*1024", "1024*1024\n", "１０２４*1024", ""]
)
def test_a_size_is_two_plain_numbers(value: str) -> None:
    """Anything else is no size, and the message shows how one is written."""
    with pytest.raises(ValidationError, match=r"1024\*768"):
        TypeAdapter(Annotated[str, SIDES]).validate_python(value)


def test_limits_are_told_as_data() -> None:
    """What is documented is told, and nothing else."""
    assert SIDES.describe() == {"min_side": 512, "max_side": 1440}
    assert SIDES.allowed == {"min": "512*512", "max": "1440*1440"}
    assert AREA.describe() == {"min_pixels": "1280*1280", "max_pixels": "1440*1440", "max_ratio": 4}
