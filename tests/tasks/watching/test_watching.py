"""The watcher: when it asks, what it believes, and what it survives."""

from __future__ import annotations

import asyncio
import contextvars
import pickle
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from blocks.catalog import Status
from blocks.client import AuthenticationError, Client, ServiceFailed, Throttled
from tasks.pace import Pace
from tasks.rhythm import INSTANT, LOOPBACK, REMOTE, Rhythm
from tasks.watching import StillRunning, Watcher

MODEL = "wan2.6-t2v"


async def test_a_wait_ends_with_the_terminal_answer(provider: Any, watcher: Watcher) -> None:
    """Whatever happens on the way, the caller gets the last answer with its result."""
    task = provider.task("t", "PENDING", "PRE-PROCESSING", "RUNNING", "SUSPENDED", "POST-PROCESSING", "SUCCEEDED")

    answer = await provider.wait(watcher, task)

    assert (answer.status, answer.urls) == (Status.SUCCEEDED, ("https://b.example/t.mp4",))
    assert provider.asked == ["t"] * 6


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
async def test_a_task_that_ends_badly_ends_the_wait_too(provider: Any, watcher: Watcher, status: str) -> None:
    """Failure is an answer, not an error of the wait."""
    answer = await provider.wait(watcher, "t", "RUNNING", status)

    assert answer.status == status


async def test_each_new_status_is_told_once(provider: Any, watcher: Watcher) -> None:
    """The caller hears of changes, not of questions."""
    told: list[Status] = []
    task = provider.task("t", "PENDING", "PENDING", "RUNNING", "RUNNING", "RUNNING", "SUCCEEDED")

    await provider.wait(watcher, task, on_status=told.append)

    assert told == [Status.PENDING, Status.RUNNING, Status.SUCCEEDED]


async def test_the_watchers_own_work_belongs_to_no_run(provider: Any, watcher: Watcher) -> None:
    """The loop outlives the run that waited first, so it carries nothing of that run's context along."""
    run: contextvars.ContextVar[str] = contextvars.ContextVar("run", default="none")
    seen: list[str] = []
    query = provider.client.query

    async def noted(*arguments: Any) -> Any:
        seen.append(run.get())
        return await query(*arguments)

    provider.client.query = noted
    run.set("mine")
    await provider.wait(watcher, "t", "SUCCEEDED")

    assert seen == ["none"]


async def test_what_is_told_runs_in_the_callers_context_and_its_errors_stay_there(
    provider: Any, watcher: Watcher
) -> None:
    """A caller is told within its own run, and one that fails at it disturbs no wait."""
    run: contextvars.ContextVar[str] = contextvars.ContextVar("run", default="none")
    seen: list[str] = []

    async def wait(name: str) -> Status | None:
        run.set(name)

        def tell(status: Status) -> None:
            seen.append(run.get())
            raise RuntimeError("the page is closed")

        task = provider.task(name, "RUNNING", "SUCCEEDED")
        return (await provider.wait(watcher, task, on_status=tell)).status

    assert await asyncio.gather(wait("a"), wait("b")) == [Status.SUCCEEDED, Status.SUCCEEDED]
    assert Counter(seen) == {"a": 2, "b": 2}


WEATHER: dict[str, httpx.Response | Exception] = {
    "429": httpx.Response(429, json={"code": "Throttling.RateQuota", "message": "slow down"}),
    "500": httpx.Response(500, json={"code": "InternalError", "message": "?"}),
    "502 page": httpx.Response(502, text="<html>bad gateway</html>"),
    "503": httpx.Response(503),
    "garbage": httpx.Response(200, text="<html>welcome</html>"),
    "no status": httpx.Response(200, json={"output": {}}),
    "unheard-of status": httpx.Response(200, json={"output": {"task_id": "t", "task_status": "DREAMING"}}),
    "read timeout": httpx.ReadTimeout("slow"),
    "reset": httpx.ReadError("reset"),
    "refused": httpx.ConnectError("refused"),
}


@pytest.mark.parametrize("kind", WEATHER)
async def test_a_failed_question_is_weather(provider: Any, watcher: Watcher, kind: str) -> None:
    """Ten failures in a row of any kind that can pass change nothing about the wait."""
    provider.weather = [WEATHER[kind]] * 10

    answer = await provider.wait(watcher, "t", "SUCCEEDED")

    assert answer.status is Status.SUCCEEDED
    assert len(provider.asked) == 11


