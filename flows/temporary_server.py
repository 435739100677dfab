"""Prefect's temporary server, started as ours and kept alive through Ctrl-C.

A terminal sends Ctrl-C to every process of the group. The temporary server would end with it, while this process still
has to tell it how the run ended: it would wait for the dead server for minutes.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def shield() -> None:
    """Let the temporary server, when one will be started, be `flows.prefect_server` and not hear Ctrl-C.

    Prefect ends it with this process.
    """
    from prefect.settings import PREFECT_API_URL

    if PREFECT_API_URL.value() or not hasattr(signal, "pthread_sigmask"):
        return
    from prefect.server.api.server import SubprocessASGIServer

    from flows.prefect_server import start_temporary

    def start_unheard(self: Any) -> subprocess.Popen[bytes]:
        with unheard():
            return start_temporary(self.port)

    temporary: Any = SubprocessASGIServer
    if hasattr(temporary, "_run_uvicorn_command"):
        temporary._run_uvicorn_command = start_unheard


@contextmanager
def unheard() -> Iterator[None]:
    """What is started here inherits that SIGINT is blocked."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
