"""Image to video with sound."""

from __future__ import annotations

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields, problem_of


def test_the_wire_holds_what_was_set_and_nothing_more(bodies) -> None:
    """The body equals what the user said."""
    body = bodies("wan2.6-i2v-flash")
    assert catalog.request(body).body() == body


def test_silence_and_a_sound_track_do_not_go_together(bodies) -> None:
    """audio false beats audio_url, so giving both is refused; the service takes it."""
    body = bodies("wan2.6-i2v-flash", input={"audio_url": "https://example.org/song.mp3"})
    assert problem_fields(body) == ["input.audio_url"]
    assert catalog.request(body, wire=True).sound is False


def test_sound_is_on_unless_switched_off(bodies) -> None:
    """wan2.6-i2v-flash makes sound by default; the price follows."""
    loud = bodies("wan2.6-i2v-flash")
    del loud["parameters"]["audio"]
    assert catalog.request(loud).sound is True
    assert catalog.request(bodies("wan2.6-i2v-flash")).sound is False


def test_only_the_flash_model_can_be_silenced(bodies) -> None:
    """audio is a field of wan2.6-i2v-flash alone, and the others say so."""
    body = {**bodies("wan2.6-i2v-flash"), "model": "wan2.6-i2v"}
    problem = problem_of(body)
    assert (problem.field, problem.models) == ("parameters.audio", ["wan2.6-i2v-flash"])


def test_the_us_model_takes_multiples_of_five() -> None:
    """wan2.6-i2v-us makes 5, 10 or 15 seconds."""
    body = {"model": "wan2.6-i2v-us", "input": {"img_url": "a.png"}, "parameters": {"duration": 15}}
    assert catalog.request(body).seconds == 15
    with pytest.raises(catalog.InvalidRequest, match="allowed: 5, 10, 15"):
        catalog.request({**body, "parameters": {"duration": 12}})


def test_a_first_frame_may_travel_in_any_of_three_ways(bodies) -> None:
    """As an address, a temporary upload or a data URI; as the service sees it, not as a path."""
    for address in ("https://example.org/ü.png", "oss://tmp/boat.png", "data:image/png;base64,iVBORw0KGgo="):
        catalog.request(bodies("wan2.6-i2v-flash", input={"img_url": address}), wire=True)
    path = bodies("wan2.6-i2v-flash", input={"img_url": "pictures/boat.png"})
    assert catalog.request(path).media()[0].value == "pictures/boat.png"
    with pytest.raises(catalog.InvalidRequest, match=r"input\.img_url"):
        catalog.request(path, wire=True)


def test_the_demands_on_a_first_frame() -> None:
    """Sides of 360 to 2000 pixels, 10 MB, no transparency."""
    spec = catalog.find("wan2.6-i2v").fields["input.img_url"].media
    assert spec is not None
    assert (spec.min_side, spec.max_side, spec.max_bytes, spec.alpha) == (360, 2000, 10 * 1024 * 1024, False)
    assert spec.formats == ("jpeg", "jpg", "png", "bmp", "webp")
