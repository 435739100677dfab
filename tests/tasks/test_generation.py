"""The life of a generation, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks.catalog import Status
from blocks.client import Client
from tasks import finished, generation, journal, stages
from tasks.budget import BudgetExceeded
from tasks.generation import generate
from tasks.records import TASK_LIFE
from tasks.watching import Watcher
from tests.tasks.conftest import Died, Open, asked, until


async def test_fresh(studio: Open) -> None:
    """A generation brings its file into storage, with what it cost, and leaves no journal behind."""
    here = studio()
    made = await here.run()
    assert made.succeeded and not made.cached
    [asset] = made.assets
    assert await here.storage.size(asset.path) == asset.bytes and asset.media_type == "video/mp4"
    assert made.cost_cny and made.cost_cny > 0
    assert await here.journalled() == [] and await here.left_over() == []


@pytest.mark.parametrize("results", [True, False])
async def test_finished_before(studio: Open, results: bool) -> None:
    """What is finished is not called for again, with Prefect's stored results or without."""
    here = studio()
    first = await here.run(results=results)
    calls = here.emulator.counts
    again = await here.run(results=results)
    assert again.cached and again.assets == first.assets
    for kind in ("submit", "query", "download"):
        assert here.emulator.counts.get(kind) == calls.get(kind), kind


async def test_two_at_once(studio: Open) -> None:
    """Two identical requests at once are one submit."""
    here = studio()
    async with here.session():
        one, two = await asyncio.gather(generate(asked()), generate(asked()))
    assert here.submits == 1
    assert sorted([one.cached, two.cached]) == [False, True] and one.assets == two.assets


async def test_two_sessions_at_once(studio: Open) -> None:
    """Two runs that ask for the same thing at once are one submit: the other waits for its result."""
    here = studio(run_seconds=0.5)
    one, two = await asyncio.gather(here.run(), here.run())
    assert here.submits == 1
    assert sorted([one.cached, two.cached]) == [False, True] and one.assets == two.assets


async def test_take(studio: Open) -> None:
    """Take 2 of the same request is another generation, and take 1 stays what it was."""
    here = studio()
    first, second = await here.run(), await here.run(take=2)
    assert here.submits == 2
    assert first.fingerprint != second.fingerprint and first.assets[0].uri != second.assets[0].uri
    assert (await here.run()).cached and (await here.run(take=2)).cached


# Crashes: whatever the process was doing, the next run pays nothing again.


async def _die(*_: Any, **__: Any) -> Any:
    raise Died


async def _die_between(storage: Any, entry: journal.Entry, submission: Any) -> Any:
    await journal.claim(storage, entry, submission.task_id)
    raise Died


def _then_die(work: Any) -> Any:
    async def done(*arguments: Any, **options: Any) -> Any:
        await work(*arguments, **options)
        raise Died

    return done


SEAMS = {
    "before the intent": (journal, "write_intent", _die),
    "after the intent": (journal, "write_intent", _then_die(journal.write_intent)),
    "before the POST": (Client, "submit", _die),
    "after the POST": (Client, "submit", _then_die(Client.submit)),
    "before the journal": (journal, "complete", _die),
    "between owner and entry": (journal, "complete", _die_between),
    "after the journal": (stages, "send", _then_die(stages.send)),
    "while polling": (Watcher, "wait", _die),
    "before the download": (stages, "fetch", _die),
    "after the download": (stages, "fetch", _then_die(stages.fetch)),
    "before the record": (finished, "write", _die),
    "after the record": (finished, "write", _then_die(finished.write)),
    "before settling": (generation.journal, "settle", _die),
}


SOON = {"after the intent", "before the journal", "while polling", "before settling"}


@pytest.mark.parametrize("seam", [pytest.param(seam, marks=[pytest.mark.slow] * (seam not in SOON)) for seam in SEAMS])
async def test_crash(studio: Open, monkeypatch: pytest.MonkeyPatch, seam: str) -> None:
    """Wherever a run dies, the next one ends with exactly one accepted submit and a whole file."""
    here = studio()
    where, name, instead = SEAMS[seam]
    with monkeypatch.context() as patched:
        patched.setattr(where, name, instead)
        with pytest.raises((Died, BaseExceptionGroup)):
            await here.run()
    made = await here.run()
    assert made.succeeded and here.submits == 1
    assert await finished.all_whole(here.storage, made.assets)
    assert (await here.run()).cached and here.submits == 1
    assert await here.journalled() == [] and await here.left_over() == []


