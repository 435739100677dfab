"""A picture comes to life and goes on from its own last frame."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.media import probe
from flows.plan import Plan
from flows.production import Production

Made = Callable[..., Awaitable[Production]]


async def test_what_is_left_out_is_not_paid(plan_of: Callable[..., Awaitable[Plan]]) -> None:
    """Two clips of two seconds; one without a second part; a style is paid for the seconds of both."""
    plans = [await plan_of("moving-picture", *given) for given in ((), ("then=",), ("style=5",))]
    assert [(plan.calls, plan.total_cny) for plan in plans] == [
        (2, Decimal("1.20")),
        (1, Decimal("0.60")),
        (3, Decimal("1.20") + 4 * Decimal("0.5")),
    ]


@pytest.mark.slow
async def test_another_ending_leaves_the_beginning(
    made: Made, submits: Callable[[], list[str]], held: Callable[[Path], tuple[list[str], int]]
) -> None:
    """With another `then` the second clip alone is asked for again; the film is as long as both clips."""
    await made("moving-picture", "motion=It wakes", "then=It flies")
    production = await made("moving-picture", "motion=It wakes", "then=It sleeps")
    assert submits() == ["It wakes", "It flies", "It sleeps"]
    film = Path(production.uri, "film.mp4")
    clips = [asset for step in production.manifest.steps if step.name in ("first", "second") for asset in step.assets]
    assert len(clips) == 2
    assert probe(film).seconds == pytest.approx(sum(clip.seconds or 0 for clip in clips), abs=0.1)
    assert "video" in held(film)[0]
