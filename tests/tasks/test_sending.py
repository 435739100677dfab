"""A submit and everything that can happen to it on the way."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.client import Client
from blocks.storage import MediaStorage
from tasks import journal, sending
from tasks.generation import generate
from tasks.pace import Pace
from tasks.records import Generation
from tests.tasks.conftest import Open, asked, stands_still, until

LOST: dict[str, Any] = {
    "reset after accepting": "lose_answer",
    "500 after accepting": {"kind": "fail", "accept": True},
    "503 after accepting": {"kind": "fail", "http_status": 503, "accept": True},
    "half an answer": "garbage",
    "no task id": {"kind": "garbage", "text": '{"request_id": "r", "output": {}}'},
}


@pytest.mark.parametrize("fault", LOST)
async def test_lost_answer(studio: Open, fault: str) -> None:
    """A submit whose answer is lost is found in the task list and adopted, never sent again."""
    here = studio(rules=[{"at": "submit", "times": 1, "do": LOST[fault]}])
    made = await here.run()
    assert made.succeeded and here.submits == 1 and here.emulator.counts["submit"] == 1
    assert made.task_id == here.emulator.tasks()[0].task_id


@pytest.mark.slow
async def test_read_timeout(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A submit that is answered too late is found in the task list and adopted."""
    monkeypatch.setattr("blocks.client.client._ANSWER_SECONDS", 0.5)
    here = studio(rules=[{"at": "submit", "times": 1, "do": {"kind": "slow", "seconds": 3}}])
    assert (await here.run()).succeeded and here.emulator.counts["submit"] == 1


@pytest.mark.slow
async def test_lost_answers_side_by_side(studio: Open) -> None:
    """Each of several submits whose answers are lost finds its own task."""
    here = studio(rules=[{"at": "submit", "probability": 0.7, "do": "lose_answer"}])
    prompts = [f"scene {number}" for number in range(6)]
    async with here.session():
        made = await asyncio.gather(*(generate(asked(prompt)) for prompt in prompts))
    assert all(one.succeeded for one in made) and here.submits == 6
    assert any(event["what"] == "lose_answer" for event in here.emulator.events("misbehaved"))
    by_task = {task.task_id: task.prompt for task in here.emulator.tasks()}
    assert [by_task[one.task_id or ""] for one in made] == prompts


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["reset", {"kind": "fail"}])
async def test_not_accepted(studio: Open, fault: Any) -> None:
    """A submit that failed before it was accepted is sent once more, after a look into the task list."""
    here = studio(rules=[{"at": "submit", "times": 1, "do": fault}])
    assert (await here.run()).succeeded
    assert here.submits == 1 and here.emulator.counts["submit"] == 2 and here.emulator.counts["list"] >= 1


async def test_never_accepted(studio: Open) -> None:
    """A service that fails every time is given up after three submits, and nothing stays in the journal."""
    here = studio(rules=[{"at": "submit", "do": "fail"}])
    made = await here.run()
    assert made.failure and made.failure.kind == "ServiceFailed" and made.cost_cny == 0
    assert here.emulator.counts["submit"] == 3 and await here.journalled() == []


@pytest.mark.slow
async def test_throttled(studio: Open) -> None:
    """429 is waited out for as long as Retry-After says."""
    here = studio(rules=[{"at": "submit", "times": 2, "do": {"kind": "throttle", "retry_after": 1}}])
    started = time.monotonic()
    assert (await here.run()).succeeded
    assert time.monotonic() - started >= 2 and here.submits == 1


@pytest.mark.slow
async def test_many_throttles_and_a_lost_answer(studio: Open) -> None:
    """However often 429 was answered before, a reset is still followed by another attempt."""
    here = studio(
        rules=[
            {"at": "submit", "times": 4, "do": "throttle"},
            {"at": "submit", "times": 1, "do": "reset"},
        ]
    )
    assert (await here.run()).succeeded and here.submits == 1


