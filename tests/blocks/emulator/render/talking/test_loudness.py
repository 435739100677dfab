"""What opens a mouth."""

import wave
from pathlib import Path

import numpy as np

from blocks.emulator.render.talking.loudness import loudness


def write(path: Path, samples: np.ndarray) -> Path:
    """A WAV of 16,000 samples a second."""
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(samples.astype("<i2").tobytes())
    return path


def tone(seconds: float, peak: float) -> np.ndarray:
    """A plain tone."""
    return np.sin(np.arange(round(16_000 * seconds)) * 0.2) * peak


def test_loud_opens_and_silence_shuts(tmp_path: Path) -> None:
    """One value a picture, wide while it sounds, zero in a silence and after the end."""
    path = write(tmp_path / "a.wav", np.concatenate([tone(1, 9000), tone(1, 0), tone(0.5, 9000)]))
    open_ = loudness(path, 20, 60)
    assert open_.shape == (60,)
    assert open_[4:20].min() > 0.9
    assert open_[28:40].max() == 0
    assert open_[44:50].min() > 0.9
    assert open_[56:].max() == 0


def test_a_quiet_recording_speaks_as_clearly(tmp_path: Path) -> None:
    """What counts is the loudness against the file's own; next to nothing is silence all through."""
    shape = np.concatenate([tone(0.5, 1.0), tone(0.5, 0.4), tone(0.5, 0)])
    loud, quiet = (loudness(write(tmp_path / f"{peak}.wav", shape * peak), 20, 30) for peak in (20_000, 1_000))
    assert np.abs(loud - quiet).max() < 0.05
    assert 0.2 < loud[16] < 0.7
    assert loudness(write(tmp_path / "hiss.wav", shape * 60), 20, 30).max() == 0


def test_what_is_no_sound_keeps_the_mouth_shut(tmp_path: Path) -> None:
    """A file without sound opens nothing."""
    (tmp_path / "none.wav").write_bytes(b"no sound")
    assert loudness(tmp_path / "none.wav", 20, 10).max() == 0
