"""Silhouettes of people and animals."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from blocks.emulator.render.drawing.palettes import palette_of
from blocks.emulator.render.people.figures import PEOPLE, Figure, figure
from blocks.emulator.render.prompts.mood import read_mood

PALETTE = palette_of(read_mood("night"))


def _shape(who: Figure, pose: int = 0) -> NDArray[np.int16]:
    """A silhouette on a common sheet, standing on its feet."""
    alpha = np.asarray(who.poses[pose].alpha)
    sheet = np.zeros((800, 420), np.int16)
    foot = round(who.foot * alpha.shape[0])
    top, left = 400 - foot, 210 - alpha.shape[1] // 2
    sheet[top : top + alpha.shape[0], left : left + alpha.shape[1]] = alpha
    return sheet


def _tall(who: Figure) -> int:
    rows = np.flatnonzero(_shape(who).max(axis=1) > 128)
    return int(rows[-1] - rows[0])


@pytest.mark.parametrize("posture", ["walk", "stand", "sit"])
def test_everybody_has_a_silhouette_of_their_own(posture: str) -> None:
    """No two kinds of people look alike, walking, standing or sitting."""
    shapes = {kind: _shape(figure(kind, 300, PALETTE, posture=posture)) for kind in PEOPLE}
    for one, other in combinations(shapes, 2):
        changed = np.abs(shapes[one] - shapes[other]) > 128
        assert changed.sum() > 0.04 * (shapes[one] > 128).sum(), (one, other)


def test_the_conductor_is_tall_and_the_girl_is_small() -> None:
    """Height tells who somebody is: conductor, old man, girl, in this order."""
    conductor, elder, girl = (_tall(figure(kind, 300, PALETTE)) for kind in ("conductor", "elder", "girl"))
    assert conductor > elder * 1.1 > girl * 1.2


def test_who_stands_or_sits_stays_in_place() -> None:
    """Only walking covers ground; breath moves the others."""
    for posture in ("stand", "sit"):
        who = figure("girl", 300, PALETTE, posture=posture)
        assert who.speed == 0
        assert np.abs(_shape(who, 1) - _shape(who, 4)).max() > 100
    assert figure("girl", 300, PALETTE).speed > 0 > figure("girl", 300, PALETTE, flip=True).speed


def test_a_lantern_shines() -> None:
    """Whoever carries a lantern carries light: bright pixels, and a halo around the silhouette."""
    plain, lit = figure("girl", 300, PALETTE), figure("girl", 300, PALETTE, held="lantern")
    bright = [sum(who.poses[0].planes[0].histogram()[200:]) for who in (plain, lit)]
    assert bright[1] > bright[0] + 40
    half = [((shape := _shape(who)) > 10).sum() - (shape > 200).sum() for who in (plain, lit)]
    assert half[1] > half[0] * 2
