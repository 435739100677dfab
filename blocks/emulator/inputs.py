"""The media a task works on: fetched before the run, checked as the service checks them.

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

from blocks.catalog import Media, MediaField
from blocks.media import MediaError, MediaInfo, probe

from .service import Service
from .task import Task

_TIMEOUT = httpx.Timeout(30, connect=5)
_MAX_BYTES = 512 * 1024 * 1024
_MAX_DATA_BYTES = 10 * 1024 * 1024
_SLACK = 0.1  # seconds or frames a second


class InputFailed(Exception):
    """An input that cannot be used; becomes the code and message of the failed task."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


async def gather(task: Task, fields: list[MediaField], service: Service, folder: Path) -> dict[str, Path]:
    """Brings every media input of a task to this machine.

    Args:
        task: The task.
        fields: Its media fields, as the catalog lists them.
        service: Where uploads and results are.
        folder: Where fetched files go.

    Returns:
        The files by dotted field path, e.g. `input.ref_images_url.0`.

    Raises:
        InputFailed: One of them cannot be read or is not what the model takes.
    """
    paths = await asyncio.gather(*(_bring(task, field, service, folder / str(at)) for at, field in enumerate(fields)))
    infos: dict[tuple[str | int, ...], MediaInfo] = {}
    for field, path in zip(fields, paths, strict=True):
        infos[field.path] = await asyncio.to_thread(_probe, field.spec, path)
        check(infos[field.path], field.spec.of(infos[field.path].kind))
    for field in fields:
        _compare(field, infos)
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


def check(info: MediaInfo, spec: Media) -> None:
    """Compares a file with what the model takes (models-extra.yaml `errors`, InvalidFile.*).

    Raises:
        InputFailed: It does not fit.
    """
    if info.kind != spec.kind:
        raise InputFailed(
            "InvalidFile.Format", f"Invalid file format, {info.media_type} is not a {' or '.join(spec.kinds)}."
        )
    if info.width and info.height:
        low, high = min(info.width, info.height), max(info.width, info.height)
        too_small = spec.min_side is not None and low < spec.min_side
        too_large = spec.max_side is not None and high > spec.max_side
        too_large = too_large or (spec.max_pixels is not None and low * high > spec.max_pixels)
        if too_small or too_large or (spec.max_ratio is not None and high / low > spec.max_ratio + 0.01):
            limits = f"{spec.min_side or 1} ~ {spec.max_side or 'any'}, ratio up to {spec.max_ratio or 'any'}"
            raise InputFailed(
                "InvalidFile.Resolution",
                f"Invalid {spec.kind} resolution {info.width}*{info.height}. The height and width must be {limits}.",
            )
    if spec.needs_alpha and not info.has_alpha:
        # models-extra.yaml wanx-background-generation-v2, errors
        raise InputFailed("BadRequest.UnsupportedFileFormat", "Base image require RGBA format, but is RGB")
    if info.seconds is not None and spec.kind != "image" and not spec.lasts(info.seconds, _SLACK):
        span = f"{spec.min_seconds or 0:g}s ~ {spec.max_seconds or float('inf'):g}s"
        raise InputFailed("InvalidFile.Duration", f"Invalid file duration. The file duration must be {span}.")
    if spec.max_bytes is not None and info.bytes > spec.max_bytes:
        limit = spec.max_bytes // (1024 * 1024)
        message = f"Invalid file size. The {spec.kind} file size must be less than {limit}MB."
        raise InputFailed("InvalidFile.Size", message)
    if info.fps is not None and not spec.runs(info.fps, _SLACK):
        span = f"{spec.min_fps or 0:g} ~ {spec.max_fps:g}" if spec.max_fps else f"at least {spec.min_fps:g}"
        raise InputFailed("InvalidFile.FPS", f"Invalid video FPS. The video FPS must be {span}.")
    if spec.codecs and info.video_codec is not None and info.video_codec not in spec.codecs:
        message = f"Invalid file format, the video must be encoded as {' or '.join(spec.codecs)}."
        raise InputFailed("InvalidFile.Format", message)


def _compare(field: MediaField, infos: dict[tuple[str | int, ...], MediaInfo]) -> None:
    there = infos.get((*field.path[:-1], field.spec.same_size_as or ""))
    here = infos[field.path]
    if there is not None and (here.width, here.height) != (there.width, there.height):
        message = f"The image resolution of {field.path[-1]} is different from {field.spec.same_size_as}."
        raise InputFailed("InvalidFile.Resolution", message)


def _probe(spec: Media, path: Path) -> MediaInfo:
    try:
        return probe(path)
    except MediaError as error:
        if spec.kind == "image":
            message = "Invalid image type. Please ensure the uploaded file is a valid image."
            raise InputFailed("InvalidImage.FileFormat", message) from error
        message = "Invalid file, cannot open file as video/audio/image."
        raise InputFailed("InvalidFile.Openerror", message) from error


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
