"""Staging: making a request's files reachable for the provider."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit
from weakref import WeakKeyDictionary

import httpx
import stamina

from blocks.catalog import MediaField, Request
from blocks.catalog.annotations import scheme_of
from blocks.client import Client, DashScopeError, redact
from blocks.media import MediaError, probe
from blocks.storage import MediaStorage
from tasks.ascii_url import ascii_url
from tasks.asset import Asset
from tasks.sources import Source, SourceMissing, locate

logger = logging.getLogger("wanflow.staging")

DATA_URI_BYTES = 10 << 20
"""The longest data URI that is read (models-extra.yaml errors: max bytes per data-uri item)."""

_SIGNED_SECONDS = 24 * 3600  # a task may wait in the provider's queue before its input is read
_MARGIN = timedelta(minutes=30)
_UPLOAD_SECONDS = 24 * 3600  # half of what an upload lives (provider-api.md)
_UPLOAD_REGIONS = frozenset({"beijing", "emulator"})


class StagingFailed(Exception):
    """A file cannot be made reachable for the provider.

    Attributes:
        field: the request's field, e.g. ``input.img_url``.
    """

    code = "StagingFailed"

    def __init__(self, field: str, value: str, reason: str, remedies: list[str]) -> None:
        remedy = f"; what would work: {'; or '.join(remedies)}" if remedies else ""
        super().__init__(f"{field}: {redact(value)} cannot be handed to the provider: {reason}{remedy}")
        self.field = field


@dataclass
class _Uploads:
    """The temporary uploads of one client, so that a file used ten times is sent once."""

    found: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    locks: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)


_uploads: WeakKeyDictionary[Client, _Uploads] = WeakKeyDictionary()


async def stage(
    request: Request,
    *,
    client: Client,
    storage: MediaStorage,
    assets: Mapping[str, Asset],
    base: Path | None = None,
) -> Request:
    """Replace every media value of a request by an address that the provider reads.

    A file of ours travels, in this order, by the provider's own result URL while it lives (same account), a presigned
    URL of the storage, a temporary upload, a data URI: the first that the model takes and the region offers. Addresses
    pass through, with non-ASCII characters encoded.

    Args:
        request: as asked for.
        client: who will send it.
        storage: this run's storage.
        assets: what is known of stored media, by URI.
        base: the folder that relative paths start from.

    Raises:
        StagingFailed: nothing works for one of the files; it names the field and what would.
        DashScopeError: an upload failed; nothing was paid.
    """
    fields = request.media()
    staging = Staging(request.model, client, storage)
    addresses = await asyncio.gather(*(staging.address(each, assets, base) for each in fields))
    changed = {each.path: address for each, address in zip(fields, addresses, strict=True) if address != each.value}
    return request.with_media(changed) if changed else request


@dataclass(frozen=True)
class Staging:
    """One request's way to the provider."""

    model: str
    client: Client
    storage: MediaStorage

    @property
    def _emulated(self) -> bool:
        return self.client.region == "emulator"

    async def address(self, field: MediaField, assets: Mapping[str, Asset], base: Path | None) -> str:
        """An address of one media value that the provider reads."""
        try:
            source = locate(field.value, self.storage, assets, base)
            if source is None:
                return ascii_url(field.value) if scheme_of(field.value) == "http" else field.value
            accepts = field.spec.accepts
            if "http" in accepts and (found := await self._own_result(source)):
                return found
            await source.check()
            if "http" in accepts and (found := await self._presigned(source)):
                return found
            if "oss" in accepts and self.client.region in _UPLOAD_REGIONS:
                return await self._upload(source)
            if "data" in accepts and (found := await self._data_uri(source)):
                return found
            if "http" in accepts and self._emulated:
                return self._emulated_link(await self._upload(source))
            if "oss" in accepts and self.client.region in ("gateway", "custom"):
                return await self._hopeful_upload(field, source)
        except SourceMissing as error:
            raise StagingFailed(field.name, field.value, str(error), []) from None
        raise self._failure(field, "no way that the model takes is open from here")

    async def _own_result(self, source: Source) -> str | None:
        asset = source.asset
        if asset is None or asset.source_url is None or asset.source_expires is None:
            return None
        if asset.source_expires - _MARGIN <= datetime.now(UTC):
            return None
        if self._emulated:
            return await self._emulated_result(asset.source_url)
        return ascii_url(asset.source_url) if asset.source_account == self.client.account else None

    async def _emulated_result(self, url: str) -> str | None:
        """An emulator may have started again on another port, or without its files: ask it."""
        here = urlsplit(self.client.base_url)
        there = urlsplit(url)._replace(scheme=here.scheme, netloc=here.netloc).geturl()
        try:
            async with (
                httpx.AsyncClient(trust_env=False, timeout=10) as http,
                http.stream("GET", there, headers={"Range": "bytes=0-0"}) as response,
            ):
                return there if response.is_success else None
        except httpx.HTTPError:
            return None

    async def _presigned(self, source: Source) -> str | None:
        """A link of our own bucket; a file from elsewhere on this machine is brought there first."""
        path = source.path
        if path is None:
            digest = await source.sha256()
            path = f"inputs/{digest[:2]}/{digest}{PurePosixPath(source.name).suffix.lower()}"
        try:
            url = await asyncio.to_thread(self.storage.sign, path, _SIGNED_SECONDS)
        except Exception as error:  # every store has its own errors for credentials that cannot sign
            logger.warning("the storage makes no presigned URL (%s)", type(error).__name__)
            return None
        if url is None or scheme_of(url) != "http" or not (self._emulated or _is_public_host(url)):
            return None
        if source.file is not None and not await self.storage.exists(path):
            await self.storage.put(source.file, path)
        return url

    async def _upload(self, source: Source) -> str:
        uploads = _uploads.setdefault(self.client, _Uploads())
        digest = await source.sha256()
        key = (self.model, digest)
        async with uploads.locks.setdefault(key, asyncio.Lock()):
            known = uploads.found.get(key)
            if known is not None and time.monotonic() - known[1] < _UPLOAD_SECONDS:
                return known[0]
            suffix = PurePosixPath(source.name).suffix.lower()
            async with source.local() as path:
                async for attempt in stamina.retry_context(_is_weather, attempts=8, timeout=120.0):
                    with attempt:
                        # The provider refuses to overwrite, so no name is used twice.
                        name = f"{digest[:16]}-{secrets.token_hex(4)}{suffix if suffix.isascii() else ''}"
                        url = await self.client.upload(path, name=name, model=self.model)
            uploads.found[key] = (url, time.monotonic())
            return url

    async def _hopeful_upload(self, field: MediaField, source: Source) -> str:
        """Nobody documents whether this service takes uploads: ask it."""
        try:
            return await self._upload(source)
        except DashScopeError as error:
            raise self._failure(field, f"the service takes no upload ({error})") from error

    async def _data_uri(self, source: Source) -> str | None:
        if await source.bytes() * 4 // 3 > DATA_URI_BYTES:
            return None
        return await asyncio.to_thread(_as_data_uri, source)

    def _emulated_link(self, uploaded: str) -> str:
        """The emulator shows an upload under http too, for the fields that take nothing else."""
        here = urlsplit(self.client.base_url)
        return f"{here.scheme}://{here.netloc}/emulator/uploads/{quote(uploaded.removeprefix('oss://'))}"

    def _failure(self, field: MediaField, reason: str) -> StagingFailed:
        accepts = field.spec.accepts
        remedies = []
        if "http" in accepts:
            remedies.append("object storage, which hands out links (--storage s3://bucket/media, WANFLOW_STORAGE)")
            remedies.append("an http(s) URL")
        if "oss" in accepts:
            remedies.append("the Beijing region, which takes uploads")
        if "data" in accepts:
            remedies.append("a picture of at most 7.5 MB")
        said = f"{reason} ({self.model} takes {', '.join(sorted(accepts))} here; region: {self.client.region})"
        return StagingFailed(field.name, field.value, said, remedies)


def _is_weather(error: Exception) -> bool:
    """Whether an upload, which costs nothing, may go well a little later."""
    return isinstance(error, DashScopeError) and error.transient


def _as_data_uri(source: Source) -> str | None:
    with source.opened() as file:
        try:
            info = probe(file)
        except MediaError:
            return None
        if info.kind != "image":
            return None
        file.seek(0)
        uri = f"data:{info.media_type};base64,{base64.b64encode(file.read()).decode('ascii')}"
    return uri if len(uri) <= DATA_URI_BYTES else None


def _is_public_host(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True
