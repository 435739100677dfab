"""The one Prefect server of a laboratory: a process of its own that can be made to fall silent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from flows.settings import DEFAULTS
from tests.faults.forks import PROJECT
from tests.ports import free_port


class PrefectServer:
    """A server on SQLite.

    Args:
        folder: holds its database and its log.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}/api"
        self._silence = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "flows.prefect_server",
            "server",
            "start",
            "--host",
            "127.0.0.1",
            "--no-services",
        ]
        with (folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--port", self.url.split(":")[2].partition("/")[0]],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def environment(self) -> dict[str, str]:
        """For the server and for the processes that use it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DASHSCOPE_"))}
        home = {"PREFECT_HOME": str(self.folder), "PREFECT_API_URL": self.url, "PREFECT_LOGGING_LEVEL": "WARNING"}
        return {**kept, **DEFAULTS, **home}

    def wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + 120
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/health", timeout=2).is_success:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"the Prefect server did not start, see {self.folder / 'server.log'}")

    def fall_silent(self, seconds: float) -> None:
        """Let it answer nobody for so long."""
        with self._silence:
            os.killpg(self._process.pid, signal.SIGSTOP)
            try:
                time.sleep(seconds)
            finally:
                os.killpg(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
