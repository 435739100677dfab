"""Clearing away small records that nobody needs any more: whose a task was, what a run set aside."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

from blocks.storage import MediaStorage

KEPT = timedelta(days=3)
"""The provider lists tasks for one day, and a run does not go on after three."""
_LOOKS = 100


async def prune(storage: MediaStorage, now: datetime) -> int:
    """Delete old records below ``journal/owned`` and ``budgets``, and say how many.

    A hundred of them are looked at, drawn by lot, so that no run waits long and all are looked at in time.
    """
    paths = [*await storage.list("journal/owned"), *await storage.list("budgets")]
    drawn = random.sample(paths, min(_LOOKS, len(paths)))
    return sum(await asyncio.gather(*(_pruned(storage, path, now) for path in drawn)))


async def _pruned(storage: MediaStorage, path: str, now: datetime) -> bool:
    found = await storage.read_json(path)
    try:
        noted = datetime.fromisoformat((found or {})["intent_at"])
    except (KeyError, TypeError, ValueError):
        return False
    if now - noted < KEPT:
        return False
    await storage.delete(path)
    return True
