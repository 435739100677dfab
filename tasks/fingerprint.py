"""The fingerprint: what makes two requests the same generation."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks.catalog import InvalidRequest, MediaField, Problem, Request
from blocks.storage import MediaStorage
from tasks.asset import Asset
from tasks.sources import SourceMissing, locate


async def fingerprint(
    request: Request, *, take: int = 1, storage: MediaStorage, assets: Mapping[str, Asset], base: Path | None = None
) -> str:
    """SHA-256 of the canonical request, with the content of our own files in the place of their names.

    What goes over the wire counts: a default that is written out makes another fingerprint than one left out. Addresses
    (http, oss, data) count as they are.

    Args:
        request: as asked for, before staging.
        take: 2 asks for another generation of the same request, on purpose.
        storage: this run's storage.
        assets: what is known of stored media, by URI; their files are not read again.
        base: the folder that relative paths start from.

    Returns:
        64 hex digits.

    Raises:
        InvalidRequest: a media value names no file that can be read.
    """
    body: dict[str, Any] = {**request.to_dict(), "take": take}
    fields = request.media()
    digests = await asyncio.gather(*(_digest(request, field, storage, assets, base) for field in fields))
    for field, digest in zip(fields, digests, strict=True):
        if digest is not None:
            _put(body, field.path, {"sha256": digest})
    return hashlib.sha256(canonical(body)).hexdigest()


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


async def _digest(
    request: Request, field: MediaField, storage: MediaStorage, assets: Mapping[str, Asset], base: Path | None
) -> str | None:
    try:
        source = locate(field.value, storage, assets, base)
        return None if source is None else await source.sha256()
    except SourceMissing as error:
        raise InvalidRequest([Problem(field.name, str(error), field.value)], model=request.model) from None


def _put(node: Any, path: tuple[str | int, ...], value: Any) -> None:
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
