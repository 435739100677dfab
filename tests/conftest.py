"""What all tests share: Prefect kept away from the user's, one server for the session, and who can run here.

A test family that needs something of the machine carries a marker. It is skipped, with the reason, where the machine
lacks it. Tests that take long carry ``slow``: they are left out, and it is said, unless
``WANFLOW_TEST_SLOW`` is set, as ``.ci/run`` does.
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import httpx

from flows.settings import apply_defaults
from tests.ports import free_port
from tests.waiting import until

# What is imported and collected stays; to look through it for garbage, again and again, takes 3 s of each process.
gc.disable()

# Before Prefect is imported anywhere: a home of its own, no key, and nothing the developer's shell says about either.
_HOME = Path(tempfile.mkdtemp(prefix="wanflow-tests-"))
for _name in [name for name in os.environ if name.startswith(("PREFECT_", "DASHSCOPE_", "WANFLOW_STORAGE"))]:
    del os.environ[_name]
os.environ["PREFECT_HOME"] = str(_HOME)
os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
# Each client reads all authorities of the web, 50 ms of work that thousands of clients repeat; here one will do.
_AUTHORITY = _HOME / "authority.pem"
_first, _end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition("-----END CERTIFICATE-----\n")
_AUTHORITY.write_text(_first + _end, encoding="utf-8")
os.environ["SSL_CERT_FILE"] = str(_AUTHORITY)
apply_defaults()

import pytest  # noqa: E402  Prefect's settings come first

if TYPE_CHECKING:
    from blocks.storage import MediaStorage

SLOW = "WANFLOW_TEST_SLOW"
_LEFT_OUT = pytest.StashKey[int]()


def chromium() -> str | None:
    """The Chromium on this machine, or one like it."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def postgres() -> Path | None:
    """The folder of PostgreSQL's server programs."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


def _browser() -> str | None:
    return None if chromium() else "needs Chromium on the PATH (apt-get install chromium)"


def _postgres() -> str | None:
    return None if postgres() else "needs PostgreSQL's initdb (apt-get install postgresql)"


# Marker: why the machine cannot run it, or None.
REASONS: dict[str, Callable[[], str | None]] = {
    "browser": _browser,
    "postgres": _postgres,
    "kill": lambda: None if os.name == "posix" else "needs POSIX signals",
}


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage from here on, and only in what is new."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, saying why; leave out what takes long unless it was asked for."""
    reasons = {marker: reason for marker, ask in REASONS.items() if (reason := ask())}
    for item in items:
        for marker, reason in reasons.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{marker}: {reason}"))
    if os.environ.get(SLOW) or "slow" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
        config.stash[_LEFT_OUT] = len(slow)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out, above the closing line."""
    count = config.stash.get(_LEFT_OUT, 0)
    if count:
        terminalreporter.write_line(f"{count} slow tests were left out; {SLOW}=1 make test runs them, as .ci/run does")


def pytest_unconfigure() -> None:
    """Leave no Prefect home behind."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def prefect_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Prefect server for all tests of the process; starting one takes 5 to 25 s. Gives its API URL."""
    from prefect.context import _temporary_global_settings_context, get_settings_context
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker
    from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_DATABASE_CONNECTION_URL, temporary_settings

    database = tmp_path_factory.mktemp("prefect") / "prefect.db"
    with ExitStack() as stack:
        stored = {PREFECT_SERVER_DATABASE_CONNECTION_URL: f"sqlite+aiosqlite:///{database}"}
        stack.enter_context(temporary_settings(updates=stored))
        url = stack.enter_context(_served(database, _tables(request.config)))
        stack.enter_context(temporary_settings(updates={PREFECT_API_URL: url}))
        stack.enter_context(_temporary_global_settings_context(get_settings_context()))  # for threads
        os.environ["PREFECT_API_URL"] = url  # for the processes that tests start
        try:
            yield url
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            for worker in (EventsWorker, APILogWorker):
                worker.drain_all(timeout=30)


def _tables(config: pytest.Config) -> Path:
    """Where Prefect's empty database is kept: its server makes the tables in 10 s of work, a copy takes none."""
    import prefect

    cache = getattr(config, "cache", None)  # absent with `-p no:cacheprovider`
    return (cache.mkdir("prefect") if cache else _HOME) / f"{prefect.__version__}.db"


@contextmanager
def _served(database: Path, tables: Path) -> Iterator[str]:
    """A Prefect server that lives as long as the block; the first ever leaves its empty tables to the others."""
    from flows import prefect_server, temporary_server

    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    with ExitStack() as stack, ExitStack() as alone:
        if not tables.exists():
            lock = alone.enter_context(tables.with_suffix(".lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)  # given back by the system, should this process die
        made = not tables.exists()
        if not made:
            alone.close()
            shutil.copyfile(tables, database)
        with temporary_server.unheard():
            server = prefect_server.start_temporary(port)
        stack.callback(server.wait)
        stack.callback(server.kill)  # nobody reads its database again
        _wait_for(url, server)
        if made:
            half = tables.with_suffix(f".{os.getpid()}")
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(half)) as copy:
                source.backup(copy)
            half.replace(tables)
            alone.close()
        yield url


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""

    def answers() -> bool:
        assert server.poll() is None, f"Prefect's server ended with {server.returncode}"
        with suppress(httpx.TransportError):
            return httpx.get(f"{url}/health", timeout=5).is_success
        return False

    until(answers, 120)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 service of our own."""
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra s3)")
    server = pytest.importorskip("moto.server", reason="moto is not installed (a test dependency)")
    thread = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    thread.start()
    host, port = thread.get_host_and_port()
    yield f"http://{host}:{port}"
    thread.stop()


@pytest.fixture
def s3_options(s3_endpoint: str) -> dict[str, Any]:
    """What s3fs needs to reach it."""
    return {
        "key": "testing",
        "secret": "testing-secret",
        "client_kwargs": {"endpoint_url": s3_endpoint, "region_name": "eu-west-1"},
    }


@pytest.fixture
def s3_storage(s3_endpoint: str, s3_options: dict[str, Any]) -> MediaStorage:
    """A storage in a new bucket."""
    from prefect.types import SecretDict

    from blocks.storage import MediaStorage

    bucket = f"bucket-{uuid.uuid4().hex}"
    httpx.put(f"{s3_endpoint}/{bucket}").raise_for_status()  # s3fs would take a third of a second to get ready for it
    return MediaStorage(url=f"s3://{bucket}/media", options=SecretDict(s3_options))
