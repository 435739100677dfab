"""What a storage URL may be, how it is shown, and which files of a storage are seen."""

from __future__ import annotations

import pytest

from blocks.storage import MediaStorage
from blocks.storage.paths import inside, without_query


@pytest.mark.parametrize("character", ["\0", "\n", "\x1f", "\x7f"])
def test_no_path_holds_control_characters(character: str) -> None:
    """A name that a terminal would not show as it is, is none."""
    with pytest.raises(ValueError, match="control characters"):
        inside(f"a{character}b")


def test_an_address_is_shown_without_its_secrets() -> None:
    """User, password, query and fragment go; a local path stays as it is."""
    assert without_query("s3://key:secret@bucket/media?token=hush#more") == "s3://bucket/media"
    assert without_query("/srv/media?a#b") == "/srv/media?a#b"


@pytest.mark.parametrize("url", ["", "  "])
def test_an_empty_address_is_refused(url: str) -> None:
    """It says what to give instead of meaning the working folder."""
    with pytest.raises(ValueError, match="the storage URL is empty; give a folder"):
        MediaStorage(url=url)


async def test_unfinished_work_is_not_listed(storage: MediaStorage) -> None:
    """Names that begin with a dot are no files of the storage, nor is what lies in such folders."""
    for path in ("a/.b.part", ".c/d", "a/e"):
        await storage.write_bytes(path, b"x")
    assert await storage.list() == ["a/e"]


def test_a_neighbour_is_not_inside() -> None:
    """A URL that only begins alike leads to another storage."""
    storage = MediaStorage(url="memory://shop/media")
    assert storage.relative("memory://shop/media/a/b.png") == "a/b.png"
    for other in ("memory://shop/media-of-others/b.png", "memory://shop/b.png", "memory://elsewhere/media/b.png"):
        assert storage.relative(other) is None
