"""Old records are cleared away, fresh ones are not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from blocks.storage import MediaStorage
from tasks import journal
from tasks.budget import Budget
from tasks.leases import Leases
from tasks.pruning import KEPT, prune
from tasks.session import now


async def test_what_is_older_than_three_days_goes(tmp_path: Path) -> None:
    """Whose a task was and what a run set aside are kept while somebody may ask, and no longer."""
    storage = MediaStorage(url=str(tmp_path / "media"))
    entry = await journal.write_intent(storage, fingerprint="f", model="m", account="a", now=now())
    await journal.claim(storage, entry, "task")
    await journal.let_go(storage, "stranger", "it was forgotten")
    await Budget(Decimal(5), storage).reserve("f", Decimal(1), what="f", run="run")
    assert await prune(storage, now()) == 0
    assert await prune(storage, now() + KEPT - timedelta(minutes=1)) == 0
    assert await prune(storage, now() + KEPT + timedelta(minutes=1)) == 3
    assert await journal.owner(storage, "task") is None and await storage.list("budgets") == []
    assert await journal.read(storage, "f", "a") is not None


async def test_what_dead_processes_left_goes(tmp_path: Path) -> None:
    """Signs of life, leases and unfinished files of killed processes; fresh ones and everybody else's files stay."""
    storage = MediaStorage(url=str(tmp_path / "media"))
    dead, alive = Leases(storage), Leases(storage)
    held = dead.hold("a")
    await held.__aenter__()
    generation = tmp_path / "media" / "generations" / "ab" / "abc"
    generation.mkdir(parents=True)
    unfinished = [tmp_path / "media" / "journal" / ".0123456789abcdef.tmp"]
    unfinished += [generation / name for name in (".video.part", ".video.part.json", ".video-2.part-01234567")]
    others = [generation / "video.mp4", generation / ".hidden", generation / ".tmp", generation / "film.part"]
    for file in (*unfinished, *others):
        file.write_bytes(b"half")
    assert await prune(storage, now()) == 0
    later = now() + KEPT + timedelta(minutes=1)
    async with alive.hold("b"):
        [lease] = [path for path in await storage.list("journal/leases") if "/b." in path]
        for path in [lease, f"journal/holders/{alive._id}.json"]:
            await storage.write_json(path, await storage.read_json(path) | {"at": later.isoformat()})
        gone = await prune(storage, later)
        assert await storage.list("journal") == [f"journal/holders/{alive._id}.json", lease]
    assert gone == 2 + len(unfinished)
    assert all(file.exists() for file in others) and not any(file.exists() for file in unfinished)
    await dead.aclose()
    await alive.aclose()
