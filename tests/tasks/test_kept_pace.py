"""Every call of a generation's life waits for its turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from blocks import catalog
from tasks import journal
from tasks.generation import generate
from tasks.in_flight import find, in_flight
from tasks.pace import Pace
from tasks.resuming import resume
from tasks.session import now
from tests.tasks.conftest import Open, asked


@pytest.mark.slow
async def test_no_call_goes_out_of_turn(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Submits, calls, queries and lists, in the plain life, after a lost answer and by hand, are as many as turns."""
    turns: Counter[str] = Counter()

    def counted(name: str) -> Callable[..., Any]:
        kept = getattr(Pace, name)

        @asynccontextmanager
        async def turn(pace: Pace, *arguments: Any) -> AsyncIterator[None]:
            turns[name] += 1
            async with kept(pace, *arguments):
                yield

        return turn

    for name in ("submit", "query", "listing"):
        monkeypatch.setattr(Pace, name, counted(name))
    here = studio(rules=[{"at": "submit", "times": 1, "do": "lose_answer"}])
    talk = {"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "hello"}]}, "parameters": {}}
    async with here.session() as session:
        assert (await generate(asked())).succeeded and (await generate(catalog.request(talk))).succeeded
        for name in ("f" * 8, "e" * 8):
            await journal.write_intent(
                session.storage,
                fingerprint=name,
                model="wan2.6-t2v",
                account=session.account,
                now=now() - timedelta(hours=2),
            )
        turns["submit"] += 1
        task_id = (await session.client.submit(asked("somebody else's"))).task_id
        await resume(session, await find(session, "f" * 8), task_id=task_id)
        entry = await journal.read(session.storage, "e" * 8, session.account)
        assert entry is not None
        await journal.complete(session.storage, entry, entry.accepted("long gone", None, now()))
        assert [one.state for one in await in_flight(session)] == ["expired"]
    counts = here.emulator.counts
    assert (turns["submit"], turns["query"], turns["listing"]) == (
        counts["submit"] + counts["chat"],
        counts["query"],
        counts["list"],
    )
