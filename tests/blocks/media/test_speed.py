import numpy as np
import pytest

from blocks.media import speed


@pytest.mark.parametrize("factor", [2.0, 0.4])
def test_faster_and_slower(make_film, tmp_path, seen, heard, pitch, factor):
    """A film takes its time divided by the factor at its own frame rate, and its sound keeps its pitch to the end."""
    source = make_film("film.mp4", seconds=1.0, hertz=440)
    info = speed(source, tmp_path / "fast.mp4", factor=factor)
    assert info.seconds == pytest.approx(1 / factor, abs=0.02) and info.fps == pytest.approx(30)
    assert len(seen(tmp_path / "fast.mp4")) == round(30 / factor)
    sound = heard(tmp_path / "fast.mp4", 0.05, 1 / factor - 0.1)
    assert pitch(sound) == pytest.approx(440, abs=8)
    half = len(sound) // 2
    assert [np.abs(part).max() > 0.3 for part in (sound[:half], sound[half:])] == [True, True]


def test_pictures_in_their_order(make_film, tmp_path, brightness):
    """Twice as fast, every second picture shows."""
    source = make_film("film.mp4", seconds=1.0, hertz=None, rate=44_100)
    speed(source, tmp_path / "fast.mp4", factor=2)
    assert brightness(tmp_path / "fast.mp4") == pytest.approx(brightness(source)[::2], abs=10)


def test_mono_at_another_rate(make_film, tmp_path):
    """Sound keeps its sample rate and its channels."""
    info = speed(make_film("film.mp4", rate=44_100, channels=1), tmp_path / "fast.mp4", factor=1.5)
    assert (info.sample_rate, info.channels) == (44_100, 1)
