"""The file of ours behind a media value: in the storage, or elsewhere on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from blocks.catalog.annotations import scheme_of
from blocks.storage import MediaStorage
from blocks.storage.local import file_stamp
from tasks.asset import Asset
from tasks.reach import is_address, local_file

_CHUNK = 1 << 20
_SETTLED_SECONDS = 2.0
_digests: dict[tuple[str, str], str] = {}


class SourceMissing(Exception):
    """A media value names no file that can be read."""


@dataclass(frozen=True)
class Source:
    """A file of ours; exactly one of ``path`` and ``file`` is set.

    Attributes:
        value: as the request names it.
        storage: where ``path`` is.
        path: inside the storage root.
        file: elsewhere on this machine.
        asset: what is known of it.
    """

    value: str
    storage: MediaStorage
    path: str | None = None
    file: Path | None = None
    asset: Asset | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.file.name if self.file is not None else (self.path or "").rpartition("/")[2]

    async def check(self) -> None:
        """Make sure that there is a file.

        Raises:
            SourceMissing: there is none, or it cannot be read.
        """
        if self.path is not None:
            if not await self.storage.exists(self.path):
                raise SourceMissing("there is no such file in the storage")
        else:
            await asyncio.to_thread(self._check_file)

    def _check_file(self) -> None:
        assert self.file is not None
        if self.file.is_dir():
            raise SourceMissing(f"{self.file} is a folder, not a file")
        try:
            with self.file.open("rb"):
                pass
        except FileNotFoundError:
            raise SourceMissing(f"there is no file {self.file}") from None
        except OSError as error:
            raise SourceMissing(f"{self.file} cannot be read: {error.strerror}") from None

    @contextlib.contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file, seekable. Blocks."""
        with self.file.open("rb") if self.file is not None else self.storage.open_read(self.path or "") as file:
            yield file

    @contextlib.asynccontextmanager
    async def local(self) -> AsyncIterator[Path]:
        """The file on this machine's disk."""
        if self.file is not None:
            yield self.file
        else:
            async with self.storage.local_copy(self.path or "") as copy:
                yield copy

    async def bytes(self) -> int:
        """Its size."""
        if self.asset is not None:
            return self.asset.bytes
        if self.file is not None:
            return (await asyncio.to_thread(self.file.stat)).st_size
        size = await self.storage.size(self.path or "")
        if size is None:
            raise SourceMissing("there is no such file in the storage")
        return size

    async def sha256(self) -> str:
        """Of its content, hex; read once for every state of the file.

        Raises:
            SourceMissing: there is none, or it cannot be read.
        """
        if self.asset is not None:
            return self.asset.sha256
        await self.check()
        place = str(self.file) if self.file is not None else self.storage.uri(self.path or "")
        stamp = await self._stamp()
        if stamp is not None and (known := _digests.get((place, stamp))) is not None:
            return known
        digest = await asyncio.to_thread(self._digest)
        if stamp is not None and stamp == await self._stamp():
            _digests[place, stamp] = digest
        return digest

    async def _stamp(self) -> str | None:
        file = self.file if self.file is not None else self.storage.local_path(self.path or "")
        if file is None:
            return await self.storage.stamp(self.path or "")
        return await asyncio.to_thread(_settled_stamp, file)

    def _digest(self) -> str:
        digest = hashlib.sha256()
        with self.opened() as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


def locate(value: str, storage: MediaStorage, assets: Mapping[str, Asset], base: Path | None = None) -> Source | None:
    """Find the file of ours that a media value names.

    Args:
        value: an address, a storage URL or a path.
        storage: this run's storage.
        assets: what is known of stored media, by URI.
        base: the folder that relative paths start from; None is the working folder.

    Returns:
        None when the value is an address that the provider reads itself (http, oss, data).

    Raises:
        SourceMissing: it names a place that is neither in the storage nor on this machine.
    """
    if scheme_of(value) is not None:
        return None
    asset = assets.get(value)
    path = storage.relative(value)
    if path is None and asset is not None and storage.relative(asset.uri) is not None:
        path = asset.path
    if path is not None:
        return Source(value, storage, path=path, asset=asset)
    if is_address(value):
        raise SourceMissing(f"it lies outside the storage {storage.root}; copy it there, or give an http(s) URL")
    try:
        file = local_file(value, base)
    except FileNotFoundError as error:
        raise SourceMissing(str(error)) from None
    path = storage.relative(str(file))
    if path is not None:
        return Source(value, storage, path=path, asset=asset or assets.get(storage.uri(path)))
    return Source(value, storage, file=file, asset=asset)


def _settled_stamp(file: Path) -> str | None:
    # A file changed a moment ago can change again within one tick of the file system's clock, keeping its stamp.
    try:
        changed = file.stat().st_ctime
    except OSError:
        return None
    return file_stamp(file) if time.time() - changed > _SETTLED_SECONDS else None
