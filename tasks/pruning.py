"""Clearing away what nobody needs any more: small old records, and files that killed processes left unfinished."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
from datetime import datetime, timedelta
from pathlib import Path

from blocks.storage import MediaStorage

KEPT = timedelta(days=3)
"""The provider lists tasks for one day, and a run does not go on after three."""
_LOOKS = 100
_RECORDS = ("journal/owned", "journal/leases", "journal/holders", "budgets")
_WRITTEN = ("journal", "generations", "results", "spending", "budgets", "inputs", "productions")
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.tmp|\..+\.part(-[0-9a-f]{8})?(\.json)?")


async def prune(storage: MediaStorage, now: datetime) -> int:
    """Delete old records of whose a task was, who held what and what a run set aside, and say how many.

    On local storage unfinished files as old go as well; elsewhere a file has no name before it is complete. A hundred
    of the records and of the folders are looked at, drawn by lot, so that no run waits long and all are looked at in
    time.
    """
    paths = [path for folder in _RECORDS for path in await storage.list(folder)]
    drawn = random.sample(paths, min(_LOOKS, len(paths)))
    gone = sum(await asyncio.gather(*(_pruned(storage, path, now) for path in drawn)))
    root = storage.local_path("")
    return gone if root is None else gone + await asyncio.to_thread(_swept, root, now)


async def _pruned(storage: MediaStorage, path: str, now: datetime) -> bool:
    found = await storage.read_json(path) or {}
    try:
        noted = datetime.fromisoformat(found.get("intent_at") or found["at"])
    except (KeyError, TypeError, ValueError):
        return False
    if now - noted < KEPT:
        return False
    await storage.delete(path)
    return True


def _swept(root: Path, now: datetime) -> int:
    """Remove old unfinished files of ours from folders drawn by lot; nothing else is touched."""
    before = (now - KEPT).timestamp()
    tops = [root / name for name in _WRITTEN if (root / name).is_dir()]
    below = [folder for top in tops for folder in top.iterdir() if folder.is_dir()]
    drawn = random.sample(below, min(_LOOKS, len(below)))
    files = [file for top in tops for file in top.iterdir()]
    files += [Path(place) / name for folder in drawn for place, _, names in os.walk(folder) for name in names]
    return sum(_removed(file, before) for file in files if _UNFINISHED.fullmatch(file.name))


def _removed(file: Path, before: float) -> bool:
    with contextlib.suppress(OSError):
        if file.stat().st_mtime <= before:
            file.unlink()
            return True
    return False
