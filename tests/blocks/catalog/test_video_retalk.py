"""VideoRetalk."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks import catalog


def test_a_request_goes_over_the_wire_as_said(bodies) -> None:
    """The body equals what the user said."""
    assert catalog.request(bodies("videoretalk")).body() == bodies("videoretalk")


def test_an_empty_face_stands_for_none(bodies) -> None:
    """The vendor's samples send an empty ref_image_url: it is kept, and no file to be staged."""
    body = bodies("videoretalk", input={"ref_image_url": ""})
    for wire in (False, True):
        request = catalog.request(body, wire=wire)
        assert request.body() == body
        assert [field.name for field in request.media()] == ["input.video_url", "input.audio_url"]
    with pytest.raises(catalog.InvalidRequest, match=r"input\.ref_image_url: is empty"):
        catalog.request(bodies("videoretalk", input={"ref_image_url": " "}))
    with pytest.raises(catalog.InvalidRequest, match=r"input\.video_url: is empty"):
        catalog.request(bodies("videoretalk", input={"video_url": ""}))


def test_what_the_files_must_be(bodies) -> None:
    """More than 2 and less than 120 seconds, 15 to 60 frames a second, 640 to 2048 pixels."""
    video, voice = catalog.request(bodies("videoretalk")).media()
    for spec in (video.spec, voice.spec):
        assert (spec.min_seconds, spec.max_seconds, spec.open_ends) == (2, 120, True)
    assert (video.spec.min_fps, video.spec.max_fps, video.spec.codecs) == (15, 60, ("h264", "hevc"))
    assert (video.spec.min_side, video.spec.max_side, video.spec.max_bytes) == (640, 2048, 300 * 1024 * 1024)
    assert "aac" in voice.spec.formats


@pytest.mark.parametrize(
    ("extended", "video", "voice", "seconds"),
    [(False, 10, 7.5, 7.5), (False, 7.5, 10, 7.5), (True, 7.5, 10, 10), (True, 10, 7.5, 7.5)],
)
def test_how_long_the_result_is(bodies, extended: bool, video: float, voice: float, seconds: float) -> None:
    """The shorter of the two, or as long as the voice when the video may be lengthened."""
    request = catalog.request(bodies("videoretalk", parameters={"video_extension": extended}))
    lengths = {"input.video_url": video, "input.audio_url": voice}
    assert request.seconds_from(lengths) == seconds
    assert catalog.quote(request, input_seconds=lengths).amount == Decimal(str(seconds)) * Decimal("0.08")


def test_one_length_of_two_is_not_enough(bodies) -> None:
    """With the video's length alone the price is bounded by it, and unknown."""
    request = catalog.request(bodies("videoretalk", parameters={"video_extension": False}))
    bill = catalog.quote(request, input_seconds={"input.video_url": 10})
    assert (bill.amount, bill.at_most) == (None, Decimal("0.80"))
    assert catalog.quote(request).at_most == Decimal("9.60")
