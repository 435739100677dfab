"""Leases between sessions, processes and machines."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from blocks.storage import MediaStorage
from tasks.leases import LeaseLost, Leases
from tests.tasks.conftest import until


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStorage:
    return MediaStorage(url=str(tmp_path) if request.param == "local" else f"memory://{uuid.uuid4().hex}")


class _Holders:
    """Sessions on one storage."""

    def __init__(self, storage: MediaStorage) -> None:
        self.storage = storage
        self.all: list[Leases] = []

    def new(self, *, beat: float = 0.05, expires: float = 60) -> Leases:
        self.all.append(Leases(self.storage, beat_seconds=beat, expires_seconds=expires))
        return self.all[-1]


@pytest.fixture
async def holders(storage: MediaStorage) -> AsyncIterator[_Holders]:
    made = _Holders(storage)
    yield made
    for one in made.all:
        await one.aclose()


async def test_free(holders: _Holders) -> None:
    """A lease nobody has is had at once, and given back it leaves nothing behind."""
    one = holders.new()
    async with one.hold("a"):
        assert len(await holders.storage.list("journal/leases")) == 1
    assert await holders.storage.list("journal/leases") == []
    await one.aclose()
    assert await holders.storage.list("journal") == []


async def test_other_names(holders: _Holders) -> None:
    """Leases of other things are no hindrance, not even with names that begin the same."""
    one, two = holders.new(), holders.new()
    async with asyncio.timeout(10), one.hold("a"), two.hold("a.1"), two.hold("b"):
        assert await one.taken("b") and await two.taken("a") and not await two.taken("a.2")


async def test_one_at_a_time(holders: _Holders) -> None:
    """Of many who want the same lease at once, one has it at a time."""
    inside = most = 0

    async def work(leases: Leases) -> None:
        nonlocal inside, most
        async with leases.hold("a"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(holders.new()) for _ in range(6)))
    assert most == 1 and await holders.storage.list("journal/leases") == []


@pytest.mark.slow
async def test_waits_for_the_living(holders: _Holders) -> None:
    """A holder that gives signs of life keeps its lease longer than one that does not."""
    one, two = holders.new(), holders.new(expires=0.4)
    async with one.hold("a"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2), two.hold("a"):
                pass


async def test_silent_holder(holders: _Holders) -> None:
    """A lease of a holder somewhere else that gives no sign of life is taken over."""
    one, two = holders.new(beat=3600), holders.new(expires=0.4)
    async with one.hold("a"), asyncio.timeout(20), two.hold("a"):
        pass


async def test_dead_process(holders: _Holders) -> None:
    """A lease of a process that is gone from this machine is taken over at once."""
    one, two = holders.new(beat=3600), holders.new(expires=3600)
    async with one.hold("a"):
        [sign] = await holders.storage.list("journal/holders")
        said = await holders.storage.read_json(sign)
        assert said is not None
        await holders.storage.write_json(sign, said | {"process": "another start"})
        async with asyncio.timeout(20), two.hold("a"):
            pass


async def test_closed(holders: _Holders) -> None:
    """A session that ends gives up what it still holds."""
    one, two = holders.new(), holders.new(expires=3600)
    await one.hold("a").__aenter__()
    await one.aclose()
    async with asyncio.timeout(20), two.hold("a"):
        pass


async def test_taken_over(holders: _Holders) -> None:
    """A holder that was silent for too long is told that another took over; one that still holds is not."""
    one, two = holders.new(beat=3600), holders.new(expires=0.4)
    async with one.hold("a"):
        await one.check("a")
        async with asyncio.timeout(20), two.hold("a"):
            await two.check("a")
            with pytest.raises(LeaseLost):
                await one.check("a")
    await one.check("a")


@pytest.mark.slow
async def test_turns_counted_anew(holders: _Holders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who saw a dead one's turn, takes the next, and then finds that another has begun to count anew, steps back."""
    await holders.storage.write_json("journal/leases/a.5.json", {"token": "nobody:0"})
    one, two = holders.new(), holders.new()
    other, create, names = two.hold("a"), MediaStorage.create_json, []

    async def late(storage: MediaStorage, path: str, value: object) -> bool:
        names.append(path)
        if len(names) == 1:
            await storage.delete("journal/leases/a.5.json")
            await other.__aenter__()
        return await create(storage, path, value)

    monkeypatch.setattr(MediaStorage, "create_json", late)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1), one.hold("a"):
            pass
    assert names[:2] == ["journal/leases/a.6.json", "journal/leases/a.1.json"]
    await two.check("a")
    await other.__aexit__(None, None, None)


async def test_given_back_late(holders: _Holders) -> None:
    """A holder that was silent for too long does not give back what is another's by now."""
    one, two, three = holders.new(beat=3600, expires=0.4), holders.new(expires=0.4), holders.new()
    lease = one.hold("a")
    await lease.__aenter__()
    async with asyncio.timeout(20), two.hold("a"):
        pass
    async with three.hold("a"):
        await lease.__aexit__(None, None, None)
        await three.check("a")


async def test_safe(holders: _Holders) -> None:
    """After half the time that a lease outlives its holder nothing is safe, until the lease is looked at again."""
    one = holders.new(beat=3600, expires=0.4)
    async with one.hold("a"):
        assert one.safe
        await until(lambda: not one.safe)
        await one.check("a")
        assert one.safe


async def test_how_long(storage: MediaStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a holder may be silent is a setting, and one that makes no sense is refused."""
    monkeypatch.setenv("WANFLOW_LEASE_SECONDS", "3")
    assert Leases(storage)._expires_seconds == 3
    for wrong in ("-1", "soon", "inf"):
        monkeypatch.setenv("WANFLOW_LEASE_SECONDS", wrong)
        with pytest.raises(ValueError, match="WANFLOW_LEASE_SECONDS takes a number"):
            Leases(storage)
