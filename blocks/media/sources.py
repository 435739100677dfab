"""Opening what a caller hands over: a local path or a seekable binary file."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

import av
from av.container import InputContainer

from .errors import MediaError

Source: TypeAlias = str | os.PathLike[str] | BinaryIO
"""A local path, or a binary file open for reading that can seek (also one that fsspec opened)."""

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mxf,flv,asf,wav,mp3,aac,flac,ogg,aiff,amr,caf,gif,webp"
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


def keep_sources(sources: Iterable[Source], dst: str | os.PathLike[str]) -> None:
    """Refuses to write a file over one that is still to be read.

    Raises:
        MediaError: `dst` is one of the sources.
    """
    target = Path(dst).resolve()
    for source in sources:
        if isinstance(source, str | os.PathLike) and Path(source).resolve() == target:
            raise MediaError("is both read and to be written; write to another file", os.fspath(dst))


class View(io.RawIOBase):
    """A file's content with a position of its own, so that one open file can be read at two places in turn."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._position = 0
        self._size = size_of(file)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can seek."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Reads from the position on."""
        self._file.seek(self._position)
        data = self._file.read(size)
        self._position += len(data)
        return data


@contextmanager
def opened(source: Source) -> Iterator[InputContainer]:
    """Opens sound or film; closes it whatever happens, and turns FFmpeg's errors into ours.

    A binary file is read from its start and stays open: it belongs to the caller. One file may be opened several times
    at once, in one thread.

    Raises:
        MediaError: it is missing, no media file, or breaks while it is read.
    """
    where = name_of(source)
    if size_of(source) == 0:
        raise MediaError("is empty", where)
    file = os.fspath(source) if isinstance(source, str | os.PathLike) else View(source)
    try:
        with av.open(
            file, "r", container_options={"format_whitelist": FORMATS, "protocol_whitelist": "file"}
        ) as container:
            yield container
    except av.error.InvalidDataError as error:
        raise MediaError("is damaged, incomplete or no media file", where) from error
    except av.FFmpegError as error:
        raise MediaError(f"cannot be read: {error.strerror}", where) from error
