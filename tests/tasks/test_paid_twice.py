"""What may be billed twice counts twice: a request that is sent again while its first submit is in doubt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from blocks.client import Client
from tasks.budget import BudgetExceeded
from tasks.generation import generate
from tasks.session import Session
from tasks.watching import Watcher
from tests.tasks.conftest import Died, Open, asked

PRICE = catalog.quote(asked()).amount or Decimal(0)


async def _die(*_: Any, **__: Any) -> Any:
    raise Died


async def _in_doubt(here: Any, monkeypatch: pytest.MonkeyPatch, session: Session) -> list[str]:
    """A run died before its POST, and the account has two tasks that it may have led to. Gives their ids."""
    with monkeypatch.context() as patched:
        patched.setattr(Client, "submit", _die)
        with pytest.raises(Died):
            await here.run()
    return [(await session.client.submit(asked(seed=seed))).task_id or "" for seed in (1, 2)]


async def test_a_limit_that_holds_one_refuses_the_second(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where both would pass the limit nothing is sent, whatever on_ambiguous says; the error names limit and tasks."""
    here = studio()
    async with here.session(on_ambiguous="resubmit", max_cost=2 * PRICE - 1) as session:
        candidates = await _in_doubt(here, monkeypatch, session)
        with pytest.raises(BudgetExceeded, match="may be billed") as caught:
            await generate(asked())
        assert session.budget.outstanding == PRICE
    assert f"over the limit of {2 * PRICE - 1} CNY; not sent" in str(caught.value)
    assert all(task_id in str(caught.value) for task_id in candidates)
    assert here.submits == 2 and len(await here.journalled()) == 1


async def test_a_limit_that_holds_both_keeps_the_first_counted(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent again, and what the first may cost stays outstanding when the second has ended."""
    here = studio()
    async with here.session(on_ambiguous="resubmit", max_cost=2 * PRICE) as session:
        await _in_doubt(here, monkeypatch, session)
        assert (await generate(asked())).succeeded and here.submits == 3
        assert (session.budget.spent, session.budget.outstanding) == (PRICE, PRICE)
        with pytest.raises(BudgetExceeded):
            await generate(asked("another"))


async def test_where_there_is_no_list(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who chose to, has it sent again also where the address offers no task list; the first stays counted."""
    here = studio(rules=[{"at": "list", "do": {"kind": "refuse", "code": "NotFound", "http_status": 404}}])
    async with here.session(on_ambiguous="resubmit", max_cost=2 * PRICE) as session:
        await _in_doubt(here, monkeypatch, session)
        assert (await generate(asked())).succeeded and here.submits == 3
        assert (session.budget.spent, session.budget.outstanding) == (PRICE, PRICE)


@pytest.mark.parametrize(
    ("ends", "limit", "why"),
    [
        pytest.param("expire", 2 * PRICE - 1, "may be billed", marks=pytest.mark.slow),
        ("fail_task", PRICE - 1, "over the limit"),
    ],
)
async def test_what_an_earlier_run_sent_in_vain(
    studio: Open, monkeypatch: pytest.MonkeyPatch, ends: str, limit: Decimal, why: str
) -> None:
    """It is waited for whatever the limit says, and sent anew within the limit only; what was forgotten counts too."""
    here = studio(rules=[{"at": "task", "times": 1, "do": ends}])
    with monkeypatch.context() as patched:
        patched.setattr(Watcher, "wait", _die)
        with pytest.raises(Died):
            await here.run()
    async with here.session(max_cost=limit):
        with pytest.raises(BudgetExceeded, match=why):
            await generate(asked())
    assert here.submits == 1 and await here.journalled() == []
    async with here.session(max_cost=PRICE):
        assert (await generate(asked())).succeeded and here.submits == 2
