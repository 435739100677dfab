from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocks.emulator.render import RenderJob
from blocks.emulator.workers import RenderFailed, Workers

PARENT = """
import asyncio, sys
from pathlib import Path
from blocks.emulator.render import RenderJob
from blocks.emulator.workers import Workers

async def main():
    workers = Workers(1)
    body = {"model": "wan2.6-t2v", "input": {"prompt": "a"}, "parameters": {"duration": 15}}
    rendering = asyncio.create_task(workers.render(RenderJob("wan2.6-t2v", "t", body, {}, Path(sys.argv[1]), 1)))
    while not workers.processes:
        await asyncio.sleep(0.01)
    print(workers.processes[0], flush=True)
    await rendering

asyncio.run(main())
"""


def job(folder: Path, model: str = "wan2.6-t2v", seconds: int = 2) -> RenderJob:
    body = {"model": model, "input": {"prompt": "雨"}, "parameters": {"size": "1280*720", "duration": seconds}}
    return RenderJob(model=model, task_id="t", request=body, inputs={}, out_dir=folder, seed=1)


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has buried yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return not Path("/proc/self").exists()


@pytest.mark.slow
async def test_a_job_that_cannot_be_rendered_says_why(tmp_path):
    """The renderer's traceback comes back, and its process is used again."""
    workers = Workers(1)
    try:
        with pytest.raises(RenderFailed, match="Traceback"):
            await workers.render(job(tmp_path / "missing" / "folder"))
        (pid,) = workers.processes
        rendered = await workers.render(job(tmp_path))
        assert workers.processes == [pid]
        assert all(path.is_file() for path in rendered.files)
        assert (rendered.width, rendered.height) == (1280, 720)
    finally:
        await workers.stop()


@pytest.mark.slow
@pytest.mark.kill
async def test_a_dead_process_is_replaced(tmp_path, until):
    """When a render process dies, its job fails and the next job has a new process."""
    workers = Workers(1)
    try:
        rendering = asyncio.create_task(workers.render(job(tmp_path, seconds=15)))
        await asyncio.to_thread(until, lambda: workers.processes)
        os.kill(workers.processes[0], signal.SIGKILL)
        with pytest.raises(RenderFailed, match="died"):
            await rendering
        assert (await workers.render(job(tmp_path))).files
    finally:
        await workers.stop()


async def test_stopping_ends_every_process(tmp_path, until):
    """After stop no process is left, jobs under way or not."""
    workers = Workers(2)
    rendering = [asyncio.create_task(workers.render(job(tmp_path, seconds=15))) for _ in range(2)]
    await asyncio.to_thread(until, lambda: len(workers.processes) == 2)
    pids = workers.processes
    await workers.stop()
    assert workers.processes == []
    assert all(map(gone, pids))
    for outcome in await asyncio.gather(*rendering, return_exceptions=True):
        assert isinstance(outcome, RenderFailed)


@pytest.mark.slow
@pytest.mark.kill
def test_a_worker_never_outlives_the_service(tmp_path, until):
    """After kill -9 of the service its render processes end by themselves."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until(lambda: gone(pid), 5)


def test_a_service_stops_in_the_middle_of_its_work(start, until):
    """Stopping does not wait for renders under way, and leaves no process."""
    caller = start(render="full")
    caller.submit(duration=15)
    workers = caller.emulator._service.runner.maker.workers
    pids = until(lambda: workers.processes)
    began = time.monotonic()
    caller.emulator.stop()
    assert time.monotonic() - began < 5
    assert all(map(gone, pids))
