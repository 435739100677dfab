"""A finished generation is believed when everything of it is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from blocks.catalog import Status
from blocks.storage import MediaStorage
from tasks import finished
from tasks.asset import Asset
from tasks.finished import Finished
from tasks.records import Outcome
from tasks.session import now

RECORD = Finished(
    outcome=Outcome(fingerprint="f", model="wan2.6-t2v", status=Status.SUCCEEDED, account="a", finished_at=now()),
    assets=[],
    submitted_at=None,
    quoted_cny=None,
    cost_cny=None,
)


@pytest.fixture
def storage(tmp_path: Path) -> MediaStorage:
    return MediaStorage(url=str(tmp_path))


async def test_the_outcome_is_written_last(storage: MediaStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies while it writes the record leaves none: what is not whole is not finished."""
    write, written = MediaStorage.write_json, []

    async def dies(storage: MediaStorage, path: str, value: Any) -> None:
        if written:
            raise OSError("gone")
        written.append(path)
        await write(storage, path, value)

    with monkeypatch.context() as patched:
        patched.setattr(MediaStorage, "write_json", dies)
        with pytest.raises(OSError, match="gone"):
            await finished.write(storage, {"model": "wan2.6-t2v"}, RECORD)
    assert await finished.read(storage, "f") is None
    await finished.write(storage, {"model": "wan2.6-t2v"}, RECORD)
    assert await finished.read(storage, "f") == RECORD
    assert await finished.read_request(storage, "f") == {"model": "wan2.6-t2v"}


async def test_a_file_that_goes_while_it_is_looked_at(storage: MediaStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleted between the look at its size and the reading of its content, it is missing as any other."""
    await storage.write_bytes("generations/f.mp4", b"film")
    asset = Asset(
        uri=storage.uri("generations/f.mp4"), path="generations/f.mp4", media_type="video/mp4", bytes=4, sha256="0" * 64
    )
    size = MediaStorage.size

    async def and_delete(storage: MediaStorage, path: str) -> int | None:
        found = await size(storage, path)
        await storage.delete(path)
        return found

    monkeypatch.setattr(MediaStorage, "size", and_delete)
    assert not await finished.all_whole(storage, [asset])


async def test_a_storage_that_was_moved(storage: MediaStorage) -> None:
    """Files are named where they lie now, wherever the storage was when they were written."""
    asset = Asset(uri="s3://there/media/f.mp4", path="f.mp4", media_type="video/mp4", bytes=4, sha256="0" * 64)
    await finished.write(storage, {}, RECORD.model_copy(update={"assets": [asset]}))
    found = await finished.read(storage, "f")
    assert found is not None and [one.uri for one in found.assets] == [storage.uri("f.mp4")]
