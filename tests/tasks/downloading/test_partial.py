from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.responses import StreamingResponse

from blocks.storage import MediaStorage
from tasks.downloading import DownloadFailed

MEGABYTE = 1 << 20


async def test_a_later_run_goes_on_with_the_file(
    origin: Any, local: MediaStorage, film: bytes, on_disk: Callable[[], list[Path]]
) -> None:
    """What an interrupted run brought is kept beside the final name, and the next run asks for the rest only."""
    origin.script = [origin.broken_after(2 * MEGABYTE)]
    origin.last = origin.status(500)
    with pytest.raises(DownloadFailed):
        await origin.fetched(local)
    assert await local.list() == []

    origin.last = None
    origin.requests.clear()
    origin.signature = "another"
    asset = await origin.fetched(local)

    assert origin.requests[0]["range"] == f"bytes={2 * MEGABYTE}-"
    assert asset.sha256 == hashlib.sha256(film).hexdigest()
    assert [path.name for path in on_disk()] == ["video.mp4"]


@pytest.mark.parametrize("another", ["validator", "address", "notes"])
async def test_a_later_run_trusts_no_file_it_cannot_compare(
    origin: Any, local: MediaStorage, film: bytes, monkeypatch: pytest.MonkeyPatch, another: str
) -> None:
    """Without a validator, with broken notes, or for another URL, a later run starts over."""
    origin.etag = None if another == "validator" else origin.etag
    origin.script = [origin.broken_after(2 * MEGABYTE)]
    origin.last = origin.status(500)
    with pytest.raises(DownloadFailed):
        await origin.fetched(local)
    origin.last = None
    origin.requests.clear()
    if another == "notes":
        (Path(local.root) / "a" / ".video.part.json").write_text('{"source": ')
    if another == "address":
        url = origin.url.replace("clip.mp4", "take-2.mp4")
        monkeypatch.setattr(type(origin), "url", property(lambda _: url))
    asset = await origin.fetched(local)
    assert "range" not in origin.requests[0]
    assert asset.sha256 == hashlib.sha256(film).hexdigest()


async def test_a_complete_leftover_is_not_read_again(origin: Any, local: MediaStorage, film: bytes) -> None:
    """A run that died between the last byte and the final name costs one small question."""
    origin.script = [origin.broken_after(len(film) - 1)]
    origin.last = origin.status(500)
    with pytest.raises(DownloadFailed):
        await origin.fetched(local)
    part = Path(local.root) / "a" / ".video.part"
    part.write_bytes(film)
    origin.last = None
    origin.requests.clear()
    asset = await origin.fetched(local)
    assert [item["range"] for item in origin.requests] == [f"bytes={len(film)}-"]
    assert asset.sha256 == hashlib.sha256(film).hexdigest()


async def test_two_downloads_of_one_result_do_not_mix(
    origin: Any, local: MediaStorage, film: bytes, on_disk: Callable[[], list[Path]]
) -> None:
    """Four runs that fetch the same result at once each end with the whole file."""
    origin.script = [origin.broken_after(MEGABYTE) for _ in range(3)]
    assets = await asyncio.gather(*(origin.fetched(local) for _ in range(4)))
    assert {asset.sha256 for asset in assets} == {hashlib.sha256(film).hexdigest()}
    assert [path.name for path in on_disk()] == ["video.mp4"]


async def test_a_cancelled_download_leaves_an_orderly_beginning(origin: Any, local: MediaStorage, film: bytes) -> None:
    """Cancelled anywhere, what is on the disk is a beginning of the file, and the next run finishes it."""
    arrived = threading.Event()
    release = threading.Event()

    def stalls(request: Any) -> Any:
        async def body() -> Any:
            yield film[: 2 * MEGABYTE]
            arrived.set()
            await anyio.to_thread.run_sync(release.wait)

        return StreamingResponse(body(), headers={"ETag": '"one"', "Content-Length": str(len(film))})

    origin.script = [stalls]
    running = asyncio.create_task(origin.fetched(local))
    await asyncio.to_thread(arrived.wait)
    part = Path(local.root) / "a" / ".video.part"
    assert await asyncio.to_thread(_grows_to, part, MEGABYTE)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    release.set()

    left = await asyncio.to_thread(part.read_bytes)
    assert left == film[: len(left)]
    asset = await origin.fetched(local)
    assert origin.requests[-1]["range"] == f"bytes={len(left)}-"
    assert asset.sha256 == hashlib.sha256(film).hexdigest()


def _grows_to(path: Path, size: int) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if path.is_file() and path.stat().st_size >= size:
            return True
        time.sleep(0.001)
    return False
