"""Trains and how they move."""

import numpy as np
import pytest

from blocks.emulator.render.drawing.palettes import palette_of
from blocks.emulator.render.drawing.stage import Stage
from blocks.emulator.render.places.trains import arriving, crossing, leaving, passing, rolling, streaming, train
from blocks.emulator.render.prompts.mood import read_mood

PALETTE = palette_of(read_mood("night"))


def test_an_arriving_train_slows_down_and_a_leaving_one_gets_faster() -> None:
    """Both end where they are drawn; the halves of the way take unequal times."""
    come, go, even = arriving(100), leaving(100), crossing(100)
    for path in (come, go, even):
        assert (path(0, 4), path(4, 4)) == (100, 0)
    assert come(2, 4) < even(2, 4) == 50 < go(2, 4)


def test_what_repeats_never_leaves_its_period() -> None:
    """Land streams to the left and a passing train to the right, for as long as a shot lasts."""
    for at in np.linspace(0, 60, 241):
        assert 0 <= streaming(300, 500)(at, 60) < 500
        assert 0 <= passing(300, 500)(at, 60) < 500
    assert streaming(300, 500)(0.1, 60) == pytest.approx(30)
    assert passing(300, 500)(0.1, 60) == pytest.approx(470)


def test_windows_are_lit_in_a_row() -> None:
    """At the height of the windows a carriage changes many times between dark and warm light."""
    picture = np.asarray(train(PALETTE, 100, 2, engine=False)).astype(int)
    row = picture[picture.shape[0] - 70]
    warm = (row[:, 0] > 190) & (row[:, 3] == 255)
    assert np.count_nonzero(np.diff(warm.astype(int)) == 1) >= 14


def test_a_rolling_train_is_drawn_where_its_path_puts_it() -> None:
    """The layer is wider than the stage by the way the train goes, and stands on its rail."""
    stage = Stage((640, 360), PALETTE, 1)
    drawn = train(PALETTE, 60, 1)
    layer = rolling(stage, drawn, 100, 250, arriving(200), 200)
    assert layer.alpha is not None
    assert layer.picture.width >= stage.size[0] + 200
    left, _, _, bottom = layer.alpha.getbbox() or (0, 0, 0, 0)
    assert 100 <= left <= 110
    assert bottom == 250
