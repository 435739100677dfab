"""A storage root on a local file system: temporary name, fsync, then one rename."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from blocks.storage.paths import LOCAL_PROTOCOLS, inside, protocol_of


class LocalFiles:
    """Files below a folder. Names that begin with a dot are unfinished work and never listed."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._folder = Path(root)

    def uri(self, path: str) -> str:
        """The absolute path."""
        return str(self.local_path(path))

    def local_path(self, path: str) -> Path:
        """The absolute path."""
        return self._folder / inside(path)

    def relative(self, uri: str) -> str | None:
        """The path inside the root, or None when it is not inside."""
        if protocol_of(uri) not in LOCAL_PROTOCOLS:
            return None
        plain = Path(uri.partition("://")[2] if "://" in uri else uri)
        if not plain.is_absolute() or "\0" in uri:
            return None
        for candidate in (Path(os.path.normpath(plain)), plain.resolve()):
            if candidate.is_relative_to(self._folder) and candidate != self._folder:
                return _inside_or_none(candidate.relative_to(self._folder).as_posix())
        return None

    def exists(self, path: str) -> bool:
        """Whether there is a file."""
        return self.local_path(path).is_file()

    def size(self, path: str) -> int | None:
        """Bytes, or None when there is no file."""
        target = self.local_path(path)
        return target.stat().st_size if target.is_file() else None

    def stamp(self, path: str) -> str | None:
        """Changes whenever the content does; None when it cannot be told or nothing is there."""
        return file_stamp(self.local_path(path))

    def read(self, path: str) -> bytes:
        """A small file's content."""
        return self.local_path(path).read_bytes()

    def open_read(self, path: str) -> BinaryIO:
        """A seekable file."""
        return self.local_path(path).open("rb")

    @contextlib.contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """A seekable file that appears under its name when the block ends without an error."""
        target = self.local_path(path)
        temporary = self._temporary_beside(target)
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            move_into_place(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)

    def create(self, path: str, content: bytes) -> bool:
        """Write a file that must not exist yet; False when somebody was first."""
        target = self.local_path(path)
        temporary = self._temporary_beside(target)
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            _give_name(temporary, target)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(target.parent)
        return True

    def put(self, source: Path, path: str) -> None:
        """Copy a local file in."""
        with source.open("rb") as incoming, self.writing(path) as outgoing:
            shutil.copyfileobj(incoming, outgoing, 1 << 20)

    def delete(self, path: str) -> None:
        """Remove a file; nothing there is fine."""
        self.local_path(path).unlink(missing_ok=True)

    def list(self, path: str) -> list[str]:
        """Every finished file below a folder, sorted; none when there is no such folder.

        Raises:
            OSError: the storage cannot be read; that is not the same as being empty.
        """
        found = []
        for folder, folders, names in os.walk(self.local_path(path), onerror=_unless_missing):
            folders[:] = [name for name in folders if not name.startswith(".")]
            here = os.path.relpath(folder, self._folder).replace(os.sep, "/")
            head = "" if here == "." else f"{here}/"
            found += [head + name for name in names if not name.startswith(".")]
        return sorted(found)

    def sign(self, path: str, seconds: int) -> str | None:
        """None: nobody else can read a local file."""
        return None

    def _temporary_beside(self, target: Path) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.parent / f".{secrets.token_hex(8)}.tmp"


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _inside_or_none(path: str) -> str | None:
    try:
        return inside(path)
    except ValueError:
        return None


def _give_name(temporary: Path, target: Path) -> None:
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: still exclusive, only not atomic in content
        with target.open("xb") as file:
            file.write(temporary.read_bytes())


def move_into_place(temporary: Path, target: Path) -> None:
    """Give a complete, synced file its final name in one step that also survives a power cut."""
    os.replace(temporary, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename durable, where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def file_stamp(path: Path) -> str | None:
    """A text that changes whenever the file's content does; None when there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"
