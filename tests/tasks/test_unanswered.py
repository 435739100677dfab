"""Who waits for an intent without an answer, and how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from blocks.storage import MediaStorage
from tasks import journal, unanswered
from tasks.leases import Leases
from tasks.session import now
from tasks.unanswered import Unanswered
from tests.tasks.conftest import until

MINE = {"model": "wan2.6-t2v", "account": "a", "prompt": "rain"}


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MediaStorage:
    monkeypatch.setattr(unanswered, "_GRACE_SECONDS", 0.3)
    monkeypatch.setattr(unanswered, "_PAUSE_SECONDS", 0.01)
    return MediaStorage(url=str(tmp_path))


@pytest.fixture
async def leases(storage: MediaStorage) -> AsyncIterator[Leases]:
    ours = Leases(storage)
    yield ours
    await ours.aclose()


async def _intent(storage: MediaStorage, **instead: Any) -> journal.Entry:
    entry = await journal.write_intent(storage, fingerprint="f", now=now(), **(MINE | instead))
    assert entry is not None
    return entry


@pytest.mark.parametrize("other", [{"model": "wan2.5-t2v-preview"}, {"account": "b"}, {"prompt": "snow"}])
async def test_other_words_do_not_wait(storage: MediaStorage, leases: Leases, other: dict[str, str]) -> None:
    """An intent of another model, account or prompt is waited for by nobody, whoever works on it."""
    entry = await _intent(storage, **other)
    async with leases.hold(journal.name_of("f", entry.account)), asyncio.timeout(10):
        await Unanswered(storage, leases).wait(fingerprint="g", **MINE)


async def test_nobody_waits_for_itself(storage: MediaStorage, leases: Leases) -> None:
    """An intent of the same generation, which another wrote meanwhile, is found by its name and not waited for here."""
    await _intent(storage)
    async with leases.hold(journal.name_of("f", "a")), asyncio.timeout(10):
        await Unanswered(storage, leases).wait(fingerprint="f", **MINE)


async def test_the_same_words_wait_for_who_works_on_it(storage: MediaStorage, leases: Leases) -> None:
    """As long as somebody holds the lease, and no longer than until the intent is answered."""
    entry = await _intent(storage)
    async with leases.hold(journal.name_of("f", "a")):
        waiting = asyncio.create_task(Unanswered(storage, leases).wait(fingerprint="g", **MINE))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.5)
        await journal.complete(storage, entry, entry.accepted("t", None, now()))
        await asyncio.wait_for(waiting, 10)


async def test_somebody_is_given_time_to_begin(storage: MediaStorage, leases: Leases) -> None:
    """An intent that nobody works on yet is waited for a moment, once in a session."""
    await _intent(storage)
    waits = Unanswered(storage, leases)
    waiting = asyncio.create_task(waits.wait(fingerprint="g", **MINE))
    await until(lambda: waits._found is not None)
    assert not waiting.done()
    async with leases.hold(journal.name_of("f", "a")):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.5)
    await asyncio.wait_for(waiting, 10)
    again = asyncio.create_task(waits.wait(fingerprint="g", **MINE))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert again.done()
