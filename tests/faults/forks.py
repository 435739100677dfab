"""Processes that start in milliseconds: forked from one that has imported everything; real ones, killed for real.

Run as a module it is the process that forks: a JSON line in for each start, a JSON line out for each start and end.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.workload import AT_ONCE

PROJECT = Path(__file__).parents[2]


class Process:
    """One forked process; it leads a process group of its own."""

    def __init__(self) -> None:
        self.pid = 0
        self.code: int | None = None
        self._started = threading.Event()
        self._ended = threading.Event()

    def told(self, event: dict[str, Any]) -> None:
        """Hear from the process that forks."""
        if "pid" in event:
            self.pid = event["pid"]
            self._started.set()
        if "code" in event:
            self.code = event["code"]
            self._ended.set()
            self._started.set()

    def started(self) -> Process:
        """Wait until there is a process id."""
        if not self._started.wait(60) or not self.pid:
            raise RuntimeError("the process that forks does not answer")
        return self

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return not self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether it ended within so many seconds."""
        return self._ended.wait(seconds)

    def signal(self, number: signal.Signals) -> bool:
        """Send its group a signal; False when it has ended before."""
        if not (self.pid and self.running):  # 0 would be everybody in our own group
            return False
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        return True


class Forks:
    """Starts processes of the command line; they die with it.

    Args:
        environment: of the process that forks; Prefect reads its settings there, once.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forks"],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the laboratory, not for its rounds
        )
        assert self._parent.stdout is not None
        if not self._parent.stdout.readline():
            raise RuntimeError("the process that forks did not start")
        self._lock = threading.Lock()
        self._processes: dict[int, Process] = {}
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def start(self, arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path) -> Process:
        """Start ``wanflow`` with these arguments; its stdout goes to ``<log>.out``, its stderr to ``<log>.err``."""
        process = Process()
        with self._lock:
            number = len(self._processes)
            self._processes[number] = process
            asked = {
                "number": number,
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(folder),
                "log": str(log),
            }
            assert self._parent.stdin is not None
            self._parent.stdin.write(json.dumps(asked) + "\n")
            self._parent.stdin.flush()
        return process.started()

    def close(self) -> None:
        """End the process that forks, and whatever still runs of what it started."""
        for process in self._processes.values():
            process.signal(signal.SIGKILL)
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(30)

    def _listen(self) -> None:
        assert self._parent.stdout is not None
        for line in self._parent.stdout:
            event = json.loads(line)
            self._processes[event["number"]].told(event)


def _serve() -> None:
    _import_everything()
    _say(ready=1)
    numbers: dict[int, int] = {}
    pending = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.01)
        if ready:
            read = os.read(0, 1 << 16)
            if not read:
                return
            *lines, pending = (pending + read).split(b"\n")
            for line in lines:
                asked = json.loads(line)
                numbers[pid := _fork(asked)] = asked["number"]
                _say(number=asked["number"], pid=pid)
        while numbers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            _say(number=numbers.pop(pid), code=os.waitstatus_to_exitcode(status))


def _import_everything() -> None:
    from flows.settings import apply_defaults

    apply_defaults()
    for name in ("av", "prefect.main", "blocks.emulator", "flows.asked", "flows.commands", "flows.terminal"):
        importlib.import_module(name)
    # Two submits a minute (models.yaml) would make a round of minutes.
    row = importlib.import_module("blocks.catalog").find(AT_ONCE)
    object.__setattr__(row, "limits", type(row.limits)())


def _say(**event: int) -> None:
    os.write(1, json.dumps(event).encode() + b"\n")


def _fork(asked: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        os.setpgid(pid, pid)
        return pid
    try:
        os.setpgid(0, 0)
        for stream, target in ((0, os.devnull), (1, asked["log"] + ".out"), (2, asked["log"] + ".err")):
            opened = os.open(target, os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(opened, stream)
        faulthandler.register(signal.SIGUSR1)
        os.chdir(asked["folder"])
        os.environ.update(asked["environment"])
        code = _run(asked["arguments"])
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(arguments: list[str]) -> int:
    import atexit

    from flows.cli import main

    sys.argv = ["wanflow", *arguments]
    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    finally:
        atexit._run_exitfuncs()
    return 0


if __name__ == "__main__":
    _serve()
