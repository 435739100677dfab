"""Everything in flight or lost has a name, and can be picked up, cancelled and forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.client import Client
from blocks.client.errors import AuthenticationError, NotCancellable
from tasks import journal, spending
from tasks.generation import generate
from tasks.in_flight import NotInFlight, find, in_flight
from tasks.resuming import NotOurs, cancel, forget, resume
from tasks.sending import send
from tasks.watching import Watcher
from tests.tasks.conftest import Died, Open, asked


async def _die(*_: Any, **__: Any) -> Any:
    raise Died


async def left(here: Any, monkeypatch: pytest.MonkeyPatch, where: Any = (Watcher, "wait"), prompt: str = "a") -> None:
    """A run that died with a generation in flight."""
    with monkeypatch.context() as patched:
        patched.setattr(*where, _die)
        with pytest.raises((Died, BaseExceptionGroup)):
            await here.run(asked(prompt))


@pytest.mark.slow
async def test_what_a_dead_run_left_is_listed_and_resumed(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named with its price and request; resumed, its file is in storage and the next run finds it cached."""
    here = studio(run_seconds=0.3)
    await left(here, monkeypatch)
    async with here.session() as session:
        [one] = await in_flight(session)
        assert one.task_id == here.emulator.tasks()[0].task_id and one.quoted_cny and one.mine
        assert one.request == {**asked("a").to_dict(), "take": 1}
        for name in (one.task_id[:8], one.fingerprint or ""):
            assert (await find(session, name)).task_id == one.task_id
        done = await resume(session, one)
        assert await in_flight(session) == []
    assert done.failure is None and done.cost_cny == one.quoted_cny
    assert await here.storage.size(done.assets[0].path) == done.assets[0].bytes
    again = await here.run(asked("a"))
    assert again.cached and again.assets[0].path == done.assets[0].path and here.submits == 1
    assert [note.cost_cny for note in await spending.spent(here.storage)] == [done.cost_cny]


@pytest.mark.slow
async def test_a_lost_answer_is_resumed_and_nothing_is_sent(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """An intent whose task is found is picked up; one that was never accepted is dropped, not sent."""
    here = studio()
    await left(here, monkeypatch, (journal, "complete"), "accepted")
    await left(here, monkeypatch, (Client, "submit"), "never sent")
    async with here.session() as session:
        intents = await in_flight(session)
        assert {one.state for one in intents if one.fingerprint} == {"unanswered"}
        assert all(one.quoted_cny for one in intents if one.fingerprint)
        ended = [(await resume(session, one)).status for one in intents if one.fingerprint]
        assert sorted(str(status) for status in ended) == ["None", "SUCCEEDED"]
        assert await in_flight(session) == []
    assert here.submits == 1


async def test_a_task_that_nobody_here_asked_for_is_named_and_recovered(studio: Open) -> None:
    """What the account runs beside this storage is listed as not ours; resumed, its files are kept."""
    here = studio()
    async with here.session() as session:
        stranger = await session.client.submit(asked("a stranger"))
        [one] = await in_flight(session)
        assert one.fingerprint is None and one.task_id == stranger.task_id
        done = await resume(session, one)
        assert f"recovered-{one.task_id}/" in done.assets[0].path
        assert await here.storage.size(done.assets[0].path) == done.assets[0].bytes
        assert await in_flight(session) == []


@pytest.mark.slow
async def test_a_failed_task_settles(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Resumed, it says why it failed, costs nothing, and is in flight no more."""
    here = studio(rules=[{"at": "task", "do": "moderate"}])
    await left(here, monkeypatch)
    async with here.session() as session:
        done = await resume(session, (await in_flight(session))[0])
        assert done.failure and done.failure.kind == "ModerationRefused" and done.cost_cny == 0
        assert await in_flight(session) == []


async def test_a_waiting_task_is_cancelled_and_a_running_one_is_not(
    studio: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider cancels what is PENDING; what runs stays in flight and says so."""
    waits = {"kind": "timing", "queue_seconds": 600}
    here = studio(run_seconds=600, rules=[{"at": "task", "prompt": "waits", "do": waits}])
    await left(here, monkeypatch, prompt="waits")
    await left(here, monkeypatch, prompt="runs")
    async with here.session() as session:
        found = {one.request["input"]["prompt"]: one for one in await in_flight(session) if one.request}
        await cancel(session, found["waits"])
        with pytest.raises(NotCancellable):
            await cancel(session, found["runs"])
        assert [one.task_id for one in await in_flight(session)] == [found["runs"].task_id]
        assert {task.task_id: task.status for task in here.emulator.tasks()}[found["waits"].task_id] == "CANCELED"
        await forget(session, found["runs"])
        assert await in_flight(session) == []


@pytest.mark.slow
async def test_another_account_cannot_pick_it_up(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generation that another key sent is listed, and refused with the account's name."""
    here = studio()
    await left(here, monkeypatch)
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-another")
    async with here.session() as session:
        [one] = await in_flight(session)
        with pytest.raises(NotOurs, match=one.account):
            await resume(session, one)
        with pytest.raises(NotInFlight, match="generations list"):
            await find(session, "nothing-like-it")


@pytest.mark.slow
async def test_two_accounts_ask_for_the_same(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its own task and its own entry: neither asks for the other's, nor forgets it."""
    here = studio()
    await left(here, monkeypatch)
    theirs = here.emulator.tasks()[0].task_id
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-another")
    made = await here.run(asked("a"))
    assert made.succeeded and made.task_id != theirs and here.submits == 2
    assert [one.submission.task_id for one in await journal.entries(here.storage) if one.submission] == [theirs]


async def test_the_same_request_is_sent_anew_once_forgotten(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgetting is the user's word that the first task is given up."""
    here = studio(run_seconds=0.2)
    await left(here, monkeypatch)
    async with here.session() as session:
        await forget(session, (await in_flight(session))[0])
    async with here.session(results=False):
        assert (await generate(asked("a"))).succeeded
    assert here.submits == 2


async def test_a_list_that_fails_for_a_moment_is_waited_for(studio: Open) -> None:
    """Bad weather of the list call hides nothing."""
    here = studio(rules=[{"at": "list", "times": 2, "do": "fail"}])
    async with here.session(results=False) as session:
        await session.client.submit(asked("a stranger"))
        assert len(await in_flight(session)) == 1
    assert here.emulator.counts["list"] >= 3


@pytest.mark.parametrize("code", ["NotFound", "InvalidApiKey"])
async def test_without_the_list_the_journal_is_told(studio: Open, caplog: pytest.LogCaptureFixture, code: str) -> None:
    """Where the address offers no list, what this storage sent is in flight all the same; a refused key is said."""
    refused = {"kind": "refuse", "code": code, "http_status": 404 if code == "NotFound" else 401}
    here = studio(run_seconds=600, rules=[{"at": "list", "do": refused}])
    async with here.session(results=False) as session:
        sent = await send(session, asked(), "f" * 64)
        if code == "InvalidApiKey":
            with pytest.raises(AuthenticationError):
                await in_flight(session)
            return
        [one] = await in_flight(session)
        assert (one.task_id, one.state) == (sent.task_id, "running")
    assert "The provider's list cannot be read (NotFound): only what the journal knows is in flight." in caplog.text
