"""One round of list calls: how far it reads, what it believes, and when it gives the list up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tasks.list_rounds import ListRounds
from tasks.pace import Pace
from tasks.rhythm import INSTANT
from tasks.watched import Watched


class Counted(Pace):
    """A pace that counts the list calls it lets through."""

    def __init__(self) -> None:
        super().__init__(queries_per_second=2000)
        self.listings = 0

    @asynccontextmanager
    async def listing(self) -> AsyncIterator[None]:
        self.listings += 1
        async with super().listing():
            yield


@pytest.fixture
def rounds(provider: Any) -> ListRounds:
    return ListRounds(provider.client, INSTANT, lambda: 5.0, lambda failures, error: 60.0)


def watched(*names: str) -> dict[str, Watched]:
    return {name: Watched(name, "wan2.6-t2v", 0.0, 0.0, 0.0) for name in names}


async def test_it_reads_no_further_than_it_must(provider: Any, rounds: ListRounds) -> None:
    """Once every watched task was named, the other pages are left unread; every call waits for its turn."""
    pace = Counted()
    for number in range(250):
        provider.task(f"t{number}", "RUNNING")
    await rounds.round(watched("t3", "t150"), pace)
    assert [params["page_no"] for params in provider.lists] == ["1", "2"] and pace.listings == 2


async def test_a_list_that_repeats_its_page_is_left(provider: Any, rounds: ListRounds) -> None:
    """Where pages are not counted and the same one comes again, the tasks it does not name are asked for singly."""
    same = {"data": [{"task_id": f"t{number}", "status": "RUNNING"} for number in range(3)]}
    provider.list_reply = lambda params: httpx.Response(200, json=same)
    tasks = watched("t1", "elsewhere")
    await rounds.round(tasks, Pace(queries_per_second=2000))
    assert len(provider.lists) == 2
    assert [task.missed for task in tasks.values()] == [False, True]


async def test_a_word_that_nobody_documented_is_no_news(provider: Any, rounds: ListRounds) -> None:
    """A task in such a status has not ended, and is asked for by itself; the list is read on."""
    provider.task("t", "DREAMING")
    tasks = watched("t")
    await rounds.round(tasks, Pace(queries_per_second=2000))
    assert (tasks["t"].missed, tasks["t"].ended, tasks["t"].status) == (True, False, None) and rounds.offered


async def test_somebody_elses_list_is_given_up(provider: Any, rounds: ListRounds) -> None:
    """A list that has named none of our tasks three times in a row is not read any more."""
    provider.task("not ours", "RUNNING")
    offered = []
    for _ in range(3):
        await rounds.round(watched("t"), Pace(queries_per_second=2000))
        offered.append(rounds.offered)
    assert offered == [True, True, False]


async def test_one_round_at_a_time_and_a_fault_of_ours_ends_them(provider: Any, rounds: ListRounds) -> None:
    """While a round is under way none is due; what nobody expected costs the list, not the waits."""
    due = []

    def breaks(params: dict[str, str]) -> httpx.Response:
        due.append(rounds.due)
        raise ZeroDivisionError

    provider.list_reply = breaks
    await rounds.round(watched("t"), Pace(queries_per_second=2000))
    assert due == [float("inf")] and not rounds.offered and rounds.due < float("inf")
