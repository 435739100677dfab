"""Trouble outside of the provider: a storage that is away for a moment, files that are damaged."""

from __future__ import annotations

import ctypes
import json
import os
import random
import time
from pathlib import Path

_EXCHANGE = 2
_HERE = -100


def storage_away(storage: Path, seconds: float) -> bool:
    """Have nothing but errors where the storage is, for so long; False where the system cannot exchange two names."""
    stand_in = storage.with_name("away")
    stand_in.write_text("the storage is away")
    if not _exchange(storage, stand_in):
        return False
    try:
        time.sleep(seconds)
    finally:
        _exchange(storage, stand_in)
    return True


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step."""
    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return swap(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def damage(storage: Path, chance: random.Random) -> list[Path]:
    """Truncate, spoil or delete one file of every other finished generation; the files."""
    hurt = []
    for record in sorted(storage.glob("generations/*/*/outcome.json")):
        assets = json.loads(record.read_text())["assets"]
        if not assets or chance.random() < 0.5:
            continue
        file = storage / chance.choice(assets)["path"]
        match chance.choice(["truncate", "spoil", "delete"]):
            case "truncate":
                os.truncate(file, file.stat().st_size // 2)
            case "spoil":
                content = bytearray(file.read_bytes())
                content[len(content) // 2] ^= 0xFF
                file.write_bytes(content)
            case "delete":
                file.unlink()
        hurt.append(file)
    return hurt
