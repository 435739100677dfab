"""Who counts as dead, and what a holder does about its own leases."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from blocks.storage import MediaStorage
from tasks import leases
from tasks.leases import Leases
from tests.tasks.conftest import until


@pytest.fixture
def storage(tmp_path: Path) -> MediaStorage:
    return MediaStorage(url=str(tmp_path))


@pytest.fixture
async def holder(storage: MediaStorage) -> AsyncIterator[Leases]:
    one = Leases(storage, beat_seconds=3600, expires_seconds=3600)
    yield one
    await one.aclose()


async def _said(storage: MediaStorage, **instead: Any) -> None:
    """Write something else into the one sign of life there is."""
    [sign] = await storage.list("journal/holders")
    said = await storage.read_json(sign)
    assert said is not None
    await storage.write_json(sign, said | instead)


async def test_a_process_is_looked_for_on_its_own_machine(storage: MediaStorage, holder: Leases) -> None:
    """The number of a process means nothing elsewhere: a holder on another machine lives as long as it gives signs."""
    other = Leases(storage, expires_seconds=3600)
    async with holder.hold("a"):
        await _said(storage, machine="another", process="another start")
        assert await other.taken("a")
        await _said(storage, machine=leases._machine())
        assert not await other.taken("a")


@pytest.mark.kill
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the start of a process is read in /proc")
def test_a_process_number_used_again_is_another_process() -> None:
    """It is told by its start; one that has ended and is not yet buried is dead."""
    child = subprocess.Popen(["sleep", "60"])
    started = leases._process(child.pid)
    assert started is not None and started != leases._process(os.getpid())
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert leases._process(child.pid) is None
    child.wait()
    assert leases._process(child.pid) is None


async def test_a_look_that_lasted_is_no_silence(storage: MediaStorage, holder: Leases) -> None:
    """Who stands still between its look at a sign of life and its judgement does not take that for silence."""
    other = Leases(storage, expires_seconds=0.3)
    read = MediaStorage.read_json

    async def late(storage: MediaStorage, path: str) -> Any:
        found = await read(storage, path)
        if path.startswith("journal/holders"):
            began = time.monotonic()
            await until(lambda: time.monotonic() - began > 0.4)
        return found

    async with holder.hold("a"):
        assert await other.taken("a")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(MediaStorage, "read_json", late)
            assert await other.taken("a")
        assert not await other.taken("a")


async def test_a_lease_left_behind_is_taken_again(
    storage: MediaStorage, holder: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that could not give a lease back is not held up by itself; while it has one, it says so."""

    async def fails(*_: Any) -> None:
        raise OSError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(MediaStorage, "delete", fails)
        async with holder.hold("a"):
            assert await holder.taken("a")
    assert len(await storage.list("journal/leases")) == 1
    async with asyncio.timeout(10), holder.hold("a"):
        pass
    assert await storage.list("journal/leases") == []


async def test_a_lease_is_given_back_by_who_is_cancelled_meanwhile(
    storage: MediaStorage, holder: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled while it gives its lease back, a run has given it back."""
    giving, go_on = asyncio.Event(), asyncio.Event()
    delete = MediaStorage.delete

    async def slow(storage: MediaStorage, path: str) -> None:
        giving.set()
        await go_on.wait()
        await delete(storage, path)

    async def work() -> None:
        async with holder.hold("a"):
            pass

    monkeypatch.setattr(MediaStorage, "delete", slow)
    working = asyncio.create_task(work())
    await giving.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    go_on.set()
    left = storage.local_path("journal/leases")
    assert left is not None
    await until(lambda: not [*left.iterdir()])


async def test_signs_of_life_go_on_after_a_failure(storage: MediaStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that is away for a moment does not end them."""
    one = Leases(storage, beat_seconds=0.01, expires_seconds=3600)
    write, failed = MediaStorage.write_json, 0

    async def failing(storage: MediaStorage, path: str, value: Any) -> None:
        nonlocal failed
        if failed < 2 and value.get("beat", 0) > 1:
            failed += 1
            raise OSError("away")
        await write(storage, path, value)

    monkeypatch.setattr(MediaStorage, "write_json", failing)
    async with one.hold("a"):
        await until(lambda: one._beats > 5)
        assert failed == 2 and one.safe
    await one.aclose()


def test_the_clock_goes_on_while_the_machine_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a clock that counts the sleep as well, it is the one that is asked."""
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    monkeypatch.setattr(time, "clock_gettime", {7: 12.5}.__getitem__)
    assert leases.clock() == 12.5
