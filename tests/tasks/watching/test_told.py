"""Who waits for a task is told of it, whatever the others who wait do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.catalog import Answer, Status
from tasks.watched import Watched, caller
from tasks.watching import Watcher


def watched(*tellers: Any) -> Watched:
    """A task for which some wait."""
    task = Watched("t", "wan2.6-t2v", 0.0, next_question=0.0, heard=0.0)
    task.waiters += [caller(teller) for teller in tellers]
    return task


async def test_who_comes_later_is_told_what_is_known(provider: Any, watcher: Watcher) -> None:
    """The second to wait for a task hears at once how it is doing."""
    told: list[Status] = []
    first = asyncio.create_task(provider.wait(watcher, "t", "RUNNING"))
    await provider.until(lambda: bool(provider.asked))
    second = asyncio.create_task(watcher.wait("t", model="", submitted_at=datetime.now(UTC), on_status=told.append))
    await provider.until(lambda: told == [Status.RUNNING])
    provider.task("t", "SUCCEEDED")
    await asyncio.gather(first, second)
    assert told == [Status.RUNNING, Status.SUCCEEDED]


async def test_who_fails_at_hearing_keeps_nobody_from_it() -> None:
    """The first to be told raises; the second is told all the same."""
    told: list[Status] = []

    def fails(_: Status) -> None:
        raise RuntimeError("the page is closed")

    watched(fails, told.append).tell(Status.RUNNING)
    assert told == [Status.RUNNING]


@pytest.mark.parametrize("end", ["answer", "error"])
async def test_who_has_gone_keeps_nobody_from_the_end(end: str) -> None:
    """The first gave up in this very moment: the second has the answer, or the error; who left is told nothing."""
    told: list[Status] = []
    task = watched(told.append, None)
    gone, stays = task.waiters
    gone.future.cancel()
    task.tell(Status.RUNNING)
    if end == "answer":
        task.deliver(Answer(status=Status.SUCCEEDED))
        assert stays.future.result().status is Status.SUCCEEDED
    else:
        task.fail(RuntimeError("the end"))
        assert isinstance(stays.future.exception(), RuntimeError)
    assert told == []
