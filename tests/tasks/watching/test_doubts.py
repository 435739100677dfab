"""What the watcher doubts: what the list says of a task's end, a task that is unknown again, clocks, failing lists."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from blocks.catalog import Status
from blocks.client import Client, TaskRow
from tasks.pace import Pace
from tasks.rhythm import Rhythm
from tasks.watching import Watcher
from tests.tasks.watching.test_list_rounds import all_end

NEVER = 3600.0
BY_LIST = Rhythm(
    first_after=NEVER, every=NEVER, backoff=NEVER, backoff_most=NEVER, unknown_age=NEVER, unknown_again=NEVER
)
"""Nothing is asked unless the list says that it has ended."""


def listed_as_ended(watcher: Watcher, name: str) -> None:
    """What a round of list calls does that names a task as ended."""
    watcher._lists._mark(watcher._tasks[name], TaskRow(name, Status.SUCCEEDED))
    watcher._wake.set()


async def ended(provider: Any, watcher: Watcher, name: str) -> None:
    """Another task ends: whatever was due before has been asked for by then."""
    other = asyncio.create_task(provider.wait(watcher, name, "SUCCEEDED"))
    await asyncio.sleep(0)
    listed_as_ended(watcher, name)
    await asyncio.wait_for(other, 10)


@pytest.mark.parametrize("status", ["RUNNING", "UNKNOWN", "no answer"])
async def test_a_list_that_is_wrong_is_one_question(provider: Any, status: str) -> None:
    """A task listed as ended that has not, is unknown or not answered for, is left alone until it is due again."""
    watcher = provider.watcher(BY_LIST)
    wait = asyncio.create_task(provider.wait(watcher, "t", "RUNNING" if status == "no answer" else status))
    await asyncio.sleep(0)
    provider.weather = [httpx.Response(503)] if status == "no answer" else []
    listed_as_ended(watcher, "t")
    await provider.until(lambda: provider.asked == ["t"])
    for name in ("u", "v", "w"):
        await ended(provider, watcher, name)
    assert provider.asked.count("t") == 1 and not wait.done()
    wait.cancel()


async def test_the_list_counts_again_after_bad_weather(provider: Any) -> None:
    """Once a question has been answered, a task that the list names as ended is asked for at once."""
    watcher = provider.watcher(Rhythm(first_after=0, every=NEVER, backoff=0, backoff_most=0))
    provider.weather = [httpx.Response(503)] * 3
    heard: list[Status] = []
    wait = asyncio.create_task(provider.wait(watcher, "t", "RUNNING", "SUCCEEDED", on_status=heard.append))
    await provider.until(lambda: bool(heard))
    listed_as_ended(watcher, "t")
    assert (await asyncio.wait_for(wait, 10)).status is Status.SUCCEEDED


async def test_unknown_twice_at_once_is_not_gone(provider: Any) -> None:
    """A fresh task listed as ended twice, both times answered with UNKNOWN, is not given up: time has to pass."""
    watcher = provider.watcher(BY_LIST)
    wait = asyncio.create_task(provider.wait(watcher, "t", "UNKNOWN"))
    await asyncio.sleep(0)
    for _ in range(2):
        before = len(provider.asked)
        listed_as_ended(watcher, "t")
        await provider.until(lambda before=before: len(provider.asked) > before)
        await ended(provider, watcher, f"another, {before}")
    assert not wait.done()
    provider.task("t", "SUCCEEDED")
    listed_as_ended(watcher, "t")
    assert (await asyncio.wait_for(wait, 10)).status is Status.SUCCEEDED


async def test_unknown_again_is_a_new_doubt(provider: Any) -> None:
    """A task that was seen to run after it was unknown is unknown for the first time again."""
    watcher = provider.watcher(Rhythm(first_after=0, every=0.05, unknown_age=0, unknown_again=0.02))
    answer = await provider.wait(watcher, "t", "UNKNOWN", "RUNNING", "UNKNOWN", "SUCCEEDED")
    assert answer.status is Status.SUCCEEDED


@pytest.mark.parametrize(
    "moment", [datetime.now(UTC).replace(tzinfo=None), datetime.now(UTC) + timedelta(days=1)], ids=["naive", "future"]
)
async def test_odd_times_of_a_submit(provider: Any, moment: datetime) -> None:
    """A time without a zone is UTC; one that is still to come, by another clock, is now."""
    watcher = provider.watcher(Rhythm(first_after=0.01, every=0.01))
    wait = provider.wait(watcher, "t", "SUCCEEDED", submitted_at=moment)
    assert (await asyncio.wait_for(wait, 10)).status is Status.SUCCEEDED


async def test_a_list_that_always_fails_holds_nobody_up(provider: Any) -> None:
    """While the list meets bad weather, every task is asked for by itself at its usual time."""
    provider.list_reply = lambda params: httpx.Response(503)
    quick = Rhythm(first_after=0.02, every=0.01, list_every=0.01, backoff=0.01, backoff_most=0.02, distrust=NEVER)
    await all_end(provider, 40, quick)


async def test_so_many_questions_are_on_their_way_and_no_more(provider: Any) -> None:
    """A provider that answers slowly is not heaped with questions: thirty-two are open at a time."""
    open_now, most = 0, 0
    released = asyncio.Event()

    async def slowly(request: httpx.Request) -> httpx.Response:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await released.wait()
        open_now -= 1
        answered: httpx.Response = provider.answer(request)
        return answered

    client = Client(provider.client.base_url, transport=httpx.MockTransport(slowly))
    watcher = Watcher(client, pace=Pace(queries_per_second=2000), rhythm=Rhythm(first_after=0, list_above=1000))
    waits = [asyncio.create_task(provider.wait(watcher, f"t{n}", "SUCCEEDED")) for n in range(100)]
    await provider.until(lambda: open_now >= 32)
    for _ in range(200):  # turns enough for a thirty-third
        await asyncio.sleep(0)
    released.set()
    await asyncio.wait_for(asyncio.gather(*waits), 20)
    assert most == 32
