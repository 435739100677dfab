from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from blocks.media import convert_picture, fit, last_frame
from tests.blocks.media.conftest import BLUE, RED, close


def picture(path, tmp_path) -> Image.Image:
    last_frame(path, tmp_path / "seen.png")
    return Image.open(tmp_path / "seen.png").convert("RGB")


@pytest.mark.parametrize(
    ("wanted", "how", "size"),
    [
        ({"ratio": 1}, "crop", (96, 96)),
        ({"ratio": 1}, "pad", (160, 160)),
        ({"ratio": 9 / 16}, "stretch", (54, 96)),
        ({"width": 80}, "crop", (80, 48)),
        ({"height": 48, "ratio": 2}, "pad", (96, 48)),
        ({"width": 100, "height": 80}, "stretch", (100, 80)),
    ],
)
def test_sizes(make_film, tmp_path, wanted, how, size):
    """A ratio alone keeps what it can of the film's pixels; a side that is given is kept to."""
    source = make_film("film.mp4", seconds=0.4)
    info = fit(source, tmp_path / "fitted.mp4", how=how, **wanted)
    assert (info.width, info.height) == size and info.has_audio and info.seconds == pytest.approx(0.4)


def test_padding(make_film, tmp_path):
    """The film stands in the middle, the colour around it."""
    fit(make_film("film.mp4", RED, 0.3, hertz=None), tmp_path / "f.mp4", ratio=1, how="pad", background="#1e1edc")
    seen = picture(tmp_path / "f.mp4", tmp_path)
    assert close(seen.getpixel((80, 10)), BLUE) and close(seen.getpixel((80, 150)), BLUE)
    assert close(seen.getpixel((80, 90)), RED)


def test_blurred_padding(turned, tmp_path):
    """The ground is the film itself, darker: red at the top and blue below behind a film that lies on its side."""
    info = fit(turned, tmp_path / "f.mp4", ratio=16 / 9, how="pad", background="blur")
    seen = picture(tmp_path / "f.mp4", tmp_path)
    assert (info.width, info.height) == (284, 160)
    middle = [seen.getpixel((142, y)) for y in (40, 120)]
    ground = [seen.getpixel((20, y)) for y in (10, 150)]
    assert {max("rgb", key=lambda c, p=p: p["rgb".index(c)]) for p in middle} == {"r", "b"}
    for inside, outside in zip(middle, ground, strict=True):
        assert np.argmax(inside) == np.argmax(outside)
        assert 0.5 * max(inside) < max(outside) < 0.9 * max(inside)


def test_pictures(tmp_path):
    """A picture keeps its transparency when it is cut, and can be padded with nothing."""
    drawn = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    drawn.paste((*RED, 255), (20, 10, 40, 30))
    drawn.save(tmp_path / "a.png")
    info = fit(tmp_path / "a.png", tmp_path / "cut.png", ratio=1)
    assert (info.width, info.height, info.has_alpha) == (40, 40, True)
    info = fit(tmp_path / "a.png", tmp_path / "padded.png", ratio=1, how="pad", background="transparent")
    padded = Image.open(tmp_path / "padded.png")
    assert padded.size == (60, 60)
    assert padded.getpixel((30, 5))[3] == 0 and padded.getpixel((30, 30)) == (*RED, 255)
    fit(tmp_path / "a.png", tmp_path / "on.png", width=60, height=80, how="pad", background="blue")
    on = Image.open(tmp_path / "on.png")
    assert on.mode == "RGB" and on.getpixel((2, 40)) == (0, 0, 255) and on.getpixel((30, 40)) == RED


@pytest.mark.parametrize(
    ("pixels", "space", "full", "aspect"),
    [("yuvj420p", 5, True, 1), ("yuv420p", 5, False, 2), ("yuv444p10le", 1, False, 1)],
)
def test_colours_and_pixel_shapes(tmp_path, pixels, space, full, aspect):
    """Full range, other matrices and pixels that are not square come out as they look, in the shape they show."""
    drawn = np.full((96, 96, 3), RED, np.uint8)
    with av.open(str(tmp_path / "film.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "8"})
        stream.width, stream.height, stream.pix_fmt = 96, 96, pixels
        stream.codec_context.colorspace, stream.codec_context.color_range = space, 2 if full else 1
        stream.codec_context.sample_aspect_ratio = Fraction(aspect)
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24").reformat(
                format=pixels, dst_colorspace=space, dst_color_range=2 if full else 1
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    fit(tmp_path / "film.mp4", tmp_path / "f.mp4", width=96, height=48, how="pad", background="black")
    seen = picture(tmp_path / "f.mp4", tmp_path)
    assert close(seen.getpixel((48, 24)), RED, 8)
    assert close(seen.getpixel((6, 24)), RED if aspect == 2 else (0, 0, 0), 8)


def test_a_picture_becomes_what_its_name_says(tmp_path):
    """A transparent PNG as a JPEG stands before white; a JPEG as a PNG keeps its pixels."""
    cutout = Image.new("RGBA", (40, 20), (*RED, 255))
    cutout.paste((0, 0, 0, 0), (0, 0, 20, 20))
    cutout.save(tmp_path / "cutout.png")
    assert convert_picture(tmp_path / "cutout.png", tmp_path / "c.jpg").media_type == "image/jpeg"
    with Image.open(tmp_path / "c.jpg") as seen:
        assert close(seen.getpixel((5, 10)), (255, 255, 255)) and close(seen.getpixel((35, 10)), RED)
        assert convert_picture(tmp_path / "c.jpg", tmp_path / "c.png").media_type == "image/png"
        with Image.open(tmp_path / "c.png") as kept:
            assert kept.tobytes() == seen.tobytes()
