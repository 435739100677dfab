import numpy as np
import pytest
from PIL import Image

from blocks.media import MediaError, still, still_times, stills


def top(path) -> float:
    picture = np.asarray(Image.open(path).convert("L"))
    return float(picture[: len(picture) // 5].mean())


def test_the_picture_at_a_time(make_film, tmp_path, brightness):
    """The picture that shows at a time, from its first moment on, though the time be cut to three digits."""
    source = make_film("film.mp4", seconds=1.0)
    wanted = brightness(source)
    for at, number in [(0, 0), (0.333, 10), (0.349, 10), (0.5, 15), (0.999, 29)]:
        still(source, tmp_path / "seen.png", at=at)
        assert top(tmp_path / "seen.png") == pytest.approx(wanted[number], abs=2.5), at


def test_many(make_film, tmp_path, brightness):
    """So many are spread evenly, one each so many seconds begin with the first; all in the film's order."""
    source = make_film("film.mp4", seconds=12.0, fps=5, hertz=None)
    wanted = brightness(source)
    spread = stills(source, tmp_path, count=2)
    assert [path.name for path in spread] == ["frame-01.png", "frame-02.png"]
    assert [top(path) for path in spread] == pytest.approx([wanted[15], wanted[45]], abs=2.5)
    often = stills(source, tmp_path, every=5.5)
    assert [top(path) for path in often] == pytest.approx([wanted[0], wanted[27], wanted[55]], abs=2.5)


def test_upright(turned, tmp_path):
    """A picture of a film that players turn is upright."""
    [path] = stills(turned, tmp_path, count=1)
    assert Image.open(path).size == (96, 160)


def test_times():
    """A film of six seconds has three pictures two seconds apart, and none at its very end."""
    assert still_times(6.0, every=2) == [0, 2, 4]
    assert still_times(6.1, every=2) == [0, 2, 4, 6]
    assert still_times(6.0, count=3) == [1, 3, 5]


def test_after_the_end(make_film, tmp_path):
    """A time after the film's end is refused, with its length."""
    with pytest.raises(MediaError, match=r"film.mp4: is 1.00 s long; there is no picture at 1 s"):
        still(make_film("film.mp4"), tmp_path / "seen.png", at=1)
