"""Serving the emulated service: in a thread of this process, or alone in the foreground."""

from __future__ import annotations

import asyncio
import atexit
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.importer import import_from_string

from .app import Render, create_app
from .misbehaviour import TRANSPORT
from .scenario import Scenario, load_scenario
from .service import Service
from .task import Task

START_SECONDS = 30.0


class Emulator:
    """A DashScope in this process, on a port of its own.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one.
        state: Folder that survives restarts and may be shared by processes; None keeps nothing.
        scenario: What goes wrong.
        render: "full" or "none", see `create_app`.
        log: Whether to log calls and tasks.
        clock: Seconds since the epoch; tests move it.

    Example:
        >>> with Emulator(render="none") as emulator:
        ...     httpx.get(f"{emulator.base_url}/tasks/…", headers={"Authorization": "Bearer any"})
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        state: Path | None = None,
        scenario: Scenario | None = None,
        render: Render = "full",
        log: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._host, self._port = host, port
        self._app = create_app(state=state, scenario=scenario, render=render, clock=clock)
        self._log = log
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"Emulator({self.base_url if self._server else 'not started'})"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens: scheme, host and port."""
        if self._server is None:
            raise RuntimeError("The emulator has not been started.")
        return f"http://{self._host}:{self._port}"

    @property
    def base_url(self) -> str:
        """The base URL of its API."""
        return f"{self.url}/api/v1"

    def start(self) -> None:
        """Starts it and returns when it answers.

        Raises:
            OSError: The port is taken.
            RuntimeError: It did not start; the cause is chained.
        """
        if self._server is not None:
            return
        listener = _listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = server = _Server(_config(self._app, log=self._log))
        self._thread = threading.Thread(target=server.serve_in_thread, args=(listener,), name="emulator", daemon=True)
        self._thread.start()
        server.ready.wait(START_SECONDS)
        if not server.started:
            self.stop()
            cause = getattr(self._app.state, "failure", None) or server.error
            raise RuntimeError(f"The emulator did not start: {cause}") from cause
        atexit.register(self.stop)

    def stop(self) -> None:
        """Stops it and its workers; unfinished tasks stay in the state folder, when there is one."""
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        server.should_exit = True
        self._thread.join()
        atexit.unregister(self.stop)

    @property
    def submits(self) -> dict[str, int]:
        """Accepted submits by the hash of their body (`blocks.emulator.hash_of`), over the life of the state."""
        return self._service.store.submits()

    @property
    def queries(self) -> int:
        """Queries of single tasks this process answered or refused."""
        return self._service.counts["query"]

    @property
    def counts(self) -> dict[str, int]:
        """Calls by kind: submit, query, list, download, …"""
        return dict(self._service.counts)

    def tasks(self) -> list[Task]:
        """Every task, newest first."""
        return self._service.store.tasks()

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What happened, oldest first: accepted, cancelled, upload, misbehaved, render_failed."""
        return self._service.store.events(kind=kind)

    @property
    def _service(self) -> Service:
        if self._server is None:
            raise RuntimeError("The emulator is not running.")
        service: Service = self._app.state.service
        return service


def serve(
    host: str = "127.0.0.1",
    port: int = 8100,
    state: Path | None = None,
    scenario_file: Path | None = None,
    render: Render = "full",
) -> None:
    """Serves in the foreground until it is interrupted.

    Args:
        host: Address to listen on.
        port: Port.
        state: Folder that survives restarts.
        scenario_file: A scenario, see `blocks.emulator.scenario`.
        render: "full" or "none", see `create_app`.

    Raises:
        OSError: The port is taken.
        ValueError: The scenario file is none.
    """
    scenario = load_scenario(scenario_file) if scenario_file is not None else None
    app = create_app(state=state, scenario=scenario, render=render)
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):
        _Server(_config(app, log=True)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn's server in a thread: it leaves signals alone and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.error: BaseException | None = None
        self._in_thread = False

    def serve_in_thread(self, listener: socket.socket) -> None:
        self._in_thread = True
        try:
            asyncio.run(self.serve([listener]))
        except BaseException as error:
            self.error = error
        finally:
            listener.close()
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if self._in_thread:
            yield
            return
        with super().capture_signals():
            yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP, so that asyncio switches off Nagle's delay of 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _config(app: ASGIApp, *, log: bool) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=_with_transport(),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="info" if log else "critical",
        access_log=log,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    if log:
        logging.getLogger("wanflow.emulator").setLevel(logging.INFO)
    return config


def _with_transport() -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, handing each request the connection it came over, so that it can be reset."""
    base = import_from_string(HTTP_PROTOCOLS["auto"])

    class WithTransport(base):  # type: ignore[misc, valid-type]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.app: ASGIApp = _handing_on(self.app, transport)

    return WithTransport


def _handing_on(app: ASGIApp, transport: asyncio.Transport) -> ASGIApp:
    async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {**(scope.get("extensions") or {}), TRANSPORT: transport}
        await app(scope, receive, send)

    return with_transport
