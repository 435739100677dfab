"""A film with another voice."""

from __future__ import annotations

import math
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from blocks.emulator.render.films import to_and_fro
from blocks.media import VideoWriter
from tests.blocks.emulator.render.conftest import Make

WIDE, HIGH = 320, 256
LENGTH = 24
"""Pictures of the film, 20 a second."""


def portrait(number: int) -> Image.Image:
    """Somebody who moves to the right; a bar at the foot grows from picture to picture."""
    picture = Image.new("RGB", (WIDE, HIGH), (112, 132, 150))
    brush = ImageDraw.Draw(picture)
    x = 120 + 2 * number
    brush.ellipse([x - 52, 40, x + 52, 184], fill=(226, 182, 156))
    for eye in (x - 22, x + 22):
        brush.ellipse([eye - 9, 92, eye + 9, 102], fill=(40, 30, 30))
    brush.ellipse([x - 17, 150, x + 17, 160], fill=(188, 80, 80))
    brush.rectangle([0, 240, 8 * (number + 1), HIGH], fill=(250, 250, 250))
    return picture


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 1.2 seconds without sound; pictures one can seek to every quarter of a second."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with VideoWriter(path, WIDE, HIGH, 20, crf=12, gop_seconds=0.25) as writer:
        for number in range(LENGTH):
            writer.write(np.asarray(portrait(number)))
    return path


@pytest.fixture(scope="module")
def landscape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film in which nobody is."""
    path = tmp_path_factory.mktemp("film") / "landscape.mp4"
    with VideoWriter(path, WIDE, HIGH, 20, crf=12) as writer:
        for number in range(LENGTH):
            writer.write(np.full((HIGH, WIDE, 3), (60, 100, 60 + number), np.uint8))
    return path


def voice(folder: Path, seconds: float) -> Path:
    """Loud, silent from 0.4 to 0.8 seconds, loud again."""
    path = folder / f"{seconds}.wav"
    at = np.arange(round(16_000 * seconds)) / 16_000
    samples = np.sin(at * 330 * math.tau) * 12_000 * ((at < 0.4) | (at >= 0.8))
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(samples.astype("<i2").tobytes())
    return path


def numbers(frames: np.ndarray) -> list[int]:
    """Which picture of the film each frame is, read off the bar at its foot (frames are half the size)."""
    return [round(float((row[:, 1] > 190).sum()) / 4) - 1 for row in frames[:, 124]]


def test_the_mouth_follows_the_person_and_the_voice(make: Make, film: Path, tmp_path: Path) -> None:
    """The film's size and rate, the voice's sound; the face speaks where it is, all else is as it was."""
    inputs = {"input.video_url": film, "input.audio_url": voice(tmp_path, 1.2)}
    rendered, made = make("videoretalk", {}, {}, inputs)
    assert (made.width, made.height, made.fps, len(made.frames)) == (WIDE, HIGH, 20, LENGTH)
    assert rendered.sound and made.samples is not None
    assert numbers(made.frames) == list(range(LENGTH))
    changes = []
    for number, frame in enumerate(made.frames):
        before = np.asarray(portrait(number).resize((WIDE // 2, HIGH // 2), Image.Resampling.BOX)).astype(int)
        off = np.abs(frame.astype(int) - before).mean(axis=2)
        middle = 60 + number
        changes.append(float(off[74:90, middle - 12 : middle + 12].mean()))
        assert off[:60].mean() < 3
    loud = [change for number, change in enumerate(changes) if number in (*range(2, 8), *range(18, 24))]
    silent = changes[12:16]
    assert min(loud) > 12
    assert max(silent) < 5
    sounds = np.sqrt((made.samples[: 48_000 * 6 // 5].reshape(12, -1) ** 2).mean(axis=1))
    assert sounds[:4].min() > 0.1 and sounds[5:7].max() < 0.01


@pytest.mark.parametrize(("seconds", "extended", "frames"), [(1.0, False, 20), (1.7, False, LENGTH), (1.0, True, 20)])
def test_the_shorter_of_film_and_voice_decides(
    make: Make, film: Path, tmp_path: Path, seconds: float, extended: bool, frames: int
) -> None:
    """A longer voice is cut off, a longer film too."""
    inputs = {"input.video_url": film, "input.audio_url": voice(tmp_path, seconds)}
    rendered, made = make("videoretalk", {}, {"video_extension": extended}, inputs)
    assert len(made.frames) == frames
    assert rendered.seconds == pytest.approx(frames / 20)


@pytest.mark.slow
@pytest.mark.parametrize("held", [to_and_fro._HELD, WIDE * HIGH * 3 // 2 * 7])
def test_an_extended_film_is_played_backwards_and_forwards_again(
    make: Make, film: Path, tmp_path: Path, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """video_extension: as long as the voice, the film backwards after its end, then forwards, held in any stretches."""
    monkeypatch.setattr(to_and_fro, "_HELD", held)
    inputs = {"input.video_url": film, "input.audio_url": voice(tmp_path, 2.8)}
    rendered, made = make("videoretalk", {}, {"video_extension": True}, inputs)
    there = list(range(LENGTH))
    assert numbers(made.frames) == [*there, *reversed(there), *there[:8]]
    assert rendered.seconds == pytest.approx(2.8)


def test_where_nobody_is_seen_the_film_stays_as_it_was(make: Make, landscape: Path, tmp_path: Path) -> None:
    """No face in view: the pictures are unchanged, and the voice is heard."""
    inputs = {"input.video_url": landscape, "input.audio_url": voice(tmp_path, 1.2)}
    _, made = make("videoretalk", {}, {}, inputs)
    for number in (3, 20):
        assert np.abs(made.frames[number].astype(int) - (60, 100, 60 + number)).max() < 6
    assert made.samples is not None and np.abs(made.samples[:10_000]).max() > 0.3


def test_a_rate_of_its_own_is_kept(make: Make, film: Path, tmp_path: Path) -> None:
    """Pictures a second are the film's."""
    inputs = {"input.video_url": film, "input.audio_url": voice(tmp_path, 0.5)}
    assert make("videoretalk", {}, {}, inputs)[0].fps == Fraction(20)
