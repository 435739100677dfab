"""LivePortrait."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks import catalog


@pytest.mark.parametrize("model", ["liveportrait-detect", "liveportrait"])
def test_a_request_goes_over_the_wire_as_said(bodies, model: str) -> None:
    """The body equals what the user said."""
    assert catalog.request(bodies(model)).body() == bodies(model)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("eye_move_freq", (-0.1, 1.1)),
        ("video_fps", (14, 31, 24.0)),
        ("mouth_move_strength", (-0.1, 1.6)),
        ("head_move_strength", (-0.1, 1.1)),
        ("template_id", ("lively", "AACT.1.2-3.4")),
        ("paste_back", (1,)),
    ],
)
def test_limits_of_the_parameters(bodies, name: str, values: tuple[object, ...]) -> None:
    """How lively it is has its bounds; template_id is a manner here and no template of one's own."""
    for value in values:
        with pytest.raises(catalog.InvalidRequest, match=rf"parameters\.{name}"):
            catalog.request(bodies("liveportrait", parameters={name: value}))


def test_a_voice_of_up_to_three_minutes(bodies) -> None:
    """Longer than 1 second and shorter than 180; the video is as long."""
    _, voice = catalog.request(bodies("liveportrait")).media()
    assert (voice.spec.min_seconds, voice.spec.max_seconds, voice.spec.open_ends) == (1, 180, True)
    bill = catalog.quote(catalog.request(bodies("liveportrait")), input_seconds={"input.audio_url": 150})
    assert bill.amount == Decimal("3.00")


def test_the_verdict_is_called_pass() -> None:
    """An empty message beside a yes, a reason beside a no; both are billed."""
    yes = catalog.read("liveportrait-detect", {"output": {"pass": True, "message": ""}, "usage": {"image_count": 1}})
    assert yes.values == {"passed": True}
    no = catalog.read(
        "liveportrait-detect",
        {"output": {"pass": False, "message": "No human face detected."}, "usage": {"image_count": 1}},
    )
    assert (no.values, no.message) == ({"passed": False}, "No human face detected.")
    for answer in (yes, no):
        assert catalog.cost("liveportrait-detect", answer.usage, status=answer.status).amount == Decimal("0.004")
