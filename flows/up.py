"""`wanflow up`: Prefect's server and UI, every production as a deployment, the emulator where there is no key.

Each is a process of its own. They start in the order in which they need each other, end in the other, and what they
know lasts: runs and blocks in Prefect's home, media and the emulator's tasks in the storage.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
from rich.console import Console

from blocks.storage import MediaStorage
from flows.children import Child
from flows.deployments import PRODUCTIONS, TAG
from flows.up_panel import Addresses, panel

START_SECONDS = 180.0
_GLANCE_SECONDS = 0.2


class UpFailed(Exception):
    """Something did not start or did not stay; the message says what to do. Everything else was stopped.

    Attributes:
        exit_code: of the command.
    """

    def __init__(self, message: str, *, exit_code: int = 3) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class _Interrupted(Exception):
    """Somebody asked to stop while it was still starting."""


@dataclass(frozen=True)
class Ports:
    """Where the processes listen, on this machine only unless ``host`` says otherwise."""

    host: str = "127.0.0.1"
    server: int = 4200
    emulator: int = 8100

    @property
    def ui(self) -> str:
        """Address of Prefect's UI."""
        return f"http://{_in_url(self.host)}:{self.server}"

    @property
    def api(self) -> str:
        """Address of Prefect's API."""
        return f"{self.ui}/api"

    @property
    def service(self) -> str:
        """Base URL of the emulator."""
        return f"http://{_in_url(self.host)}:{self.emulator}/api/v1"


def up(
    *,
    port: int = 4200,
    emulator_port: int = 8100,
    host: str = "127.0.0.1",
    folder: Path = Path(".wanflow"),
    productions: str = PRODUCTIONS,
    console: Console | None = None,
) -> int:
    """Start everything, say where it is, and run until Ctrl-C or SIGTERM; then stop all of it.

    The processes inherit the environment: `flows.settings.apply_defaults` comes first, as the command line does.

    Args:
        port: of Prefect's server and UI.
        emulator_port: of the emulator, where one is needed.
        host: where both listen.
        folder: for logs, and for the emulator's state where the storage is not on this machine.
        productions: the module whose ``flows_to_serve()`` gives the flows.
        console: what to print on.

    Returns:
        The exit code: 0 when somebody stopped it, 2 when a port is taken, 3 when a process did not start or stay.
    """
    console = console or Console(stderr=True)
    try:
        _Household(Ports(host, port, emulator_port), folder.absolute(), productions, console).run()
    except UpFailed as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return error.exit_code
    return 0


