"""Finished generations in storage: ``generations/<ab>/<fingerprint>/`` holds request, outcome and assets."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from blocks.storage import MediaStorage
from tasks.asset import Asset
from tasks.records import Outcome

_CHUNK = 1 << 20


class Finished(BaseModel):
    """``outcome.json``: how a generation ended well, and the files it left.

    Attributes:
        emulated: an emulator made it. It serves further emulated runs; a run on the real service makes its own, and an
            emulated run is glad of a real one.
    """

    outcome: Outcome
    assets: list[Asset]
    submitted_at: datetime | None
    quoted_cny: Decimal | None
    cost_cny: Decimal | None
    emulated: bool = False


def folder(fingerprint: str) -> str:
    """The folder of a generation, relative to the storage root."""
    return f"generations/{fingerprint[:2]}/{fingerprint}"


async def read(storage: MediaStorage, fingerprint: str) -> Finished | None:
    """How the generation ended, or None when it has not finished on this storage."""
    found = await storage.read_json(f"{folder(fingerprint)}/outcome.json")
    if found is None:
        return None
    record = Finished.model_validate(found)
    here = [asset.model_copy(update={"uri": storage.uri(asset.path)}) for asset in record.assets]
    return record.model_copy(update={"assets": here})


async def write_request(storage: MediaStorage, fingerprint: str, request: dict[str, Any]) -> None:
    """Record what is about to be asked for, so that whoever finds the task knows what it was."""
    await storage.write_json(f"{folder(fingerprint)}/request.json", request)


async def read_request(storage: MediaStorage, fingerprint: str) -> dict[str, Any] | None:
    """The request of a generation, with its take; None when it never came so far."""
    found: dict[str, Any] | None = await storage.read_json(f"{folder(fingerprint)}/request.json")
    return found


async def write(storage: MediaStorage, request: dict[str, Any], finished: Finished) -> None:
    """Record a finished generation. The outcome is written last: where it is, everything is."""
    await write_request(storage, finished.outcome.fingerprint, request)
    await storage.write_json(f"{folder(finished.outcome.fingerprint)}/outcome.json", finished.model_dump(mode="json"))


async def whole(storage: MediaStorage, asset: Asset) -> bool:
    """Whether the asset is still in storage with its checksum."""
    if await storage.size(asset.path) != asset.bytes:
        return False
    try:
        return await asyncio.to_thread(_sha256, storage, asset.path) == asset.sha256
    except FileNotFoundError:
        return False


async def all_whole(storage: MediaStorage, assets: list[Asset]) -> bool:
    """Whether every one of the assets is."""
    return all(await asyncio.gather(*(whole(storage, asset) for asset in assets)))


def _sha256(storage: MediaStorage, path: str) -> str:
    digest = hashlib.sha256()
    with storage.open_read(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
