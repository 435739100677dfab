"""Emoji."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks import catalog


@pytest.mark.parametrize("model", ["emoji-detect-v1", "emoji-v1"])
def test_a_request_goes_over_the_wire_as_said(bodies, model: str) -> None:
    """The body equals what the user said; the generation has no parameters at all, not even empty ones."""
    assert catalog.request(bodies(model)).body() == bodies(model)
    if model == "emoji-v1":
        assert "parameters" not in catalog.request({**bodies(model), "parameters": {}}).body()


def test_the_part_that_moves_is_square(bodies) -> None:
    """The check's ratio must be said and is 1:1."""
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.ratio: '3:4' is not taken .*allowed: 1:1"):
        catalog.request(bodies("emoji-detect-v1", parameters={"ratio": "3:4"}))
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.ratio: is missing"):
        catalog.request({**bodies("emoji-detect-v1"), "parameters": {}})


def test_twenty_ready_made_faces(bodies) -> None:
    """Each id is taken; another one is refused with the nearest."""
    faces = catalog.find("emoji-v1").fields["input.driven_id"].choices
    assert len(set(faces)) == 20
    for face in faces:
        catalog.request(bodies("emoji-v1", input={"driven_id": face}), wire=True)
    with pytest.raises(catalog.InvalidRequest, match="did you mean mengwa_kaixin?"):
        catalog.request(bodies("emoji-v1", input={"driven_id": "mengwa-kaixin"}))


def test_a_picture_passes_when_both_boxes_are_there() -> None:
    """There is no verdict; a code and a reason stand in place of the boxes when it does not pass."""
    boxes = {"bbox_face": [1, 2, 3, 4], "ext_bbox_face": [0, 0, 9, 9]}
    yes = catalog.read("emoji-detect-v1", {"output": boxes, "usage": {"image_count": 1}})
    assert yes.values == {"face_bbox": [1, 2, 3, 4], "ext_bbox": [0, 0, 9, 9], "passed": True}
    no = catalog.read(
        "emoji-detect-v1",
        {"output": {"code": "InvalidFile.FacePose", "message": "Turned away."}, "usage": {"image_count": 1}},
    )
    assert (no.values, no.code, no.message) == ({"passed": False}, "InvalidFile.FacePose", "Turned away.")
    half = catalog.read("emoji-detect-v1", {"output": {"bbox_face": [1, 2, 3, 4]}})
    assert half.values["passed"] is False
    refused = catalog.read("emoji-detect-v1", {"code": "InvalidApiKey", "message": "No API-key provided."})
    assert "passed" not in refused.values


def test_a_check_is_billed_whatever_it_says(bodies) -> None:
    """0.004 a picture; the clip by seconds that are known afterwards only."""
    assert catalog.cost("emoji-detect-v1", {"image_count": 1}).amount == Decimal("0.004")
    clip = catalog.quote(catalog.request(bodies("emoji-v1")))
    assert (clip.unit_price, clip.quantity, clip.amount, clip.at_most) == (Decimal("0.08"), None, None, None)
    assert catalog.cost("emoji-v1", {"video_duration": 2, "video_ratio": "standard"}).amount == Decimal("0.16")
