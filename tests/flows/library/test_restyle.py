"""One video in preset styles, or in styles of one's own words, and a film that compares them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blocks.media import probe
from blocks.media.frames import picture_at
from flows import library
from flows.fan_out import lanes
from flows.plan import Plan
from flows.production import Production
from flows.scope import Scope

Made = Callable[..., Awaitable[Production]]
SOURCE = (768, 432)


async def test_eight_presets_are_priced_and_so_are_own_words(plan_of: Callable[..., Awaitable[Plan]]) -> None:
    """Three seconds in eight presets are 24 seconds of the cheap tier; with words only those are made."""
    plan = await plan_of("restyle")
    rows = {row.name: (row.calls, row.seconds, row.quote_cny) for row in plan.steps if row.paid}
    assert rows == {"styled": (8, 24, Decimal("4.80")), "repainted": (0, None, Decimal(0))}
    in_words = await plan_of("restyle", 'words=["Felt and wool", "Stained glass"]')
    rows = {row.name: (row.calls, row.seconds, row.quote_cny) for row in in_words.steps if row.paid}
    assert rows == {"styled": (0, None, Decimal(0)), "repainted": (2, 6, Decimal("4.20"))}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"presets": [5, 7]}, [(5, "paper craft"), (7, "Chinese ink")]),
        ({"presets": [5, 7], "names": ["paper", "ink"]}, [(5, "paper"), (7, "ink")]),
        ({"presets": [5, 7], "names": ["mine"]}, [(5, "mine"), (7, "mine")]),
    ],
)
async def test_chosen_presets_have_their_names(
    plan_of: Callable[..., Awaitable[Plan]], given: dict[str, Any], named: list[tuple[int, str]]
) -> None:
    """Each its own, unless there are other names for them; as many are priced as are chosen."""
    pipeline = library.pipelines()["restyle"]
    params = {name: param.default for name, param in pipeline.params.items()} | given
    items = lanes(pipeline.steps["styled"], Scope(params), ())
    assert [(one.item["preset"], one.item["name"]) for one in items] == named
    words = [f"{name}={json.dumps(value)}" for name, value in given.items()]
    assert {row.name: row.calls for row in (await plan_of("restyle", *words)).steps if row.calls} == {
        "styled": 2, "beside": 2, "comparison": 1,
    }  # fmt: skip


@pytest.mark.slow
async def test_another_word_repaints_that_video_alone(made: Made, submits: Callable[[], list[str]]) -> None:
    """Of two styles in words, only the one that is worded anew is asked for again."""
    await made("restyle", 'words=["Felt", "Stained glass"]')
    assert sorted(submits()) == ["Felt", "Stained glass"]
    await made("restyle", 'words=["Felt", "Torn paper"]')
    assert sorted(submits()) == ["Felt", "Stained glass", "Torn paper"]


@pytest.mark.slow
async def test_the_comparison_shows_each_style_beside_the_original(rendered: Made) -> None:
    """Two presets: each as long as the source, and a film twice as long with the source left and the style right."""
    production = await rendered("restyle", "presets=[5, 7]", 'names=["paper", "ink"]')
    home = Path(production.uri)
    assert [one.path for one in production.manifest.deliverables if one.path.endswith(".mp4")] == [
        "comparison.mp4",
        "styles/01.mp4",
        "styles/02.mp4",
    ]
    for name in ("styles/01.mp4", "styles/02.mp4"):
        styled = probe(home / name)
        assert styled.seconds == pytest.approx(3, abs=0.1)
        assert min(styled.width or 0, styled.height or 0) == 540
    film = probe(home / "comparison.mp4")
    assert film.seconds == pytest.approx(6, abs=0.2)
    assert film.width == 1920
    assert film.has_audio
    (source,) = (Path(str(production.manifest.params["video"]).removeprefix("file://")),)
    for part, name in ((0.25, "styles/01.mp4"), (0.75, "styles/02.mp4")):
        left, right = halves(picture_at(home / "comparison.mp4", part))
        original, styled_picture = picture_at(source, 0.5), picture_at(home / name, 0.5)
        assert apart(left, original) < 12 < apart(right, original)
        assert apart(right, styled_picture) < 12


@pytest.mark.slow
async def test_a_style_in_words_keeps_the_sound_of_the_original(
    rendered: Made, held: Callable[[Path], tuple[list[str], int]]
) -> None:
    """Repainted video is silent: the original is heard under it, and the comparison names the style."""
    production = await rendered("restyle", 'words=["Felt and wool"]')
    home = Path(production.uri)
    assert held(home / "styles/01.mp4") == (["audio", "video"], 72)
    assert held(home / "comparison.mp4") == (["audio", "video"], 72)
    left, right = halves(picture_at(home / "comparison.mp4", 0.5))
    original = picture_at(str(production.manifest.params["video"]).removeprefix("file://"), 0.5)
    assert apart(left, original) < 8 < apart(right, original)
    assert apart(right, picture_at(home / "styles/01.mp4", 0.5)) < 8


def halves(picture: Image.Image) -> tuple[Image.Image, Image.Image]:
    """The left and the right film, without gaps and captions."""
    gap = round(picture.width / 160)
    wide = (picture.width - 3 * gap) // 2
    tall = round(wide * SOURCE[1] / SOURCE[0])
    return (
        picture.crop((gap, gap, gap + wide, gap + tall)),
        picture.crop((2 * gap + wide, gap, 2 * gap + 2 * wide, gap + tall)),
    )


def apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are from each other, 0 to 255."""
    small = [
        np.asarray(picture.convert("RGB").resize((96, 54), Image.Resampling.BOX), float) for picture in (one, other)
    ]
    return float(np.abs(small[0] - small[1]).mean())
