"""Opening what a caller hands over: a local path or a seekable binary file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

import av
from av.container import InputContainer

from .errors import MediaError

Source: TypeAlias = str | os.PathLike[str] | BinaryIO
"""A local path, or a binary file open for reading that can seek (also one that fsspec opened)."""

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,wav,mp3,aac,flac,ogg,aiff,amr,caf,gif,webp"
"""FFmpeg's readers we accept. The others read text, playlists or bare devices: nothing a model makes or takes, and a
playlist could make us open files it names."""


def name_of(source: Source) -> str:
    """The name an error message gives to a source."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    for attribute in ("full_name", "path", "name"):
        name = getattr(source, attribute, None)
        if isinstance(name, str) and name:
            return name
    return "<stream>"


def size_of(source: Source) -> int:
    """How many bytes a source has."""
    if isinstance(source, str | os.PathLike):
        try:
            return Path(source).stat().st_size
        except OSError as error:
            raise MediaError(f"cannot be read: {error.strerror}", name_of(source)) from error
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    return size


def head_of(source: Source, count: int = 64) -> bytes:
    """The first bytes of a source."""
    if isinstance(source, str | os.PathLike):
        try:
            with open(source, "rb") as file:
                return file.read(count)
        except OSError as error:
            raise MediaError(f"cannot be read: {error.strerror}", name_of(source)) from error
    source.seek(0)
    head = source.read(count)
    source.seek(0)
    return head


@contextmanager
def opened(source: Source) -> Iterator[InputContainer]:
    """Opens sound or film; closes it whatever happens, and turns FFmpeg's errors into ours.

    A binary file is read from its start and stays open: it belongs to the caller.

    Raises:
        MediaError: it is missing, no media file, or breaks while it is read.
    """
    where = name_of(source)
    if size_of(source) == 0:
        raise MediaError("is empty", where)
    file = os.fspath(source) if isinstance(source, str | os.PathLike) else source
    try:
        with av.open(
            file, "r", container_options={"format_whitelist": FORMATS, "protocol_whitelist": "file"}
        ) as container:
            yield container
    except av.error.InvalidDataError as error:
        raise MediaError("is damaged, incomplete or no media file", where) from error
    except av.FFmpegError as error:
        raise MediaError(f"cannot be read: {error.strerror}", where) from error