async def test_no_connection(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection is tried again, for a while."""
    here = studio()
    async with here.session() as session:
        there, nowhere = session.client, Client("http://127.0.0.1:9/api/v1")
        session.client = nowhere
        run = asyncio.create_task(generate(asked()))
        backed_off = asyncio.Event()
        back_off = session.pace.back_off

        async def told(*arguments: Any, **options: Any) -> None:
            backed_off.set()
            session.client = there
            await back_off(*arguments, **options)

        monkeypatch.setattr(session.pace, "back_off", told)
        assert (await run).succeeded and backed_off.is_set() and here.submits == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("refusal", "kind", "stops"),
    [
        ({"http_status": 401, "code": "InvalidApiKey", "message": "Invalid API-key."}, "AuthenticationError", True),
        ({"code": "Arrearage", "message": "Access denied, account is overdue."}, "AccountError", True),
        ({"code": "InvalidParameter", "message": "size is wrong"}, "RefusedRequest", False),
        ({}, "ModerationRefused", False),
    ],
)
async def test_refused(studio: Open, refusal: dict[str, Any], kind: str, stops: bool) -> None:
    """What the provider refuses is not sent again; its reason is kept, and whether it concerns every request."""
    here = studio(rules=[{"at": "submit", "do": {"kind": "refuse"} | refusal}])
    made = await here.run()
    assert made.failure and (made.failure.kind, made.failure.stops_run) == (kind, stops)
    assert here.emulator.counts["submit"] == 1 and await here.journalled() == []


async def test_intent_first(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The intent is on storage before the POST leaves, and the task id right after the answer."""
    here = studio()
    seen: list[bool] = []

    async def watched(client: Client, request: Any, **options: Any) -> Any:
        [entry] = await journal.entries(here.storage)
        seen.append(entry.submission is None)
        return await submit(client, request, **options)

    submit = Client.submit
    monkeypatch.setattr(Client, "submit", watched)
    complete = journal.complete

    async def completed(*arguments: Any) -> Any:
        entry = await complete(*arguments)
        seen.append(entry.submission is not None)
        return entry

    monkeypatch.setattr(sending.journal, "complete", completed)
    await here.run()
    assert seen == [True, True]


async def test_storage_away(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that is away right after the POST is waited for: the answer is journalled, nothing is sent again."""
    here = studio()
    write, broken = MediaStorage.write_json, 3

    async def failing(storage: MediaStorage, path: str, value: Any) -> None:
        nonlocal broken
        if path.startswith("journal/owned/") and broken:
            broken -= 1
            raise OSError(errno.EIO, "Input/output error")
        await write(storage, path, value)

    monkeypatch.setattr(MediaStorage, "write_json", failing)
    made = await here.run()
    assert made.succeeded and broken == 0
    assert here.emulator.counts["submit"] == 1 and here.emulator.counts.get("list", 0) <= 1


@pytest.mark.slow
async def test_taken_over(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that wakes after another took over sends nothing, sets nothing aside and waits for the other's result."""
    here = studio()
    monkeypatch.setenv("WANFLOW_LEASE_SECONDS", "0.4")
    woken, asleep = asyncio.Event(), asyncio.Event()
    submit = Pace.submit

    @contextlib.asynccontextmanager
    async def sleeping(pace: Pace, model: str) -> AsyncIterator[None]:
        async with submit(pace, model):
            if not asleep.is_set():
                asleep.set()
                await woken.wait()
            yield

    monkeypatch.setattr(Pace, "submit", sleeping)

    async def sleeper() -> Generation:
        async with here.session() as session:
            monkeypatch.setattr(session.leases, "_beat_seconds", 3600.0)
            made = await generate(asked())
            assert session.budget.outstanding == 0
            return made

    first = asyncio.create_task(sleeper())
    await asyncio.wait_for(asleep.wait(), 30)
    second = await here.run()
    woken.set()
    assert (await asyncio.wait_for(first, 60)).task_id == second.task_id and here.emulator.counts["submit"] == 1


@pytest.mark.slow
async def test_stopped_between_check_and_post(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that stands still after its last look at the lease, while another takes over and sends, sends nothing."""
    here = studio()
    monkeypatch.setenv("WANFLOW_LEASE_SECONDS", "0.4")
    first, woken = await stands_still(here, monkeypatch, "submit", asked())
    second = asyncio.create_task(here.run())
    await until(lambda: here.emulator.counts.get("submit", 0) == 1 or second.done())
    woken.set()
    assert (await asyncio.wait_for(first, 60)).task_id == (await second).task_id and here.emulator.counts["submit"] == 1


@pytest.mark.slow
async def test_an_intent_is_fresh(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that leaves late, because the process stood still, has a new intent: it is found by its time."""
    here = studio()
    monkeypatch.setattr(sending, "_INTENT_SECONDS", 1.0)
    intents: list[datetime] = []
    async with here.session() as session:
        submit = session.client.submit

        async def late(*arguments: Any, **options: Any) -> Any:
            [entry] = await journal.entries(here.storage)
            intents.append(entry.intent_at)
            if len(intents) == 1:
                await until(lambda: datetime.now(UTC) - entry.intent_at > timedelta(seconds=1.1))
            return await submit(*arguments, **options)

        monkeypatch.setattr(session.client, "submit", late)
        assert (await generate(asked())).succeeded
    assert len(intents) == 2 and intents[1] > intents[0] and here.emulator.counts["submit"] == 1
