"""image-out-painting."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.emulator.render.editing.widening import extended

PLAIN = {"add_watermark": False}


@pytest.mark.parametrize(
    ("asked", "size", "corner"),
    [
        ({"x_scale": 1.5, "y_scale": 1.25}, (360, 225), (60, 22)),
        ({"x_scale": 3.0}, (720, 180), (240, 0)),
        ({"output_ratio": "16:9"}, (320, 180), (40, 0)),
        ({"output_ratio": "3:4", "x_scale": 2.0}, (240, 320), (0, 70)),
        ({"left_offset": 50, "right_offset": 10, "top_offset": 30}, (300, 210), (50, 30)),
        ({"x_scale": 1.5, "left_offset": 50}, (360, 180), (60, 0)),
    ],
)
def test_the_picture_stands_unchanged_in_a_larger_one(ask, photo: Path, asked, size, corner) -> None:  # type: ignore[no-untyped-def]
    """By ratio, by factor, by pixels: the exact size, in this rank, and every given pixel where it belongs."""
    (made,) = ask("image-out-painting", {"image_url": photo}, {}, asked | PLAIN)
    given = Image.open(photo)
    assert made.size == size
    inside = made.crop((*corner, corner[0] + given.width, corner[1] + given.height))
    assert inside.tobytes() == given.tobytes()


def test_the_new_area_goes_on_from_the_edge(ask, photo: Path) -> None:  # type: ignore[no-untyped-def]
    """Beside the seam the new pixels are nearly those of the edge, and no part of the new area is left black."""
    (made,) = ask("image-out-painting", {"image_url": photo}, {}, {"left_offset": 200, "top_offset": 150} | PLAIN)
    new = np.asarray(made).astype(int)
    assert np.abs(new[150:, 198] - new[150:, 200]).max() < 12
    assert np.abs(new[148, 200:] - new[150, 200:]).max() < 12
    assert new[:150].min() > 20


def test_it_is_turned_before_it_is_widened(ask, photo: Path) -> None:  # type: ignore[no-untyped-def]
    """A quarter turn anticlockwise keeps the pixels; another angle makes room for the corners and fills them."""
    (made,) = ask("image-out-painting", {"image_url": photo}, {}, {"angle": 90, "x_scale": 2.0} | PLAIN)
    assert made.size == (360, 240)
    turned = Image.open(photo).transpose(Image.Transpose.ROTATE_90)
    assert made.crop((90, 0, 270, 240)).tobytes() == turned.tobytes()
    (made,) = ask("image-out-painting", {"image_url": photo}, {}, {"angle": 45} | PLAIN)
    assert made.size == (297, 297)
    pixels = np.asarray(made).astype(int)
    assert min(pixels[y, x].min() for y in (2, -3) for x in (2, -3)) > 20
    assert pixels[148, 148, 0] > 180 > 90 > pixels[148, 148, 1]


def test_more_quality_is_more_detail() -> None:
    """Without softness the mirrored parts keep their detail."""
    given = Image.effect_noise((240, 180), 60).convert("RGB")
    plain, fine = (np.asarray(extended(given, (240, 0, 240, 0), soft=soft)).astype(int) for soft in (True, False))

    def detail(pixels):  # type: ignore[no-untyped-def]
        return np.abs(np.diff(pixels[:, 140:220], axis=1)).mean()

    assert detail(fine) > 1.2 * detail(plain)


@pytest.mark.slow
def test_the_file_stays_below_five_megabytes(ask, keep) -> None:  # type: ignore[no-untyped-def]
    """A picture of pure noise gets fewer colours and keeps its size, unless the limit is off."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (900, 1400, 3), np.uint8))
    path = keep("noise", noise)
    asked = {"left_offset": 300, "right_offset": 300, "best_quality": True} | PLAIN
    (limited,) = ask("image-out-painting", {"image_url": path}, {}, asked)
    file = io.BytesIO()
    limited.save(file, "PNG", compress_level=1)
    assert file.tell() <= 5 * 1024 * 1024
    assert limited.size == (2000, 900)
    (free,) = ask("image-out-painting", {"image_url": path}, {}, asked | {"limit_image_size": False})
    assert free.crop((300, 0, 1700, 900)).tobytes() == noise.tobytes()
    assert np.abs(np.asarray(limited.convert("RGB")).astype(int) - np.asarray(free)).mean() < 24
