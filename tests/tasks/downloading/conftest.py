"""What the download tests share: a host of results that misbehaves as told, a film, storages."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from blocks.media import AudioFormat, VideoWriter
from blocks.storage import MediaStorage
from tasks.asset import Asset
from tasks.downloading import Backoff, fetch

AT_ONCE = Backoff(attempts=4, first_seconds=0, longest_seconds=0)
MEGABYTE = 1 << 20
Answer = Callable[[Request], Response]


@dataclass
class Origin:
    """Serves one file; every entry of ``script`` answers one request before it behaves.

    Attributes:
        requests: the headers of every request, as they came.
    """

    content: bytes
    script: list[Answer] = field(default_factory=list)
    etag: str | None = '"one"'
    ranges: bool = True
    last: Answer | None = None
    signature: str = "hush-hush"
    requests: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = Starlette(routes=[Route("/{path:path}", self._answer)])
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens on the loopback address."""
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def base_url(self) -> str:
        """Of the service that would have handed out its URLs."""
        return f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def url(self) -> str:
        """A presigned URL of the file."""
        return f"http://127.0.0.1:{self.port}/results/clip.mp4?Expires=1&Signature={self.signature}"

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._socket.close()

    def _answer(self, request: Request) -> Response:
        self.requests.append(dict(request.headers))
        if self.script:
            return self.script.pop(0)(request)
        return self.last(request) if self.last else self.whole(request)

    def whole(self, request: Request) -> Response:
        """The file, or the part of it that was asked for."""
        start = self._start(request)
        if start >= len(self.content):
            return Response(status_code=416, headers={"Content-Range": f"bytes */{len(self.content)}"})
        return Response(self.content[start:], status_code=206 if start else 200, headers=self._headers(start))

    def broken_after(self, count: int) -> Answer:
        """So many bytes of what was asked for, then a reset."""

        def answer(request: Request) -> Response:
            start = self._start(request)
            headers = {**self._headers(start), "Content-Length": str(len(self.content) - start)}
            return _Breaking(self.content[start : start + count], headers=headers, status_code=206 if start else 200)

        return answer

    def unsized(self, content: bytes) -> Answer:
        """Some bytes of unannounced length, and a proper end."""

        async def body() -> AsyncIterator[bytes]:
            yield content

        return lambda _: StreamingResponse(body(), media_type="video/mp4")

    def status(self, code: int, headers: dict[str, str] | None = None) -> Answer:
        """An answer without a file."""
        return lambda _: Response("no file here", status_code=code, headers=headers)

    def redirect(self, url: str) -> Answer:
        """An answer that points elsewhere."""
        return lambda _: RedirectResponse(url, status_code=302)

    async def fetched(self, storage: MediaStorage, path: str = "a/video", **more: Any) -> Asset:
        """The file, downloaded without waiting between attempts."""
        return await fetch(self.url, storage, path, **{"base_url": self.base_url, "backoff": AT_ONCE, **more})

    def _start(self, request: Request) -> int:
        asked = request.headers.get("range", "")
        if not self.ranges or not asked or request.headers.get("if-range", self.etag) != self.etag:
            return 0
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def _headers(self, start: int) -> dict[str, str]:
        headers = {"ETag": self.etag} if self.etag else {}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        return headers


class _Breaking(Response):
    """Announces more than it sends: the server drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film of some megabytes: noise does not compress."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    noise = np.random.default_rng(7)
    with VideoWriter(path, 640, 360, 30, audio=AudioFormat(), crf=10) as writer:
        for _ in range(30):
            writer.write(noise.integers(0, 255, (360, 640, 3), dtype=np.uint8))
        writer.write_audio(np.zeros((48_000, 2), dtype=np.float32))
    content = path.read_bytes()
    assert len(content) > 3 * MEGABYTE
    return content


@pytest.fixture
def origin(film: bytes) -> Iterator[Origin]:
    """A host that serves the film."""
    server = Origin(film)
    yield server
    server.close()


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStorage:
    """A storage on the disk and one that is not."""
    if request.param == "local":
        return MediaStorage(url=str(tmp_path / "media"))
    return MediaStorage(url=f"memory://{uuid.uuid4().hex}")


@pytest.fixture
def local(tmp_path: Path) -> MediaStorage:
    """A storage on the disk."""
    return MediaStorage(url=str(tmp_path / "media"))


@pytest.fixture
def on_disk(local: MediaStorage) -> Callable[[], list[Path]]:
    """Every file below the storage on the disk, finished or not."""
    return lambda: [path for path in Path(local.root).rglob("*") if path.is_file()]
