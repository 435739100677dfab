"""Clothes on new models in new places, as a grid and a slideshow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.media import probe
from blocks.media.frames import picture_at
from flows.plan import Plan
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
COAT = (0.38, 0.4, 0.62, 0.7)
"""Where the coat is in every look: left, top, right, bottom, in parts of the picture."""


SHOE = str(Path(__file__).parents[3] / "docs/models/inputs/shoe.jpg")


async def test_each_look_is_asked_for_once(plan_of: Callable[..., Awaitable[Plan]]) -> None:
    """Three looks are three pictures; shoes and a style go over each of them; no style, no call."""
    plan = await plan_of("lookbook")
    assert {row.name: row.calls for row in plan.steps if row.paid} == {"dressed": 3, "shod": 0, "drawn": 0}
    more = await plan_of("lookbook", "style=14", f"shoes={SHOE}")
    assert {row.name: row.calls for row in more.steps if row.paid} == {"dressed": 3, "shod": 3, "drawn": 3}
    assert {row.name: str(row.quote_cny) for row in more.steps if row.name == "drawn"} == {"drawn": "0.36"}


@pytest.mark.slow
async def test_the_coat_stays_and_the_place_changes(
    rendered: Made, held: Callable[[Path], tuple[list[str], int]]
) -> None:
    """Every look keeps the coat's red before a ground of its own; the slideshow shows all of them, with music."""
    production = await rendered("lookbook")
    home = Path(production.uri)
    looks = [Image.open(home / f"looks/{number:02}.png").convert("RGB") for number in (1, 2, 3)]
    for look in looks:
        assert look.width == 1024
        assert look.width / look.height == pytest.approx(3 / 4, abs=0.01)
        assert _is_red(look.crop(_part(look, COAT)))
    corners = [np.asarray(look.crop((0, 0, 200, 400)), float).mean(axis=(0, 1)) for look in looks]
    assert min(np.abs(a - b).max() for a, b in pairwise(corners)) > 5
    film = probe(home / "lookbook.mp4")
    assert film.seconds == pytest.approx(9, abs=0.1)
    assert held(home / "lookbook.mp4") == (["audio", "video"], 270)
    assert (film.width, film.height) == (1080, 1440)
    for at in (0.1, 0.5, 0.9):
        shown = picture_at(home / "lookbook.mp4", at)
        assert _is_red(shown.crop(_part(shown, (0.45, 0.45, 0.55, 0.6))))
    grid = Image.open(home / "grid.jpg")
    assert grid.width > 3 * 1024  # every look at its full size
    assert grid.height == pytest.approx(looks[0].height, rel=0.1)
    for number, look in enumerate(looks):
        cell = grid.crop((number * grid.width // 3, 0, (number + 1) * grid.width // 3, grid.height)).resize((48, 64))
        assert np.abs(np.asarray(cell, float) - np.asarray(look.resize((48, 64)), float)).mean() < 15


def _part(picture: Image.Image, part: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, top, right, bottom = part
    return (
        round(left * picture.width),
        round(top * picture.height),
        round(right * picture.width),
        round(bottom * picture.height),
    )


def _is_red(picture: Image.Image) -> bool:
    red, green, blue = np.asarray(picture.convert("RGB"), float).reshape(-1, 3).mean(axis=0)
    return bool(red > 1.6 * max(green, blue))


@pytest.mark.slow
async def test_another_look_is_the_only_one_asked_for(made: Made, submits: Callable[[], list[str]]) -> None:
    """With one of two looks worded anew, one picture is asked for."""
    await made("lookbook", 'looks=["A woman in a garden", "A woman by a lake"]')
    await made("lookbook", 'looks=["A woman in a garden", "A woman in a library"]')
    assert sorted(submits()) == ["A woman by a lake", "A woman in a garden", "A woman in a library"]
