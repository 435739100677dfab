"""Which files of this machine a pipeline file may name by itself.

Those of its own folder, of the storage, and of folders that the user allows. What the user gives as a parameter is the
user's own word and may lie anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.catalog.annotations import scheme_of

if TYPE_CHECKING:
    from blocks.storage import MediaStorage


def local_file(value: str, base: Path | None = None) -> Path:
    """The local file that a user's path means; relative ones start from ``base``."""
    path = Path(value.removeprefix("file://")).expanduser()
    return path if path.is_absolute() else (base or Path.cwd()) / path


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
        if self.base is None or scheme_of(value) is not None or self.storage.relative(value) is not None:
            return None
        if "://" in value and not value.lower().startswith("file://"):
            return None  # no file of this machine
        # Links are followed, so that none leads out.
        file = local_file(value, self.base).resolve()
        if self.storage.relative(str(file)) is not None or _within(file, (self.base, *self.allowed)):
            return None
        return (
            f"{value} lies outside the folder of the file that names it ({self.base}). Put it there, give it as a "
            f"parameter, or allow its folder: --allow-files {file.parent} (WANFLOW_ALLOW_FILES)"
        )


def _within(file: Path, folders: Iterable[Path]) -> bool:
    return any(file.is_relative_to(folder.resolve()) for folder in folders)
