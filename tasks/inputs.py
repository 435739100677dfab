"""Looking at a request's files before anything is sent: do they exist, and are they what the model takes?"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from blocks.catalog import InvalidRequest, Media, MediaField, Problem, Request
from blocks.catalog.annotations import scheme_of
from blocks.client import redact
from blocks.media import MediaError, MediaInfo, probe
from blocks.storage import MediaStorage
from tasks.ascii_url import ascii_url
from tasks.asset import Asset
from tasks.downloading import DownloadFailed, WebFiles
from tasks.sources import Source, SourceMissing, locate

_FORMAT_OF = {
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
    "video/x-flv": "flv",
    "video/mp2t": "ts",
    "audio/mpeg": "mp3",
}
"""Formats whose media types go by another name."""
_UNREADABLE = frozenset({"heic", "heif"})
_SLACK = 0.1  # seconds or pictures a second: containers count whole frames and sound packets


async def check_inputs(
    request: Request,
    storage: MediaStorage,
    assets: Mapping[str, Asset],
    *,
    base: Path | None = None,
    web: WebFiles | None = None,
) -> dict[str, float]:
    """Refuse a request whose own files are missing or not what the model takes.

    Files are judged by their content: format, sides, length, size, transparency. What lies behind an oss:// address is
    not looked at, what lies behind http(s) only on request.

    Args:
        request: as asked for, before staging.
        storage: this run's storage.
        assets: what is known of stored media, by URI.
        base: the folder that relative paths start from.
        web: fetches what lies behind http(s) addresses; None: they are not looked at.

    Returns:
        Seconds of the videos and sounds that were looked at, by dotted field.

    Raises:
        InvalidRequest: with every problem, each naming the field, the file and the limit.
    """
    fields = request.media()
    looked = await asyncio.gather(*(_look(field, storage, assets, base, web) for field in fields))
    problems = [problem for each, _ in looked for problem in each]
    problems += _unequal(fields, [info for _, info in looked])
    problems += _too_many(fields, [info for _, info in looked])
    seen = {field.name: info for field, (_, info) in zip(fields, looked, strict=True) if info is not None}
    problems += [Problem(conflict.field, conflict.message) for conflict in request.conflicts_with(seen)]
    if problems:
        raise InvalidRequest(problems, model=request.model)
    return {name: info.seconds for name, info in seen.items() if info.seconds is not None}


async def _look(
    field: MediaField, storage: MediaStorage, assets: Mapping[str, Asset], base: Path | None, web: WebFiles | None
) -> tuple[list[Problem], MediaInfo | None]:
    shown = field.value if scheme_of(field.value) != "data" else f"{field.value[:40]}…"
    try:
        source = locate(field.value, storage, assets, base)
        if source is None:
            match scheme_of(field.value):
                case "data":
                    info, name = await asyncio.to_thread(_probe_data, field.value), "the data"
                case "http" if web is not None:
                    name = PurePosixPath(unquote(urlsplit(field.value).path)).name or "the file"
                    if _taken_unread(name, field.spec):
                        return [], None
                    info = await web.look(ascii_url(field.value), max_bytes=field.spec.largest)
                case _:
                    return [], None
        else:
            await source.check()
            name = source.name
            if _taken_unread(name, field.spec):
                return [], None
            info = await _info(source, field.spec)
    except (SourceMissing, DownloadFailed) as error:
        return [Problem(field.name, str(error), redact(shown))], None
    except MediaError as error:
        return [Problem(field.name, f"{shown} {error.what}", shown, _formats(field.spec) or None)], None
    wrong = misfits(info, field.spec.of(info.kind))
    return [Problem(field.name, f"{name} {message}", shown, allowed) for message, allowed in wrong], info


def _unequal(fields: list[MediaField], infos: list[MediaInfo | None]) -> Iterator[Problem]:
    """Pictures that should have the same size as another one, such as a mask, and do not."""
    seen = {field.path: info for field, info in zip(fields, infos, strict=True) if info is not None}
    for field in fields:
        if field.spec.same_size_as is None:
            continue
        here, there = seen.get(field.path), seen.get((*field.path[:-1], field.spec.same_size_as))
        if here and there and (here.width, here.height) != (there.width, there.height):
            asked = f"{field.spec.same_size_as} has {there.width}x{there.height}, and they must be alike"
            yield Problem(field.name, f"is {here.width}x{here.height} pixels; {asked}", field.value)


def _too_many(fields: list[MediaField], infos: list[MediaInfo | None]) -> Iterator[Problem]:
    """Lists with more files of one kind than the model takes, whatever they are called."""
    kinds = Counter((field.path[:-1], info.kind) for field, info in zip(fields, infos, strict=True) if info is not None)
    specs = {field.path[:-1]: field.spec for field in fields}
    for (path, kind), count in kinds.items():
        most = specs[path].of(kind).most
        if most is not None and count > most:
            name = ".".join(str(step) for step in path)
            yield Problem(name, f"holds {count} files that are {kind}s; at most {most} may be", allowed={"max": most})


async def _info(source: Source, spec: Media) -> MediaInfo:
    asset = source.asset
    if asset is not None and (asset.kind != "image" or (spec.alpha and not spec.needs_alpha)):
        return MediaInfo(
            media_type=asset.media_type,
            format=format_of(asset.media_type),
            bytes=asset.bytes,
            width=asset.width,
            height=asset.height,
            seconds=asset.seconds,
            fps=asset.fps,
        )

    def look() -> MediaInfo:
        with source.opened() as file:
            return probe(file)

    return await asyncio.to_thread(look)


def format_of(media_type: str) -> str:
    """The short name of a format, as the models' demands have it."""
    return _FORMAT_OF.get(media_type, media_type.partition("/")[2])


