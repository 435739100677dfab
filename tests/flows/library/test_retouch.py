"""Pictures without their people, wider, larger and sharper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blocks.emulator import Emulator
from flows.document import InvalidInput
from flows.plan import Plan
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
PEOPLE = {"01": (330, 244, 723, 714), "02": (250, 392, 445, 952)}
"""Where people stand in each picture of the example: left, top, right, bottom."""


async def test_every_part_is_priced_and_can_be_left_out(plan_of: Callable[..., Awaitable[Plan]]) -> None:
    """Two pictures go through four models; without people, widening and enlarging only what is left is asked for."""
    plan = await plan_of("retouch")
    rows = {row.name: (row.calls, row.quote_cny) for row in plan.steps if row.paid}
    assert rows == {
        "found": (2, None),
        "erased": (2, None),
        "widened": (2, Decimal("0.36")),
        "sharpened": (2, Decimal("0.28")),
    }
    only_wider = await plan_of("retouch", "people=false", "larger=0")
    assert {row.name: row.calls for row in only_wider.steps if row.calls} == {"widened": 2}
    only_larger = await plan_of("retouch", "people=false", "ratio=keep")
    assert {row.name: row.calls for row in only_larger.steps if row.calls} == {"sharpened": 2}


async def test_with_every_part_switched_off_nothing_is_begun(plan_of: Callable[..., Awaitable[Plan]]) -> None:
    """The refusal names the three that switch it all off."""
    with pytest.raises(InvalidInput, match="no file would be delivered: .*; people is no, ratio is keep, larger is 0$"):
        await plan_of("retouch", "people=false", "larger=0", "ratio=keep")


@pytest.mark.slow
async def test_the_people_are_gone_and_the_pictures_wide_and_large(rendered: Made) -> None:
    """Each result is 16:9 and twice as large; where somebody stood is what is around, the rest is as it was."""
    production = await rendered("retouch")
    assert [one.path for one in production.manifest.deliverables if one.path.endswith(".png")] == [
        "pictures/01.png",
        "pictures/02.png",
    ]
    sources = [Path(uri.removeprefix("file://")) for uri in production.manifest.params["pictures"]]
    for (number, people), source in zip(PEOPLE.items(), sources, strict=True):
        made = Image.open(Path(production.uri, f"pictures/{number}.png")).convert("L")
        given = Image.open(source).convert("L")
        assert made.width / made.height == pytest.approx(16 / 9, abs=0.01)
        assert made.height == pytest.approx(2 * given.height, abs=4)
        before, after = np.asarray(given, float), _in_frame_of(made, given.size)
        left, top, right, bottom = people
        assert before[top:bottom, left:right].min() < 50  # dark hair and boots
        assert after[top:bottom, left:right].min() > 70
        around = np.ones_like(before, bool)
        around[top - 30 : bottom + 30, left - 40 : right + 40] = False
        assert np.abs(before - after)[around].mean() < 8


def _in_frame_of(made: Image.Image, size: tuple[int, int]) -> Any:
    """A result in the frame of its source: the middle, at its size."""
    wide = round(made.height * size[0] / size[1])
    left = (made.width - wide) // 2
    return np.asarray(made.crop((left, 0, left + wide, made.height)).resize(size), float)


@pytest.mark.slow
async def test_another_size_asks_only_for_the_last_part(made: Made, service: Emulator, tmp_path: Path) -> None:
    """With three times the size instead of two, nobody is looked for again and nothing is widened again."""
    Image.new("RGB", (640, 640), (90, 120, 150)).save(tmp_path / "plain.png")
    given = f"pictures={tmp_path / 'plain.png'}"
    await made("retouch", given)
    before = Counter(task.model for task in service.tasks())
    assert len(before) == 4
    await made("retouch", given, "larger=3")
    assert Counter(task.model for task in service.tasks()) - before == {"wanx2.1-imageedit": 1}


@pytest.fixture
def service(prefect_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Emulator]:
    """A service that renders: what one part gives must be what the next part takes."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-retouch")
    monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))
    with Emulator() as rendering:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", rendering.base_url)
        yield rendering
