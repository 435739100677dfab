"""A product cut-out becomes a teaser in three ratios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.media import probe
from blocks.media.frames import pictures_at
from flows.document import InvalidInput
from flows.plan import Plan
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
Held = Callable[[Path], tuple[list[str], int]]
PlanOf = Callable[..., Awaitable[Plan]]


async def test_each_ratio_is_priced_by_itself(plan_of: PlanOf) -> None:
    """Three settings in three ratios are nine pictures and nine clips of three seconds; a ratio can be left out."""
    plan = await plan_of("product-teaser")
    assert plan.total_cny == 3 * (3 * Decimal("0.08") + 3 * 3 * Decimal("0.15"))
    assert plan.calls == 18
    assert not plan.unknown
    assert sum(row.seconds or 0 for row in plan.steps if row.paid) == 27
    one = await plan_of("product-teaser", "wide=false", "square=false")
    assert (one.calls, one.total_cny) == (6, Decimal("1.59"))
    assert (await plan_of("product-teaser", "variants=2", "tall=false", "square=false")).calls == 3 + 6
    film = await plan_of("product-film")
    assert (film.calls, film.total_cny) == (2, Decimal("0.53"))


@pytest.mark.slow
async def test_another_motion_films_anew_and_paints_nothing(made: Made, submits: Callable[[], list[str]]) -> None:
    """With another motion only the clips are asked for again, and nothing a second time."""
    await made("product-film")
    first = submits()
    assert len(first) == 2
    await made("product-film", "motion=It turns")
    assert submits()[2:] == ["It turns"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("variants=5", "5 is not taken by wanx-background-generation-v2; allowed: 1 to 4"),
        ("seconds=16", "16 is not taken by wan2.6-i2v-flash; allowed: 2 to 15"),
        ("resolution=4K", "resolution: must be one of 720P, 1080P; got '4K'"),
        ("photo=teaser.png", "photo: there is no file "),
        ("wide=maybe", "wide: must be true or false; got 'maybe'"),
    ],
)
async def test_what_cannot_be_filmed_is_refused_once(plan_of: PlanOf, given: str, said: str) -> None:
    """However many ratios a wrong value spoils, it is said in one line."""
    with pytest.raises(InvalidInput) as caught:
        await plan_of("product-teaser", given)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.slow
async def test_a_teaser_films_anew_only_what_another_setting_changes(
    made: Made, submits: Callable[[], list[str]]
) -> None:
    """Of two settings the one that is worded anew is painted for each ratio; another motion paints nothing."""
    paints = "wanx-background-generation-v2"
    await made("product-teaser", 'settings=["on sand", "on snow"]', "motion=It shines")
    assert Counter(submits()) == {paints: 6, "It shines": 1}  # this service paints the same picture every time
    await made("product-teaser", 'settings=["on sand", "on moss"]', "motion=It shines")
    assert submits()[7:] == [paints] * 3
    await made("product-teaser", 'settings=["on sand", "on moss"]', "motion=It turns")
    assert submits()[10:] == ["It turns"]


async def test_a_frame_that_cannot_be_filmed_is_not_painted(plan_of: PlanOf) -> None:
    """Pictures of 100 pixels could be painted but not filmed: refused with the width that was given."""
    with pytest.raises(
        InvalidInput, match=r"framed.require\[1\]: requires \$.*, which is not so: width is 100, height"
    ):
        await plan_of("product-film", "width=100")


@pytest.mark.parametrize(("mode", "name"), [("RGB", "photo.jpg"), ("RGB", "photo.png"), ("RGBA", "photo.png")])
async def test_a_photo_that_is_not_cut_out_is_refused(plan_of: PlanOf, tmp_path: Path, mode: str, name: str) -> None:
    """Its own ground would hide the setting, though the frame around it is transparent: nothing is painted."""
    Image.new(mode, (400, 400), "tan").save(tmp_path / name)
    said = f"{name} has no fully transparent parts; give a cut-out on a transparent ground, a PNG with an alpha channel"
    with pytest.raises(InvalidInput, match=said) as caught:
        await plan_of("product-teaser", f"photo={tmp_path / name}")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.slow
async def test_the_product_stands_whole_in_every_ratio(rendered: Made, held: Held) -> None:
    """Each teaser has its ratio, its seconds and music; the red bottle is in the middle, in settings that differ."""
    production = await rendered(
        "product-teaser", 'settings=["on sand by the sea, noon", "on snow, night"]', "seconds=2"
    )
    for name, ratio in (("teaser-16x9", 16 / 9), ("teaser-9x16", 9 / 16), ("teaser-1x1", 1.0)):
        path = Path(production.uri, f"{name}.mp4")
        film = probe(path)
        assert (film.width or 0) / (film.height or 1) == pytest.approx(ratio, abs=0.002)
        assert (film.width or 0) * (film.height or 0) == pytest.approx(1280 * 720, rel=0.05)
        assert film.seconds == pytest.approx(4, abs=0.2)
        assert held(path) == (["audio", "video"], 120)
        shown = pictures_at(path, (0.02, 0.52))
        for picture in shown:
            red, green, blue = _mean(picture, (0.46, 0.42, 0.54, 0.46))
            assert red > 1.6 * max(green, blue)
        corners = [_mean(picture, (0.0, 0.1, 0.1, 0.3)) for picture in shown]
        assert max(np.abs(np.subtract(a, b)).max() for a, b in pairwise(corners)) > 15


def _mean(picture: Image.Image, part: tuple[float, float, float, float]) -> tuple[float, ...]:
    """The mean colour of a part of a picture: left, top, right, bottom, 0 to 1."""
    left, top, right, bottom = part
    wide, high = picture.size
    cut = picture.convert("RGB").crop((int(left * wide), int(top * high), int(right * wide), int(bottom * high)))
    return tuple(np.asarray(cut, float).reshape(-1, 3).mean(axis=0))
