"""Processes of ours end with everything below them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.children import Child, descendants

pytestmark = pytest.mark.kill

# Starts a grandchild, writes both process ids, and waits for ever; `{stubborn}` may close its ears first.
PROGRAM = """
import os, signal, subprocess, sys, time
{stubborn}
below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("started", flush=True)
open(sys.argv[1] + ".new", "w").write(f"{{os.getpid()}} {{below.pid}}")
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def started(tmp_path: Path, until: Callable[..., None], *, stubborn: bool = False) -> tuple[Child, list[int]]:
    mark = tmp_path / "pids"
    program = PROGRAM.format(stubborn=STUBBORN if stubborn else "")
    command = [sys.executable, "-c", program, str(mark)]
    child = Child("stub", command, environment=os.environ, logs=tmp_path, patience_seconds=0.3)
    child.start()
    until(mark.exists)
    return child, [int(pid) for pid in mark.read_text().split()]


@pytest.mark.parametrize("stubborn", [False, True])
def test_nothing_below_is_left(
    tmp_path: Path, until: Callable[..., None], gone: Callable[..., None], stubborn: bool
) -> None:
    """A stopped process leaves nothing behind, not even one that hears no signal or a grandchild in its own session."""
    child, pids = started(tmp_path, until, stubborn=stubborn)
    assert descendants(pids[0]) == pids[1:]
    child.stop()
    gone(pids)
    assert not child.running


def test_the_end_of_the_log_is_at_hand(tmp_path: Path, until: Callable[..., None]) -> None:
    """What a process said last can be shown when it ended by itself."""
    child, pids = started(tmp_path, until)
    os.kill(pids[0], signal.SIGKILL)
    until(lambda: not child.running)
    assert child.last_words() == "started"
    child.stop()
    os.kill(pids[1], signal.SIGKILL)


def test_stopping_what_never_started_is_nothing(tmp_path: Path) -> None:
    """Stopping a process that was never started, and stopping twice, is no error."""
    child = Child("stub", [sys.executable], environment=os.environ, logs=tmp_path)
    child.stop()
    child.stop()
    assert child.pid is None
