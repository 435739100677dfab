"""Boxes in a picture."""

from __future__ import annotations

import math
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog.boxes import ratio_of
from tests.blocks.catalog.conftest import problem_fields, problem_of


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ([10, 10, 10, 40], "is no box"),
        ([40, 10, 10, 40], "is no box"),
        ([10, 40, 40, 10], "is no box"),
        ([-1, 10, 40, 40], "is no box"),
        ([10, 10, 40], "holds 3 items"),
        ([1, 2, 3, 4, 5], "holds 5 items"),
        ("10,10,40,40", "not a list"),
        ({"x1": 1}, "not a list"),
    ],
)
def test_four_corners_in_order(bodies, box: Any, said: str) -> None:
    """Left, top, right, bottom; nothing else is a box, and its field is named."""
    for model in ("emo-v1", "emoji-v1"):
        for wire in (False, True):
            problem = problem_of(bodies(model, input={"face_bbox": box}), wire=wire)
            assert problem.field == "input.face_bbox"
            assert said in problem.message


@pytest.mark.parametrize("corner", ["7", True, None, math.nan, math.inf])
def test_a_corner_is_a_number_of_pixels(bodies, corner: Any) -> None:
    """A corner that is none is named by its place."""
    assert problem_fields(bodies("emo-v1", input={"ext_bbox": [0, 0, corner, 512]})) == ["input.ext_bbox.2"]


def test_whole_pixels_stay_whole(bodies) -> None:
    """What is written without a fraction goes over the wire without one; emoji takes no fractions."""
    body = bodies("emo-v1", input={"face_bbox": [210, 160.5, 390, 340]})
    assert str(catalog.request(body).body()["input"]["face_bbox"]) == "[210, 160.5, 390, 340]"
    with pytest.raises(catalog.InvalidRequest, match=r"input\.face_bbox\.1: 160\.5 is not a whole number"):
        catalog.request(bodies("emoji-v1", input={"face_bbox": [210, 160.5, 390, 340]}))


@pytest.mark.parametrize(
    ("box", "ratio"),
    [
        ([0, 0, 512, 512], "1:1"),
        ([71, 9, 840, 778], "1:1"),
        ([0, 0, 512, 704], "3:4"),
        ([10, 10, 310, 410], "3:4"),
        ([0, 0, 400, 300], None),
        ([0, 0, 100, 115], None),
    ],
)
def test_a_box_has_about_its_ratio(box: list[int], ratio: str | None) -> None:
    """A few per cent off is the ratio still: the pages call 512 to 704 pixels 3:4."""
    assert ratio_of(box, ("1:1", "3:4")) == ratio


def test_a_box_of_another_ratio_is_refused(bodies) -> None:
    """What moves is 1:1 or 3:4 with emo, 1:1 with emoji."""
    wide, high = [0, 0, 400, 300], [0, 0, 300, 400]
    for model, box, said in (("emo-v1", wide, "1:1 or 3:4"), ("emoji-v1", high, "must be 1:1")):
        with pytest.raises(catalog.InvalidRequest, match=said) as refused:
            catalog.request(bodies(model, input={"ext_bbox": box}))
        assert refused.value.problems[0].field == "input.ext_bbox"
    assert catalog.request(bodies("emo-v1", input={"ext_bbox": high})).ratio == "3:4"
