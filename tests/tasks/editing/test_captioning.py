"""Captions as an operation, on real media."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from pydantic import ValidationError

from blocks.media import VideoWriter
from tasks.asset import Asset
from tasks.editing import edit_key, keep
from tasks.importing import bring
from tasks.operations import OPERATIONS
from tasks.session import Session
from tests.tasks.editing.conftest import Made

SRT = "1\n00:00:00,200 --> 00:00:00,600\n雨夜\n"
LISTED = [{"start": 0.2, "end": 0.6, "text": "雨夜"}]


@pytest.fixture
async def film(session: Session, tmp_path: Path) -> Asset:
    with VideoWriter(tmp_path / "film.mp4", 320, 180, 10) as writer:
        for _ in range(10):
            writer.write(np.full((180, 320, 3), 90, np.uint8))
    return await keep(tmp_path / "film.mp4", session.storage)


def _seen(film: Asset) -> list[bool]:
    """Which of a film's pictures hold letters."""
    with av.open(film.uri) as container:
        return [bool((frame.to_ndarray(format="gray") > 170).any()) for frame in container.decode(video=0)]


def _read(film: Asset) -> list[str]:
    with av.open(film.uri) as container:
        packets = [bytes(packet)[2:] for packet in container.demux(container.streams.subtitles)]
        return [data.decode() for data in packets if data]


async def test_file_text_and_list(session: Session, film: Asset, tmp_path: Path, made: Made) -> None:
    """A file, its text and a list give the same film; the file counts by its content, wherever it lies."""
    (tmp_path / "said.srt").write_text(SRT, encoding="utf-8")
    file = await bring(str(tmp_path / "said.srt"), session.storage)
    assert (file.kind, file.media_type) == ("file", "application/x-subrip")
    by_file = await made("subtitles", video=film, file=file)
    assert _seen(by_file) == [False] * 2 + [True] * 4 + [False] * 4
    assert (await made("subtitles", video=film, text=SRT)).sha256 == by_file.sha256
    assert (await made("subtitles", video=film, captions=LISTED)).sha256 == by_file.sha256
    moved = file.model_copy(update={"uri": "elsewhere"})
    assert edit_key("subtitles", {"file": moved}) == edit_key("subtitles", {"file": file})


async def test_track(session: Session, film: Asset, made: Made) -> None:
    """Captions can be a track, with the pictures left alone, or both."""
    track = await made("subtitles", video=film, text=SRT, show="track", language="zho")
    assert _read(track) == ["雨夜"] and not any(_seen(track))
    both = await made("subtitles", video=film, text=SRT, show="both")
    assert _read(both) == ["雨夜"] and any(_seen(both))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ["captions: Value error, give one of these: a file, its text, or a list of captions"]),
        (
            {"text": SRT, "captions": LISTED},
            ["captions: Value error, give one of these: a file, its text, or a list of captions"],
        ),
        (
            {"text": SRT + "\n2\nnow\n"},
            ["text: Value error, line 6: wants times such as 00:00:01,000 --> 00:00:02,500, got 'now'"],
        ),
        ({"captions": []}, ["captions: List should have at least 1 item after validation, not 0"]),
        (
            {"captions": [{"start": 2, "end": 1, "text": "a"}]},
            ["end: Value error, must be later than start, which is 2; got 1"],
        ),
        ({"text": SRT, "show": "nowhere"}, ["show: Input should be 'burnt_in', 'track' or 'both'"]),
    ],
)
def test_wrong_inputs(given: dict[str, Any], said: list[str]) -> None:
    """Captions that cannot be read are refused before anything runs, with the line."""
    video = Asset(uri="a", path="", media_type="video/mp4", bytes=1, sha256="0" * 64)
    with pytest.raises(ValidationError) as found:
        OPERATIONS["subtitles"].inputs.model_validate({"video": video, **given})
    assert [f"{problem['loc'][-1]}: {problem['msg']}" for problem in found.value.errors()] == said
