"""Peak memory of a 1 GB download, measured in a process of its own against a server in another one."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

GIGABYTE = 1_000_000_000
LIMIT_MB = 64

SERVER = """
import socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

head = open(sys.argv[1], "rb").read()
size = int(sys.argv[2])

async def film(request):
    async def body():
        yield head
        padding = (size - len(head)).to_bytes(4, "big") + b"free"
        yield padding
        left, block = size - len(head) - len(padding), bytes(1 << 18)
        while left:
            piece = block[:left]
            left -= len(piece)
            yield piece
    return StreamingResponse(body(), headers={"Content-Length": str(size)})

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
app = Starlette(routes=[Route("/{path:path}", film)])
uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off")).run([listening])
"""

DOWNLOAD = """
import asyncio, json, resource, sys, time
from blocks.storage import MediaStorage
from tasks.downloading import fetch

port, folder = sys.argv[1:]
storage = MediaStorage(url=folder)

def get(name):
    base = f"http://127.0.0.1:{port}"
    return asyncio.run(fetch(f"{base}/{name}", storage, name, base_url=base + "/api/v1"))

def peak():  # kilobytes on Linux, bytes on macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)

before = peak()
started = time.perf_counter()
asset = get("big")
print(json.dumps({
    "before_mb": before, "after_mb": peak(), "seconds": time.perf_counter() - started,
    "bytes": asset.bytes, "sha256": asset.sha256, "media_type": asset.media_type,
}))
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A host that makes up 1 GB while it is read: a small film and a free box behind it."""
    import numpy as np

    from blocks.media import VideoWriter

    head = tmp_path / "head.mp4"
    with VideoWriter(head, 64, 64, 10) as film:
        for _ in range(10):
            film.write(np.zeros((64, 64, 3), dtype=np.uint8))
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(head), str(GIGABYTE)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.kill()


@pytest.mark.benchmark
def test_a_download_of_1_gb_needs_little_memory(port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Downloading, checking and storing 1 GB raises the peak memory of its process by at most 64 MB."""
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DOWNLOAD), str(port), str(tmp_path / "media")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found = json.loads(run.stdout)
    raised = found["after_mb"] - found["before_mb"]
    with capsys.disabled():
        print(
            f"\n1 GB download: peak memory +{raised:.1f} MB (process {found['before_mb']:.0f} MB before), "
            f"{found['seconds']:.1f} s, {GIGABYTE / 1e6 / found['seconds']:.0f} MB/s with checksum and check"
        )
    assert found["bytes"] == GIGABYTE
    assert found["media_type"] == "video/mp4"
    assert raised <= LIMIT_MB
