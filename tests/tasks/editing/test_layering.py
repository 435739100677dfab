"""Overlays and comparisons, as operations."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tasks.asset import Asset
from tasks.operations import OPERATIONS
from tests.tasks.editing.conftest import Made


@pytest.mark.slow
async def test_overlay(film: Asset, picture: Asset, made: Made) -> None:
    """A picture or a video on top leaves size, length and sound as they are."""
    for over in (picture, film):
        result = await made("overlay", video=film, over=over, opacity=0.8, from_seconds=0.2, to_seconds=0.6)
        assert (result.width, result.height, result.has_audio) == (160, 96, True) and result.sha256 != film.sha256


async def test_side_by_side(film: Asset, made: Made) -> None:
    """A comparison is as wide as asked for and as long as its videos."""
    both = await made("side_by_side", videos=[film, film], captions=["before", "after"], width=480)
    assert both.width == 480 and both.seconds == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("use", "given", "said"),
    [
        ("overlay", {"from_seconds": 4}, "must be within the video, which is 4.00 s long; got 4"),
        ("overlay", {"from_seconds": 2, "to_seconds": 2}, "must be later than from_seconds, which is 2; got 2"),
        ("overlay", {"position": "middle"}, "Input should be 'top_left'"),
        ("side_by_side", {"captions": ["one"]}, "must be one for each of videos: 2; got 1"),
        ("side_by_side", {"heard": 3}, "must be one of the 2 videos"),
    ],
)
def test_refused_before_work(use: str, given: dict[str, Any], said: str) -> None:
    """What cannot be done is refused with the field's limit before any file is read."""
    clip = Asset(uri="", path="", media_type="video/mp4", bytes=0, sha256="", seconds=4.0)
    files: dict[str, Any] = {"videos": [clip, clip]} if use == "side_by_side" else {"video": clip, "over": clip}
    with pytest.raises(ValidationError, match=said):
        OPERATIONS[use].inputs.model_validate({**given, **files})
