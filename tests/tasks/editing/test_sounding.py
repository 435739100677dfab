"""The operations on sound, on real media."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from blocks.media import AudioFormat, VideoWriter, loudness, write_sound
from blocks.media.sound import SoundReader
from tasks.asset import Asset
from tasks.editing import keep
from tasks.operations import OPERATIONS
from tasks.session import Session
from tests.tasks.editing.conftest import Made


def _wave(seconds: float, hertz: float, level: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    time = np.arange(round(seconds * 48_000)) / 48_000
    return np.repeat((level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)[:, None], 2, axis=1)


@pytest.fixture
async def tone(session: Session, tmp_path: Path) -> Asset:
    write_sound(tmp_path / "tone.m4a", _wave(0.5, 440, 0.4))
    return await keep(tmp_path / "tone.m4a", session.storage)


@pytest.fixture
async def film(session: Session, tmp_path: Path) -> Asset:
    with VideoWriter(tmp_path / "film.mp4", 64, 48, 10, audio=AudioFormat()) as writer:
        for _ in range(10):
            writer.write(np.zeros((48, 64, 3), np.uint8))
        writer.write_audio(_wave(1.0, 1000, 0.05))
    return await keep(tmp_path / "film.mp4", session.storage)


@pytest.mark.slow
async def test_mix(session: Session, tone: Asset, film: Asset, made: Made) -> None:
    """Sounds and films are mixed, each from its own beginning; the length is known before."""
    sound = await made("mix", sounds=[film, tone], gains_db=[0, -6], offsets_seconds=[0, 0.75])
    assert sound.kind == "audio" and sound.seconds == pytest.approx(1.25, abs=0.02)


@pytest.mark.slow
async def test_join_audio(session: Session, tone: Asset, made: Made) -> None:
    """Sounds are joined with pauses; the length is known before."""
    sound = await made("join_audio", sounds=[tone, tone, tone], pause_seconds=0.25)
    assert sound.kind == "audio" and sound.seconds == pytest.approx(2.0, abs=0.02)


@pytest.mark.slow
async def test_extract_audio(session: Session, film: Asset, made: Made) -> None:
    """A film's sound becomes a file of its own."""
    sound = await made("extract_audio", video=film)
    assert (sound.kind, sound.width) == ("audio", None)


async def test_normalize(session: Session, film: Asset, tone: Asset, made: Made) -> None:
    """Films and sounds become as loud as wanted."""
    louder = await made("normalize", video=film)
    quieter = await made("normalize_audio", audio=tone, lufs=-30)
    assert loudness(louder.uri).lufs == pytest.approx(-16, abs=1)
    assert loudness(quieter.uri).lufs == pytest.approx(-30, abs=1)


@pytest.mark.slow
async def test_mux(session: Session, film: Asset, tone: Asset, made: Made) -> None:
    """A film's sound is replaced, at the loudness wanted; or the added sound makes room for it."""
    replaced = await made("mux", video=film, audio=tone, replace=True, lufs=-20, fade_seconds=0)
    ducked = await made("mux", video=film, audio=tone, duck_db=30, fade_seconds=0)
    assert loudness(replaced.uri).lufs == pytest.approx(-20, abs=1)
    for asset, louder, softer in ((replaced, 440, 1000), (ducked, 1000, 440)):
        with SoundReader(asset.uri) as sound:
            strength = np.abs(np.fft.rfft(sound.read(48_000)[:, 0] * np.hanning(48_000)))
        assert strength[louder] > 2 * strength[softer]


@pytest.mark.parametrize(
    ("use", "given", "field"),
    [
        ("mix", {"gains_db": [1.0]}, "gains_db"),
        ("mix", {"offsets_seconds": [0, -1.0]}, "offsets_seconds.1"),
        ("join_audio", {"pause_seconds": -1}, "pause_seconds"),
        ("join_audio", {"sounds": []}, "sounds"),
    ],
)
def test_wrong_inputs(use: str, given: dict[str, Any], field: str) -> None:
    """Wrong numbers are refused before anything is read, at their field."""
    asset = Asset(uri="a", path="", media_type="audio/mp4", bytes=1, sha256="0" * 64)
    with pytest.raises(ValidationError) as found:
        OPERATIONS[use].inputs.model_validate({"sounds": [asset, asset], **given})
    [problem] = found.value.errors()
    assert ".".join(map(str, problem["loc"])) == field
