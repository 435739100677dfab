"""A brief is priced before it is written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from flows.filming import plan_film
from flows.storyboard import Storyboard
from tasks.session import open_session


async def test_each_scene_to_be_written_has_its_price(tmp_path: Path) -> None:
    """Three scenes of ten seconds are paid three times, although nobody knows yet what they show."""
    board = Storyboard.model_validate({"title": "Rain", "brief": {"text": "A boat", "scenes": 3, "seconds": 30}})
    asked: set[str] = set()
    async with open_session(str(tmp_path / "media"), offline=True) as session:
        for _ in range(2):
            plan = await plan_film(board, session, asked)
            assert (plan.calls, plan.total_cny, plan.unknown) == (3, Decimal("30.00"), ["storyboard"])
