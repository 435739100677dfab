"""Assembling a film from clips as the service makes them."""

import time
from pathlib import Path

import numpy as np
import pytest

from blocks.media import AudioFormat, VideoWriter, concatenate

CLIPS, SECONDS, LIMIT_SECONDS = 20, 5, 2.0


def clip(path: Path, number: int) -> Path:
    """Five seconds in 720p that do not compress away: some megabytes, as a real clip has."""
    chance = np.random.default_rng(number)
    noise = chance.integers(0, 255, (180, 320, 3)).astype(np.uint8).repeat(4, axis=0).repeat(4, axis=1)
    with VideoWriter(path, 1280, 720, 30, audio=AudioFormat(), crf=28) as film:
        for index in range(SECONDS * 30):
            film.write(np.roll(noise, (8 * index, 4 * index), axis=(1, 0)))
        film.write_audio(0.2 * chance.standard_normal((SECONDS * 48_000, 2)))
    return path


@pytest.mark.benchmark
def test_matching_clips(tmp_path, capsys):
    """Twenty matching clips become a film in under two seconds, and nothing is encoded."""
    films = [clip(tmp_path / f"{number}.mp4", number) for number in range(4)] * (CLIPS // 4)
    started = time.perf_counter()
    assembly = concatenate(films, tmp_path / "film.mp4")
    took = time.perf_counter() - started
    megabytes = assembly.info.bytes / 1e6
    with capsys.disabled():
        print(f"\nassembling {CLIPS} clips of {SECONDS} s ({megabytes:.0f} MB): {took:.2f} s")
    assert assembly.copied
    assert assembly.info.seconds == pytest.approx(CLIPS * SECONDS)
    assert took < LIMIT_SECONDS
