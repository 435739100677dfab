"""Intents without an answer: adopted, sent, or left to a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blocks.client import Client, TaskPage
from blocks.emulator.tasks import from_china_time
from tasks import journal
from tasks.fingerprint import fingerprint
from tasks.generation import generate
from tasks.in_flight import NotInFlight, find
from tasks.reconciling import reconcile
from tasks.records import TASK_LIFE
from tasks.resuming import resume
from tasks.session import Session, now
from tests.tasks.conftest import Open, asked, until

DUSK = "a lighthouse at dusk"


async def _intent(
    session: Session, prompt: str = DUSK, *, age: timedelta = timedelta(0), **parameters: Any
) -> journal.Entry:
    """What a run leaves that died after the intent."""
    key = await fingerprint(asked(prompt, **parameters), storage=session.storage, assets={})
    return await journal.write_intent(
        session.storage,
        fingerprint=key,
        model="wan2.6-t2v",
        account=session.account,
        now=now() - age,
        prompt=prompt,
    )


async def _foreign(session: Session, prompt: str = DUSK, **parameters: Any) -> str:
    """A task of the account that no journal of this storage knows."""
    answer = await session.client.submit(asked(prompt, **parameters))
    assert answer.task_id
    return answer.task_id


async def test_nothing_there(studio: Open) -> None:
    """An intent whose task nobody finds is sent."""
    here = studio()
    async with here.session() as session:
        await _intent(session)
        assert (await generate(asked())).succeeded
    assert here.submits == 1


async def test_adopted(studio: Open) -> None:
    """A single task that nobody owns is the one."""
    here = studio()
    async with here.session() as session:
        await _intent(session)
        task_id = await _foreign(session, "a lighthouse at dusk")
        made = await generate(asked())
    assert made.task_id == task_id and here.submits == 1


@pytest.mark.slow
async def test_accepted_late(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run sent right before it died may be accepted a while later: nothing is sent before that while is over."""
    monkeypatch.setattr("tasks.reconciling._DECIDED_SECONDS_NEAR", 30.0)
    here = studio()
    async with here.session() as session:
        await _foreign(session, "somebody else's")
        await _intent(session)
        run = asyncio.create_task(generate(asked()))
        await until(lambda: here.emulator.counts.get("list", 0) >= 3)
        task_id = await _foreign(session)
        made = await run
    assert made.task_id == task_id and here.submits == 2


async def test_owned_by_others(studio: Open) -> None:
    """A task that another generation of this storage owns is never adopted, not even after that one has settled."""
    here = studio()
    async with here.session() as session:
        other = await generate(asked(seed=2))
        await _intent(session)
        made = await generate(asked())
    assert made.succeeded and made.task_id != other.task_id and here.submits == 2


@pytest.mark.slow
async def test_other_model(studio: Open) -> None:
    """A task of another model is not the one."""
    here = studio()
    async with here.session() as session:
        await _intent(session)
        await session.client.submit(asked(model="wan2.5-t2v-preview"))
        made = await generate(asked())
    assert made.succeeded and here.submits == 2


@pytest.mark.slow
async def test_other_time(studio: Open) -> None:
    """A task accepted long after the intent is not the one."""
    here = studio()
    async with here.session() as session:
        await _intent(session, age=timedelta(hours=1))
        foreign = await _foreign(session)
        made = await generate(asked())
    assert made.succeeded and made.task_id != foreign


async def test_old_intent(studio: Open) -> None:
    """An intent older than a day is sent anew: whatever became of it, its result is gone."""
    here = studio()
    async with here.session() as session:
        await _intent(session, age=TASK_LIFE)
        assert (await generate(asked())).succeeded
    assert here.submits == 1


async def test_several(studio: Open) -> None:
    """When several tasks may be the one, nothing is sent, and the error names them and what to do."""
    here = studio()
    async with here.session() as session:
        await _intent(session)
        candidates = {await _foreign(session), await _foreign(session, seed=2)}
        made = await generate(asked())
    assert made.failure and made.failure.code == "AmbiguousSubmission" and here.submits == 2
    assert all(task_id in made.failure.message for task_id in candidates)
    assert f"resume {made.fingerprint[:12]} --task TASK_ID" in made.failure.message
    assert len(await here.journalled()) == 1


