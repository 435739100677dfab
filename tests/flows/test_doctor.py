"""What `wanflow doctor` finds, against real servers on this machine."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from pydantic import SecretStr
from rich.console import Console

from blocks.dashscope import DashScope
from blocks.emulator import Emulator
from flows.doctor import Check, doctor, examine

KEY = "sk-test-never-shown"


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for name in ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL", "WANFLOW_STORAGE", "WANFLOW_STORAGE_OPTIONS"):
        monkeypatch.delenv(name, raising=False)
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        yield


@contextmanager
def service(status: int, body: dict[str, str]) -> Iterator[str]:
    """A service that gives every call the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
    finally:
        server.shutdown()
        server.server_close()


async def found(storage: str | None = None) -> dict[str, Check]:
    return {check.name: check for check in await examine(storage)}


async def test_nothing_configured_is_healthy() -> None:
    """A new user with no key and no server is told that the emulator will do, and nothing is wrong."""
    checks = await found()
    assert {check.state for check in checks.values()} <= {"ok", "warn"}
    assert "emulator" in checks["service"].detail
    assert "temporary" in checks["Prefect server"].detail


async def test_a_running_emulator_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A base URL on this machine is asked, and a missing key is no fault there."""
    with Emulator(render="none") as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        checks = await found()
    assert (checks["service"].state, checks["key"].state) == ("ok", "ok")


async def test_an_accepted_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the service takes is called accepted, and stands nowhere."""
    with Emulator(render="none") as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
        checks = await found()
    assert checks["key"].state == "ok"
    assert "accepted" in checks["key"].detail
    assert KEY not in repr(checks)


async def test_a_refused_key_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the service refuses stops a run, and doctor says where it was refused."""
    refusal = {"code": "InvalidApiKey", "message": f"Invalid API-key provided: {KEY}", "request_id": "r-1"}
    with service(401, refusal) as address:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", address)
        monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
        checks = await found()
    assert checks["key"].state == "fail"
    assert address in checks["key"].detail
    assert KEY not in repr(checks)


async def test_a_failing_service_says_nothing_about_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that answers 500 leaves the key in doubt: no success is claimed."""
    with service(500, {"code": "InternalError", "message": "later", "request_id": "r-2"}) as address:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", address)
        monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
        checks = await found()
    assert checks["key"].state == "warn"


async def test_a_base_url_nobody_answers_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A base URL nobody answers is named, with what to check."""
    monkeypatch.setenv("DASHSCOPE_BASE_URL", "http://127.0.0.1:9/api/v1")
    check = (await found())["service"]
    assert check.state == "fail"
    assert "127.0.0.1:9" in check.detail
    assert check.remedy


async def test_a_server_nobody_answers_fails() -> None:
    """A Prefect server that is configured and not there is named, with the way out."""
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        check = (await found())["Prefect server"]
    assert check.state == "fail"
    assert "wanflow up" in (check.remedy or "")


async def test_storage_that_cannot_be_written_fails(tmp_path: Path) -> None:
    """A storage that is a file in truth is found unusable before anything is paid."""
    (tmp_path / "occupied").write_text("a file")
    check = (await found(str(tmp_path / "occupied")))["storage"]
    assert check.state == "fail"
    assert "occupied" in check.detail


async def test_a_saved_block_takes_the_environments_place(prefect_server: str) -> None:
    """With a silent environment the block `default` on the server says which service is asked."""
    with Emulator(render="none") as emulator, temporary_settings({PREFECT_API_URL: prefect_server}):
        block = DashScope(api_key=SecretStr(KEY), base_url=emulator.base_url)
        await block.asave("default", overwrite=True)
        try:
            checks = await found()
        finally:
            await DashScope.adelete("default")
    assert checks["Prefect server"].state == "ok"
    assert emulator_named(checks["service"].detail)
    assert checks["key"].state == "ok"


def emulator_named(detail: str) -> bool:
    return "127.0.0.1" in detail and "dashscope/default" in detail


def test_json_is_one_document_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json stdout holds one document, and the exit code is 0 when all is well."""
    assert doctor(as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is True
    assert {"name", "state", "detail", "remedy"} == set(document["checks"][0])


def test_a_fault_is_exit_code_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that stops a run makes the exit code 2, and the table says what to do."""
    monkeypatch.setenv("DASHSCOPE_BASE_URL", "http://127.0.0.1:9/api/v1")
    page = io.StringIO()
    assert doctor(console=Console(file=page, width=100)) == 2
    assert "✗" in page.getvalue()
    assert "Check the network" in page.getvalue()
