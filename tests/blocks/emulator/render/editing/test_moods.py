"""Hour and weather for given pictures."""

from pathlib import Path

import numpy as np
from PIL import Image

from blocks.emulator.render.editing.moods import in_the_mood


def test_night_is_dark_and_snow_is_seen(photo: Path) -> None:
    """A picture at night is darker than by day; falling snow puts small bright flakes on it."""
    given = Image.open(photo)
    day, night, snow = (
        np.asarray(in_the_mood(given, words, 1, 0.6).convert("L")).astype(int)
        for words in ("by day", "at night", "heavy snow at night")
    )
    assert night.mean() < 0.75 * day.mean()
    assert (snow - night > 40).sum() > 3 * max(1, (night - snow > 40).sum())
    assert snow.shape == (180, 240)
