from pathlib import Path

import numpy as np
import pytest

from blocks.media import check_decodable, synthesize
from blocks.media.sound import SoundReader
from blocks.media.tones import MOODS, PEAK

EXAMPLES = Path(__file__).parents[3] / "flows" / "examples"


def parts(samples, count):
    return [float(np.sqrt(np.mean(part**2))) for part in np.array_split(samples, count)]


@pytest.mark.slow
@pytest.mark.parametrize("mood", MOODS)
def test_sounds_throughout(mood):
    """Every mood gives music without a hole, without clipping, that rises and falls at its ends."""
    music = synthesize(8, seed=3, mood=mood)
    assert music.shape == (8 * 48_000, 2) and music.dtype == np.float32
    assert 0.5 * PEAK < np.abs(music).max() <= PEAK
    assert np.abs(music[:50]).max() < 0.001 and np.abs(music[-50:]).max() < 0.001
    levels = parts(music, 16)
    assert min(levels[1:-2]) > 0.03
    assert levels[-1] < 0.5 * max(levels)


def test_in_tune():
    """The music is tones, not noise: nearly all of it lies below 5 kHz."""
    strength = np.abs(np.fft.rfft(synthesize(6, seed=1, mood="calm")[:, 0])) ** 2
    hertz = np.fft.rfftfreq(6 * 48_000, 1 / 48_000)
    assert strength[hertz > 5000].sum() < 0.01 * strength.sum()


def test_stereo():
    """The two channels differ, and none is much louder."""
    music = synthesize(6, seed=2)
    left, right = (float(np.sqrt(np.mean(music[:, side] ** 2))) for side in (0, 1))
    assert 0.7 < left / right < 1.4
    assert np.abs(music[:, 0] - music[:, 1]).max() > 0.05


def test_same_seed_same_piece():
    """A seed gives the same piece every time, another seed another piece."""
    assert np.array_equal(synthesize(2, seed=5), synthesize(2, seed=5))
    assert not np.array_equal(synthesize(2, seed=5), synthesize(2, seed=6))


@pytest.mark.parametrize("seconds", [0.01, 0.3, 1.001])
def test_short(seconds):
    """The shortest piece has the length that was asked for."""
    assert len(synthesize(seconds)) == round(seconds * 48_000)


def test_unknown_mood():
    """An unknown mood is named together with the known ones."""
    with pytest.raises(ValueError, match=r"'jolly'; there are calm, bright"):
        synthesize(1, mood="jolly")


def test_theme_of_the_example():
    """The example film's music is small, a minute long, sounds throughout and ends softly."""
    path = EXAMPLES / "night-train.m4a"
    info = check_decodable(path)
    assert info.seconds == pytest.approx(60, abs=0.1)
    assert info.bytes < 600_000
    with SoundReader(path) as sound:
        music = sound.read(60 * 48_000)
    assert 0.5 < np.abs(music).max() < 0.95
    levels = parts(music, 30)
    assert min(levels[:-2]) > 0.08
    assert parts(music[-4800:], 1)[0] < 0.01
