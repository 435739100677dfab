"""wanx-background-generation-v2."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

MODEL = "wanx-background-generation-v2"


@pytest.fixture
def bottle(keep) -> Path:  # type: ignore[no-untyped-def]
    """A bottle on a transparent ground, 200x260."""
    picture = Image.new("RGBA", (200, 260))
    brush = ImageDraw.Draw(picture)
    brush.rounded_rectangle([75, 60, 125, 220], 12, fill=(28, 94, 84, 255))
    brush.rectangle([75, 120, 125, 170], fill=(244, 238, 222, 255))
    return keep("bottle", picture)


def test_the_product_stays_as_it_is(ask, bottle: Path) -> None:  # type: ignore[no-untyped-def]
    """Every opaque pixel is that of the product, at its size; the backgrounds of several results differ."""
    made = ask(MODEL, {"base_image_url": bottle}, {"ref_prompt": "山脉和晚霞"}, {"n": 3})
    product = np.asarray(Image.open(bottle))
    solid = product[..., 3] == 255
    assert [picture.size for picture in made] == [(200, 260)] * 3
    for picture in made:
        assert (np.asarray(picture)[solid] == product[solid][:, :3]).all()
        assert np.asarray(picture)[~solid].std() > 10
    assert len({picture.tobytes() for picture in made}) == 3


def test_words_decide_the_background(ask, bottle: Path) -> None:  # type: ignore[no-untyped-def]
    """Snow is light, a forest at night is dark."""
    light, dark = (
        np.asarray(ask(MODEL, {"base_image_url": bottle}, {"ref_prompt": words})[0])[:60].mean()
        for words in ("snow mountains, day", "a forest at night")
    )
    assert light > dark + 40


def test_a_shadow_lies_at_its_foot(ask, bottle: Path) -> None:  # type: ignore[no-untyped-def]
    """The surface is darker right below the product than far beside it."""
    (made,) = ask(MODEL, {"base_image_url": bottle}, {"ref_prompt": "marble table, day"})
    grey = np.asarray(made.convert("L")).astype(int)
    assert grey[222:226, 85:115].mean() < grey[222:226, 5:35].mean() - 20


def test_a_picture_leads_as_much_as_its_weight(ask, bottle: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """A purple guide makes a purple background, less of it the heavier the words."""
    guide = keep("guide", Image.new("RGB", (120, 120), (150, 20, 200)))
    files = {"base_image_url": bottle, "ref_image_url": guide}

    def purple(given, **parameters):  # type: ignore[no-untyped-def]
        return np.asarray(ask(MODEL, files, given, parameters)[0])[:50, :50].mean(axis=(0, 1))

    assert np.abs(purple({}) - (150, 20, 200)).max() < 4
    words = {"ref_prompt": "green forest, day"}
    little, much = purple(words, ref_prompt_weight=0.1), purple(words, ref_prompt_weight=0.9)
    assert np.abs(little - (150, 20, 200)).sum() < np.abs(much - (150, 20, 200)).sum() - 60


def test_elements_lie_before_and_behind(ask, bottle: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """An element in front hides the product, one behind is hidden by it; both are scaled to its size."""

    def element(name: str, colour: str, box: list[int]) -> Path:
        picture = Image.new("RGBA", (100, 130))
        ImageDraw.Draw(picture).rectangle(box, fill=colour)
        return keep(name, picture)

    files = {
        "base_image_url": bottle,
        "reference_edge.foreground_edge.0": element("front", "red", [0, 100, 99, 105]),
        "reference_edge.background_edge.0": element("back", "blue", [0, 40, 99, 45]),
    }
    (made,) = ask(MODEL, files, {"ref_prompt": "a table"})
    assert made.getpixel((100, 205)) == (255, 0, 0)
    assert made.getpixel((100, 86)) == (28, 94, 84)
    assert made.getpixel((20, 86)) == (0, 0, 255)
