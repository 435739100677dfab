"""Digital human."""

from __future__ import annotations

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of


@pytest.mark.parametrize("model", ["wan2.2-s2v-detect", "wan2.2-s2v"])
def test_a_request_goes_over_the_wire_as_said(bodies, model: str) -> None:
    """The body equals what the user said, on the path of its own."""
    request = catalog.request(bodies(model))
    assert request.body() == bodies(model)
    assert request.row.endpoint.rpartition("/")[2] == {"wan2.2-s2v": "video-synthesis"}.get(model, "face-detect")


def test_the_check_answers_at_once() -> None:
    """It is no task: one call, a verdict, and whether a person was found."""
    row = catalog.find("wan2.2-s2v-detect")
    assert (row.mode, row.kind, row.outputs) == (
        "sync",
        "check",
        {"passed": "boolean", "reason": "text", "humanoid": "boolean"},
    )
    answer = {"output": {"check_pass": True, "humanoid": True}, "usage": {"image_count": 1}, "request_id": "r"}
    assert catalog.read(row.id, answer).values == {"passed": True, "humanoid": True}


def test_a_field_of_the_generation_is_none_of_the_check(bodies) -> None:
    """The check takes a picture and nothing else; the model that takes a voice is named."""
    assert problem_of(bodies("wan2.2-s2v-detect", input={"audio_url": "https://example.org/a.mp3"})).models == [
        "wan2.2-s2v"
    ]


def test_what_the_files_must_be(bodies) -> None:
    """400 to 7000 pixels a side; a voice shorter than 20 seconds and smaller than 15 MB."""
    picture, voice = catalog.request(bodies("wan2.2-s2v")).media()
    assert (picture.spec.min_side, picture.spec.max_side) == (400, 7000)
    assert (voice.spec.max_seconds, voice.spec.open_ends, voice.spec.max_bytes) == (20, True, 15 * 1024 * 1024 - 1)
    assert voice.spec.accepts == {"http", "oss"}


def test_two_tiers_and_no_third(bodies) -> None:
    """480P, the default, or 720P."""
    body = bodies("wan2.2-s2v")
    assert catalog.request(body).tier == "720P"
    assert catalog.request({**body, "parameters": {}}).tier == "480P"
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.resolution: '1080P' .*allowed: 480P, 720P"):
        catalog.request(bodies("wan2.2-s2v", parameters={"resolution": "1080P"}))


def test_the_quick_starts_style_is_taken(bodies) -> None:
    """The reference does not know style; the vendor's first example sends it."""
    body = {**bodies("wan2.2-s2v"), "parameters": {"style": "speech"}}
    assert catalog.request(body, wire=True).body() == body