async def test_crash_of_a_second_submit(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission that Prefect remembers of an earlier, failed task is not taken for the one under way."""
    here = studio(rules=[{"at": "task", "times": 1, "do": "moderate"}])
    assert not (await here.run()).succeeded
    with monkeypatch.context() as patched:
        patched.setattr(stages, "send", _then_die(stages.send))
        with pytest.raises(Died):
            await here.run()
    made = await here.run()
    assert made.succeeded and here.submits == 2


# Failed tasks.


async def test_failed(studio: Open) -> None:
    """A refused result is reported with its reason, costs nothing, and the next run asks anew."""
    here = studio(rules=[{"at": "task", "times": 1, "do": "moderate"}])
    made = await here.run()
    assert made.failure and made.failure.kind == "ModerationRefused" and made.failure.code == "DataInspectionFailed"
    assert made.status is Status.FAILED and made.cost_cny == 0
    assert await here.journalled() == [] and here.submits == 1
    assert (await here.run()).succeeded and here.submits == 2


@pytest.mark.slow
async def test_failed_once_in_a_run(studio: Open) -> None:
    """Within one run the same request is not sent again after it failed."""
    here = studio(rules=[{"at": "task", "do": "moderate"}])
    async with here.session():
        one, two = await asyncio.gather(generate(asked()), generate(asked()))
    assert one.failure == two.failure and here.submits == 1


@pytest.mark.slow
@pytest.mark.parametrize(("failing", "succeeded", "submits"), [(2, True, 3), (9, False, 3)])
async def test_transient_failure(studio: Open, failing: int, succeeded: bool, submits: int) -> None:
    """A task that failed for a passing reason is sent again, at most twice."""
    here = studio(rules=[{"at": "task", "times": failing, "do": "fail_task"}])
    made = await here.run()
    assert made.succeeded is succeeded and here.submits == submits


async def test_expired_submission(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission older than a day is not polled any more: the request is sent anew."""
    here = studio()
    with monkeypatch.context() as patched:
        patched.setattr(Watcher, "wait", _die)
        with pytest.raises(Died):
            await here.run()
    [entry] = await journal.entries(here.storage)
    assert entry.submission
    old = entry.submission.model_copy(update={"submitted_at": entry.intent_at - TASK_LIFE})
    await journal.complete(here.storage, entry, old)
    made = await here.run()
    assert made.succeeded and here.submits == 2 and made.task_id != old.task_id


@pytest.mark.slow
async def test_forgotten_submission(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task the provider forgot before we asked is sent anew in the same run."""
    here = studio(rules=[{"at": "task", "times": 1, "do": "expire"}])
    with monkeypatch.context() as patched:
        patched.setattr(Watcher, "wait", _die)
        with pytest.raises(Died):
            await here.run()
    assert (await here.run()).succeeded and here.submits == 2


# Finished files and their addresses.


async def test_damaged(studio: Open) -> None:
    """A damaged file is noticed by its checksum and downloaded again; nothing is generated."""
    here = studio()
    made = await here.run()
    path = made.assets[0].path
    content = await here.storage.read_bytes(path)
    assert content
    await here.storage.write_bytes(path, b"\0" * len(content))
    again = await here.run()
    assert again.succeeded and again.cached and await here.storage.read_bytes(path) == content
    assert here.submits == 1 and here.emulator.counts["download"] == 2


@pytest.mark.slow
async def test_missing_and_gone(studio: Open) -> None:
    """A missing file whose task the provider forgot is generated again."""
    now = [time.time()]
    here = studio(clock=lambda: now[0])
    made = await here.run()
    await here.storage.delete(made.assets[0].path)
    now[0] += timedelta(hours=25).total_seconds()
    again = await here.run()
    assert again.succeeded and not again.cached and here.submits == 2
    assert await finished.all_whole(here.storage, again.assets)


@pytest.mark.slow
async def test_missing_but_not_reachable(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file that cannot be fetched just now is a failure, and no reason to pay again."""
    here = studio()
    made = await here.run()
    await here.storage.delete(made.assets[0].path)

    async def broken(url: str, *_: Any, **__: Any) -> Any:
        raise generation.DownloadFailed(url, "the host is down")

    with monkeypatch.context() as patched:
        patched.setattr(stages, "fetch", broken)
        failed = await here.run()
    assert failed.failure and failed.failure.code == "DownloadFailed" and here.submits == 1
    assert (await here.run()).succeeded and here.submits == 1


async def test_expired_url(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that has expired when the download begins is asked for again."""
    here = studio()
    urls: list[str] = []

    async def first_expired(url: str, *arguments: Any, **options: Any) -> Any:
        urls.append(url)
        return await fetch(url.replace("Expires=", "Expires=1&x=") if len(urls) == 1 else url, *arguments, **options)

    fetch = stages.fetch
    monkeypatch.setattr(stages, "fetch", first_expired)
    made = await here.run()
    assert made.succeeded and len(urls) == 2 and here.submits == 1


@pytest.mark.slow
async def test_broken_download(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished task whose file cannot be fetched stays in the journal; the next run fetches it."""
    here = studio()

    async def broken(url: str, *_: Any, **__: Any) -> Any:
        raise generation.DownloadFailed(url, "the host is down")

    with monkeypatch.context() as patched:
        patched.setattr(stages, "fetch", broken)
        failed = await here.run()
    assert failed.failure and failed.failure.code == "DownloadFailed" and failed.task_id
    assert "wanflow generations resume --all" in (failed.failure.advice or "")
    assert failed.cost_cny is None, "what will be billed is not said to be free"
    assert (await here.run()).succeeded and here.submits == 1


# Emulated and paid.


@pytest.mark.slow
async def test_emulated_for_paid(studio: Open) -> None:
    """An emulated result never stands for a paid one; a paid one serves emulated runs."""
    here = studio()
    await here.run()
    async with here.session() as session:
        session.emulated = False
        paid = await generate(asked())
    assert not paid.cached and here.submits == 2
    assert (await here.run()).task_id == paid.task_id and here.submits == 2


async def _cancelled(here: Any, status: str) -> Any:
    async with here.session() as session:
        run = asyncio.create_task(generate(asked()))
        await until(
            lambda: [task.status for task in here.emulator.tasks()] == [status] and session.watcher.waiting_for == 1
        )
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        return session.budget.outstanding


async def test_cancelled_while_pending(studio: Open) -> None:
    """A cancelled run cancels its waiting task at the provider, and the next one asks anew."""
    here = studio(queue_seconds=600)
    outstanding = await _cancelled(here, "PENDING")
    assert here.emulator.tasks()[0].status == "CANCELED"
    assert await here.journalled() == [] and outstanding == 0


@pytest.mark.slow
async def test_cancelled_while_running(studio: Open) -> None:
    """A task that runs when its run is cancelled is picked up by the next one."""
    here = studio(run_seconds=2)
    outstanding = await _cancelled(here, "RUNNING")
    assert len(await here.journalled()) == 1 and outstanding > 0
    assert (await here.run()).succeeded and here.submits == 1


@pytest.mark.slow
async def test_cancelled_during_the_post(studio: Open) -> None:
    """A run cancelled during the POST waits for its answer, and cancels the task it names."""
    here = studio(queue_seconds=600, rules=[{"at": "submit", "do": {"kind": "slow", "seconds": 1}}])
    async with here.session():
        run = asyncio.create_task(generate(asked()))
        await until(lambda: len(here.emulator.tasks()) == 1)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
    assert here.emulator.tasks()[0].status == "CANCELED" and await here.journalled() == []


# Limits.


@pytest.mark.slow
async def test_slots(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place among the tasks in progress is held from before the submit until the task has ended."""
    here = studio(run_seconds=1, limits={"in_progress": False})
    seen: Counter[str] = Counter()
    async with here.session() as session:
        monkeypatch.setitem(session.pace._slots, "wan2.6-t2v", asyncio.Semaphore(2))
        wait = session.watcher.wait

        async def counted(*arguments: Any, **options: Any) -> Any:
            seen["now"] += 1
            seen["most"] = max(seen["most"], seen["now"])
            try:
                return await wait(*arguments, **options)
            finally:
                seen["now"] -= 1

        monkeypatch.setattr(session.watcher, "wait", counted)
        made = await asyncio.gather(*(generate(asked(f"scene {n}")) for n in range(4)))
    assert all(one.succeeded for one in made) and seen["most"] == 2


async def test_budget(studio: Open) -> None:
    """The request that would pass the limit is not sent; what is finished or under way does not count again."""
    here = studio()
    price = (await here.run()).cost_cny
    assert price
    async with here.session(max_cost=price * Decimal("1.5")):
        assert (await generate(asked())).cached
        assert (await generate(asked("a second one"))).succeeded
        with pytest.raises(BudgetExceeded, match="over the limit"):
            await generate(asked("a third one"))
    assert here.submits == 2


async def test_budget_of_what_was_sent(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that an earlier run paid for is fetched whatever this run's limit says."""
    here = studio()
    with monkeypatch.context() as patched:
        patched.setattr(Watcher, "wait", _die)
        with pytest.raises(Died):
            await here.run()
    async with here.session(max_cost=Decimal("0.01")):
        assert (await generate(asked())).succeeded
    assert here.submits == 1
