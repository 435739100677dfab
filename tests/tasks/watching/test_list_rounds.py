"""Many tasks: the list call tells who has ended, and no answer is lost where it does not."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from blocks.catalog import Status
from tasks.rhythm import Rhythm


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
