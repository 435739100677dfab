"""image-erase-completion."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

PLAIN = {"add_watermark": False}


def red(picture: Image.Image) -> int:
    """How many pixels are red."""
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    return int(((pixels[..., 0] > 160) & (pixels[..., 1] < 90)).sum())


@pytest.mark.parametrize("fast", [False, True])
def test_what_the_mask_covers_is_gone_and_the_rest_is_as_it_was(ask, photo: Path, disc: Path, fast: bool) -> None:  # type: ignore[no-untyped-def]
    """No pixel keeps the colour of the thing, the hole looks like its surroundings, outside nothing changes."""
    given = Image.open(photo)
    asked = PLAIN | {"dilate_flag": False, "fast_mode": fast}
    (made,) = ask("image-erase-completion", {"image_url": photo, "mask_url": disc}, {}, asked)
    hole = np.asarray(Image.open(disc)) > 0
    assert red(given) > 2000
    assert red(made) == 0
    assert (np.asarray(made)[~hole] == np.asarray(given)[~hole]).all()
    rows, columns = np.mgrid[0:180, 0:240]
    ground = np.stack([60 + columns * 0.3, 110 + rows * 0.3, 90 + columns * 0.2], axis=-1)
    assert np.abs(np.asarray(made)[hole] - ground[hole]).mean() < 8


def test_a_tight_mask_is_grown(ask, photo: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """A mask that misses the rim leaves it there, and takes it along with ``dilate_flag``, the default."""
    mask = Image.new("L", (240, 180))
    ImageDraw.Draw(mask).ellipse([92, 62, 148, 118], fill=1)  # anything but pure black is erased
    files = {"image_url": photo, "mask_url": keep("tight", mask)}
    (tight,) = ask("image-erase-completion", files, {}, PLAIN | {"dilate_flag": False})
    (grown,) = ask("image-erase-completion", files, {}, PLAIN)
    assert red(tight) > 100
    assert red(grown) == 0


def test_the_second_mask_keeps_what_it_covers(ask, photo: Path, disc: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """Half of the thing is protected and stays, pixel by pixel."""
    half = Image.new("L", (240, 180))
    ImageDraw.Draw(half).rectangle([120, 0, 239, 179], fill=200)
    files = {"image_url": photo, "mask_url": disc, "foreground_url": keep("half", half)}
    (made,) = ask("image-erase-completion", files, {}, PLAIN)
    given = Image.open(photo)
    assert made.crop((120, 0, 240, 180)).tobytes() == given.crop((120, 0, 240, 180)).tobytes()
    assert red(made.crop((0, 0, 118, 180))) == 0


def test_a_pattern_goes_on_through_the_hole(ask, keep) -> None:  # type: ignore[no-untyped-def]
    """Stripes are continued, not smeared."""
    stripes = np.zeros((160, 160, 3), np.uint8) + 40
    stripes[:, (np.arange(160) // 10) % 2 == 0] = 210
    picture = Image.fromarray(stripes)
    ImageDraw.Draw(picture).rectangle([60, 60, 99, 99], fill=(200, 40, 50))
    mask = Image.new("L", (160, 160))
    ImageDraw.Draw(mask).rectangle([58, 58, 101, 101], fill=255)
    files = {"image_url": keep("stripes", picture), "mask_url": keep("mask", mask)}
    (made,) = ask("image-erase-completion", files, {}, PLAIN | {"dilate_flag": False})
    off = np.abs(np.asarray(made)[60:100, 60:100].astype(int) - stripes[60:100, 60:100])
    assert off.mean() < 25
