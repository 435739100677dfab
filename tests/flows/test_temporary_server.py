"""Ctrl-C ends a run at once, also where Prefect runs its temporary server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from blocks.emulator import Emulator


@pytest.mark.kill
@pytest.mark.slow
def test_ctrl_c_in_a_terminal_ends_a_run_within_seconds(
    service: Emulator,
    submits: Callable[[], list[str]],
    until: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The signal reaches the whole process group; the run ends with 130 and leaves no server behind."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    command = [sys.executable, "-m", "flows.cli", "generate", "wan2.6-t2v", "-i", "prompt=an endless stair"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    until(lambda: process.poll() is not None or submits(), seconds=120)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said and said.splitlines()[-1].startswith("Interrupted. ")
    assert time.monotonic() - began < 20
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
