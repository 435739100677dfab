from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from blocks import catalog
from blocks.storage import MediaStorage
from tasks import sources
from tasks.asset import Asset
from tasks.fingerprint import fingerprint


@pytest.fixture
def storage(tmp_path: Path) -> MediaStorage:
    """A storage on the disk."""
    return MediaStorage(url=str(tmp_path / "media"))


def text_to_video(**parameters: Any) -> catalog.Request:
    """A request without files."""
    return catalog.request({"model": "wan2.6-t2v", "input": {"prompt": "夜雨"}, "parameters": parameters})


def image_to_video(image: str) -> catalog.Request:
    """A request with one picture."""
    return catalog.request(
        {"model": "wan2.6-i2v", "input": {"img_url": image, "prompt": "she turns"}, "parameters": {"duration": 5}}
    )


async def test_it_is_the_digest_of_the_canonical_request(storage: MediaStorage) -> None:
    """Anyone can compute the fingerprint: SHA-256 of sorted, blank-free UTF-8 JSON with the take."""
    body = {"model": "wan2.6-t2v", "input": {"prompt": "夜雨"}, "parameters": {"duration": 10}, "take": 1}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert await fingerprint(text_to_video(duration=10), storage=storage, assets={}) == (
        hashlib.sha256(text.encode()).hexdigest()
    )


async def test_what_goes_over_the_wire_counts(storage: MediaStorage) -> None:
    """The order of the fields does not matter; a take, a value, or a default that is written out does."""

    async def of(request: catalog.Request, take: int = 1) -> str:
        return await fingerprint(request, take=take, storage=storage, assets={})

    plain = await of(text_to_video(duration=10, seed=1))
    assert plain == await of(text_to_video(seed=1, duration=10))
    others = [
        await of(text_to_video(duration=10, seed=1), take=2),
        await of(text_to_video(duration=10, seed=2)),
        await of(text_to_video(duration=10, seed=1, watermark=False)),
    ]
    assert len({plain, *others}) == 4


async def test_a_file_counts_by_its_content(storage: MediaStorage, tmp_path: Path) -> None:
    """The same picture under another name, on the disk or in the storage, is the same request; a changed one is not."""
    (tmp_path / "a.png").write_bytes(b"picture")
    (tmp_path / "b.png").write_bytes(b"picture")
    await storage.write_bytes("inputs/c.png", b"picture")
    named = ["a.png", str(tmp_path / "b.png"), (tmp_path / "b.png").as_uri(), storage.uri("inputs/c.png")]
    found = {await fingerprint(image_to_video(name), storage=storage, assets={}, base=tmp_path) for name in named}
    assert len(found) == 1

    (tmp_path / "a.png").write_bytes(b"another")
    assert await fingerprint(image_to_video("a.png"), storage=storage, assets={}, base=tmp_path) not in found


async def test_addresses_count_as_they_are(storage: MediaStorage) -> None:
    """Of http(s) URLs every character counts, the query string too."""
    found = {
        await fingerprint(image_to_video(f"https://example.com/a.png?{query}"), storage=storage, assets={})
        for query in ("v=1", "v=2")
    }
    assert len(found) == 2


async def test_a_known_asset_is_not_read_again() -> None:
    """The checksum of an asset is taken from what is known of it: its file need not even be there."""
    storage = MediaStorage(url=f"memory://{uuid.uuid4().hex}")
    uri = storage.uri("generations/ab/abc/image.png")
    asset = Asset(uri=uri, path="generations/ab/abc/image.png", media_type="image/png", bytes=7, sha256="ab" * 32)
    found = await fingerprint(image_to_video(uri), storage=storage, assets={uri: asset})
    await storage.write_bytes(asset.path, b"picture")
    assert found != await fingerprint(image_to_video(uri), storage=storage, assets={})
    assert found == await fingerprint(image_to_video(uri), storage=storage, assets={uri: asset})


async def test_a_settled_file_is_read_once(
    storage: MediaStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that has not changed is not read for every request; one changed a moment ago is never trusted."""
    picture = tmp_path / "a.png"
    picture.write_bytes(b"picture")
    read: list[str] = []
    digest = sources.Source._digest

    def counted(self: sources.Source) -> str:
        read.append(self.name)
        return digest(self)

    monkeypatch.setattr(sources.Source, "_digest", counted)
    for _ in range(2):
        await fingerprint(image_to_video(str(picture)), storage=storage, assets={})
    assert len(read) == 2

    later = time.time() + 3600
    monkeypatch.setattr(sources.time, "time", lambda: later)
    for _ in range(3):
        first = await fingerprint(image_to_video(str(picture)), storage=storage, assets={})
    assert len(read) == 3
    before = picture.stat()
    picture.write_bytes(b"Picture")
    os.utime(picture, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert await fingerprint(image_to_video(str(picture)), storage=storage, assets={}) != first


async def test_a_missing_file_is_named(storage: MediaStorage, tmp_path: Path) -> None:
    """A path that leads nowhere is an invalid request that names field and file."""
    with pytest.raises(catalog.InvalidRequest, match=r"input\.img_url: there is no file .*none\.png") as caught:
        await fingerprint(image_to_video("none.png"), storage=storage, assets={}, base=tmp_path)
    assert caught.value.problems[0].field == "input.img_url"
