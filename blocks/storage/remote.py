"""A storage root behind any other fsspec protocol: object stores, servers, memory."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import fsspec  # type: ignore[import-untyped]
from fsspec.core import split_protocol  # type: ignore[import-untyped]
from fsspec.dircache import DirCache  # type: ignore[import-untyped]

from blocks.storage.paths import StorageUnusable, inside, protocol_of, without_query

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss"})
"""Protocols whose files appear when they are closed. Elsewhere a temporary name is moved."""

EXTRAS = {
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "az": "azure",
    "abfs": "azure",
    "abfss": "azure",
    "oss": "oss",
}

_BLOCK_BYTES = 8 << 20  # S3 takes parts from 5 MB up; the libraries' own 50 MB would decide our peak memory
_SPOOL_BYTES = 1 << 20
_REFUSALS = ("PreconditionFailed", "At least one of the pre-conditions", "ConditionalRequestConflict")
_lock = threading.Lock()


@functools.lru_cache(maxsize=64)
def _file_system(protocol: str, options: str, process: int) -> Any:
    system = fsspec.filesystem(protocol, skip_instance_cache=True, **json.loads(options))
    # A cached listing hides what other machines wrote.
    system.dircache = DirCache(use_listings_cache=False)
    return system


def file_system(url: str, options: Mapping[str, Any]) -> Any:
    """The fsspec file system of a URL, one per process and options.

    Raises:
        StorageUnusable: when the protocol is unknown or its library is missing.
    """
    protocol = protocol_of(url)
    try:
        with _lock:  # creating one is slow, and threads meet here
            return _file_system(protocol, json.dumps(dict(options), sort_keys=True), os.getpid())
    except ImportError as error:
        extra = EXTRAS.get(protocol)
        remedy = f"pip install 'wanflow[{extra}]'" if extra else f"install the library that serves {protocol}://"
        raise StorageUnusable(f"storage {without_query(url)}: a library is missing ({error}); {remedy}") from error
    except TypeError as error:
        raise StorageUnusable(f"storage {without_query(url)}: the options do not fit {protocol}://: {error}") from error
    except ValueError as error:
        unknown = protocol not in fsspec.available_protocols()
        known = f". Usual ones are {', '.join(f'{name}://' for name in EXTRAS)}, or a folder's path" if unknown else ""
        raise StorageUnusable(f"storage {without_query(url)}: {error}{known}") from error


class RemoteFiles:
    """Files below a URL."""

    def __init__(self, root: str, options: Mapping[str, Any]) -> None:
        self.root = root
        self._fs = file_system(root, options)
        self._base = str(self._fs._strip_protocol(root)).rstrip("/")
        self._in_memory = protocol_of(root) == "memory"
        self._appears_on_close = protocol_of(root) in OBJECT_STORES

    def uri(self, path: str) -> str:
        """The fsspec URL."""
        return f"{self.root}{'' if self.root.endswith('://') else '/'}{inside(path)}"

    def local_path(self, path: str) -> Path | None:
        """None: not on a local file system."""
        inside(path)
        return None

    def relative(self, uri: str) -> str | None:
        """The path inside the root, or None when it is not inside."""
        names = (self._fs.protocol,) if isinstance(self._fs.protocol, str) else self._fs.protocol
        if split_protocol(uri)[0] not in names:
            return None
        plain = str(self._fs._strip_protocol(uri))
        if not plain.startswith(self._base + "/"):
            return None
        try:
            return inside(plain[len(self._base) + 1 :]) or None
        except ValueError:
            return None

    def exists(self, path: str) -> bool:
        """Whether there is a file."""
        return self.size(path) is not None

    def size(self, path: str) -> int | None:
        """Bytes, or None when there is no file."""
        info = self._info(path)
        return None if info is None else int(info["size"])

    def stamp(self, path: str) -> str | None:
        """Changes whenever the content does; None when it cannot be told or nothing is there."""
        info = self._info(path) or {}
        mark = next((info[name] for name in ("ETag", "etag", "md5Hash") if info.get(name)), None)
        return None if mark is None else f"{info['size']}:{mark}"

    def read(self, path: str) -> bytes:
        """A small file's content, in one call: what another writes meanwhile is seen before or after, never between."""
        return cast(bytes, self._fs.cat_file(self._at(path)))

    def open_read(self, path: str) -> BinaryIO:
        """A seekable file."""
        if self._in_memory:  # its open() hands the same file to every reader
            return io.BytesIO(self.read(path))
        return cast(BinaryIO, self._fs.open(self._at(path), "rb", block_size=_BLOCK_BYTES))

    @contextlib.contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """A seekable file that is uploaded when the block ends without an error."""
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as file:
            yield cast(IO[bytes], file)
            file.seek(0)
            self._upload(cast(IO[bytes], file), path)

    def create(self, path: str, content: bytes) -> bool:
        """Write a file that must not exist yet; False when somebody was first.

        Exact where the store can refuse to overwrite (S3, GCS, Azure); elsewhere as good as looking first.
        """
        target = self._at(path)
        if not self._in_memory and not self._appears_on_close:
            if self.exists(path):
                return False
            self._upload(io.BytesIO(content), path)
            return True
        try:
            self._fs.pipe_file(target, content, mode="create")
        except FileExistsError:
            return False
        except OSError as error:
            # S3 says the second when the file was removed at that very moment: nothing was written either.
            if any(said in str(error) for said in _REFUSALS):
                return False
            raise
        return True

    def put(self, source: Path, path: str) -> None:
        """Stream a local file in."""
        with source.open("rb") as file:
            self._upload(file, path)

    def delete(self, path: str) -> None:
        """Remove a file; nothing there is fine."""
        with contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._at(path))

    def list(self, path: str) -> list[str]:
        """Every finished file below a folder, sorted; none when there is no such folder."""
        try:
            found = self._fs.find(self._at(path))
        except FileNotFoundError:
            return []
        inner = [str(name)[len(self._base) + 1 :] for name in found]
        return sorted(name for name in inner if not any(part.startswith(".") for part in name.split("/")))

    def sign(self, path: str, seconds: int) -> str | None:
        """A presigned URL to read the file, where the store can make one."""
        try:
            return str(self._fs.sign(self._at(path), expiration=seconds))
        except NotImplementedError:
            return None

    def _at(self, path: str) -> str:
        return f"{self._base}/{inside(path)}".rstrip("/")

    def _info(self, path: str) -> dict[str, Any] | None:
        try:
            info: dict[str, Any] = self._fs.info(self._at(path))
        except FileNotFoundError:
            return None
        return info if info.get("type") == "file" else None

    def _upload(self, file: IO[bytes], path: str) -> None:
        target = self._at(path)
        if self._in_memory:
            self._fs.pipe_file(target, file.read())
        elif self._appears_on_close:
            self._copy(file, target)
        else:
            folder, _, _ = target.rpartition("/")
            self._fs.makedirs(folder, exist_ok=True)
            temporary = f"{folder}/.{secrets.token_hex(8)}.tmp"
            try:
                self._copy(file, temporary)
                self._fs.mv(temporary, target)
            except BaseException:
                with contextlib.suppress(Exception):
                    self._fs.rm_file(temporary)
                raise

    def _copy(self, file: IO[bytes], target: str) -> None:
        outgoing = self._fs.open(target, "wb", block_size=_BLOCK_BYTES)
        try:
            shutil.copyfileobj(file, outgoing, 1 << 20)
        except BaseException:
            _abandon(outgoing)
            raise
        outgoing.close()


def _abandon(outgoing: Any) -> None:
    """Give up a half-written remote file: closing it would make the half appear."""
    with contextlib.suppress(Exception):
        outgoing.discard()
    with contextlib.suppress(Exception):
        outgoing.closed = True
