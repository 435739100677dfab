import av
import numpy as np
import pytest
from PIL import Image

from blocks.media import MediaError, overlay, probe, still
from tests.blocks.media.conftest import BLUE, GREEN, RED, close


@pytest.fixture
def at(tmp_path):
    """The picture a film shows at a time."""

    def look(path, seconds) -> Image.Image:
        still(path, tmp_path / "seen.png", at=seconds)
        return Image.open(tmp_path / "seen.png").convert("RGB")

    return look


@pytest.fixture
def logo(tmp_path):
    """A green square on nothing."""
    drawn = Image.new("RGBA", (40, 40), (255, 255, 255, 0))
    drawn.paste((*GREEN, 255), (10, 10, 30, 30))
    drawn.save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


def test_a_picture_for_a_while(make_film, tmp_path, at, logo, heard, pitch):
    """It lies where and while it should, what is transparent in it shows the film, which keeps its length and sound."""
    source = make_film("film.mp4", RED, 1.0, hertz=440)
    film = tmp_path / "out.mp4"
    info = overlay(source, logo, film, position="bottom_right", size=0.25, margin=0, begin=0.4, end=0.7)
    assert info.seconds == pytest.approx(1.0)
    assert pitch(heard(film, 0.1, 0.8)) == pytest.approx(440, abs=5)
    shown = [close(at(film, seconds).getpixel((140, 76)), GREEN) for seconds in (0.36, 0.41, 0.66, 0.71)]
    assert shown == [False, True, True, False]
    assert close(at(film, 0.5).getpixel((123, 59)), RED) and close(at(film, 0.5).getpixel((140, 40)), RED)


def test_opacity(make_film, tmp_path, at, logo):
    """Half opaque, both show."""
    overlay(make_film("film.mp4", RED, 0.3), logo, tmp_path / "out.mp4", position="centre", size=0.4, opacity=0.5)
    assert close(at(tmp_path / "out.mp4", 0.1).getpixel((80, 48)), np.add(RED, GREEN) / 2)


def test_a_film_that_ends(make_film, tmp_path, at, heard, pitch):
    """A film on top shows until it ends and is not heard."""
    below, over = make_film("a.mp4", RED, 1.0, hertz=440), make_film("b.mp4", BLUE, 0.4, fps=25, hertz=880)
    film = tmp_path / "out.mp4"
    assert overlay(below, over, film, position="left", margin=0, size=0.5, begin=0.2).seconds == pytest.approx(1.0)
    shown = [close(at(film, seconds).getpixel((40, 48)), BLUE) for seconds in (0.15, 0.22, 0.58, 0.65)]
    assert shown == [False, True, True, False]
    assert pitch(heard(film, 0.2, 0.5)) == pytest.approx(440, abs=5)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("over.mov", "qtrle", "argb"), ("over.webm", "libvpx-vp9", "yuva420p"), ("over.mov", "prores_ks", "yuva444p10le")],
)
def test_a_transparent_film(make_film, tmp_path, at, name, codec, pixels):
    """What is transparent in a film on top shows the film below, in every format that can be transparent."""
    drawn = np.zeros((64, 64, 4), np.uint8)
    drawn[:, :32] = (*GREEN, 255)
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, pixels
        if name.endswith("webm"):
            stream.metadata["alpha_mode"] = "1"
        for _ in range(9):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(drawn, format="rgba").reformat(format=pixels)))
        container.mux(stream.encode(None))
    film = tmp_path / "out.mp4"
    assert probe(tmp_path / name).has_alpha
    overlay(make_film("film.mp4", RED, 0.3), tmp_path / name, film, position="top_left", margin=0, size=0.4)
    shown = at(film, 0.2)
    assert close(shown.getpixel((16, 50)), GREEN, 24) and close(shown.getpixel((48, 50)), RED)


def test_after_the_end(make_film, tmp_path, logo):
    """Nothing can appear after the film's end."""
    with pytest.raises(MediaError, match=r"film.mp4: is 0.50 s long; nothing can appear on it at 0.5 s"):
        overlay(make_film("film.mp4", seconds=0.5), logo, tmp_path / "out.mp4", begin=0.5)