def _probe_data(value: str) -> MediaInfo:
    head, comma, text = value.partition(",")
    try:
        content = base64.b64decode(text, validate=True) if head.endswith(";base64") else unquote_to_bytes(text)
    except (binascii.Error, ValueError) as error:
        raise MediaError(f"is not a data URI ({error})", "data") from None
    if not comma or not content:
        raise MediaError("is not a data URI (data:image/png;base64,…)", "data")
    return probe(io.BytesIO(content))


def misfits(info: MediaInfo, spec: Media) -> Iterator[tuple[str, object]]:
    """What a model would not take about a file: what it is, and what is allowed."""
    if info.kind != spec.kind:
        wanted = " or ".join(_a(kind) for kind in spec.kinds)
        yield f"is {_a(info.kind)} ({info.format}), not {wanted}", _formats(spec) or None
        return
    if not spec.takes(info.format):
        yield f"is {info.format} by its content", _formats(spec)
    if info.width and info.height:
        low, high = sorted((info.width, info.height))
        size = f"is {info.width}x{info.height} pixels"
        if (spec.min_side and low < spec.min_side) or (spec.max_side and high > spec.max_side):
            yield f"{size}; the sides are out of bounds (pixels)", _range(spec.min_side, spec.max_side)
        if spec.max_pixels and info.width * info.height > spec.max_pixels:
            yield f"{size}; that is too many in all", _range(None, spec.max_pixels)
        if not spec.shaped(high / low, 0.01):
            bound = "; the bound itself is out" if spec.open_ratio else ""
            said = f"{size}; the longer side is {high / low:.2f} times the shorter one{bound}"
            yield said, _range(None, spec.max_ratio)
    if info.seconds is not None and spec.kind != "image" and not spec.lasts(info.seconds, _SLACK):
        ends = "; the bounds themselves are out" if spec.open_ends else ""
        yield f"is {info.seconds:.1f} seconds long{ends}", _range(spec.min_seconds, spec.max_seconds)
    if info.fps is not None and not spec.runs(info.fps, _SLACK):
        yield f"has {info.fps:.1f} pictures a second", _range(spec.min_fps, spec.max_fps)
    if spec.codecs and info.video_codec is not None and info.video_codec not in spec.codecs:
        yield f"is encoded as {info.video_codec}", list(spec.codecs)
    if spec.max_bytes is not None and info.bytes > spec.max_bytes:
        megabytes = info.bytes / (1 << 20)
        yield f"has {info.bytes} bytes ({megabytes:.1f} MB)", _range(None, spec.max_bytes)
    if not spec.alpha and info.has_alpha:
        yield "has transparent parts, which the model does not take; save it without an alpha channel", None
    if spec.needs_alpha and not info.has_alpha:
        yield "has no transparent parts; the model wants a cut-out with an alpha channel (RGBA)", None


def _range(low: float | None, high: float | None) -> dict[str, float]:
    return {name: value for name, value in (("min", low), ("max", high)) if value is not None}


def _formats(spec: Media) -> list[str]:
    return list(spec.formats)


def _taken_unread(name: str, spec: Media) -> bool:
    """Whether a file is, by its name, of a format that the model takes and we cannot read: passed on as it is."""
    ending = PurePosixPath(name).suffix[1:].lower()
    return ending in _UNREADABLE and bool(spec.formats) and spec.takes(ending)


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
