"""What a run relies on after an earlier one, or an earlier step of its own, went wrong."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from blocks import catalog
from tasks import finished
from tasks.generation import generate
from tasks.leases import Leases
from tasks.records import TASK_LIFE, Generation
from tasks.watching import Watcher
from tests.tasks.conftest import Died, Open, Studio, asked


def _noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that are waited for from now on."""
    wait, asked_for = Watcher.wait, []

    async def noted(watcher: Watcher, task_id: str, **options: Any) -> Any:
        asked_for.append(task_id)
        return await wait(watcher, task_id, **options)

    monkeypatch.setattr(Watcher, "wait", noted)
    return asked_for


async def _made_anew(here: Studio, made: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run generates it again, and asks for no other task than that one's."""
    asked_for = _noted(monkeypatch)
    again = await here.run()
    assert again.succeeded and asked_for == [again.task_id] != [made.task_id]


async def test_a_download_that_prefect_remembers(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is gone, of a run that died before its record, is fetched again whatever Prefect knows."""
    here = studio()

    async def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(finished, "write", die)
        with pytest.raises(Died):
            await here.run()
    [path] = [path for path in await here.storage.list("generations") if path.endswith(".mp4")]
    await here.storage.delete(path)
    made = await here.run()
    assert made.succeeded and await finished.all_whole(here.storage, made.assets) and here.submits == 1


async def test_what_failed_leaves_room(studio: Open) -> None:
    """A generation that failed costs nothing: the run's limit holds another one."""
    here = studio(rules=[{"at": "task", "times": 1, "do": "moderate"}])
    async with here.session(max_cost=catalog.quote(asked()).amount) as session:
        assert (await generate(asked())).failure and session.budget.outstanding == 0
        assert (await generate(asked("another"))).succeeded


@pytest.mark.slow
async def test_a_task_of_yesterday_is_not_asked_for(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file whose task ended over a day ago is generated again, without a question about that task."""
    here = studio()
    made = await here.run()
    record = await finished.read(here.storage, made.fingerprint)
    assert record is not None
    ended = record.outcome.finished_at - TASK_LIFE - timedelta(minutes=1)
    old = record.model_copy(update={"outcome": record.outcome.model_copy(update={"finished_at": ended})})
    await finished.write(here.storage, {**asked().to_dict(), "take": 1}, old)
    await here.storage.delete(made.assets[0].path)
    await _made_anew(here, made, monkeypatch)


@pytest.mark.slow
async def test_a_file_of_another_account(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file that another account paid for is generated again: that one's task is not ours to ask for."""
    here = studio()
    made = await here.run()
    await here.storage.delete(made.assets[0].path)
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-another")
    await _made_anew(here, made, monkeypatch)


async def test_finished_in_between(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another run finishes between the look and the lease is neither sent nor asked for again."""
    here = studio()
    asked_for = _noted(monkeypatch)
    hold = Leases.hold
    between = True

    @contextlib.asynccontextmanager
    async def late(leases: Leases, name: str) -> AsyncIterator[None]:
        nonlocal between
        if between:
            between = False
            await here.run()
        async with hold(leases, name):
            yield

    monkeypatch.setattr(Leases, "hold", late)
    made = await here.run()
    assert made.cached and here.submits == 1 and asked_for == [made.task_id]


async def test_a_refused_question(studio: Open) -> None:
    """A task that cannot be asked for may be billed: the failure names it, costs nobody knows what, twice over."""
    here = studio(rules=[{"at": "query", "do": {"kind": "refuse", "code": "InvalidParameter"}}])
    async with here.session(results=False):
        for _ in range(2):
            made = await generate(asked())
            assert made.failure and made.failure.kind == "RefusedRequest" and made.cost_cny is None and made.task_id
            assert made.failure.advice and f"wanflow generations resume {made.task_id}" in made.failure.advice
    assert here.submits == 1 and await here.journalled() == [made.fingerprint]
