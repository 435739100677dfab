"""shoemodel-v1."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw


@pytest.fixture
def shoe(keep) -> Path:  # type: ignore[no-untyped-def]
    """A blue shoe before a white ground."""
    picture = Image.new("RGB", (150, 100), "white")
    ImageDraw.Draw(picture).polygon([(25, 35), (60, 35), (80, 55), (125, 65), (125, 80), (25, 80)], fill=(20, 60, 220))
    return keep("shoe", picture)


def blue(picture: Image.Image) -> np.ndarray:  # type: ignore[type-arg]
    pixels = np.asarray(picture).astype(int)
    return (pixels[..., 2] > 180) & (pixels[..., 0] < 70)


def test_the_shoes_are_on_the_feet(ask, person: Path, shoe: Path) -> None:  # type: ignore[no-untyped-def]
    """Shoe pixels stand at both feet and nowhere else, without the white of their picture; the rest is the template."""
    (made,) = ask("shoemodel-v1", {"template_image_url": person, "shoe_image_url.0": shoe})
    given = np.asarray(Image.open(person)).astype(int)
    assert made.size == (180, 240)
    rows, columns = np.nonzero(blue(made))
    assert rows.min() > 190
    assert {bool(side) for side in columns < 90} == {True, False}
    assert (np.asarray(made)[:190] == given[:190]).all()
    assert (np.asarray(made).min(axis=-1) > 250).sum() < 20


def test_two_pictures_are_one_for_each_foot(ask, person: Path, shoe: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """The second picture's colour is on the right foot."""
    other = Image.open(shoe).convert("RGB")
    green = keep("green", Image.merge("RGB", [other.getchannel(name) for name in ("G", "B", "R")]))
    (made,) = ask("shoemodel-v1", {"template_image_url": person, "shoe_image_url.0": shoe, "shoe_image_url.1": green})
    pixels = np.asarray(made).astype(int)
    greens = (pixels[..., 1] > 180) & (pixels[..., 2] < 90)
    assert np.nonzero(greens)[1].mean() > np.nonzero(blue(made))[1].mean() + 8


def test_results_differ_and_strength_is_colour(ask, person: Path, shoe: Path) -> None:  # type: ignore[no-untyped-def]
    """Several results are several pictures; a higher scale is more colourful."""
    files = {"template_image_url": person, "shoe_image_url.0": shoe}
    made = ask("shoemodel-v1", files, {}, {"n": 3})
    assert len({picture.tobytes() for picture in made}) == 3
    dull, bright = (
        np.ptp(np.asarray(ask("shoemodel-v1", files, {"scale": scale})[0])[200:228, 55:125].astype(int), axis=-1).mean()
        for scale in (2.0, 8.0)
    )
    assert bright > dull + 5


def test_a_pale_sole_before_a_pale_ground_is_worn_too(ask, person: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """A product picture's white sole stands under the blue upper, though its ground is nearly white."""
    picture = Image.new("RGB", (150, 100), (237, 236, 232))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((25, 35, 125, 65), fill=(20, 60, 220))
    brush.rectangle((25, 66, 125, 85), fill=(247, 247, 246))
    (made,) = ask("shoemodel-v1", {"template_image_url": person, "shoe_image_url.0": keep("pale", picture)})
    white, uppers = np.asarray(made).min(axis=-1) > 238, blue(made)
    assert 0.3 < white.sum() / uppers.sum() < 0.9
    assert np.nonzero(white)[0].min() >= np.nonzero(uppers)[0].max() - 2


def test_without_feet_in_view_the_shoes_stand_where_they_would_be(ask, shoe: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """Of somebody who is seen to the waist only, the shoes stand below, side by side in the middle."""
    bust = Image.new("RGB", (180, 240), (200, 214, 226))
    ImageDraw.Draw(bust).ellipse((60, 30, 120, 150), fill=(150, 96, 70))
    (made,) = ask("shoemodel-v1", {"template_image_url": keep("bust", bust), "shoe_image_url.0": shoe})
    rows, columns = np.nonzero(blue(made))
    assert rows.min() > 0.8 * 240
    assert abs(columns.mean() - 90) < 12 and np.ptp(columns) > 50
