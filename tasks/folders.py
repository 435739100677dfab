"""A folder or a pattern that a user names, here or in storage, as the files it means."""

from __future__ import annotations

import asyncio
import mimetypes
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from blocks.storage import MediaStorage
from tasks.reach import is_address, local_file

_PATTERN = "*?["


async def files_meant(value: str, kind: str, storage: MediaStorage, base: Path | None = None) -> list[str] | None:
    """The files of a folder (not of those in it) or of a pattern such as ``shots/*.png``, sorted by name.

    Files whose names say another kind of media are left out, hidden ones as well.

    Args:
        value: a local path or one in storage.
        kind: image, video, audio, or file for what is none of these.

    Returns:
        Paths and URIs; None when the value is neither folder nor pattern.
    """
    stored = storage.relative(value)
    if stored is not None and not await storage.exists(stored):
        inside = await _stored(stored, kind, storage)
        if inside is not None:
            return inside
    if is_address(value):
        return None
    return await asyncio.to_thread(_local, local_file(value, base), kind)


def _local(path: Path, kind: str) -> list[str] | None:
    if path.is_dir():
        found = list(path.iterdir())
    elif any(sign in path.name for sign in _PATTERN) and not path.exists():
        found = list(path.parent.glob(path.name))
    else:
        return None
    return [str(one) for one in sorted(found) if one.is_file() and _is(one.name, kind)]


async def _stored(path: str, kind: str, storage: MediaStorage) -> list[str] | None:
    folder = PurePosixPath(path)
    pattern = "*"
    if any(sign in folder.name for sign in _PATTERN):
        folder, pattern = folder.parent, folder.name
    below = [PurePosixPath(one) for one in await storage.list(str(folder).removeprefix("."))]
    if not below and pattern == "*":
        return None
    here = [one for one in below if one.parent == folder and fnmatch(one.name, pattern)]
    return [storage.uri(str(one)) for one in sorted(here) if _is(one.name, kind)]


def _is(name: str, kind: str) -> bool:
    """Whether a file name says that it is of a kind."""
    ending = PurePosixPath(name).suffix.lower()
    guessed = _ENDINGS.get(ending) or (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    return (guessed if guessed in ("image", "video", "audio") else "file") == kind and not name.startswith(".")


_ENDINGS = {".webp": "image", ".ogg": "audio", ".opus": "audio", ".flac": "audio", ".m4a": "audio", ".mkv": "video"}
"""What not every system's list of media types knows."""
