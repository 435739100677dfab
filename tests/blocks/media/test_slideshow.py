import numpy as np
import pytest
from PIL import Image, ImageDraw

from blocks.media import MediaError, slideshow
from tests.blocks.media.conftest import BLUE, RED, close


@pytest.fixture
def slides(tmp_path):
    """A wide red picture and a tall blue one."""
    paths = []
    for name, size, colour in [("a.png", (320, 180), RED), ("b.jpg", (90, 180), BLUE)]:
        Image.new("RGB", size, colour).save(tmp_path / name, quality=95)
        paths.append(tmp_path / name)
    return paths


def test_one_after_the_other(slides, tmp_path, seen):
    """Each shows for its time, the next fades in from there; the whole is as long as all times together."""
    info = slideshow(slides, tmp_path / "s.mp4", seconds=0.5, overlap=0.2, size=(160, 90), zoom=False)
    assert (info.width, info.height, info.fps, info.has_audio) == (160, 90, 30, False)
    pictures = seen(tmp_path / "s.mp4")
    assert len(pictures) == 30
    assert all(close(rgb, RED) for _, rgb in pictures[:15]) and all(close(rgb, BLUE) for _, rgb in pictures[21:])
    assert close(pictures[18][1], np.add(RED, BLUE) / 2, 32)


def test_ground(slides, tmp_path):
    """A tall picture stands on a colour, or fills the whole when it is to be cropped."""
    import av

    edges = {}
    for how in ("pad", "crop"):
        slideshow(slides[1:], tmp_path / "s.mp4", seconds=0.2, size=(160, 90), zoom=False, how=how, background="white")
        with av.open(str(tmp_path / "s.mp4")) as container:
            edges[how] = next(container.decode(video=0)).to_ndarray(format="rgb24")[45, 5]
    assert min(edges["pad"]) > 235 and close(edges["crop"], BLUE)


def test_zoom(tmp_path):
    """The first picture comes closer, the next one goes back; without zoom nothing moves."""
    import av

    drawn = Image.new("RGB", (320, 180), "black")
    ImageDraw.Draw(drawn).rectangle((140, 70, 180, 110), fill="white")
    drawn.save(tmp_path / "box.png")
    for zoom in (True, False):
        slideshow([tmp_path / "box.png"] * 2, tmp_path / "s.mp4", seconds=0.4, overlap=0, size=(320, 180), zoom=zoom)
        with av.open(str(tmp_path / "s.mp4")) as container:
            white = [int((f.to_ndarray(format="gray") > 128).sum()) for f in container.decode(video=0)]
        assert len(white) == 24
        if zoom:
            assert white[11] > 1.15 * white[0] and white[12] > 1.15 * white[23]
        else:
            assert max(white) - min(white) < 100


def test_nothing_to_show(tmp_path):
    """Without pictures there is no film."""
    with pytest.raises(MediaError, match="there are no pictures to show"):
        slideshow([], tmp_path / "s.mp4")
