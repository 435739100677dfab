"""Waiting for a condition, with real processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait until something holds; fail when it does not within the seconds given."""

    def wait(holds: Callable[[], object], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"it did not come about within {seconds:.0f} s"
            time.sleep(0.02)

    return wait


@pytest.fixture
def gone(until: Callable[..., None]) -> Callable[[Sequence[int]], None]:
    """Wait until none of some processes runs."""

    def wait(pids: Sequence[int]) -> None:
        until(lambda: not [pid for pid in pids if _runs(pid)])

    return wait


def _runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent to notice does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
