"""Somebody else in the place of a clip's person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.media import probe
from blocks.media.frames import picture_at
from flows.plan import Plan
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
Held = Callable[[Path], tuple[list[str], int]]


async def test_only_the_draft_is_asked_for_until_it_is_approved(plan_of: Callable[..., Awaitable[Plan]]) -> None:
    """Three seconds are a draft at 0.60 a second; with the approval, the fine version at 0.90 a second comes on top."""
    draft, both = await plan_of("recast"), await plan_of("recast", "approved=yes")
    assert (draft.calls, draft.total_cny) == (1, Decimal("1.80"))
    assert (both.calls, both.total_cny) == (2, Decimal("4.50"))
    assert [row.seconds for row in both.steps if row.paid] == [3, 3]


@pytest.mark.slow
async def test_the_approval_pays_for_the_fine_version_alone(made: Made, submits: Callable[[], list[str]]) -> None:
    """The draft is made first and once; approved, one more submit gives the professional version."""
    first = await made("recast")
    assert [one.path for one in first.manifest.deliverables if one.path.endswith(".mp4")] == [
        "draft.mp4",
        "before-and-after.mp4",
    ]
    assert first.state == "done"
    assert len(submits()) == 1
    second = await made("recast", "approved=yes")
    assert len(submits()) == 2
    sent = [(one.request["parameters"]["mode"], one.cached) for one in second.manifest.generations]
    assert sent == [("wan-std", True), ("wan-pro", False)]
    assert "recast.mp4" in [one.path for one in second.manifest.deliverables]


@pytest.mark.slow
async def test_the_scene_stays_and_the_person_changes(rendered: Made, held: Held) -> None:
    """Draft and fine version: an orange shirt for the red coat, the clip's sky and sound; both beside each other."""
    production = await rendered("recast", "approved=yes")
    home = Path(production.uri)
    clip = Path(str(production.manifest.params["clip"]))
    before = picture_at(clip, 0.5).convert("RGB").resize((480, 480))
    for name, fps in (("draft", 15), ("recast", 25)):
        path = home / f"{name}.mp4"
        film = probe(path)
        assert (film.width, film.height, film.fps, film.has_audio) == (960, 960, fps, True)
        assert film.seconds == pytest.approx(3, abs=0.1)
        assert held(path) == (["audio", "video"], 3 * fps)
        after = picture_at(path, 0.5).convert("RGB").resize((480, 480))
        assert _red(before) > 0.02 > 40 * _red(after)
        assert _orange(after) > 0.01 > 4 * _orange(before)
        sky = [np.asarray(one.crop((0, 0, 480, 30)), float).mean(axis=(0, 1)) for one in (before, after)]
        assert np.abs(sky[0] - sky[1]).max() < 6
    both = probe(home / "before-and-after.mp4")
    assert both.width == 1280 and both.seconds == pytest.approx(3, abs=0.1)
    assert held(home / "before-and-after.mp4") == (["audio", "video"], 72)


def _red(picture: Image.Image) -> float:
    """The share of a picture that is as red as the coat."""
    red, green, blue = np.asarray(picture, float).transpose(2, 0, 1)
    return float(((red > 150) & (green < 80) & (blue < 80)).mean())


def _orange(picture: Image.Image) -> float:
    """The share of a picture that is as orange as the shirt, whatever the light."""
    red, green, blue = np.asarray(picture, float).transpose(2, 0, 1)
    return float(((red > 190) & (green > 80) & (green < 170) & (red - green > 60) & (green > blue)).mean())
