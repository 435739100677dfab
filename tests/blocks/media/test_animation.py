import numpy as np
import pytest
from PIL import Image

from blocks.media import animation, check_decodable
from tests.blocks.media.conftest import RED


@pytest.mark.parametrize(("name", "once"), [("a.gif", None), ("a.webp", 1)])
def test_animated_pictures(make_film, tmp_path, name, once):
    """As wide and as fast as asked for, as long as the film, in its colours, played for ever or once."""
    source = make_film("film.mp4", RED, 1.0)
    info = animation(source, tmp_path / name, width=80, fps=10)
    assert (info.kind, info.width, info.height) == ("image", 80, 48)
    assert info.seconds == pytest.approx(1.0, abs=0.06)
    check_decodable(tmp_path / name)
    with Image.open(tmp_path / name) as picture:
        assert (picture.n_frames, picture.info["loop"]) == (10, 0)
        tops = []
        for number in range(10):
            picture.seek(number)
            pixels = np.asarray(picture.convert("RGB"))
            assert np.abs(pixels[30, 40] - np.array(RED)).max() < 16
            tops.append(pixels[:8].mean())
    assert np.allclose(tops, np.linspace(0, 235, 10), atol=20)
    animation(source, tmp_path / name, width=80, fps=10, loop=False)
    with Image.open(tmp_path / name) as picture:
        assert picture.info.get("loop") == once


def test_no_larger_and_no_faster_than_the_film(make_film, tmp_path):
    """A small, slow film gets neither larger nor faster."""
    info = animation(make_film("film.mp4", seconds=0.8, fps=5), tmp_path / "a.gif", width=800, fps=25)
    assert info.width == 160 and info.fps == pytest.approx(5, abs=0.1)


def test_upright(turned, tmp_path):
    """A film that players turn is upright."""
    info = animation(turned, tmp_path / "a.gif", fps=5)
    assert (info.width, info.height) == (96, 160)
