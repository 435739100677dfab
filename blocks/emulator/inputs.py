"""The media a task works on: fetched before the run, checked as the service checks them (`demands`).

A link to one of our own results and an `oss://` upload are taken from disk; `data:` is decoded; everything else is
fetched over HTTP and the task fails when it cannot be.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import httpx

from blocks.catalog import Media, MediaField, Request
from blocks.media import MediaError, MediaInfo, probe

from .demands import InputFailed, check, check_together, said_by, unreadable
from .service import Service
from .task import Task

_TIMEOUT = httpx.Timeout(30, connect=5)
_MAX_BYTES = 512 * 1024 * 1024
_MAX_DATA_BYTES = 10 * 1024 * 1024


async def gather(task: Task, request: Request, service: Service, folder: Path) -> dict[str, Path]:
    """Brings every media input of a task to this machine.

    Args:
        task: The task.
        request: What it asks for.
        service: Where uploads and results are.
        folder: Where fetched files go.

    Returns:
        The files by dotted field path, e.g. `input.ref_images_url.0`.

    Raises:
        InputFailed: One of them cannot be read or is not what the model takes.
    """
    fields = request.media()
    try:
        paths = await asyncio.gather(
            *(_bring(task, field, service, folder / str(at)) for at, field in enumerate(fields))
        )
        infos: dict[tuple[str | int, ...], MediaInfo] = {}
        for field, path in zip(fields, paths, strict=True):
            infos[field.path] = await asyncio.to_thread(_probe, field.spec, path)
            check(infos[field.path], field.spec.of(infos[field.path].kind))
        check_together(request, infos)
    except InputFailed as error:
        raise said_by(task.model, error) from error
    return {field.name: path for field, path in zip(fields, paths, strict=True)}


def uploaded(key: str, account: str, model: str, service: Service) -> Path | None:
    """The file of an `oss://` link; None when it is another account's or model's, too old, or was never uploaded."""
    upload = service.store.upload(key)
    if upload is None or upload.account != account or upload.model != model:
        return None
    if service.clock() > upload.created + service.scenario.upload_seconds:
        return None
    path = service.uploads / upload.file
    return path if path.is_file() else None


def _probe(spec: Media, path: Path) -> MediaInfo:
    try:
        return probe(path)
    except MediaError as error:
        raise unreadable(spec) from error


async def _bring(task: Task, field: MediaField, service: Service, target: Path) -> Path:
    value = field.value
    if value.startswith("data:"):
        return await asyncio.to_thread(_decode, value, target)
    if value.startswith("oss://"):
        path = uploaded(value.removeprefix("oss://"), task.account, task.model, service) if task.resolve_oss else None
        if path is None:
            raise _missing()
        return path
    own = service.signer.own_file(value, service.clock())
    if own is not None and (path := service.result_file(own)) is not None:
        return path
    return await _fetch(value, field.spec, target)


def _decode(value: str, target: Path) -> Path:
    head, _, text = value.partition(",")
    try:
        data = base64.b64decode(text, validate=True) if head.endswith(";base64") else unquote_to_bytes(text)
    except binascii.Error as error:
        raise InputFailed("InvalidParameter", "Failed to decode the data-uri item.") from error
    if len(data) > _MAX_DATA_BYTES:
        raise InputFailed("InvalidParameter", "Exceeded limit on max bytes per data-uri item : 10485760'.")
    target.write_bytes(data)
    return target


async def _fetch(url: str, spec: Media, target: Path) -> Path:
    shown = urlsplit(url)._replace(query="", fragment="").geturl()
    limit = spec.largest or _MAX_BYTES
    try:
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=True, max_redirects=5) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code in {401, 403}:
                raise InputFailed(
                    "InvalidParameter",
                    "Don't have authorization to access the media resource during the data inspection process.",
                )
            if response.status_code in {404, 410}:
                raise _missing()
            if response.status_code != 200:
                raise InputFailed(
                    "InvalidParameter.DataInspection",
                    "Unable to download the media resource during the data inspection process.",
                )
            size = 0
            with target.open("wb") as file:
                async for piece in response.aiter_bytes():
                    size += len(piece)
                    if size > limit:
                        raise InputFailed("InvalidFile.Size", f"File size is larger than {limit // (1024 * 1024)}MB.")
                    file.write(piece)
    except httpx.TimeoutException as error:
        message = f"Download {shown} timeout, please check network connection."
        raise InputFailed("InvalidURL.Timeout", message) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        message = f"Connection to {shown} refused, please provide available URL."
        raise InputFailed("InvalidURL.ConnectionRefused", message) from error
    return target


def _missing() -> InputFailed:
    return InputFailed(
        "InvalidParameter", "Failed to find the requested media resource during the data inspection process."
    )
