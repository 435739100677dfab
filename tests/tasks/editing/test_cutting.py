"""Parts of videos, and videos joined, as operations."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tasks.asset import Asset
from tasks.operations import OPERATIONS
from tests.tasks.editing.conftest import Made


async def test_trim(film: Asset, made: Made) -> None:
    """A part is as long as its start and end, or its length, say."""
    assert (await made("trim", video=film, start_seconds=0.3, end_seconds=0.7)).seconds == pytest.approx(0.4)
    assert (await made("trim", video=film, start_seconds=0.3, seconds=0.2)).seconds == pytest.approx(0.2)
    assert (await made("trim", video=film, start_seconds=0.5, end_seconds=5)).seconds == pytest.approx(0.5)


@pytest.mark.slow
async def test_crossfade(film: Asset, made: Made) -> None:
    """Videos that fade into each other are shorter by their overlaps."""
    joined = await made("crossfade", videos=[film, film, film], seconds=0.4, transition="dissolve")
    assert joined.seconds == pytest.approx(2.2) and joined.has_audio


@pytest.mark.slow
async def test_speed(film: Asset, made: Made) -> None:
    """Twice as fast takes half the time."""
    assert (await made("speed", video=film, factor=2)).seconds == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("use", "given", "said"),
    [
        ("trim", {"start_seconds": 5}, "must be within the video, which is 4.00 s long; got 5"),
        ("trim", {"start_seconds": 2, "end_seconds": 1}, "must be later than start_seconds, which is 2; got 1"),
        ("trim", {"end_seconds": 1, "seconds": 1}, "either end_seconds or seconds"),
        (
            "crossfade",
            {"videos": 3, "seconds": 2.5},
            "video 2 is 4.00 s long and can overlap by 2.00 s at most; got 2.5",
        ),
        ("crossfade", {"videos": 1}, "at least 2"),
        ("speed", {"factor": 0}, "greater than or equal to 0.1"),
    ],
)
def test_refused_before_work(use: str, given: dict[str, Any], said: str) -> None:
    """What cannot be done is refused with the field's limit before any file is read."""
    clip = Asset(uri="", path="", media_type="video/mp4", bytes=0, sha256="", seconds=4.0)
    files: dict[str, Any] = {"videos": [clip] * given["videos"]} if "videos" in given else {"video": clip}
    with pytest.raises(ValidationError, match=said):
        OPERATIONS[use].inputs.model_validate({**given, **files})
