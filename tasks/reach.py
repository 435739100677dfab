"""Which files of this machine a pipeline file may name by itself.

Those of its own folder, of the storage, and of folders that the user allows. What the user gives as a parameter is the
user's own word and may lie anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from blocks.catalog.annotations import scheme_of

if TYPE_CHECKING:
    from blocks.storage import MediaStorage


def is_address(value: str) -> bool:
    """Whether a value is an address that names no file of this machine."""
    return "://" in value and not _is_file_address(value)


def local_file(value: str, base: Path | None = None) -> Path:
    """The local file that a path or a ``file://`` address means; relative paths start from ``base``.

    Whoever checks or reads a file asks here, so that all mean the same one.

    Raises:
        FileNotFoundError: it can be no file of this machine.
    """
    try:
        file = _of_address(value) if _is_file_address(value) else Path(value).expanduser()
    except (ValueError, RuntimeError):  # no address, or the home folder of nobody
        file = None
    if file is None or "\0" in str(file):
        raise FileNotFoundError(f"{value!r} names no file of this machine")
    return file if file.is_absolute() else (base or Path.cwd()) / file


def _is_file_address(value: str) -> bool:
    return value.lower().startswith("file://")


def _of_address(value: str) -> Path | None:
    parts = urlsplit(value)
    return Path(unquote(parts.path)) if parts.netloc.lower() in ("", "localhost") else None


@dataclass(frozen=True)
class Reach:
    """What a pipeline file may read.

    Attributes:
        base: the file's folder; None for a pipeline that came from no file: it may name anything.
        storage: this run's storage.
        allowed: further folders and files.
    """

    base: Path | None
    storage: MediaStorage
    allowed: tuple[Path, ...] = ()

    def refusal(self, value: str) -> str | None:
        """Why a value that names a file may not be used; None when it may."""
        if self.base is None or scheme_of(value) is not None or is_address(value):
            return None
        try:
            file = local_file(value, self.base)
        except FileNotFoundError as error:
            return str(error)
        # Links are followed, so that none leads out.
        if self.storage.relative(str(file)) is not None or _within(file.resolve(), (self.base, *self.allowed)):
            return None
        return (
            f"{value} lies outside the folder of the file that names it ({self.base}). Put it there, give it as a "
            f"parameter, or allow its folder: --allow-files {file.resolve().parent} (WANFLOW_ALLOW_FILES)"
        )


def _within(file: Path, folders: Iterable[Path]) -> bool:
    return any(file.is_relative_to(folder.resolve()) for folder in folders)
