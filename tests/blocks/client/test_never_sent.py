"""Which failures on the way leave it open whether a submit was taken in, and which do not."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from blocks.catalog import Request
from blocks.client import AnswerLost, BadAnswer, Client, DashScopeError, NotSent

NEVER = ["ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "LocalProtocolError"]
PERHAPS = ["ReadTimeout", "WriteTimeout", "ReadError", "WriteError", "RemoteProtocolError", "DecodingError"]


@pytest.mark.parametrize(
    ("name", "kind", "accepted"),
    [(name, NotSent, "no") for name in NEVER] + [(name, AnswerLost, "unknown") for name in PERHAPS],
)
async def test_what_httpx_says_of_a_submit(film: Request, name: str, kind: type[DashScopeError], accepted: str) -> None:
    """Without a connection nothing was accepted; once anything may have left, nobody knows."""

    def fails(request: httpx.Request) -> httpx.Response:
        raise getattr(httpx, name)("it failed", request=request)

    async with Client("http://127.0.0.1/api/v1", transport=httpx.MockTransport(fails)) as client:
        with pytest.raises(kind) as caught:
            await client.submit(film)
    assert (caught.value.accepted, caught.value.may_resend) == (accepted, accepted == "no")


async def test_a_success_that_makes_no_sense_may_have_been_accepted(
    client: Client, wire: Any, words: Any, film: Request
) -> None:
    """HTTP 200 with a code that nobody documented says neither yes nor no."""
    wire.answers(words.Says({"code": "Odd", "message": "well"}))
    with pytest.raises(BadAnswer) as caught:
        await client.submit(film)
    assert (caught.value.accepted, caught.value.may_resend) == ("unknown", False)


async def test_a_proxy_is_not_asked_for_this_machine(
    client: Client, wire: Any, words: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An emulator is reached whatever proxy the environment names."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    wire.answers(words.Says({"output": {"task_id": "t-1", "task_status": "RUNNING"}}))
    async with Client(client.base_url) as ours:
        assert (await ours.query("t-1")).task_id == "t-1"


async def test_a_cancelled_tasks_name_is_one_segment(client: Client, wire: Any, words: Any) -> None:
    """Whatever a task is called, the call that cancels it goes to no other path."""
    wire.answers(words.Says({"request_id": "r"}))
    await client.cancel("../uploads?a=b")
    assert [asked.path for asked in wire.asked] == ["/api/v1/tasks/..%2Fuploads%3Fa%3Db/cancel"]


@pytest.mark.parametrize(("seconds", "told"), [(-2, 0), (600, 600)])
async def test_the_providers_clock(client: Client, wire: Any, words: Any, seconds: int, told: int) -> None:
    """It is followed where the clocks differ, and not where a date in whole seconds is late on its way: the order of
    intents would suffer."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    wire.answers(words.Says({"data": []}, headers={"Date": date}))
    await client.list_tasks()
    assert (client.time - datetime.now(UTC)).total_seconds() == pytest.approx(told, abs=0.5 if not told else 2)


@pytest.fixture
def listening() -> Iterator[str]:
    """A server that keeps its connections. Gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = json.dumps({"data": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v1"
        server.shutdown()


def test_a_connection_serves_its_own_loop_only(listening: str) -> None:
    """A connection that one loop keeps open is not used by another."""
    client = Client(listening)
    with asyncio.Runner() as one, asyncio.Runner() as two:
        for loop in (one, two, one):
            assert loop.run(client.list_tasks()).tasks == ()
