"""Painting a masked area anew."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw


def test_outside_the_mask_nothing_changes(ask, keep) -> None:  # type: ignore[no-untyped-def]
    """wanx-x-painting paints white, in the colour the words name, several results differently, and nothing else."""
    picture = Image.effect_noise((1024, 1024), 60).convert("RGB")
    mask = Image.new("L", (1024, 1024))
    ImageDraw.Draw(mask).ellipse([300, 300, 700, 600], fill=255)
    files = {"base_image_url": keep("base", picture), "mask_image_url": keep("mask", mask)}
    made = ask("wanx-x-painting", files, {"prompt": "red glasses"}, {"n": 2})
    hole = np.asarray(mask) > 127
    for result in made:
        pixels = np.asarray(result).astype(int)
        assert (pixels[~hole] == np.asarray(picture)[~hole]).all()
        red, green, _ = pixels[hole].mean(axis=0)
        assert red > green + 60
    assert made[0].tobytes() != made[1].tobytes()


def test_the_size_asked_for(ask, photo: Path, disc: Path) -> None:  # type: ignore[no-untyped-def]
    """The result has the size, the picture cut to its ratio, also by default."""
    files = {"base_image_url": photo, "mask_image_url": disc}
    (made,) = ask("wanx-x-painting", files, {"prompt": "a blue ball"}, {"size": "720*1280"})
    assert made.size == (720, 1280)
    (made,) = ask("wanx-x-painting", files, {"prompt": "a blue ball"})
    assert made.size == (1024, 1024)
    assert np.asarray(made)[512, 512, 2] > np.asarray(made)[512, 512, 0]


def test_the_mask_may_have_colours_of_its_own(ask, keep) -> None:  # type: ignore[no-untyped-def]
    """With ``mask_color`` those colours are painted and white is not."""
    base = Image.new("RGB", (1024, 1024), (90, 120, 90))
    mask = Image.new("RGB", (1024, 1024), "white")
    ImageDraw.Draw(mask).rectangle([100, 100, 399, 399], fill=(134, 134, 134))
    files = {"base_image_url": keep("base", base), "mask_image_url": keep("mask", mask)}
    (made,) = ask("wanx-x-painting", files, {"prompt": "红色"}, {"mask_color": [[0, 0, 0], [134, 134, 134]]})
    changed = np.abs(np.asarray(made).astype(int) - (90, 120, 90)).max(axis=-1) > 0
    assert changed[100:400, 100:400].mean() > 0.98
    assert not changed[400:].any()


@pytest.mark.parametrize(("style", "other"), [("<auto>", "<sketch>"), ("<anime>", "<chinese painting>")])
def test_styles_differ(ask, photo: Path, disc: Path, style: str, other: str) -> None:  # type: ignore[no-untyped-def]
    """The same words in two styles are two pictures."""
    files = {"base_image_url": photo, "mask_image_url": disc}
    one, two = (ask("wanx-x-painting", files, {"prompt": "forest"}, {"style": name})[0] for name in (style, other))
    assert one.tobytes() != two.tobytes()


def test_without_words_the_thing_is_removed(ask, photo: Path, disc: Path) -> None:  # type: ignore[no-untyped-def]
    """description_edit_with_mask with an empty prompt takes a small thing away."""
    files = {"base_image_url": photo, "mask_image_url": disc}
    given = {"function": "description_edit_with_mask", "prompt": ""}
    (made,) = ask("wanx2.1-imageedit", files, given)
    pixels = np.asarray(made).astype(int)
    assert not ((pixels[..., 0] > 160) & (pixels[..., 1] < 90)).any()