class _Household:
    def __init__(self, ports: Ports, folder: Path, productions: str, console: Console) -> None:
        self._ports, self._folder, self._productions, self._console = ports, folder, productions, console
        self._children: list[Child] = []
        self._stop = threading.Event()

    def run(self) -> None:
        with _signals(self._asked_to_stop):
            try:
                self._start()
                while not self._stop.wait(_GLANCE_SECONDS):
                    self._look_after()
            except _Interrupted:
                pass
            finally:
                self._end()

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():  # asked twice: no more patience
            for child in reversed(self._children):
                child.kill()
        self._stop.set()

    def _start(self) -> None:
        _free(self._ports.host, self._ports.server, option="--port")
        environment = {
            **os.environ,
            "PREFECT_API_URL": self._ports.api,
            "PREFECT_UI_API_URL": self._ports.api,
            "PYTHONUNBUFFERED": "1",
        }
        serve = ["server", "start", "--host", self._ports.host, "--port", str(self._ports.server)]
        with self._doing(f"Starting Prefect's server and UI at {self._ports.ui} (10 to 30 s) …"):
            server = self._add("server", [sys.executable, "-m", "flows.prefect_server", *serve], environment)
            self._wait_for(server, lambda: _answers(f"{self._ports.api}/health"))
        emulated = not _configured(os.environ) and not _block_saved(self._ports.api)
        if emulated:
            with self._doing(f"Starting the emulator at {self._ports.service}: there is no key …"):
                self._start_emulator(environment)
            environment["DASHSCOPE_BASE_URL"] = self._ports.service
        with self._doing("Registering blocks, limits and deployments (10 to 30 s) …"):
            since = datetime.now(UTC)
            command = [sys.executable, "-m", "flows.deployments", self._productions, "--alone"]
            # After SIGTERM Prefect's runner forgets to end its runs.
            runner = self._add("deployments", command, environment, ask=signal.SIGINT)
            self._wait_for(runner, lambda: bool(_served(self._ports.api, since)))
        self._console.print(
            panel(
                Addresses(
                    ui=self._ports.ui,
                    api=self._ports.api,
                    service=self._ports.service if emulated else None,
                    storage=_storage(self._ports.api).root,
                    deployments=tuple(_served(self._ports.api, since)),
                    logs=self._folder / "logs",
                )
            )
        )

    def _doing(self, what: str) -> AbstractContextManager[object]:
        """Say what goes on: as long as it does on a terminal, in a line elsewhere."""
        if self._console.is_terminal:
            return self._console.status(what)
        self._console.print(what, highlight=False, soft_wrap=True)
        return nullcontext()

    def _start_emulator(self, environment: Mapping[str, str]) -> None:
        _free(self._ports.host, self._ports.emulator, option="--emulator-port")
        state = _storage(self._ports.api).local_path(".emulator") or self._folder / "emulator"
        state.mkdir(parents=True, exist_ok=True)
        program = (
            "import sys; from pathlib import Path; from blocks.emulator import serve; "
            "serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))"
        )
        command = [sys.executable, "-c", program, self._ports.host, str(self._ports.emulator), str(state)]
        emulator = self._add("emulator", command, environment)
        self._wait_for(emulator, lambda: _listens(self._ports.host, self._ports.emulator))

    def _add(
        self, name: str, command: list[str], environment: Mapping[str, str], *, ask: signal.Signals = signal.SIGTERM
    ) -> Child:
        child = Child(name, command, environment=environment, logs=self._folder / "logs", ask=ask)
        self._children.append(child)
        child.start()
        return child

    def _wait_for(self, child: Child, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            self._look_after()
            if time.monotonic() > deadline:
                raise UpFailed(
                    f"The {child.name} process did not answer within {START_SECONDS:.0f} s; its log: {child.log}"
                )
            if self._stop.wait(_GLANCE_SECONDS):
                raise _Interrupted

    def _look_after(self) -> None:
        for child in self._children:
            if not child.running and not self._stop.is_set():
                raise UpFailed(
                    f"The {child.name} process ended by itself. The end of its log, {child.log}:\n{child.last_words()}"
                )

    def _end(self) -> None:
        self._stop.set()
        if self._children:
            self._console.print("Stopping …", style="dim")
        for child in reversed(self._children):
            child.stop()
        if self._children:
            self._console.print("Stopped. Starting again goes on where this ended.", style="dim")


@contextmanager
def _signals(asked: Callable[[], None]) -> Iterator[None]:
    def handle(_number: int, _frame: FrameType | None) -> None:
        asked()

    names = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, handle) for number in names}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _configured(environment: Mapping[str, str]) -> bool:
    return any(environment.get(name, "").strip() for name in ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL"))


def _block_saved(api: str) -> bool:
    """Whether somebody saved a DashScope block ``default`` on this server before."""
    return _get(f"{api}/block_types/slug/dashscope/block_documents/name/default").status_code == httpx.codes.OK


def _get(address: str) -> httpx.Response:
    # Whatever proxy the environment names, this is our own machine.
    return httpx.get(address, timeout=10, trust_env=False)


def _served(api: str, since: datetime) -> list[str]:
    """Deployments of ours that a process has asked the server about since then, as ``flow/deployment``."""
    try:
        answer = httpx.post(
            f"{api}/deployments/filter",
            json={"deployments": {"tags": {"all_": [TAG]}}, "sort": "NAME_ASC"},
            timeout=10,
            trust_env=False,
        )
        rows: list[dict[str, Any]] = answer.raise_for_status().json()
    except httpx.HTTPError:
        return []
    return [
        f"{row['name']}/{row['name']}"
        for row in rows
        if row.get("last_polled") and datetime.fromisoformat(row["last_polled"]) >= since
    ]


def _answers(address: str) -> bool:
    try:
        return _get(address).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def _free(host: str, port: int, *, option: str) -> None:
    """Refuse a port that somebody listens on, before anything is started."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise UpFailed(
            f"Port {port} on {host} cannot be used ({error.strerror or error}). "
            f"Is `wanflow up` running already? Choose another port with {option}.",
            exit_code=2,
        ) from error


def _storage(api: str) -> MediaStorage:
    """Where runs will keep their media: the environment's place, else the saved block's, else ``./media``."""
    if not os.environ.get("WANFLOW_STORAGE", "").strip():
        answer = _get(f"{api}/block_types/slug/media-storage/block_documents/name/default")
        if answer.status_code == httpx.codes.OK:
            return MediaStorage(url=answer.json()["data"]["url"])
    return MediaStorage.from_environment()


def _in_url(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
