"""The MediaStorage block: where assets, the journal, results and productions live."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, ClassVar, TypeAlias

from prefect.filesystems import WritableFileSystem
from prefect.types import SecretDict
from pydantic import ConfigDict, Field, HttpUrl, field_validator

from blocks.storage.local import LocalFiles
from blocks.storage.paths import LOCAL_PROTOCOLS, StorageUnusable, absolute_url, inside, protocol_of, without_query
from blocks.storage.remote import RemoteFiles

Paths: TypeAlias = list[str]
Files: TypeAlias = LocalFiles | RemoteFiles

RESULTS = "results"
"""The folder under the root that holds Prefect's stored task results."""

_PATIENCE_SECONDS = 60.0


class MediaStorage(WritableFileSystem):
    """
    Keep media, journals and task results under any fsspec URL.

    A file appears under its name only when it is complete. Paths are relative to the root and never leave it.

    Example:
        Load a stored configuration and read what lies there:
        ```python
        from blocks.storage import MediaStorage

        storage = MediaStorage.load("BLOCK_NAME")
        paths = await storage.list("productions")
        ```
    """

    _block_type_name: ClassVar[str | None] = "Media Storage"
    _block_type_slug: ClassVar[str | None] = "media-storage"
    _description: ClassVar[str | None] = (
        "Where wanflow keeps media, its submit journal and task results: a folder, a bucket, any fsspec URL."
    )
    _logo_url: ClassVar[HttpUrl | None] = HttpUrl(
        "https://raw.githubusercontent.com/PrefectHQ/prefect/420d0d6a78bb6df1fc18bcf188fdad43c1d22ea9/assets/block-logos/filesystem.png"
    )
    _documentation_url: ClassVar[HttpUrl | None] = HttpUrl("https://filesystem-spec.readthedocs.io/en/latest/api.html")

    # What was typed may hold a credential in the wrong place, so errors do not repeat it.
    model_config = ConfigDict(hide_input_in_errors=True)

    url: str = Field(
        default="./media",
        title="URL",
        description="A folder or any fsspec URL, such as ./media, s3://bucket/media or gs://bucket/media.",
        examples=["./media", "s3://bucket/media"],
        validate_default=True,
    )
    options: SecretDict | None = Field(
        default=None,
        title="Options",
        description='Options of the fsspec file system, such as {"key": "…", "secret": "…"}. Kept secret.',
    )

    @field_validator("url")
    @classmethod
    def _resolve_url(cls, value: str) -> str:
        return absolute_url(value)

    @classmethod
    def from_environment(cls, url: str | None = None) -> MediaStorage:
        """The storage that the environment names.

        Args:
            url: takes the place of ``WANFLOW_STORAGE``, whose default is ``./media``.

        Raises:
            StorageUnusable: when ``WANFLOW_STORAGE_OPTIONS`` is not a JSON object, or the URL is wrong.
        """
        text = os.environ.get("WANFLOW_STORAGE_OPTIONS", "").strip()
        try:
            options = json.loads(text) if text else None
        except json.JSONDecodeError as error:
            raise StorageUnusable(
                f"WANFLOW_STORAGE_OPTIONS is not JSON (line {error.lineno}, column {error.colno}: {error.msg})"
            ) from None
        if options is not None and not isinstance(options, dict):
            raise StorageUnusable('WANFLOW_STORAGE_OPTIONS must be a JSON object such as {"key": "…", "secret": "…"}')
        try:
            url = absolute_url(url or os.environ.get("WANFLOW_STORAGE", "").strip() or "./media")
        except ValueError as error:
            raise StorageUnusable(str(error)) from None
        return cls(url=url, options=None if options is None else SecretDict(options))

    @property
    def root(self) -> str:
        """The absolute URL; an absolute path on a local file system."""
        return self.url

    @property
    def key(self) -> str:
        """A short stable name of this storage that holds no secret: 12 hex digits of its URL's SHA-256."""
        return hashlib.sha256(without_query(self.url).encode()).hexdigest()[:12]

    @functools.cached_property
    def _files(self) -> Files:
        if protocol_of(self.url) in LOCAL_PROTOCOLS:
            return LocalFiles(self.url)
        return RemoteFiles(self.url, self.options.get_secret_value() if self.options else {})

    async def _call(self, method: str, *arguments: Any) -> Any:
        # Opening a remote file system blocks as well, hence inside the thread.
        return await asyncio.to_thread(lambda: getattr(self._files, method)(*arguments))

    def uri(self, path: str) -> str:
        """Where a path is: an fsspec URL, or an absolute path on a local file system."""
        return self._files.uri(path)

    def relative(self, uri: str) -> str | None:
        """The path inside the root of what ``uri`` names, or None when it lies elsewhere."""
        return self._files.relative(uri)

    def local_path(self, path: str) -> Path | None:
        """The file on the local file system; None when the storage is not on one."""
        return self._files.local_path(path)

    async def exists(self, path: str) -> bool:
        """Whether there is a file."""
        return await self.size(path) is not None

    async def size(self, path: str) -> int | None:
        """Bytes of a file, or None when there is none."""
        found: int | None = await self._call("size", path)
        return found

    async def stamp(self, path: str) -> str | None:
        """A text that changes whenever the file's content does; None when the store cannot tell."""
        found: str | None = await self._call("stamp", path)
        return found

    async def read_bytes(self, path: str) -> bytes | None:
        """A small file's content, or None when there is none."""
        return await asyncio.to_thread(self._read, path)

    def _read(self, path: str) -> bytes | None:
        try:
            return self._files.read(path)
        except FileNotFoundError:
            return None

    async def write_bytes(self, path: str, content: bytes) -> None:
        """Write a small file; it appears whole or not at all."""
        await asyncio.to_thread(self._write, path, content)

    def _write(self, path: str, content: bytes) -> None:
        with self._files.writing(path) as file:
            file.write(content)

    async def read_json(self, path: str) -> Any | None:
        """A JSON file's value, or None when there is no file.

        Raises:
            StorageUnusable: when the file is not JSON; it names the file.
        """
        content = await self.read_bytes(path)
        if content is None:
            return None
        try:
            return json.loads(content)
        except ValueError as error:
            raise StorageUnusable(
                f"{self.uri(path)} is damaged: {error}; mend it, or remove it: what only it knows to be sent or made"
                " may then be paid for again"
            ) from None

    async def write_json(self, path: str, value: Any) -> None:
        """Write a value as JSON that a person can read; it appears whole or not at all."""
        await self.write_bytes(path, _json(value))

    async def create_json(self, path: str, value: Any) -> bool:
        """Write a JSON file only when there is none yet.

        Returns:
            False when somebody was first; theirs is left as it is.
        """
        created: bool = await self._call("create", path, _json(value))
        return created

    async def delete(self, path: str) -> None:  # type: ignore[override]
        """Remove a file; nothing there is fine. (Saved blocks are deleted with ``prefect block delete``.)"""
        await self._call("delete", path)

    async def put(self, local: Path, path: str) -> None:
        """Copy a local file in, streaming; it appears when it is complete."""
        await self._call("put", local, path)

    def open_read(self, path: str) -> BinaryIO:
        """Open a file for reading and seeking. Blocks: call it in a thread.

        Raises:
            FileNotFoundError: when there is none.
        """
        return self._files.open_read(path)

    @contextlib.contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Write a seekable file that appears when the block ends without an error. Blocks: call it in a thread."""
        with self._files.writing(path) as file:
            yield file

    @contextlib.asynccontextmanager
    async def local_copy(self, path: str) -> AsyncIterator[Path]:
        """The file on the local disk: itself when the storage is local, else a copy that lives as long as the block.

        Raises:
            FileNotFoundError: when there is none.
        """
        if (there := self.local_path(path)) is not None:
            if not await asyncio.to_thread(there.is_file):
                raise FileNotFoundError(f"no such file in the storage: {there}")
            yield there
            return
        with tempfile.TemporaryDirectory(prefix="wanflow-") as folder:
            copy = Path(folder) / (inside(path).rpartition("/")[2] or "file")
            await asyncio.to_thread(self._copy_out, path, copy)
            yield copy

    def _copy_out(self, path: str, target: Path) -> None:
        with self._files.open_read(path) as incoming, target.open("wb") as outgoing:
            while chunk := incoming.read(1 << 20):
                outgoing.write(chunk)

    def sign(self, path: str, seconds: int) -> str | None:
        """A presigned URL that reads the file for so many seconds; None where the storage cannot make one. Blocks."""
        return self._files.sign(path, seconds)

    async def aread_path(self, path: str) -> bytes:
        """Read a stored task result, from under ``results/``."""
        return await asyncio.to_thread(self._read_result, path)

    async def awrite_path(self, path: str, content: bytes) -> None:
        """Store a task result under ``results/``."""
        await asyncio.to_thread(self._write, self._resolve_path(path), content)

    def read_path(self, path: str, *, _sync: bool = False) -> Any:
        """Read a stored task result: Prefect calls this, with ``_sync`` from synchronous tasks; else it is awaited.

        Raises:
            FileNotFoundError: when there is none.
        """
        return self._read_result(path) if _sync else self.aread_path(path)

    def write_path(self, path: str, content: bytes, *, _sync: bool = False) -> Any:
        """Store a task result: Prefect calls this, with ``_sync`` from synchronous tasks; else it is awaited."""
        return self._write(self._resolve_path(path), content) if _sync else self.awrite_path(path, content)

    def _read_result(self, path: str) -> bytes:
        place = self._resolve_path(path)
        content = self._read(place)
        if content is None:
            raise FileNotFoundError(f"no such result in the storage: {self.uri(place)}")
        return content

    def _resolve_path(self, path: str) -> str:
        # Prefect asks for this name on storage that is not saved as a block, and hands resolved paths in again.
        place = inside(path)
        return place if place == RESULTS or place.startswith(f"{RESULTS}/") else f"{RESULTS}/{place}".rstrip("/")

    async def check_writable(self) -> None:
        """Write and remove a small file.

        Raises:
            StorageUnusable: when that fails; the text says where, why and what to do.
        """
        probe = f"{RESULTS}/.check-{secrets.token_hex(8)}"

        def attempt() -> None:
            self._write(probe, b"wanflow")
            self._files.delete(probe)

        await self._attempted("write to", attempt)

    async def check_readable(self) -> None:
        """Look for a small file, there or not: nothing is written, and a folder need not be there yet.

        Raises:
            StorageUnusable: when that fails; the text says where, why and what to do.
        """
        await self._attempted("read", lambda: self._read(f"{RESULTS}/.check"))

    async def _attempted(self, what: str, attempt: Callable[[], object]) -> None:
        try:
            await asyncio.wait_for(asyncio.to_thread(attempt), _PATIENCE_SECONDS)
        except StorageUnusable:
            raise
        except TimeoutError:
            raise StorageUnusable(self._unusable(what, f"no answer within {_PATIENCE_SECONDS:.0f} s")) from None
        except Exception as error:
            raise StorageUnusable(self._unusable(what, _reason(error))) from error

    def _unusable(self, what: str, reason: str) -> str:
        where = without_query(self.url)
        return f"cannot {what} the storage {where}: {reason}; check WANFLOW_STORAGE (or --storage) and its options"

    async def list(self, path: str = "") -> Paths:
        """Every file below a folder, relative to the root, sorted; unfinished files (dot names) are left out."""
        found: Paths = await self._call("list", path)
        return found


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{text or 'failed'} ({type(error).__name__})"
