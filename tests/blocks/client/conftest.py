"""What the client tests share: a server on a real socket that answers, stalls or breaks off as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr

from blocks import catalog
from blocks.client import Client

KEY = "sk-0123456789abcdef"


@dataclass(frozen=True)
class Asked:
    """One call as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Says:
    """An answer; ``breaks_after`` cuts the connection after so many bytes of the body."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks_after: int | None = None


class Resets:
    """The connection is cut after the call was read, without an answer."""


class Stalls:
    """The call is read and never answered."""


Handler = Callable[[Asked], Says | Resets | Stalls]


class Wire:
    """An HTTP server in the test's own loop; ``handler`` decides each call, ``asked`` keeps them all."""

    def __init__(self) -> None:
        self.handler: Handler = lambda asked: Says({}, 404)
        self.asked: list[Asked] = []
        self._server: asyncio.Server | None = None
        self._at_work: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def answers(self, *answers: Says | Resets | Stalls) -> None:
        """Give these answers one after another, the last one for ever."""
        left = list(answers)
        self.handler = lambda asked: left.pop(0) if len(left) > 1 else left[0]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._at_work.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        url = urlsplit(target)
        asked = Asked(method, url.path, dict(parse_qsl(url.query)), headers, body)
        self.asked.append(asked)
        answer = self.handler(asked)
        if isinstance(answer, Stalls):
            await asyncio.Event().wait()
        if not isinstance(answer, Says):
            writer.transport.abort()
            return False
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        extra = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        writer.write(f"HTTP/1.1 {answer.status} Said\r\nContent-Length: {len(content)}\r\n{extra}\r\n".encode())
        writer.write(content[: answer.breaks_after])
        await writer.drain()
        if answer.breaks_after is not None:
            writer.transport.abort()
            return False
        return True


@dataclass(frozen=True)
class Words:
    """What a handler can answer, for tests, which cannot import a conftest."""

    Says = Says
    Resets = Resets
    Stalls = Stalls
    key = KEY


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    server = Wire()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[Client]:
    async with Client(f"{wire.url}/api/v1", SecretStr(KEY), timeout=5) as ours:
        yield ours


@pytest.fixture
def film() -> catalog.Request:
    return catalog.request({"model": "wan2.6-t2v", "input": {"prompt": "雨夜里的老城"}, "parameters": {"duration": 5}})
