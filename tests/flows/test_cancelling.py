"""Runs that somebody ends: from Prefect's UI, by Ctrl-C, by SIGTERM. Real processes, one real task at the provider."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from blocks.emulator import Emulator
from flows.children import descendants
from tests.flows.conftest import wanflow

pytestmark = [pytest.mark.kill, pytest.mark.slow]

Submits = Callable[[], list[str]]
Until = Callable[..., None]
STORY: dict[str, Any] = {
    "title": "Two scenes",
    "size": "1280*720",
    "scenes": [
        {"shots": [{"prompt": "a lasting road", "seconds": 2}]},
        {"shots": [{"prompt": "queued in a lane", "seconds": 2}]},
    ],
}
REQUEST = {"model": "wan2.6-t2v", "parameters": {"duration": 2, "size": "1280*720"}}


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes of a test; what is left of them ends with it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            below = descendants(process.pid)
            for pid in (process.pid, *below):
                os.kill(pid, signal.SIGKILL)
            process.wait()


def started(*words: str, among: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    """A command in a process of its own."""
    command = [sys.executable, "-m", "flows.cli", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    among.append(process)
    return process


def under_way(service: Emulator, submits: Submits) -> bool:
    """One scene's task runs, the other's waits."""
    if len(submits()) != 2:
        return False
    mine = {str(task.prompt).rstrip("."): task.status for task in service.tasks()[:2]}
    return mine == {"a lasting road": "RUNNING", "queued in a lane": "PENDING"}


def ended(service: Emulator) -> tuple[str, str]:
    """The id of the task that runs, once the one that waited is seen to be cancelled."""
    by_prompt = {str(task.prompt).rstrip("."): task for task in service.tasks()[:2]}
    waited, runs = by_prompt["queued in a lane"], by_prompt["a lasting road"]
    assert (waited.status, runs.status) == ("CANCELED", "RUNNING")
    return runs.task_id, waited.task_id


def test_a_run_cancelled_in_the_ui(
    service: Emulator,
    prefect_server: str,
    registered: None,
    submits: Submits,
    until: Until,
    processes: list[subprocess.Popen[str]],
) -> None:
    """Its waiting task is cancelled, its running one named in the run's log with its price, and the next run fetches
    it."""
    command = [sys.executable, "-m", "flows.deployments", "flows.productions", "--alone"]
    log = Path("deployments.log")
    with log.open("w") as output:
        serving = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True)
    processes.append(serving)

    def post(path: str, body: dict[str, Any]) -> Any:
        return httpx.post(f"{prefect_server}/{path}", json=body, timeout=30).raise_for_status().json()

    def served() -> Any:
        assert serving.poll() is None, log.read_text()
        found = post("deployments/filter", {"deployments": {"name": {"any_": ["film"]}}})
        return [one for one in found if one["last_polled"]]

    until(served, 90)
    [deployment] = served()
    run = post(f"deployments/{deployment['id']}/create_flow_run", {"parameters": {"storyboard": STORY}})
    until(lambda: under_way(service, submits), 90)
    post(f"flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}})

    def state() -> str:
        return str(httpx.get(f"{prefect_server}/flow_runs/{run['id']}", timeout=30).json()["state_type"])

    until(lambda: state() == "CANCELLED", 60)
    running, waited = ended(service)

    def logged() -> str:
        rows = post("logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}})
        return "\n".join(row["message"] for row in rows)

    until(lambda: running in logged(), 20)
    assert f"scene 1: task {running} (wan2.6-t2v) goes on and will be charged, 1.2 CNY. Run the same again" in logged()
    assert f"scene 2: task {waited} was cancelled before it began; it costs nothing." in logged()
    Path("story.yaml").write_text(json.dumps({**STORY, "scenes": STORY["scenes"][:1]}))
    again = wanflow("run", "film", "-f", "story.yaml", "--json")
    assert again.exit_code == 0, again.stderr
    assert [one["task_id"] for one in json.loads(again.stdout)["generations"]] == [running]
    assert sorted(submits()) == ["a lasting road.", "queued in a lane."]


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (["run", "film", "-f", "story.yaml"], signal.SIGINT),
        (["run", "film", "-f", "story.yaml"], signal.SIGTERM),
        (["generate", "--requests", "two.jsonl"], signal.SIGTERM),
    ],
)
def test_an_ended_command(
    service: Emulator,
    prefect_server: str,
    submits: Submits,
    until: Until,
    processes: list[subprocess.Popen[str]],
    words: list[str],
    sent: signal.Signals,
) -> None:
    """Exit code 130; what goes on is named with its price, what waited is cancelled, and `resume` fetches the rest."""
    Path("story.yaml").write_text(json.dumps(STORY))
    prompts = [scene["shots"][0]["prompt"] for scene in STORY["scenes"]]
    Path("two.jsonl").write_text("\n".join(json.dumps({**REQUEST, "input": {"prompt": one}}) for one in prompts))
    process = started(*words, among=processes)
    until(lambda: process.poll() is not None or under_way(service, submits), 60)
    process.send_signal(sent)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    running, waited = ended(service)
    assert f"task {waited} was cancelled before it began; it costs nothing." in stderr
    assert f"task {running} (wan2.6-t2v) goes on and will be charged, 1.2 CNY" in stderr
    assert stderr.splitlines()[-1].startswith("Interrupted. ") and "Traceback" not in stderr
    resumed = wanflow("generations", "resume", "--all", "--json")
    assert resumed.exit_code == 0, resumed.stderr
    [one] = json.loads(resumed.stdout)
    assert (one["task_id"], one["status"], len(one["outputs"])) == (running, "SUCCEEDED", 1)
    assert len(submits()) == 2


def test_a_command_cancelled_in_the_ui(
    service: Emulator,
    prefect_server: str,
    submits: Submits,
    until: Until,
    processes: list[subprocess.Popen[str]],
) -> None:
    """No worker and no `wanflow up` looks after it: it hears by itself, and ends as with Ctrl-C, as cancelled."""
    Path("story.yaml").write_text(json.dumps({**STORY, "title": "From a terminal"}))
    process = started("run", "film", "-f", "story.yaml", among=processes)
    until(lambda: process.poll() is not None or under_way(service, submits), 60)
    named = {"flow_runs": {"name": {"any_": ["film: From a terminal"]}}}
    [run] = httpx.post(f"{prefect_server}/flow_runs/filter", json=named, timeout=30).json()
    asked = {"state": {"type": "CANCELLING"}}
    httpx.post(f"{prefect_server}/flow_runs/{run['id']}/set_state", json=asked, timeout=30).raise_for_status()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in stderr, stderr
    running, waited = ended(service)
    assert f"task {waited} was cancelled before it began; it costs nothing." in stderr
    assert f"task {running} (wan2.6-t2v) goes on and will be charged, 1.2 CNY" in stderr
    after = httpx.get(f"{prefect_server}/flow_runs/{run['id']}", timeout=30).json()
    assert after["state_type"] == "CANCELLED"


def test_an_end_during_the_post(
    service: Emulator,
    prefect_server: str,
    submits: Submits,
    until: Until,
    processes: list[subprocess.Popen[str]],
) -> None:
    """SIGTERM while a submit waits for its answer: the answer is waited for, and the task that it names cancelled."""
    words = ["generate", "wan2.6-t2v", "-i", "prompt=queued and hesitant", "-p", "duration=2"]
    process = started(*words, among=processes)
    until(lambda: process.poll() is not None or submits(), 60)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert service.tasks()[0].status == "CANCELED"
    listed = wanflow("generations", "list", "--json")
    assert listed.exit_code == 0 and json.loads(listed.stdout) == []
