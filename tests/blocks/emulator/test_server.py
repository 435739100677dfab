from __future__ import annotations

import socket
import subprocess
import sys
import textwrap

import httpx
import pytest

from blocks.emulator import Emulator


def test_it_answers_when_start_returns():
    """Nobody has to wait after start."""
    with Emulator(render="none") as emulator:
        assert httpx.get(f"{emulator.base_url}/tasks/", headers={"Authorization": "Bearer k"}).status_code == 200


def test_it_stops_and_can_start_again():
    """A stopped service is gone from its port and may be started anew."""
    emulator = Emulator(render="none")
    for _ in range(2):
        emulator.start()
        url = emulator.url
        assert httpx.get(f"{url}/emulator").status_code == 200
        emulator.stop()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/emulator")
    emulator.stop()


def test_a_taken_port_is_an_error():
    """A port somebody else listens on is refused at the start, in this thread."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        Emulator(port=taken.getsockname()[1], render="none").start()


def test_a_state_that_cannot_be_written_is_an_error(tmp_path):
    """A state folder that cannot be made stops the start with its cause."""
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(RuntimeError, match="did not start"):
        Emulator(state=file, render="none").start()


def test_several_run_side_by_side():
    """Two services in one process know nothing of each other."""
    with Emulator(render="none") as one, Emulator(render="none") as two:
        headers = {"Authorization": "Bearer k", "X-DashScope-Async": "enable"}
        body = {"model": "wan2.6-t2v", "input": {"prompt": "a"}}
        httpx.post(f"{one.base_url}/services/aigc/video-generation/video-synthesis", json=body, headers=headers)
        assert (len(one.tasks()), len(two.tasks())) == (1, 0)


def test_it_does_not_bring_prefect_along():
    """Importing the emulator imports neither Prefect nor the client."""
    code = "import sys, blocks.emulator; print([m for m in ('prefect', 'blocks.client') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize("render", ["none", "full"])
def test_a_program_that_forgets_to_stop_it_ends(render):
    """A program that ends without stopping the service ends at once and cleanly, tasks under way or not."""
    code = textwrap.dedent(
        """
        import sys, httpx
        from blocks.emulator import Emulator
        emulator = Emulator(render=sys.argv[1])
        emulator.start()
        headers = {"Authorization": "Bearer k", "X-DashScope-Async": "enable"}
        body = {"model": "wan2.6-t2v", "input": {"prompt": "a"}, "parameters": {"duration": 10}}
        url = f"{emulator.base_url}/services/aigc/video-generation/video-synthesis"
        httpx.post(url, json=body, headers=headers)
        if sys.argv[1] == "full":
            while not any(task.status == "RUNNING" for task in emulator.tasks()):
                pass
        """
    )
    done = subprocess.run([sys.executable, "-c", code, render], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_serves_alone(tmp_path):
    """`serve` runs in the foreground, reads its scenario file and ends on an interrupt."""
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("keys: [only-this]")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = (
        "import sys; from pathlib import Path; from blocks.emulator import serve; "
        "serve(port=int(sys.argv[1]), scenario_file=Path(sys.argv[2]), render='none')"
    )
    import signal
    import time

    running = subprocess.Popen([sys.executable, "-c", code, str(port), str(scenario)], stderr=subprocess.PIPE)
    try:
        url, end = f"http://127.0.0.1:{port}/api/v1/tasks/", time.monotonic() + 20
        while True:
            try:
                status = httpx.get(url, headers={"Authorization": "Bearer other"}).status_code
                break
            except httpx.ConnectError:
                assert time.monotonic() < end
        assert status == 401
        running.send_signal(signal.SIGINT)
        assert running.wait(15) == 0
        assert b"Traceback" not in (running.stderr.read() if running.stderr else b"")
    finally:
        running.kill()
        running.communicate()
