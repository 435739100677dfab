"""wan2.5-i2i-preview."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

MODEL = "wan2.5-i2i-preview"


def test_what_one_picture_shows_stands_in_the_other(ask, person: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """The last picture is the place; the first one's figure is in it, its ground is not."""
    lawn = keep("lawn", Image.new("RGB", (400, 300), (60, 130, 60)))
    files = {"images.0": person, "images.1": lawn}
    (made,) = ask(MODEL, files, {"prompt": "把图1的人放到图2的草地上"}, {"size": "800*600"})
    pixels = np.asarray(made).astype(int)
    red = (pixels[..., 0] > 130) & (pixels[..., 1] < 100) & (pixels[..., 2] < 110)
    assert made.size == (800, 600)
    assert 0.01 < red.mean() < 0.25
    rows, columns = np.nonzero(red)
    beside = pixels[int(rows.mean()), int(columns.min()) - 12]
    assert beside[1] > beside[2]  # grass, not the sky of the first picture


def test_without_a_size_the_last_picture_gives_the_ratio(ask, person: Path, photo: Path) -> None:  # type: ignore[no-untyped-def]
    """About 1280*1280 pixels, both sides even."""
    (made,) = ask(MODEL, {"images.0": person, "images.1": photo}, {"prompt": "x"})
    assert made.width / made.height == pytest.approx(240 / 180, abs=0.01)
    assert made.width * made.height == pytest.approx(1280 * 1280, rel=0.01)
    assert (made.width % 2, made.height % 2) == (0, 0)


def test_several_results_differ(ask, photo: Path) -> None:  # type: ignore[no-untyped-def]
    """As many as asked for, each another one, and none is the given picture."""
    made = ask(MODEL, {"images.0": photo}, {"prompt": "at night"}, {"n": 4, "size": "1024*768"})
    assert len({picture.tobytes() for picture in made}) == 4
    given = np.asarray(Image.open(photo).resize((1024, 768))).astype(int)
    assert all(np.abs(np.asarray(picture) - given).mean() > 8 for picture in made)
