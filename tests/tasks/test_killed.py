"""Real processes, really killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
GENERATE = Path(__file__).with_name("killed.py")
pytestmark = [pytest.mark.kill, pytest.mark.slow]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[str]:
    """`wanflow emulator` in a process of its own; slow to answer its first submit. Gives its address."""
    scenario = tmp_path / "scenario.json"
    rules = [{"at": "submit", "times": 1, "do": {"kind": "slow", "seconds": 1}}]
    scenario.write_text(json.dumps({"rules": rules, "run_seconds": 0.3}))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flows.cli", "emulator", "--port", str(port), "--render", "none"]
    process = subprocess.Popen(
        [*command, "--state", str(tmp_path / "emulator"), "--scenario", str(scenario)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                httpx.get(f"{address}/emulator")
                break
            except httpx.TransportError:
                assert process.poll() is None, "the emulator ended"
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _start(place: str, emulator: str, tmp_path: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DASHSCOPE_API_KEY": "sk-any",
        "DASHSCOPE_BASE_URL": f"{emulator}/api/v1",
        "WANFLOW_STORAGE": str(tmp_path / "media"),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [sys.executable, str(GENERATE), place], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )


def _made(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def _submits(emulator: str) -> int:
    return len(httpx.get(f"{emulator}/emulator/tasks").json())


@pytest.mark.parametrize(
    "place", ["during the POST", "before the answer is journalled", "while polling", "before the download"]
)
def test_kill_9(prefect_server: str, emulator: str, tmp_path: Path, place: str) -> None:
    """A process killed with `kill -9` at any point is finished by the next one, with one accepted submit."""
    first = _start(place, emulator, tmp_path)
    assert first.wait(120) == -signal.SIGKILL
    made = _made(_start("", emulator, tmp_path))
    assert made["failure"] is None and made["status"] == "SUCCEEDED"
    assert _submits(emulator) == 1


def test_two_processes(prefect_server: str, emulator: str, tmp_path: Path) -> None:
    """Two processes that ask for the same thing at once on one storage are one submit."""
    both = [_start("", emulator, tmp_path), _start("", emulator, tmp_path)]
    made = [_made(process) for process in both]
    assert [one["assets"][0]["sha256"] for one in made] == [made[0]["assets"][0]["sha256"]] * 2
    assert made[0]["task_id"] == made[1]["task_id"] and _submits(emulator) == 1
