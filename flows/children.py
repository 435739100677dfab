"""Processes that live and die with this one: started into a log file, watched, stopped with everything below them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_TAIL_LINES = 12


class Child:
    """One process of ours, in a session of its own, so that Ctrl-C reaches us first and we choose the order.

    Args:
        name: for messages and for the log file.
        command: what runs.
        environment: of the process.
        logs: folder of the log file, written anew at each start.
        patience_seconds: between asking it to end and killing it.
        ask: the signal that asks it to end.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        logs: Path,
        patience_seconds: float = 20.0,
        ask: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = logs / f"{name.replace(' ', '-')}.log"
        self._command = list(command)
        self._environment = dict(environment)
        self._patience = patience_seconds
        self._ask = ask
        self._process: subprocess.Popen[bytes] | None = None

    def __repr__(self) -> str:
        return f"Child({self.name!r}, {'running' if self.running else 'not running'})"

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id, once started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it.

        Raises:
            OSError: it cannot be started, or its log cannot be written.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = self._popen(log)

    def _popen(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def stop(self) -> None:
        """Ask it to end, wait, then make an end of it and of every process below it."""
        if self._process is None:
            return
        below = descendants(self._process.pid)
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self._ask)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self._patience)
        self.kill(below)

    def kill(self, below: Sequence[int] | None = None) -> None:
        """Make an end of it and of every process below it, at once."""
        if self._process is None:
            return
        below = descendants(self._process.pid) if below is None else below
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pid in below:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._process = None

    def last_words(self) -> str:
        """The end of its log."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-_TAIL_LINES:])


def descendants(pid: int) -> list[int]:
    """Processes below one, nearest first; empty where the system has no ``/proc``."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name, in brackets, may hold blanks and brackets itself.
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one and child not in found]
    return found[1:]