async def test_weather_is_said_once_and_so_is_its_end(
    provider: Any, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has a line when the service stops answering and one when it answers again, none per question."""
    caplog.set_level("INFO", logger="wanflow.watching")
    provider.weather = [WEATHER["503"]] * 20

    await provider.wait(watcher, "t", "RUNNING", "SUCCEEDED")

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_a_refused_question_is_asked_twice_before_it_ends_the_wait(provider: Any, watcher: Watcher) -> None:
    """One refusal may be a proxy's hiccup; the second is the provider's word."""
    refusal = httpx.Response(401, json={"code": "InvalidApiKey", "message": "Invalid API-key provided."})
    provider.weather = [refusal, None, refusal, refusal]
    task = provider.task("t", "RUNNING")

    with pytest.raises(AuthenticationError):
        await provider.wait(watcher, task)

    assert len(provider.asked) == 4


async def test_failed_questions_come_later_and_later(provider: Any) -> None:
    """The waits between failing questions double up to a limit and differ; a Retry-After is honoured within reason."""
    watcher = provider.watcher(Rhythm(backoff=1, backoff_most=5))
    waits = [watcher._backoff(failures, ServiceFailed("x")) for failures in (1, 2, 3, 4, 50)]

    assert waits == [1, 2, 4, 5, 5]
    assert watcher._backoff(10**6, ServiceFailed("x")) == 5
    assert watcher._backoff(1, Throttled("x", retry_after=9)) == 9
    assert watcher._backoff(1, Throttled("x", retry_after=1e9)) == 300
    watcher._chance = lambda: 0.0
    assert [watcher._backoff(failures, ServiceFailed("x")) for failures in (1, 50)] == [0.5, 2.5]


async def test_throttling_makes_every_question_wait(provider: Any) -> None:
    """A 429 is about the account: no other task is asked for until the pause it asks for is over."""
    rhythm = Rhythm(first_after=0, every=0, backoff=0, backoff_most=0)
    watcher = Watcher(provider.client, pace=Pace(queries_per_second=100), rhythm=rhythm)
    provider.weather = [httpx.Response(429, json={"code": "Throttling"}, headers={"Retry-After": "0.4"})]
    began = time.monotonic()

    waits = [asyncio.create_task(provider.wait(watcher, f"t{n}", "SUCCEEDED")) for n in range(10)]
    await provider.until(lambda: time.monotonic() - began > 0.3)
    asked = len(provider.asked)
    await asyncio.gather(*waits)

    assert asked <= 3
    assert time.monotonic() - began >= 0.4


async def test_a_task_unknown_for_a_moment_is_not_gone(provider: Any) -> None:
    """A task accepted just now may be unknown at first: it is asked for again, and the wait goes on."""
    rhythm = Rhythm(first_after=0, every=0.01, unknown_age=0.05, unknown_again=0.02)
    watcher = provider.watcher(rhythm)
    told: list[Status] = []
    task = provider.task("t", "UNKNOWN", "RUNNING", "SUCCEEDED")

    answer = await provider.wait(watcher, task, on_status=told.append)

    assert answer.status is Status.SUCCEEDED
    assert told == [Status.RUNNING, Status.SUCCEEDED]


async def test_a_task_that_stays_unknown_is_gone(provider: Any) -> None:
    """Unknown twice, some time apart, on a submission that is no longer fresh: the wait ends with that answer."""
    rhythm = Rhythm(first_after=0, every=0.01, unknown_age=0.2, unknown_again=0.1)
    watcher = provider.watcher(rhythm)
    began = time.monotonic()

    answer = await provider.wait(watcher, "t", "UNKNOWN")

    assert answer.status is Status.UNKNOWN
    assert time.monotonic() - began >= 0.2
    assert len(provider.asked) == 2


async def test_an_old_task_that_is_unknown_is_still_asked_twice(provider: Any) -> None:
    """Even after a day one answer is not enough to give a paid result up."""
    rhythm = Rhythm(first_after=0, unknown_again=0.01)
    watcher = provider.watcher(rhythm)

    await provider.wait(watcher, "t", "UNKNOWN", submitted_at=datetime.now(UTC) - timedelta(hours=25))

    assert len(provider.asked) == 2


async def test_a_deadline_names_the_task_and_leaves_it_running(provider: Any, watcher: Watcher) -> None:
    """Too long a wait ends with the id that picks the task up again."""
    with pytest.raises(StillRunning, match=r"t-7.*RUNNING.*not paid for twice.*generations resume t-7") as caught:
        await provider.wait(watcher, "t-7", "RUNNING", deadline_seconds=0.05)

    assert (caught.value.task_id, caught.value.status) == ("t-7", Status.RUNNING)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


async def test_a_cancelled_wait_disturbs_no_other(provider: Any, watcher: Watcher) -> None:
    """Of two who wait for one task and one who waits for another, one is cancelled: the others get their answers."""
    provider.task("one", "RUNNING")
    provider.task("two", "RUNNING")
    waits = [asyncio.create_task(provider.wait(watcher, name)) for name in ("one", "one", "two")]
    await provider.until(lambda: {"one", "two"} <= set(provider.asked))

    waits[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits[0]
    provider.task("one", "SUCCEEDED")
    provider.task("two", "FAILED")

    assert [(await wait).status for wait in waits[1:]] == [Status.SUCCEEDED, Status.FAILED]


async def test_two_waits_for_one_task_ask_once(provider: Any) -> None:
    """However many wait for a task, it is one question."""
    watcher = provider.watcher(INSTANT)
    provider.task("t", "SUCCEEDED")

    answers = await asyncio.gather(
        *(provider.wait(watcher, "t") for _ in range(5)),
    )

    assert [answer.status for answer in answers] == [Status.SUCCEEDED] * 5
    assert provider.asked == ["t"]


async def test_nobody_waits_nothing_runs(provider: Any, watcher: Watcher) -> None:
    """The loop ends with the last wait, however that ended, and starts again with the next."""
    await provider.wait(watcher, "t", "SUCCEEDED")
    await provider.until(lambda: not watcher.running)

    provider.task("u", "RUNNING")
    wait = asyncio.create_task(provider.wait(watcher, "u"))
    await provider.until(lambda: "u" in provider.asked)
    assert watcher.running
    wait.cancel()
    await provider.until(lambda: not watcher.running)

    assert watcher.waiting_for == 0


async def test_closing_ends_every_wait(provider: Any, watcher: Watcher) -> None:
    """Who still waits when the watcher is closed learns that the task goes on."""
    provider.task("t", "RUNNING")
    wait = asyncio.create_task(provider.wait(watcher, "t"))
    await provider.until(lambda: bool(provider.asked))

    await watcher.aclose()

    with pytest.raises(StillRunning):
        await wait
    assert not watcher.running


async def test_the_first_question_waits_for_the_models_usual_time(provider: Any) -> None:
    """A film takes a minute at least: before that no question is asked, after it the question comes at once."""
    watcher = provider.watcher(REMOTE)
    provider.task("young", "SUCCEEDED")
    provider.task("old", "SUCCEEDED")
    young = asyncio.create_task(provider.wait(watcher, "young"))

    await provider.wait(watcher, "old", submitted_at=datetime.now(UTC) - timedelta(minutes=2))

    assert provider.asked == ["old"]
    young.cancel()
    await asyncio.gather(young, return_exceptions=True)


def test_a_client_on_this_machine_is_asked_quickly(provider: Any) -> None:
    """The emulator is asked at once and three times a second, the real service by its usual times."""
    real = Client("https://dashscope.aliyuncs.com/api/v1")

    assert Watcher(provider.client, pace=Pace()).rhythm is LOOPBACK
    assert Watcher(real, pace=Pace()).rhythm is REMOTE
    assert LOOPBACK.first_question(MODEL) == 0
    assert 0.25 <= LOOPBACK.next_question(MODEL, 5) <= 0.5
    assert REMOTE.first_question(MODEL) == 60
    assert REMOTE.next_question(MODEL, 100) == 5
    assert REMOTE.next_question(MODEL, 1000) == 15
    assert (REMOTE.backoff_most, REMOTE.unknown_again, REMOTE.unknown_age) == (30, 10, 30)


@pytest.mark.slow
async def test_questions_keep_the_accounts_limit(provider: Any) -> None:
    """Thirty tasks that are asked for all the time are asked for at most twenty times in any second."""
    moments: list[float] = []
    answer = provider.answer
    provider.client = Client(
        "http://127.0.0.1:9/api/v1",
        transport=httpx.MockTransport(lambda request: (moments.append(time.monotonic()), answer(request))[1]),
    )
    watcher = Watcher(provider.client, pace=Pace(), rhythm=Rhythm(first_after=0, every=0, list_above=1000))
    waits = [asyncio.create_task(provider.wait(watcher, f"t{n}", "RUNNING")) for n in range(30)]

    await provider.until(lambda: len(moments) >= 40)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)

    assert max(sum(start <= moment < start + 1 for moment in moments) for start in moments) <= 20


async def test_a_bug_in_the_loop_reaches_who_waits(provider: Any, watcher: Watcher) -> None:
    """Nobody waits for ever on a watcher that broke: the error comes out of every wait."""
    watcher._client = None  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="query"):
        await asyncio.wait_for(provider.wait(watcher, "t", "RUNNING"), 10)

    watcher._pace = None  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="query"):
        await asyncio.wait_for(provider.wait(watcher, "u", "RUNNING"), 10)
