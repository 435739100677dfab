"""A state folder: restarts, crashes and several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from blocks.emulator import Emulator

SERVE = """
import sys
from pathlib import Path
from blocks.emulator import Emulator, Scenario
emulator = Emulator(state=Path(sys.argv[1]), render="none", scenario=Scenario.model_validate_json(sys.argv[2]))
emulator.start()
print(emulator.base_url, flush=True)
sys.stdin.read()
"""


@contextmanager
def process(state, scenario="{}"):
    """A service in a process of its own; gives the process and its base URL."""
    command = [sys.executable, "-c", SERVE, str(state), scenario]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


def test_a_restart_forgets_nothing(start, tmp_path, picture):
    """Tasks, links and uploads of before are good after a restart on another port."""
    caller = start(state=tmp_path)
    task_id = caller.submit()
    link = caller.wait(task_id)["output"]["video_url"]
    upload = caller.upload(picture.read_bytes())
    port = httpx.URL(caller.emulator.base_url).port
    caller.emulator.stop()
    caller = start(state=tmp_path)
    assert httpx.URL(caller.emulator.base_url).port != port
    assert caller.query(task_id)["output"]["task_status"] == "SUCCEEDED"
    fresh = caller.query(task_id)["output"]["video_url"]
    assert httpx.get(fresh).status_code == 200
    assert httpx.get(httpx.URL(link).copy_with(port=httpx.URL(fresh).port)).status_code == 200
    body = {"model": "wan2.6-i2v-flash", "input": {"prompt": "a", "img_url": upload}}
    answer = caller.post(body=body, headers={"X-DashScope-OssResourceResolve": "enable"})
    assert caller.wait(answer.json()["output"]["task_id"])["output"]["task_status"] == "SUCCEEDED"
    assert sum(caller.emulator.submits.values()) == 2


def test_a_stopped_service_leaves_its_tasks_to_the_next(start, tmp_path):
    """Tasks unfinished at the stop are run by the next process."""
    caller = start({"queue_seconds": 60}, state=tmp_path)
    waiting = caller.submit()
    caller.emulator.stop()
    # The time in the queue was decided at the submit; a clock an hour on has it behind it.
    import time

    caller = start(state=tmp_path, clock=lambda: time.time() + 3600)
    assert caller.wait(waiting)["output"]["task_status"] == "SUCCEEDED"


@pytest.mark.slow
@pytest.mark.kill
def test_a_killed_service_leaves_its_tasks_to_the_next(start, tmp_path, until):
    """After kill -9 the next process runs what was running, at once, under the same task id."""
    with process(tmp_path, '{"run_seconds": 2}') as (running, base_url):
        headers = {"Authorization": "Bearer sk-one", "X-DashScope-Async": "enable"}
        url = f"{base_url}/services/aigc/video-generation/video-synthesis"
        body = {"model": "wan2.6-t2v", "input": {"prompt": "a"}}
        task_id = httpx.post(url, json=body, headers=headers).json()["output"]["task_id"]

        def status():
            return httpx.get(f"{base_url}/tasks/{task_id}", headers=headers).json()["output"]["task_status"]

        until(lambda: status() == "RUNNING")
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    caller = start(state=tmp_path)
    assert caller.wait(task_id, 10)["output"]["task_status"] == "SUCCEEDED"


def test_two_services_share_a_state(start, tmp_path):
    """What one accepted the other answers for, links included; each task runs once."""
    one, two = start({"run_seconds": 0.3}, state=tmp_path), start({"run_seconds": 0.3}, state=tmp_path)
    ids = [caller.submit() for _ in range(3) for caller in (one, two)]
    for task_id in ids:
        assert one.wait(task_id)["output"]["task_status"] == "SUCCEEDED"
        assert httpx.get(two.query(task_id)["output"]["video_url"]).status_code == 200
    assert sum(two.emulator.submits.values()) == 6
    assert len(one.emulator.events("accepted")) == 6


def test_two_services_keep_one_limit(start, tmp_path, until):
    """The number of tasks in progress holds across processes on one state."""
    from blocks import catalog

    model = "wan2.2-t2v-plus"
    limit = catalog.find(model).limits.in_progress
    one, two = start({"run_seconds": 0.4}, state=tmp_path), start({"run_seconds": 0.4}, state=tmp_path)
    for caller in (one, two) * 2:
        caller.submit(model=model, size="832*480")
    most = 0

    def all_ended() -> bool:
        nonlocal most
        tasks = one.emulator.tasks()
        most = max(most, sum(task.status == "RUNNING" for task in tasks))
        return all(task.final for task in tasks)

    until(all_ended)
    assert most == limit


@pytest.mark.slow
@pytest.mark.kill
def test_a_task_of_a_dead_process_is_taken_over_by_a_living_one(start, tmp_path):
    """Of two processes on one state one dies; the other finishes its tasks."""
    caller = start(state=tmp_path)
    with process(tmp_path, '{"run_seconds": 1}') as (running, base_url):
        headers = {"Authorization": "Bearer sk-one", "X-DashScope-Async": "enable"}
        url = f"{base_url}/services/aigc/video-generation/video-synthesis"
        body = {"model": "wan2.6-t2v", "input": {"prompt": "a"}}
        task_id = httpx.post(url, json=body, headers=headers).json()["output"]["task_id"]
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    assert caller.wait(task_id, 15)["output"]["task_status"] == "SUCCEEDED"


def test_old_files_are_cleared_away(start, tmp_path):
    """Uploads and results past their life are deleted when the service starts."""
    import time

    caller = start(state=tmp_path)
    caller.upload(b"x")
    caller.wait(caller.submit())
    caller.emulator.stop()
    assert len(list((tmp_path / "uploads").iterdir())) == 1
    start(state=tmp_path, clock=lambda: time.time() + 49 * 3600)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_without_a_folder_nothing_is_left(tmp_path, monkeypatch):
    """A service without a state folder leaves no files behind."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Emulator(render="none"):
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
