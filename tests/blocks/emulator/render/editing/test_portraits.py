"""wanx-style-repaint-v1."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.catalog.portrait_restyling import STYLES
from blocks.emulator.render.editing.looks import in_look
from blocks.emulator.render.editing.portraits import LOOKS


def test_the_short_side_is_1536(ask, person: Path) -> None:  # type: ignore[no-untyped-def]
    """The portrait keeps its ratio."""
    (made,) = ask("wanx-style-repaint-v1", {"image_url": person}, {"style_index": 3})
    assert made.size == (1536, 2048)


def test_every_style_of_the_catalog_looks_different(photo: Path) -> None:
    """Each number has a look of its own, told apart from every other."""
    given = Image.open(photo)
    assert set(LOOKS) == set(STYLES) - {-1}
    made = {index: np.asarray(in_look(given, look)).astype(int) for index, look in LOOKS.items()}
    pairs = [(one, two) for one in made for two in made if one < two]
    nearest = min((float(np.abs(made[one] - made[two]).mean()), one, two) for one, two in pairs)
    assert nearest[0] > 4, nearest


@pytest.mark.slow
def test_a_style_of_ones_own_takes_its_colours(ask, person: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """With -1 the portrait gets the colours of the reference."""
    rows = np.linspace(40, 220, 300)[:, None, None] * np.array([0.3, 0.5, 1.0])
    blue = keep("blue", Image.fromarray(np.broadcast_to(rows, (300, 300, 3)).astype(np.uint8)))
    files = {"image_url": person, "style_ref_url": blue}
    (made,) = ask("wanx-style-repaint-v1", files, {"style_index": -1})
    red, _, much_blue = np.asarray(made.resize((64, 64))).reshape(-1, 3).mean(axis=0)
    assert much_blue > red + 25
