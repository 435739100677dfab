"""Files that a user names: local paths, storage URLs and web URLs become assets that a pipeline can work with."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path
from typing import Any

from blocks import media
from blocks.storage import MediaStorage
from tasks.asset import Asset
from tasks.downloading import fetch
from tasks.reach import is_address, local_file

_SHORT_URI = 100_000
"""Characters of a ``data:`` URI that may stay in a run's parameters."""


def is_web(value: str) -> bool:
    """Whether a value is a web address."""
    return value.lower().startswith(("http://", "https://"))


async def known_file(value: str, storage: MediaStorage, base: Path | None = None) -> Asset | None:
    """A local or stored file as an asset, without copying it; None for addresses that only the network knows.

    Raises:
        FileNotFoundError: there is no such file.
        MediaError: it is no picture, video or sound.
    """
    if value.startswith(("data:", "oss://")) or is_web(value):
        return None
    stored = storage.relative(value)
    if stored is not None and await storage.exists(stored):
        async with storage.local_copy(stored) as path:
            return await described(path, uri=storage.uri(stored), stored=stored)
    if is_address(value):
        return None
    path = local_file(value, base)
    if stored is not None or not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    return await described(path.resolve(), uri=str(path.resolve()), stored="")


async def bring(value: str, storage: MediaStorage, base: Path | None = None) -> Asset:
    """Any file a user names as an asset that operations can read; web files are downloaded into storage once.

    Raises:
        FileNotFoundError: there is no such file.
        DownloadFailed: the address does not give a whole file.
    """
    found = await known_file(value, storage, base)
    if found is not None:
        return found
    name = hashlib.sha256(value.encode()).hexdigest()
    return await fetch(value, storage, f"inputs/{name[:2]}/{name}/file", base_url="")


async def set_aside(body: Any, storage: MediaStorage) -> Any:
    """A request with its long ``data:`` URIs replaced by files in storage: Prefect keeps the parameters of every run.

    Raises:
        ValueError: one of them is not base64.
    """
    if isinstance(body, dict):
        return {name: await set_aside(value, storage) for name, value in body.items()}
    if isinstance(body, list):
        return [await set_aside(value, storage) for value in body]
    if not isinstance(body, str) or not body.startswith("data:") or len(body) <= _SHORT_URI:
        return body
    head, _, text = body.partition(",")
    content = base64.b64decode(text, validate=True)
    name = hashlib.sha256(content).hexdigest()
    ending = head.removeprefix("data:").partition(";")[0].partition("/")[2] or "bin"
    path = f"inputs/{name[:2]}/{name}.{ending}"
    await storage.write_bytes(path, content)
    return storage.uri(path)


async def described(path: Path, *, uri: str, stored: str) -> Asset:
    """A local file as an asset.

    Args:
        uri: where the asset is; the file may be a copy of it.
        stored: the same relative to the storage root, empty when it is not in storage.
    """
    info = await asyncio.to_thread(media.probe, path)
    return Asset(
        uri=uri,
        path=stored,
        media_type=info.media_type,
        bytes=info.bytes,
        sha256=await asyncio.to_thread(_sha256, path),
        width=info.width,
        height=info.height,
        seconds=info.seconds,
        fps=info.fps,
        has_audio=info.has_audio,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
