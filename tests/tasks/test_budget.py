"""No limit is passed, whoever asks: many at once, several processes of one run, processes one after the other."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.storage import MediaStorage
from tasks.budget import Budget, BudgetExceeded

RUN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def storage(tmp_path: Path) -> MediaStorage:
    return MediaStorage(url=str(tmp_path / "media"))


async def _taken(budget: Budget, name: str, run: str | None = RUN) -> bool:
    try:
        await budget.reserve(name, Decimal("1.2"), what=name, run=run)
    except BudgetExceeded:
        return False
    return True


@pytest.mark.parametrize("run", [None, RUN])
async def test_many_at_once_fill_the_limit_and_do_not_pass_it(storage: MediaStorage, run: str | None) -> None:
    """Of twenty requests of 1.20 CNY at once exactly four fit into 5 CNY, shared with other processes or not."""
    budget = Budget(Decimal(5), storage)
    assert sum(await asyncio.gather(*(_taken(budget, f"f{n}", run) for n in range(20)))) == 4
    assert budget.outstanding == Decimal("4.8")


@pytest.mark.slow
async def test_processes_of_one_run_share_its_limit(storage: MediaStorage) -> None:
    """Four processes that ask for twenty requests at once stay within the limit together."""
    budgets = [Budget(Decimal(5), storage) for _ in range(4)]
    taken = await asyncio.gather(*(_taken(budgets[n % 4], f"f{n}") for n in range(20)))
    assert 1 <= sum(taken) <= 4
    assert sum(budget.outstanding for budget in budgets) <= 5


async def test_a_later_process_of_the_run_counts_what_the_earlier_spent(storage: MediaStorage) -> None:
    """Costs and open quotes of a process that died count; another run has a limit of its own."""
    first = Budget(Decimal(5), storage)
    assert await _taken(first, "one") and await _taken(first, "two")
    await first.settle("one", Decimal("2.5"))
    second = Budget(Decimal(5), storage)
    assert await _taken(second, "three")
    assert not await _taken(second, "four")
    assert await _taken(second, "two")  # it takes up the dead process's request: counted once
    assert await _taken(Budget(Decimal(5), storage), "four", "another-run")


@pytest.mark.parametrize(("step", "limit"), [("write_json", 2), ("delete", 5)])
async def test_a_process_that_dies_while_it_settles_is_counted(
    storage: MediaStorage, monkeypatch: pytest.MonkeyPatch, step: str, limit: int
) -> None:
    """Between the quote and the cost, here 4.50 CNY, there is no moment at which neither counts."""
    first = Budget(Decimal(5), storage)
    assert await _taken(first, "one")

    async def dies(*_: object) -> None:
        raise OSError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(MediaStorage, step, dies)
        with pytest.raises(OSError, match="gone"):
            await first.settle("one", Decimal("4.5"))
    assert not await _taken(Budget(Decimal(limit), storage), "two")


async def test_what_is_sent_again_in_doubt_counts_twice(storage: MediaStorage) -> None:
    """Both quotes count for every process of the run, once each, also when the second has ended or is taken up."""
    first = Budget(Decimal(5), storage)
    assert await _taken(first, "one")
    await first.reserve_again("one", "t-1", what="again")
    assert first.outstanding == Decimal("2.4") and not await _taken(Budget(Decimal("3.5"), storage), "two")
    second = Budget(Decimal("3.5"), storage)
    assert await _taken(second, "one")
    await second.reserve_again("one", "t-1", what="again")
    with pytest.raises(BudgetExceeded, match="again: 1.2 CNY more would make 3.6 CNY"):
        await second.reserve_again("one", "t-2", what="again")
    await first.settle("one", Decimal("1.2"))
    assert (first.spent, first.outstanding) == (Decimal("1.2"), Decimal("1.2"))
    assert not await _taken(Budget(Decimal("3.5"), storage), "two")


async def test_what_nobody_knows_the_cost_of_keeps_its_quote(storage: MediaStorage) -> None:
    """A generation that may be billed yet, or whose bill cannot be read, counts as quoted, in every process."""
    first, second = Budget(Decimal(2), storage), Budget(Decimal(2), storage)
    assert await _taken(first, "one")
    await first.settle("one", None)
    assert first.spent == Decimal("1.2") and first.outstanding == 0
    assert not await _taken(first, "two") and not await _taken(second, "two")


async def test_what_failed_gives_its_quote_back(storage: MediaStorage) -> None:
    """A failed generation costs nothing: its quote is free again for every process of the run."""
    first, second = Budget(Decimal(2), storage), Budget(Decimal(2), storage)
    assert await _taken(first, "one")
    assert not await _taken(second, "two")
    await first.settle("one", Decimal(0))
    assert await _taken(second, "two")


async def test_what_another_gives_back_is_waited_for_a_little(
    storage: MediaStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quote that does not fit beside another process's fits when that one ends at nothing in this moment."""
    first, second = Budget(Decimal(2), storage), Budget(Decimal(2), storage)
    assert await _taken(first, "one") and await _taken(first, "one"), "the same is set aside once"
    delete = MediaStorage.delete

    async def then_settle(storage: MediaStorage, path: str) -> None:
        await delete(storage, path)
        await first.settle("one", Decimal(0))

    monkeypatch.setattr(MediaStorage, "delete", then_settle)
    assert await _taken(second, "two") and first.outstanding == 0


async def test_what_was_refused_takes_no_room(storage: MediaStorage) -> None:
    """Neither a refused quote nor what is no quote at all counts for the run's other processes."""
    await storage.write_json(f"budgets/{RUN}/notes.json", {})
    assert await _taken(Budget(Decimal(5), storage), "one")
    assert not await _taken(Budget(Decimal(2), storage), "two")
    assert await _taken(Budget(Decimal("2.4"), storage), "three")


async def test_an_unknown_price_cannot_keep_a_limit() -> None:
    """It is refused while there is a limit, and goes when an earlier process has sent it."""
    budget = Budget(Decimal(5))
    with pytest.raises(BudgetExceeded, match="price is unknown"):
        await budget.reserve("one", None, what="one")
    await budget.reserve("one", None, what="one", sent=True)
