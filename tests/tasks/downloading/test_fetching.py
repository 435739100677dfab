from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.responses import Response

from blocks.storage import MediaStorage
from tasks.downloading import Backoff, DownloadFailed, fetch


async def test_a_result_becomes_an_asset(origin: Any, storage: MediaStorage, film: bytes) -> None:
    """A download is in storage byte for byte, and the asset says what it is by its content."""
    asset = await origin.fetched(storage)

    assert await storage.read_bytes("a/video.mp4") == film
    assert await storage.list() == ["a/video.mp4"]
    assert asset.path == "a/video.mp4"
    assert asset.uri == storage.uri("a/video.mp4")
    assert asset.media_type == "video/mp4"
    assert (asset.width, asset.height, asset.fps, asset.has_audio) == (640, 360, 30.0, True)
    assert asset.seconds == pytest.approx(1.0, abs=0.1)
    assert asset.bytes == len(film)
    assert asset.sha256 == hashlib.sha256(film).hexdigest()
    assert asset.source_url == origin.url


async def test_the_type_is_told_by_the_content(origin: Any, local: MediaStorage) -> None:
    """A picture named .mp4 and served as a film is a picture."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    origin.content = picture.getvalue()

    asset = await origin.fetched(local, "a/image")

    assert (asset.path, asset.media_type, asset.width, asset.height) == ("a/image.jpg", "image/jpeg", 40, 30)
    assert asset.has_audio is None


async def test_half_a_film_of_unknown_length_is_refused(origin: Any, storage: MediaStorage, film: bytes) -> None:
    """Where no length is said, the content decides: a truncated film never appears."""
    origin.last = origin.unsized(film[: len(film) // 2])
    with pytest.raises(DownloadFailed, match="no whole media file"):
        await origin.fetched(storage)
    assert await storage.list() == []
    assert len(origin.requests) == 4


async def test_a_film_of_unknown_length_is_taken(origin: Any, storage: MediaStorage, film: bytes) -> None:
    """A whole film arrives without its length being announced, also at the second try."""
    origin.script = [origin.unsized(film[: len(film) // 2])]
    origin.last = origin.unsized(film)
    asset = await origin.fetched(storage)
    assert asset.sha256 == hashlib.sha256(film).hexdigest()


async def test_a_page_that_says_busy_is_waited_out(origin: Any, storage: MediaStorage, film: bytes) -> None:
    """HTML with 200 and the name of a film comes a few times; longer each time, then the film is there."""
    page = Response(b"<html>Service busy</html>" * 100, headers={"Content-Type": "video/mp4"})
    origin.script = [lambda request: page] * 3
    waits: list[int] = []

    class Noted(Backoff):
        def seconds(self, attempt: int, asked: float | None) -> float:
            waits.append(attempt)
            return super().seconds(attempt, asked)

    asset = await origin.fetched(storage, backoff=Noted(first_seconds=0))
    assert asset.sha256 == hashlib.sha256(film).hexdigest() and waits == [1, 2, 3]


async def test_an_error_page_is_no_result(origin: Any, local: MediaStorage, on_disk: Callable[[], list[Path]]) -> None:
    """HTML served with 200 is refused."""
    origin.content = b"<html>Service busy</html>" * 100
    with pytest.raises(DownloadFailed, match="no whole media file"):
        await origin.fetched(local)
    assert await local.list() == []
    assert [path.name for path in on_disk()] == []


async def test_a_storage_that_hiccups_gets_the_file_again(
    origin: Any, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that refuses a write once does not cost the download."""
    storage = MediaStorage(url=f"memory://{uuid.uuid4().hex}")
    put, refusals = MediaStorage.put, [OSError("busy")]

    async def hiccup(self: MediaStorage, local: Path, path: str) -> None:
        if refusals:
            raise refusals.pop()
        await put(self, local, path)

    monkeypatch.setattr(MediaStorage, "put", hiccup)
    await origin.fetched(storage)
    assert await storage.read_bytes("a/video.mp4") == film
    assert len(origin.requests) == 1


async def test_a_path_from_outside_is_refused(origin: Any, storage: MediaStorage) -> None:
    """The place in storage never leaves the root, whatever the caller was told."""
    with pytest.raises(ValueError, match="storage paths"):
        await origin.fetched(storage, "../../video")


@pytest.mark.parametrize(
    "name", ["/..%2f..%2fetc%2fpasswd", "/../../etc/passwd", "/%00.mp4", "/..\\..\\boot.ini", "/" + "a" * 5000, "/.."]
)
async def test_names_from_the_network_are_no_paths(
    origin: Any, local: MediaStorage, on_disk: Callable[[], list[Path]], name: str
) -> None:
    """Whatever a URL or a header calls a result, it lies where the caller says, under the suffix of its content."""
    headers = {"Content-Disposition": 'attachment; filename="../../../evil.sh"', "Content-Type": "text/x-sh"}
    origin.last = lambda request: Response(origin.content, headers=headers)
    asset = await fetch(f"http://127.0.0.1:{origin.port}{name}", local, "a/video", base_url=origin.base_url)
    assert asset.path == "a/video.mp4" and asset.media_type == "video/mp4"
    assert on_disk() == [Path(local.root) / "a/video.mp4"]


async def test_the_deadline_ends_everything(origin: Any, local: MediaStorage) -> None:
    """A host that is never ready does not hold a run for ever."""
    origin.last = origin.status(503, {"Retry-After": "120"})
    with pytest.raises(DownloadFailed, match="not finished within"):
        await origin.fetched(local, deadline_seconds=0.3)