async def test_recognised(studio: Open) -> None:
    """A person who knows which task it is names it: its files are this generation's, and nothing is sent or asked."""
    here = studio()
    async with here.session() as session:
        await _intent(session)
        theirs, other = await _foreign(session), await _foreign(session, seed=2)
        one = await find(session, *await here.journalled())
        with pytest.raises(NotInFlight, match="knows no task nowhere"):
            await resume(session, one, task_id="nowhere")
        done = await resume(session, one, task_id=theirs)
        assert done.assets and done.cost_cny
        with pytest.raises(NotInFlight, match="belongs to another generation"):
            await _intent(session)
            await resume(session, one, task_id=theirs)
        made = await generate(asked())
    assert made.cached and [asset.path for asset in made.assets] == [asset.path for asset in done.assets]
    assert made.task_id == theirs != other and here.submits == 2


async def test_the_id_of_a_failed_answer(studio: Open) -> None:
    """Of several tasks that may be the one, it is the one with the request id that a failed answer gave."""
    here = studio()
    async with here.session() as session:
        entry = await _intent(session)
        answers = [await session.client.submit(asked()) for _ in range(3)]
        found = await reconcile(session, entry, request_id=answers[1].request_id)
    assert found is not None and found.task_id == answers[1].task_id


@pytest.mark.slow
async def test_resubmit(studio: Open) -> None:
    """Who chose to, has it sent again when several tasks may be the one."""
    here = studio()
    async with here.session(on_ambiguous="resubmit") as session:
        await _intent(session)
        candidates = {await _foreign(session), await _foreign(session, seed=2)}
        made = await generate(asked())
    assert made.succeeded and made.task_id not in candidates


async def test_another_prompt(studio: Open) -> None:
    """A task whose result repeats another prompt is not the one: nobody's film is taken for ours."""
    here = studio(run_seconds=0.5)
    async with here.session() as session:
        await _intent(session)
        foreign = await _foreign(session, "somebody else's")
        made = await generate(asked())
    assert made.succeeded and made.task_id != foreign and here.submits == 2


@pytest.mark.parametrize(("key", "theirs"), [("2", True), ("1", False), (None, False)])
async def test_another_key_of_the_account(
    studio: Open, monkeypatch: pytest.MonkeyPatch, key: str | None, theirs: bool
) -> None:
    """A task that the list shows under another key than our own tasks is somebody else's, whatever its prompt.

    One that the list shows under no key may be ours: it is not paid for again.
    """
    here = studio()
    async with here.session() as session:
        assert (await generate(asked("ours"))).succeeded
        await _intent(session)
        foreign = await _foreign(session)
        list_tasks = Client.list_tasks

        async def of_two_keys(client: Client, **options: Any) -> TaskPage:
            page = await list_tasks(client, **options)
            rows = [replace(row, key_id=key if row.task_id == foreign else "1") for row in page.tasks]
            return replace(page, tasks=tuple(rows))

        monkeypatch.setattr(Client, "list_tasks", of_two_keys)
        made = await generate(asked())
    assert made.succeeded and (made.task_id == foreign) is not theirs and here.submits == (3 if theirs else 2)


async def test_without_a_result(studio: Open) -> None:
    """A task that failed is not waited for and not adopted: it cost nothing, so the request is sent."""
    here = studio(rules=[{"at": "task", "times": 1, "do": "moderate"}])
    async with here.session() as session:
        await _intent(session)
        await _foreign(session)
        made = await generate(asked())
    assert made.succeeded and here.submits == 2


@pytest.mark.slow
async def test_stuck(studio: Open) -> None:
    """A single task that never ends is adopted after a while, so that it can be named and cancelled."""
    here = studio(rules=[{"at": "task", "do": {"kind": "stick", "status": "PENDING"}}])
    async with here.session() as session:
        entry = await _intent(session)
        task_id = await _foreign(session)
        run = asyncio.create_task(generate(asked()))
        async with asyncio.timeout(30):
            while await journal.under_way(here.storage, entry.fingerprint, entry.account, now()) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
    assert here.submits == 1
    assert [(task.task_id, task.status) for task in here.emulator.tasks()] == [(task_id, "CANCELED")]


@pytest.mark.slow
async def test_several_open_intents(studio: Open) -> None:
    """Intents of one model that dead runs left open each find their own task by its prompt; nothing is sent."""
    here = studio(run_seconds=0.3)
    prompts = ["one", "two", "three"]
    async with here.session() as session:
        for prompt in prompts:
            await _intent(session, prompt)
        task_ids = [await _foreign(session, prompt) for prompt in reversed(prompts)]
        made = await asyncio.gather(*(generate(asked(prompt)) for prompt in prompts))
    assert [one.task_id for one in made] == task_ids[::-1] and here.submits == 3


