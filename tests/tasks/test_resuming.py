"""Picking up, cancelling and forgetting keep off what is another's, and what a run works on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tasks import journal
from tasks.in_flight import NotInFlight, find, in_flight
from tasks.records import TASK_LIFE
from tasks.resuming import NotOurs, cancel, forget, resume
from tasks.session import now
from tests.tasks.conftest import Open, Studio, asked


async def _answered(here: Studio, task_id: str, *, name: str = "f" * 12, account: str, age: timedelta) -> None:
    entry = await journal.write_intent(
        here.storage, fingerprint=name, model="wan2.6-t2v", account=account, now=now() - age
    )
    assert entry is not None
    await journal.complete(here.storage, entry, entry.accepted(task_id, None, now() - age))


@pytest.mark.slow
async def test_a_run_that_goes_on_is_waited_for(studio: Open) -> None:
    """What a run works on is not picked up beside it: its result is given, fetched once."""
    here = studio(run_seconds=1)
    run = asyncio.create_task(here.run(asked("a")))
    async with here.session() as session:
        async with asyncio.timeout(30):
            while not [one for one in await journal.entries(here.storage) if one.submission]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        done = await resume(session, (await in_flight(session))[0])
    made = await run
    assert [asset.path for asset in done.assets] == [asset.path for asset in made.assets]
    assert done.cost_cny == made.cost_cny and here.emulator.counts["download"] == 1


async def test_what_is_not_ours_to_touch(studio: Open) -> None:
    """Another account's task is not cancelled, nor one that nobody knows yet; a task that is known gets no other."""
    here = studio(queue_seconds=600)
    async with here.session() as session:
        task_id = (await session.client.submit(asked())).task_id or ""
        await _answered(here, task_id, account="another", age=timedelta(0))
        with pytest.raises(NotOurs, match="another"):
            await cancel(session, await find(session, task_id))
        assert here.emulator.tasks()[0].status == "PENDING"
        await forget(session, await find(session, task_id))
        await journal.write_intent(
            here.storage, fingerprint="lost" * 3, model="wan2.6-t2v", account=session.account, now=now()
        )
        with pytest.raises(NotInFlight, match="resume it first"):
            await cancel(session, await find(session, "lost" * 3))
        await _answered(here, "known-task", account=session.account, age=timedelta(0))
        with pytest.raises(NotInFlight, match="is known: known-task"):
            await resume(session, await find(session, "known-task"), task_id="another-task")


async def test_names(studio: Open) -> None:
    """A beginning that several share names none of them, and says which; a short one names nothing."""
    here = studio()
    async with here.session() as session:
        for name in ("abcdef-1", "abcdef-2"):
            await _answered(here, f"task of {name}", name=name, account=session.account, age=timedelta(0))
        with pytest.raises(NotInFlight, match=r"may be any of task of abcdef-1, task of abcdef-2; give more"):
            await find(session, "abcdef")
        with pytest.raises(NotInFlight, match="nothing in flight"):
            await find(session, "task")
        assert (await find(session, "abcdef-2")).task_id == "task of abcdef-2"


async def test_states_without_an_answer(studio: Open) -> None:
    """A task that cannot be asked for just now is unknown; one older than a day has expired."""
    here = studio(rules=[{"at": "query", "do": "fail"}])
    async with here.session() as session:
        await _answered(here, "t-1", name="f1", account=session.account, age=timedelta(0))
        await _answered(here, "t-2", name="f2", account=session.account, age=TASK_LIFE)
        states = {one.task_id: one.state for one in await in_flight(session)}
    assert states == {"t-1": "unknown", "t-2": "expired"}


async def test_a_stranger_is_forgotten(studio: Open) -> None:
    """A task that nobody here asked for is listed until it is forgotten, and then not again."""
    here = studio()
    async with here.session() as session:
        await session.client.submit(asked())
        [one] = await in_flight(session)
        await forget(session, one)
        assert await in_flight(session) == []
