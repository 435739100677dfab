"""Keyframes to video."""

from __future__ import annotations

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of


def test_two_frames_and_no_more_than_was_said(bodies) -> None:
    """The body equals what the user said, on the path of its own."""
    body = bodies("wan2.2-kf2v-flash")
    request = catalog.request(body)
    assert request.body() == body
    assert request.row.endpoint == "services/aigc/image2video/video-synthesis"


def test_both_frames_can_be_staged(bodies) -> None:
    """Both frames are media fields, in order."""
    request = catalog.request(bodies("wan2.2-kf2v-flash"))
    assert [field.name for field in request.media()] == ["input.first_frame_url", "input.last_frame_url"]


def test_the_first_frame_is_needed_and_the_last_is_not(bodies) -> None:
    """Only the first frame is required."""
    body = bodies("wan2.2-kf2v-flash")
    del body["input"]["last_frame_url"]
    assert len(catalog.request(body).media()) == 1
    del body["input"]["first_frame_url"]
    with pytest.raises(catalog.InvalidRequest, match=r"input\.first_frame_url: is missing"):
        catalog.request(body)


def test_an_effect_is_for_the_model_that_has_some(bodies) -> None:
    """The flash model has no effects; the plus model is named."""
    assert problem_of(bodies("wan2.2-kf2v-flash", input={"template": "solaron"})).models == ["wanx2.1-kf2v-plus"]


def test_the_length_cannot_be_changed(bodies) -> None:
    """5 seconds, always."""
    with pytest.raises(catalog.InvalidRequest, match="allowed: 5"):
        catalog.request(bodies("wan2.2-kf2v-flash", parameters={"duration": 10}))