@pytest.mark.slow
async def test_same_prompt(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open intents with the same prompt and a task each find theirs by the order they were sent in."""
    monkeypatch.setattr("tasks.reconciling._OTHERS_SECONDS_NEAR", 0.5)
    here = studio()
    async with here.session() as session:
        task_ids = []
        for duration in (2, 3):
            await _intent(session, duration=duration)
            task_ids.append(await _foreign(session, duration=duration))
        made = await asyncio.gather(*(generate(asked(duration=duration)) for duration in (3, 2)))
    assert [one.task_id for one in made] == task_ids[::-1] and here.submits == 2


@pytest.mark.slow
async def test_same_words(studio: Open) -> None:
    """A request in the words of an open intent is not sent before that one is cleared up, so each keeps its task."""
    here = studio(run_seconds=1)
    async with here.session() as session:
        await _intent(session, duration=2)
        task_id = await _foreign(session, duration=2)
        first, second = await asyncio.gather(*(generate(asked(DUSK, duration=seconds)) for seconds in (2, 3)))
        assert first.task_id == task_id and second.succeeded and here.submits == 2
        [other] = [task for task in here.emulator.tasks() if task.task_id == second.task_id]
        [old] = [task for task in here.emulator.tasks() if task.task_id == task_id]
        assert other.submitted >= (old.ended or 0)


@pytest.mark.slow
async def test_another_open_intent(studio: Open) -> None:
    """A task is not adopted while another intent may own it; once that one is answered, it is clear."""
    here = studio()
    async with here.session() as session:
        await _intent(session)
        other = await _intent(session, seed=2)
        task_id = await _foreign(session, seed=2)
        run = asyncio.create_task(generate(asked()))
        await until(lambda: here.emulator.counts.get("list", 0) > 3)
        await journal.claim(here.storage, other, task_id)
        made = await run
    assert made.succeeded and made.task_id != task_id


@pytest.mark.slow
@pytest.mark.parametrize("fast", [10, -10])
async def test_a_wrong_clock(studio: Open, monkeypatch: pytest.MonkeyPatch, fast: int) -> None:
    """A machine whose clock is ten minutes off finds its task all the same: it goes by the provider's clock."""
    monkeypatch.setattr("blocks.client.sending.machine_time", lambda: now() + timedelta(minutes=fast))
    monkeypatch.setattr("blocks.client.client.machine_time", lambda: now() + timedelta(minutes=fast))
    here = studio(rules=[{"at": "submit", "times": 1, "do": "lose_answer"}])
    async with here.session() as session:
        await session.preflight()
        made = await generate(asked())
    assert made.succeeded and made.task_id == here.emulator.tasks()[0].task_id and here.submits == 1


@pytest.mark.slow
async def test_another_time_zone(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task is found whatever zone the provider reads times in: which one is documented nowhere."""
    monkeypatch.setattr("blocks.emulator.tasks.from_china_time", lambda said: from_china_time(said) + 8 * 3600)
    here = studio(rules=[{"at": "submit", "times": 1, "do": "lose_answer"}])
    made = await here.run()
    assert made.succeeded and made.task_id == here.emulator.tasks()[0].task_id and here.submits == 1


@pytest.mark.slow
async def test_the_price_of_an_adopted_task(studio: Open) -> None:
    """A task that is found again is named with the price expected when it was sent."""
    here = studio(run_seconds=600, rules=[{"at": "submit", "times": 1, "do": "lose_answer"}])
    async with here.session() as session:
        run = asyncio.create_task(generate(asked(duration=2)))
        await until(lambda: session.watcher.waiting_for == 1 and here.emulator.tasks()[0].status == "RUNNING")
        async with asyncio.timeout(30):
            while not [one for one in await journal.entries(here.storage) if one.submission]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        assert [left.quoted_cny for left in session.left_running] == [2]


@pytest.mark.slow
async def test_list_fails(studio: Open) -> None:
    """A task list that cannot be read for a while is asked for again."""
    here = studio(rules=[{"at": "list", "times": 3, "do": "fail"}, {"at": "list", "times": 1, "do": "garbage"}])
    async with here.session() as session:
        await _intent(session)
        task_id = await _foreign(session, "a lighthouse at dusk")
        made = await generate(asked())
    assert made.task_id == task_id


async def test_no_list(studio: Open) -> None:
    """Where the address offers no task list, nothing is sent again, and the error says so."""
    here = studio(rules=[{"at": "list", "do": {"kind": "refuse", "code": "NotFound", "http_status": 404}}])
    async with here.session() as session:
        await _intent(session)
        made = await generate(asked())
    assert made.failure and made.failure.code == "AmbiguousSubmission"
    assert "the task list cannot be read" in made.failure.message and here.submits == 0
