"""Demands on a media file."""

from __future__ import annotations

import pytest

from blocks.catalog import Media

VOICE = Media("audio", min_seconds=2, max_seconds=120)
OPEN = Media("audio", min_seconds=2, max_seconds=120, open_ends=True)
EITHER = Media("image", ("png",), max_bytes=10, also=Media("video", ("mp4",), max_bytes=100, most=3))


@pytest.mark.parametrize(
    ("seconds", "closed", "opened"),
    [
        (1.8, False, False),
        (1.95, True, False),
        (2, True, False),
        (2.01, True, True),
        (119.99, True, True),
        (120, True, False),
        (120.05, True, False),
        (121, False, False),
    ],
)
def test_ends_that_count_are_forgiven_a_little(seconds: float, closed: bool, opened: bool) -> None:
    """Where 2 to 120 seconds are taken a container's rounding is forgiven; where the ends are out they are out."""
    assert VOICE.lasts(seconds, 0.1) is closed
    assert OPEN.lasts(seconds, 0.1) is opened


@pytest.mark.parametrize(("ratio", "closed", "opened"), [(1.99, True, True), (2, True, False), (2.02, False, False)])
def test_a_ratio_that_is_itself_too_long(ratio: float, closed: bool, opened: bool) -> None:
    """Up to 2 to 1 takes 2 to 1, below 2 to 1 does not."""
    assert Media("image", max_ratio=2).shaped(ratio, 0.01) is closed
    assert Media("image", max_ratio=2, open_ratio=True).shaped(ratio, 0.01) is opened


def test_without_a_limit_everything_is_taken() -> None:
    """No documented length or rate, no refusal."""
    assert Media("video").lasts(9999, 0)
    assert Media("video").runs(1, 0)
    assert Media("image").shaped(9999, 0)


@pytest.mark.parametrize(("fps", "taken"), [(14.5, False), (14.95, True), (30, True), (60.05, True), (61, False)])
def test_a_frame_rate_has_two_ends(fps: float, taken: bool) -> None:
    """15 to 60 frames a second."""
    assert Media("video", min_fps=15, max_fps=60).runs(fps, 0.1) is taken


def test_a_file_that_may_be_of_two_kinds() -> None:
    """The demands are those of its kind; a kind that is not taken meets those of the first."""
    assert EITHER.kinds == ("image", "video")
    assert (EITHER.of("video").formats, EITHER.of("image").formats, EITHER.of("audio").formats) == (
        ("mp4",),
        ("png",),
        ("png",),
    )
    assert EITHER.largest == 100
    assert Media("image", max_bytes=5, also=Media("video")).largest is None


def test_only_what_is_documented_is_told() -> None:
    """Demands as JSON data: nothing that is not documented, and the second kind within."""
    assert EITHER.describe()["also"]["most"] == 3
    assert not {"open_ends", "codecs", "max_fps", "also"} & set(VOICE.describe())
    assert OPEN.describe()["open_ends"] is True
