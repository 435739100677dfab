"""Restyling a video."""

from __future__ import annotations

import pytest

from blocks import catalog
from blocks.catalog.video_style import STYLES
from tests.blocks.catalog.conftest import problem_of


def test_a_preset_by_number(bodies) -> None:
    """The body equals what the user said; the tier is the short side asked for."""
    body = bodies("video-style-transform", parameters={"use_SR": True})
    request = catalog.request(body)
    assert request.body() == body
    assert request.tier == "540P"
    assert request.seconds is None


def test_every_preset_has_a_number(bodies) -> None:
    """Eight presets, 0 to 7; others are refused with all of them."""
    for number in STYLES:
        catalog.request(bodies("video-style-transform", parameters={"style": number}))
    assert problem_of(bodies("video-style-transform", parameters={"style": 8})).allowed == list(range(8))


@pytest.mark.parametrize("style", [True, False, 3.0, "3"])
def test_a_preset_is_a_whole_number(bodies, style: object) -> None:
    """True is not style 1."""
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.style: .* is not a whole number"):
        catalog.request(bodies("video-style-transform", parameters={"style": style}))


@pytest.mark.parametrize(("name", "value"), [("video_fps", 14), ("video_fps", 26), ("min_len", 1080)])
def test_limits_of_the_output(bodies, name: str, value: int) -> None:
    """15 to 25 frames a second, 720 or 540 lines."""
    with pytest.raises(catalog.InvalidRequest, match=rf"parameters\.{name}: {value} is not taken"):
        catalog.request(bodies("video-style-transform", parameters={name: value}))


def test_the_source_must_be_an_encoded_address(bodies) -> None:
    """As the service sees it: http only, and no unencoded characters."""
    for address in ("oss://tmp/a.mp4", "data:video/mp4;base64,AA==", "https://example.org/步行.mp4", "https:///a.mp4"):
        with pytest.raises(catalog.InvalidRequest, match=r"input\.video_url"):
            catalog.request(bodies("video-style-transform", input={"video_url": address}), wire=True)
    catalog.request(bodies("video-style-transform", input={"video_url": "https://example.org/%E6.mp4"}), wire=True)
