import numpy as np
import pytest
from PIL import Image

from blocks.media import MediaError, first_frame, last_frame, side_by_side
from tests.blocks.media.conftest import BLUE, GREEN, RED, close


def test_two_films_with_captions(make_film, tmp_path, heard, pitch):
    """Each film shows in its place with its caption; the shorter one stays on its last picture; one is heard."""
    films = [make_film("a.mp4", RED, 0.4, hertz=440), make_film("b.mp4", BLUE, 0.8, hertz=880)]
    film = tmp_path / "both.mp4"
    info = side_by_side(films, film, captions=["first", "第二"], width=640, heard=2)
    plain = side_by_side(films, tmp_path / "plain.mp4", width=640, until="shortest", heard=0)
    assert info.seconds == pytest.approx(0.8) and plain.seconds == pytest.approx(0.4) and not plain.has_audio
    assert info.width == 640 and info.height > plain.height
    assert pitch(heard(film, 0.1, 0.6)) == pytest.approx(880, abs=5)
    last_frame(film, tmp_path / "seen.png")
    shown = Image.open(tmp_path / "seen.png").convert("RGB")
    assert close(shown.getpixel((160, 100)), RED) and close(shown.getpixel((480, 100)), BLUE)
    strip = np.asarray(shown.convert("L"))[plain.height :, :]
    assert strip[:, 10:100].max() > 150 and strip[:, 330:420].max() > 150 and strip[:, 150:310].max() < 60


def test_a_grid_of_other_shapes(make_film, tmp_path):
    """Four films stand two by two; one of another shape is shown whole in its cell."""
    films = [make_film(f"{n}.mp4", colour, 0.2, hertz=None) for n, colour in enumerate((RED, GREEN, BLUE))]
    films.append(make_film("tall.mp4", GREEN, 0.2, size=(48, 96), hertz=None))
    info = side_by_side(films, tmp_path / "grid.mp4", width=400)
    first_frame(tmp_path / "grid.mp4", tmp_path / "seen.png")
    shown = Image.open(tmp_path / "seen.png").convert("RGB")
    quarters = [(x, y) for y in (info.height // 4, 3 * info.height // 4) for x in (100, 300)]
    colours = [shown.getpixel(place) for place in quarters]
    assert all(close(got, wanted) for got, wanted in zip(colours, (RED, GREEN, BLUE, GREEN), strict=True))
    assert max(shown.getpixel((220, 3 * info.height // 4))) < 60


def test_too_many_and_too_few(make_film, tmp_path):
    """One film is no comparison, ten are too many, and captions come one for each."""
    film = make_film("a.mp4", seconds=0.2)
    for given in ([film], [film] * 10):
        with pytest.raises(MediaError, match="2 to 9 can"):
            side_by_side(given, tmp_path / "out.mp4")
    with pytest.raises(MediaError, match="has 1 captions for 2 films"):
        side_by_side([film, film], tmp_path / "out.mp4", captions=["one"])
