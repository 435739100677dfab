"""What can be wrong with a media file.

MediaError    a file cannot be read, is damaged, or cannot be made; says what and which file
"""

from __future__ import annotations


class MediaError(ValueError):
    """A media file is not what it should be.

    Args:
        what: what is wrong, without the file's name: ``cut off after 3.2 of 5.0 seconds``.
        where: the file, as its user would name it.
    """

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = what
        self.where = where

    def __reduce__(self) -> tuple[type[MediaError], tuple[str, str]]:
        return type(self), (self.what, self.where)
