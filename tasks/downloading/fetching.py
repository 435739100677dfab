"""The whole way of a result: from its URL to an asset in storage."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath

from blocks.client.redacting import guard_logs, redact
from blocks.media import MediaError, MediaInfo, check_decodable
from blocks.storage import MediaStorage
from blocks.storage.local import move_into_place
from tasks.asset import Asset
from tasks.downloading.addresses import AddressRefused, checked
from tasks.downloading.partial import Partial
from tasks.downloading.transfer import Backoff, DownloadFailed, settled, transfer

logger = logging.getLogger("wanflow.downloading")

MAX_BYTES = 8 << 30
"""The largest result fetched. The documented models give some hundred megabytes at most."""

_UNDECODABLE_TRIES = 4
_PUT_TRIES = 5
_SUFFIXES = {"jpeg": "jpg", "tiff": "tif"}


async def fetch(
    url: str,
    storage: MediaStorage,
    path: str,
    *,
    base_url: str,
    max_bytes: int = MAX_BYTES,
    backoff: Backoff | None = None,
    deadline_seconds: float = 6 * 3600,
) -> Asset:
    """Bring a result into storage.

    Broken connections are resumed with ``Range`` (by a later process too, on local storage). The file appears under its
    name only when its length is right and it can be decoded.

    Args:
        url: of the result, http or https.
        path: where it goes, relative to the storage root. Without a suffix it gets the one of its content.
        base_url: of the service that gave the URL; only a service on a private address may name private hosts.
        max_bytes: no larger file is accepted.
        backoff: how often and how patiently to try.
        deadline_seconds: for everything together.

    Returns:
        The asset, with ``source_url``; when that expires is the caller's to know.

    Raises:
        DownloadFailed: the URL has expired, leads where nothing is fetched from, or never gave a whole file.
    """
    guard_logs()
    backoff = backoff or Backoff()
    try:
        async with asyncio.timeout(deadline_seconds), _partial(url, storage, path) as part:
            info = await _whole(url, part, base_url, max_bytes, backoff)
            place = path if PurePosixPath(path).suffix else f"{path}.{_SUFFIXES.get(info.format, info.format)}"
            await _deliver(url, part, storage, place, backoff)
            return Asset(
                uri=storage.uri(place),
                path=place,
                media_type=info.media_type,
                bytes=part.size,
                sha256=part.sha256,
                width=info.width,
                height=info.height,
                seconds=info.seconds,
                fps=info.fps,
                has_audio=info.has_audio if info.kind == "video" else None,
                source_url=url,
            )
    except TimeoutError:
        raise DownloadFailed(url, f"not finished within {deadline_seconds:.0f} s") from None
    except AddressRefused as error:
        raise DownloadFailed(url, str(error)) from None
    except OSError as error:
        raise DownloadFailed(url, f"it cannot be written: {error.strerror or error}") from error


@contextlib.asynccontextmanager
async def _partial(url: str, storage: MediaStorage, path: str) -> AsyncIterator[Partial]:
    """The growing file: beside its final name on local storage, else in a temporary folder."""
    source = str(checked(url).copy_with(query=None, fragment=None))
    if (final := storage.local_path(path)) is not None:
        with await settled(Partial, final.with_name(f".{final.name}.part"), source) as part:
            yield part
        return
    with (
        tempfile.TemporaryDirectory(prefix="wanflow-") as folder,
        await settled(Partial, Path(folder) / "part", source) as part,
    ):
        yield part


async def _whole(url: str, part: Partial, base_url: str, max_bytes: int, backoff: Backoff) -> MediaInfo:
    """Download until the file is complete and can be decoded."""
    broken = ""
    for attempt in range(_UNDECODABLE_TRIES):
        if attempt:  # a page that says "busy" comes with status 200, too
            await asyncio.sleep(backoff.seconds(attempt, None))
        await transfer(url, part, base_url, max_bytes, backoff)
        try:
            return await asyncio.to_thread(check_decodable, part.path)
        except MediaError as error:
            broken = error.what
            logger.warning("%s arrived, but %s; fetching it again", redact(url), broken)
            await settled(part.start_over)
    await settled(part.remove)
    raise DownloadFailed(url, f"what arrives is no whole media file: it {broken}")


async def _deliver(url: str, part: Partial, storage: MediaStorage, path: str, backoff: Backoff) -> None:
    if (final := storage.local_path(path)) is not None:
        await settled(part.finish)
        await settled(move_into_place, part.path, final)
        return
    await settled(part.finish)
    for attempt in range(1, _PUT_TRIES + 1):
        try:
            await storage.put(part.path, path)
            return
        except Exception as error:
            if attempt == _PUT_TRIES:
                raise DownloadFailed(url, f"it cannot be written to {storage.uri(path)}: {error}") from error
            logger.warning("cannot write %s (%s); trying again", storage.uri(path), type(error).__name__)
            await asyncio.sleep(backoff.seconds(attempt, None))
