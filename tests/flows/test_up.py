"""`wanflow up` with real processes: everything starts, serves, stops, and goes on the next time."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from flows.children import descendants
from flows.up_panel import Addresses, panel
from tests.ports import free_port

pytestmark = [pytest.mark.kill, pytest.mark.slow]

PROJECT = Path(__file__).parents[2]
PRODUCTIONS = '''
"""Productions of a test: one that marks that it runs and waits, one that is quick."""
import asyncio, os
from pathlib import Path
from prefect import flow

@flow(name="wait", description="Waits for a file.", flow_run_name="wait for {name}")
async def wait(name: str = "go") -> str:
    folder = Path(os.environ["MARKS"])
    with (folder / "starts").open("a") as starts:
        starts.write(f"{os.getpid()} ")
    while not (folder / name).exists():
        await asyncio.sleep(0.05)
    return os.environ.get("DASHSCOPE_BASE_URL", "")

def flows_to_serve():
    return [wait]
'''
STARTER = """
import sys
from flows.settings import apply_defaults
apply_defaults()
from flows.up import up
sys.exit(up(port=int(sys.argv[1]), emulator_port=int(sys.argv[2]), productions="stub_productions"))
"""


class House:
    """A folder in which `wanflow up` runs, and the process that runs it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.port, self.emulator_port = free_port(), free_port()
        (folder / "stub_productions.py").write_text(PRODUCTIONS)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DASHSCOPE_"))}
        self.environment = {
            **kept,
            "PREFECT_HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(folder), str(PROJECT)]),
            "MARKS": str(folder),
        }
        self.output = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", STARTER, str(self.port), str(self.emulator_port)],
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def said(self) -> str:
        return self.output.read_text()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return httpx.post(f"{self.api}/{path}", json=body, timeout=20).raise_for_status().json()

    def starts(self) -> list[int]:
        marks = self.folder / "starts"
        return [int(pid) for pid in marks.read_text().split()] if marks.exists() else []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One Prefect home for all: the first server sets its database up, which takes longest."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def house(tmp_path: Path, home: Path) -> Iterator[House]:
    found = House(tmp_path, home)
    yield found
    if found.process is not None and found.process.poll() is None:
        below = descendants(found.process.pid)
        for pid in (found.process.pid, *below):
            os.kill(pid, signal.SIGKILL)


def test_everything_starts_stops_and_goes_on(
    house: House, until: Callable[..., None], gone: Callable[..., None]
) -> None:
    """Stopped in the middle of a run, nothing is left running; started again, that run goes on to its end."""
    process = house.start()
    until(lambda: "wanflow is up" in house.said() or process.poll() is not None, 150)
    begun, _, box = house.said().partition("wanflow is up")
    assert begun.splitlines()[0] == f"Starting Prefect's server and UI at http://127.0.0.1:{house.port} (10 to 30 s) …"
    assert "Starting the emulator at" in begun and "Registering blocks" in begun
    assert "wait/wait" in box
    assert f":{house.emulator_port}/" in house.said()

    # Served: the UI knows its own address, and a run from its form starts and sees the emulator.
    ui = httpx.get(f"http://127.0.0.1:{house.port}/ui-settings", timeout=20).json()
    assert ui["api_url"] == house.api
    (deployment,) = house.post("deployments/filter", {})
    run = house.post(f"deployments/{deployment['id']}/create_flow_run", {"parameters": {"name": "go"}})
    until(house.starts, 60)

    below = descendants(process.pid)
    assert house.starts()[0] in below
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0, house.said()
    gone([process.pid, *below])

    process = house.start()
    until(lambda: "wanflow is up" in house.said() or process.poll() is not None, 150)
    until(lambda: len(house.starts()) == 2, 60)
    (house.folder / "go").touch()

    def state() -> str:
        found = httpx.get(f"{house.api}/flow_runs/{run['id']}", timeout=20).json()
        return str(found["state_type"])

    until(lambda: state() == "COMPLETED", 60)
    below = descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0, house.said()
    gone([process.pid, *below])


def test_the_panel_names_a_run_that_needs_no_file(tmp_path: Path) -> None:
    """The command to begin with runs the film, whose form comes filled in, wherever it stands in the list."""
    found = Addresses("http://h:1", "http://h:1/api", None, "media", ("dance/dance", "film/film"), tmp_path)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(panel(found))
    assert "prefect deployment run film/film" in console.export_text()


def test_a_taken_port_is_said_before_anything_starts(house: House) -> None:
    """A port that somebody uses ends it at once, with the option that helps."""
    with socket.create_server(("127.0.0.1", house.port)):
        process = house.start()
        assert process.wait(30) == 2, house.said()
    assert "--port" in house.said()
    assert not (house.folder / ".wanflow").exists()


def test_a_process_that_does_not_start_ends_the_others(house: House, gone: Callable[..., None]) -> None:
    """When one process fails, its last words are shown and nothing else is left."""
    (house.folder / "stub_productions.py").write_text("raise RuntimeError('no such production')\n")
    process = house.start()
    assert process.wait(150) == 3, house.said()
    assert "no such production" in house.said()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{house.api}/health", timeout=5)


def test_an_interrupt_while_it_starts_leaves_nothing(
    house: House, until: Callable[..., None], gone: Callable[..., None]
) -> None:
    """Ctrl-C before anything answers stops what was started so far."""
    process = house.start()
    until(lambda: (house.folder / ".wanflow/logs/server.log").exists(), 60)
    until(lambda: descendants(process.pid))
    below = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0, house.said()
    gone([process.pid, *below])
