"""Old records are cleared away, fresh ones are not."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from blocks.storage import MediaStorage
from tasks import journal
from tasks.budget import Budget
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
