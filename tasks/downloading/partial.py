"""A download that is not complete yet: a file that grows, its digest, and what is known of the whole."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any, BinaryIO, Self

_CHUNK = 1 << 20


class Partial:
    """A growing file that one process at a time owns, and that a later process can go on with. Blocks.

    Attributes:
        path: the file.
        size: bytes in it.
        etag: the validator the server gave (a strong ETag, or the date of the last change).
        total: bytes of the whole, when the server said so.
    """

    def __init__(self, path: Path, source: str) -> None:
        self.source = source
        self.etag: str | None = None
        self.total: int | None = None
        self.size = 0
        self._digest = hashlib.sha256()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self._file = _own(path)
        self._can_be_found = self.path == path
        self._restore()

    @property
    def sha256(self) -> str:
        """Of everything in the file, hex."""
        return self._digest.hexdigest()

    def append(self, content: bytes) -> None:
        """Add what arrived."""
        self._file.write(content)
        self._file.flush()  # others look at the file by its path
        self._digest.update(content)
        self.size += len(content)

    def start_over(self) -> None:
        """Throw away what is there."""
        self._notes.unlink(missing_ok=True)
        self._file.seek(0)
        self._file.truncate()
        self._digest = hashlib.sha256()
        self.size, self.etag, self.total = 0, None, None

    def describe(self, *, etag: str | None, total: int | None) -> None:
        """Note what the server says about the whole, so that a later process can go on."""
        if (etag, total) == (self.etag, self.total):
            return
        self.etag, self.total = etag, total
        self._notes.write_text(json.dumps({"source": self.source, "etag": etag, "total": total}))

    def finish(self) -> None:
        """Bring everything to the disk, ready to be renamed."""
        os.fsync(self._file.fileno())
        self._notes.unlink(missing_ok=True)

    def remove(self) -> None:
        """Forget the file. Only before it is renamed: afterwards the name is anybody's."""
        self._notes.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let others go on with it; a file of another name serves nobody else and goes."""
        self._file.close()
        if not self._can_be_found:
            self.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _notes(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    def _restore(self) -> None:
        """Go on with what a process left behind, when it is surely the beginning of the same file."""
        notes: Any = None
        with contextlib.suppress(OSError, ValueError):
            notes = json.loads(self._notes.read_text())
        if not isinstance(notes, dict) or notes.get("source") != self.source or not notes.get("etag"):
            self.start_over()
            return
        while chunk := self._file.read(_CHUNK):
            self._digest.update(chunk)
            self.size += len(chunk)
        self.etag, self.total = notes["etag"], notes.get("total")


def _own(path: Path) -> tuple[Path, BinaryIO]:
    """Open a file for this process alone; where another one has it, a file of another name."""
    while True:
        file = path.open("a+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            break
        # Its last owner may have renamed it between our open and our lock.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                file.seek(0)
                return path, file
        file.close()
    other = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    return other, other.open("x+b")
