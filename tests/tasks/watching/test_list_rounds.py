"""Many tasks: the list call tells who has ended, and no answer is lost where it does not."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from blocks.catalog import Status
from tasks import list_rounds
from tasks.list_rounds import ListRounds
from tasks.pace import Pace
from tasks.rhythm import Rhythm
from tasks.watched import Watched


async def test_many_tasks_are_asked_for_by_the_list(provider: Any) -> None:
    """Three hundred tasks that run cost list calls; each is asked for by itself only once it has ended."""
    watcher = provider.watcher(Rhythm(first_after=0, every=0, list_every=0.01))
    names = [provider.task(f"t{n}", "RUNNING") for n in range(300)]
    told: Counter[Status] = Counter()
    waits = [
        asyncio.create_task(provider.wait(watcher, name, on_status=lambda status: told.update([status])))
        for name in names
    ]
    await provider.until(lambda: told[Status.RUNNING] == 300)
    asked_before = len(provider.asked)
    for name in names:
        provider.task(name, "SUCCEEDED")

    answers = await asyncio.gather(*waits)

    assert {answer.status for answer in answers} == {Status.SUCCEEDED}
    assert asked_before <= 1
    assert Counter(provider.asked[asked_before:]) == Counter(names)
    assert {params["page_size"] for params in provider.lists} == {"100"}
    assert {params["page_no"] for params in provider.lists} == {"1", "2", "3"}


async def test_a_list_with_smaller_pages_is_read_to_its_end(provider: Any) -> None:
    """A provider that gives fewer rows a page than asked for is paged through all the same."""

    def small(params: dict[str, str]) -> httpx.Response:
        return provider.page(params | {"page_size": "10"})

    provider.list_reply = small
    await all_end(provider, 45)

    assert {params["page_no"] for params in provider.lists} == {"1", "2", "3", "4", "5"}


async def test_a_page_size_that_is_refused_is_made_smaller(provider: Any) -> None:
    """A provider that refuses a hundred rows a page is asked for its own ten."""

    def strict(params: dict[str, str]) -> httpx.Response:
        if int(params["page_size"]) > 10:
            return httpx.Response(400, json={"code": "InvalidParameter", "message": "page_size must be at most 10"})
        return provider.page(params)

    provider.list_reply = strict
    await all_end(provider, 45)

    assert provider.lists[0]["page_size"] == "100"
    assert {params["page_size"] for params in provider.lists[1:]} == {"10"}


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(404, json={"code": "NotFound", "message": "no such path"}),
        httpx.Response(403, json={"code": "AccessDenied", "message": "Access denied."}),
        httpx.Response(200, json={"data": [{"task_id": "not ours", "status": "RUNNING"}], "total_page": 1}),
    ],
    ids=["404", "403", "somebody else's"],
)
async def test_without_a_useful_list_every_task_is_asked_for_by_itself(provider: Any, reply: httpx.Response) -> None:
    """A gateway without a list, or with one that never names our tasks, costs a few calls and no answer."""
    provider.list_reply = lambda params: reply

    await all_end(provider, 40)

    assert len(provider.lists) <= 4


async def test_a_list_in_bad_weather_is_tried_again(provider: Any) -> None:
    """While the list fails, tasks are asked for singly; it is used again when it answers."""
    replies: list[httpx.Response | Exception] = [httpx.Response(503), httpx.ReadTimeout("slow")]
    provider.list_reply = lambda params: replies.pop(0) if replies else provider.page(params)

    await all_end(provider, 40)

    assert len(provider.lists) > 2


async def test_tasks_the_list_leaves_out_are_asked_for(provider: Any) -> None:
    """Thirty tasks go on and are listed, five the list leaves out have ended: those are found by themselves."""
    everything = provider.page

    def partly(params: dict[str, str]) -> httpx.Response:
        body = everything(params).json()
        body["data"] = [row for row in body["data"] if row["task_id"].startswith("listed")]
        return httpx.Response(200, json=body)

    provider.list_reply = partly
    watcher = provider.watcher(Rhythm(first_after=0, every=0.01, list_every=0.01, distrust=3600))
    listed = [asyncio.create_task(provider.wait(watcher, f"listed{n}", "RUNNING")) for n in range(30)]
    await provider.until(lambda: len(provider.lists) > 1)

    async with asyncio.timeout(20):
        found = await asyncio.gather(*(provider.wait(watcher, f"left out{n}", "SUCCEEDED") for n in range(5)))
    await watcher.aclose()
    await asyncio.gather(*listed, return_exceptions=True)

    assert {answer.status for answer in found} == {Status.SUCCEEDED}


async def test_a_list_that_stands_still_is_not_trusted_for_ever(provider: Any) -> None:
    """Where the list goes on saying RUNNING, the question after the time of distrust finds the end."""

    def stale(params: dict[str, str]) -> httpx.Response:
        body = provider.page(params).json()
        for row in body["data"]:
            row["status"] = "RUNNING"
        return httpx.Response(200, json=body)

    provider.list_reply = stale
    rhythm = Rhythm(first_after=0, every=0, list_every=0.01, distrust=0.0)
    await all_end(provider, 30, rhythm)


async def test_a_word_nobody_documents_is_no_news(provider: Any) -> None:
    """A task listed with an unheard-of status is asked for by itself; the list goes on telling of the others."""

    def dreaming(params: dict[str, str]) -> httpx.Response:
        body = provider.page(params).json()
        for row in body["data"]:
            row["status"] = "DREAMING" if row["task_id"] == "dreams" else row["status"]
        return httpx.Response(200, json=body)

    provider.list_reply = dreaming
    watcher = provider.watcher(Rhythm(first_after=0, every=0.01, list_every=0.01, distrust=3600))
    others = [asyncio.create_task(provider.wait(watcher, f"t{n}", "RUNNING")) for n in range(30)]
    await provider.until(lambda: len(provider.lists) > 1)
    dreams = asyncio.create_task(provider.wait(watcher, "dreams", "RUNNING"))
    await provider.until(lambda: provider.asked.count("dreams") > 2)
    rounds = len(provider.lists)
    await provider.until(lambda: len(provider.lists) > rounds + 2)
    provider.task("dreams", "SUCCEEDED")
    assert (await asyncio.wait_for(dreams, 10)).status is Status.SUCCEEDED
    await watcher.aclose()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.mark.parametrize(("new", "last"), [(False, "2"), (True, "5")], ids=["the same page", "ever new pages"])
async def test_a_list_without_end_is_not_read_for_ever(
    provider: Any, monkeypatch: pytest.MonkeyPatch, new: bool, last: str
) -> None:
    """A page that brings nothing new is the last; so is the last of as many as are ever read."""
    monkeypatch.setattr(list_rounds, "_PAGES_AT_MOST", 5)

    def endless(params: dict[str, str]) -> httpx.Response:
        name = f"strange {params['page_no']}" if new else "strange"
        rows = [{"task_id": name, "status": "RUNNING"}, {"task_id": "t0", "status": provider.tasks["t0"][0]}]
        return httpx.Response(200, json={"data": rows, "total_page": 10**6})

    provider.list_reply = endless
    await all_end(provider, 30)
    assert max((params["page_no"] for params in provider.lists), key=int) == last


async def test_a_list_that_cannot_be_read_holds_nobody_up(provider: Any) -> None:
    """A mistake of ours in reading the list ends its use, not the wait."""

    async def broken(**_: Any) -> Any:
        raise RuntimeError("a page like no other")

    provider.client.list_tasks = broken
    await all_end(provider, 30)


async def test_rounds_in_bad_weather_come_later_and_later(provider: Any) -> None:
    """Each failed round makes the next one wait longer; a round that goes well ends that."""
    rhythm = Rhythm(list_every=7)
    rounds = ListRounds(provider.client, rhythm, lambda: 0.0, lambda failures, error: 100.0 * failures)
    provider.list_reply = lambda params: httpx.Response(503)
    due = []
    for _ in range(3):
        await rounds.round({}, Pace(queries_per_second=2000))
        due.append(rounds.due)
    provider.list_reply = provider.page
    await rounds.round({}, Pace(queries_per_second=2000))
    assert due == [100, 200, 300] and (rounds.due, rounds.failures) == (7, 0)


async def test_each_page_keeps_the_pace_of_lists(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages take three places of the limit for list calls."""
    pace, taken = Pace(queries_per_second=2000), []
    listing = pace.listing
    monkeypatch.setattr(pace, "listing", lambda: (taken.append(1), listing())[1])
    for number in range(250):
        provider.task(f"t{number}", "RUNNING")
    rounds = ListRounds(provider.client, Rhythm(), lambda: 0.0, lambda failures, error: 0.0)
    everybody = {name: Watched(name, "", 0.0, next_question=0.0, heard=0.0) for name in provider.tasks}
    await rounds.round(everybody, pace)
    assert len(provider.lists) == len(taken) == 3


async def all_end(provider: Any, count: int, rhythm: Rhythm | None = None) -> None:
    """Watch tasks that end after the first round of questions, and get every answer."""
    quick = Rhythm(first_after=0.02, every=0.01, list_every=0.01, backoff=0.01, backoff_most=0.02, distrust=3600)
    watcher = provider.watcher(rhythm or quick)
    names = [provider.task(f"t{n}", "RUNNING") for n in range(count)]
    waits = [asyncio.create_task(provider.wait(watcher, name)) for name in names]
    await provider.until(lambda: len(provider.lists) > 2 or len(provider.asked) > count)
    for name in names:
        provider.task(name, "SUCCEEDED")
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*waits)
    assert {answer.status for answer in answers} == {Status.SUCCEEDED}
