import numpy as np
import pytest

from blocks.media import MediaError, crossfade, probe
from tests.blocks.media.conftest import BLUE, GREEN, RED, close


def test_films_fade_into_each_other(make_film, tmp_path, seen, heard, pitch):
    """Where films overlap both show, half of each in the middle; before and after only one, each with its own sound."""
    films = [
        make_film("a.mp4", RED, 1.0, hertz=440),
        make_film("b.mp4", GREEN, 1.2, hertz=660),
        make_film("c.mp4", BLUE, 0.8, hertz=880),
    ]
    info = crossfade(films, tmp_path / "film.mp4", seconds=0.4)
    assert info.seconds == pytest.approx(2.2) and (info.width, info.height, info.fps) == (160, 96, 30)
    pictures = dict(seen(tmp_path / "film.mp4"))
    assert len(pictures) == 66
    shown = [next(rgb for time, rgb in pictures.items() if time >= at - 0.001) for at in (0.55, 0.8, 1.05, 1.35, 1.85)]
    assert close(shown[0], RED) and close(shown[2], GREEN) and close(shown[3], GREEN) and close(shown[4], BLUE)
    assert close(shown[1], np.add(RED, GREEN) / 2, 20)
    for at, hertz in [(0.1, 440), (1.05, 660), (1.9, 880)]:
        assert pitch(heard(tmp_path / "film.mp4", at, 0.3)) == pytest.approx(hertz, abs=5)
    middle = np.abs(np.fft.rfft(heard(tmp_path / "film.mp4", 0.7, 0.2)[:, 0]))
    assert middle[round(440 * 0.2)] == pytest.approx(middle[round(660 * 0.2)], rel=0.3)


def test_another_size_and_rate(make_film, tmp_path, seen):
    """A film of another shape and rate is shown whole, silent films stay silent where they are."""
    wide = make_film("a.mp4", RED, 0.6, hertz=None)
    tall = make_film("b.mp4", BLUE, 0.6, size=(64, 96), fps=25, hertz=None)
    info = crossfade([wide, tall], tmp_path / "film.mp4", seconds=0.2, transition="wipeleft")
    assert (info.width, info.height, info.fps, info.has_audio) == (160, 96, 30, False)
    assert info.seconds == pytest.approx(1.0)
    assert close(seen(tmp_path / "film.mp4")[-1][1], BLUE)


def test_too_short(make_film, tmp_path):
    """A film that is shorter than its overlaps is named, with what is possible."""
    long, short = make_film("a.mp4", seconds=1.0), make_film("short.mp4", seconds=0.5)
    with pytest.raises(MediaError, match=r"short.mp4: is 0.50 s long; films can overlap by 0.25 s there, not 0.4 s"):
        crossfade([long, short, long], tmp_path / "film.mp4", seconds=0.4)
    with pytest.raises(MediaError, match="at least 2"):
        crossfade([long], tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()
    assert probe(long).seconds == pytest.approx(1.0)
