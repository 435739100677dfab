"""EMO."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks import catalog


@pytest.mark.parametrize("model", ["emo-detect-v1", "emo-v1"])
def test_a_request_goes_over_the_wire_as_said(bodies, model: str) -> None:
    """The body equals what the user said."""
    assert catalog.request(bodies(model)).body() == bodies(model)
    assert catalog.request(bodies(model), wire=True).to_dict() == bodies(model)


def test_the_check_is_for_a_ratio(bodies) -> None:
    """1:1 or 3:4 must be said: it decides size and price of the video."""
    body = bodies("emo-detect-v1")
    with pytest.raises(catalog.InvalidRequest, match=r"parameters: is missing"):
        catalog.request({"model": body["model"], "input": body["input"]})
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.ratio: '4:3' is not taken .*allowed: 1:1, 3:4"):
        catalog.request(bodies("emo-detect-v1", parameters={"ratio": "4:3"}))


@pytest.mark.parametrize("box", ["face_bbox", "ext_bbox"])
def test_both_boxes_are_needed(bodies, box: str) -> None:
    """The generation takes no picture without what the check found."""
    body = bodies("emo-v1")
    del body["input"][box]
    with pytest.raises(catalog.InvalidRequest, match=rf"input\.{box}: is missing"):
        catalog.request(body, wire=True)


@pytest.mark.parametrize(
    ("box", "ratio", "size", "price"),
    [([71, 9, 840, 778], "1:1", (512, 512), "0.08"), ([100, 0, 400, 400], "3:4", (512, 704), "0.16")],
)
def test_the_part_that_moves_decides_size_and_price(
    bodies, box: list[int], ratio: str, size: tuple[int, int], price: str
) -> None:
    """A head is square and half the price of a half body."""
    request = catalog.request(bodies("emo-v1", input={"ext_bbox": box}))
    assert (request.ratio, request.size) == (ratio, size)
    assert catalog.quote(request, input_seconds={"input.audio_url": 12.5}).amount == Decimal("12.5") * Decimal(price)
    assert catalog.quote(request).at_most == 60 * Decimal(price)
    assert catalog.cost("emo-v1", {"video_duration": 3, "video_ratio": ratio}).unit_price == Decimal(price)
    assert catalog.cost("emo-v1", {"video_duration": 3}, request=request).unit_price == Decimal(price)


def test_three_styles(bodies) -> None:
    """normal, calm and active."""
    with pytest.raises(catalog.InvalidRequest, match=r"style_level: 'lively' .*allowed: normal, calm, active"):
        catalog.request(bodies("emo-v1", parameters={"style_level": "lively"}))
