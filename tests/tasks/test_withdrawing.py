"""What becomes of a task when its run is cancelled: it is cancelled where it waits, else named with its price."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from blocks.client import Client
from tasks import sending, withdrawing
from tasks.generation import generate
from tasks.sending import send
from tasks.session import Session
from tasks.withdrawing import withdraw
from tests.tasks.conftest import Open, Studio, asked, until

OURS = "f" * 64
STUCK = {"kind": "slow", "seconds": 30}


@asynccontextmanager
async def sent(here: Studio, status: str) -> AsyncIterator[Session]:
    """A session in which one task of 2 CNY was sent and is seen in a status."""
    async with here.session(results=False) as session:
        await session.budget.reserve(OURS, Decimal(2), what="a film")
        await send(session, asked(duration=2), OURS)
        await until(lambda: here.emulator.tasks()[0].status == status)
        yield session


async def test_a_waiting_task_is_cancelled_and_costs_nothing(studio: Open) -> None:
    """It is said, nothing of it stays in the journal, and its money is free again."""
    here = studio(queue_seconds=600)
    async with sent(here, "PENDING") as session:
        await withdraw(session, OURS, "scene 2")
        [task] = here.emulator.tasks()
        said = f"scene 2: task {task.task_id} was cancelled before it began; it costs nothing."
        assert (task.status, session.cancelled, session.left_running) == ("CANCELED", [said], [])
        assert await here.journalled() == [] and session.budget.outstanding == session.budget.spent == 0


def _noted(call: Callable[..., Awaitable[Any]], asked_for: list[str]) -> Callable[..., Awaitable[Any]]:
    async def noted(*arguments: Any, **options: Any) -> Any:
        asked_for.append(call.__name__)
        return await call(*arguments, **options)

    return noted


@pytest.mark.parametrize(("cancel", "calls"), [("refused", 1), ("failing", 3), ("forbidden", 1), ("unanswered", 1)])
async def test_a_task_that_goes_on_is_named_with_its_price(
    studio: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, cancel: str, calls: int
) -> None:
    """It runs already, or the provider does not cancel it: listed, logged, still in the journal, its money kept.

    Only a failure that may pass is asked again, and nobody asks how a task is doing that the provider says runs.
    """
    caplog.set_level(logging.WARNING, logger="wanflow.generation")
    monkeypatch.setattr(withdrawing, "_CANCEL_SECONDS", 0.3 if cancel == "unanswered" else 30)
    status = "RUNNING" if cancel == "refused" else "PENDING"
    forbidden = {"kind": "refuse", "http_status": 403, "code": "AccessDenied"}
    rule = {"at": "cancel", "do": {"failing": "fail", "forbidden": forbidden}.get(cancel, STUCK)}
    here = studio(
        run_seconds=600, queue_seconds=0 if status == "RUNNING" else 600, rules=[rule] * (status != "RUNNING")
    )
    asked_for: list[str] = []
    for name in ("cancel", "query"):
        monkeypatch.setattr(Client, name, _noted(getattr(Client, name), asked_for))
    async with sent(here, status) as session:
        await asyncio.wait_for(withdraw(session, OURS, "scene 2"), 10)
        [left] = session.left_running
        [task] = here.emulator.tasks()
        assert (left.label, left.model, left.task_id, left.quoted_cny) == ("scene 2", task.model, task.task_id, 2)
        said = f"scene 2: task {task.task_id} (wan2.6-t2v) goes on and will be charged, 2.0 CNY"
        said += "" if cancel == "refused" else ": it could not be cancelled"
        assert str(left) == said and f"{said}. Run the same again" in caplog.text
        assert session.cancelled == [] and session.budget.outstanding == 2
        assert await here.journalled() == [OURS]
        assert asked_for == ["cancel"] * calls


@pytest.mark.parametrize("weather", ["fail", "reset", "lose_answer"])
async def test_a_cancel_in_bad_weather_is_asked_again(studio: Open, weather: str) -> None:
    """One failure, or one lost answer, leaves no waiting task to be paid for, and none is said to go on."""
    here = studio(queue_seconds=600, rules=[{"at": "cancel", "times": 1, "do": weather}])
    async with sent(here, "PENDING") as session:
        await withdraw(session, OURS, "scene 2")
        assert here.emulator.tasks()[0].status == "CANCELED"
        assert session.left_running == [] and len(session.cancelled) == 1 and await here.journalled() == []


async def test_without_a_task_there_is_nothing_to_say(studio: Open) -> None:
    """A run that is cancelled before it sent anything asks the provider nothing."""
    here = studio()
    async with here.session(results=False) as session:
        await withdraw(session, OURS, "scene 2")
        assert session.cancelled == session.left_running == [] and "cancel" not in here.emulator.counts


@pytest.mark.slow
async def test_a_second_interrupt_does_not_stop_the_withdrawal(studio: Open) -> None:
    """Ctrl-C twice: what was begun for the first is seen through."""
    here = studio(queue_seconds=600, rules=[{"at": "cancel", "do": {"kind": "slow", "seconds": 0.5}}])
    async with here.session(results=False) as session:
        run = asyncio.create_task(generate(asked(), label="scene 1"))
        await until(lambda: session.watcher.waiting_for == 1)
        run.cancel()
        await until(lambda: here.emulator.tasks()[0].status == "CANCELED")
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        await until(lambda: bool(session.cancelled))
        assert await here.journalled() == [] and session.budget.outstanding == 0


async def test_a_submit_without_an_answer_holds_nobody(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled run waits for the answer to its submit, but not for ever; the intent stays to be reconciled."""
    monkeypatch.setattr(sending, "_LAST_WORD_SECONDS", 0.3)
    here = studio(queue_seconds=600, rules=[{"at": "submit", "do": STUCK}])
    async with here.session(results=False):
        run: asyncio.Task[Any] = asyncio.create_task(generate(asked()))
        await until(lambda: len(here.emulator.tasks()) == 1)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(run, 10)
    assert len(await here.journalled()) == 1


async def test_a_storage_that_is_away_is_no_reason_to_go_on(
    studio: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The run is cancelled all the same, and says that nobody could look the task up."""
    here = studio(queue_seconds=600)
    async with here.session(results=False) as session:
        run = asyncio.create_task(generate(asked(), label="scene 1"))
        await until(lambda: session.watcher.waiting_for == 1)

        async def away(*_: Any) -> Any:
            raise OSError(errno.EIO, "Input/output error")

        with monkeypatch.context() as patched:
            patched.setattr(withdrawing.journal, "read", away)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
    assert "scene 1: the storage does not answer, so its task could not be cancelled" in caplog.text
    assert len(await here.journalled()) == 1
