"""A folder or a pattern means the files of its kind."""

from __future__ import annotations

from pathlib import Path

from blocks.storage import MediaStorage
from tasks.folders import files_meant


async def test_a_folder_means_its_files_of_one_kind_sorted_by_name(tmp_path: Path) -> None:
    """Pictures only, by name; what is hidden, of another kind or in a folder below is left out."""
    storage = MediaStorage(url=str(tmp_path / "media"))
    shots = tmp_path / "shots"
    (shots / "below").mkdir(parents=True)
    for name in ("b.png", "a.webp", ".hidden.png", "voice.mp3", "below/c.png"):
        (shots / name).write_bytes(b"x")
    names = [Path(one).name for one in await files_meant("shots", "image", storage, tmp_path) or []]
    assert names == ["a.webp", "b.png"]
    assert await files_meant("shots/*.png", "image", storage, tmp_path) == [str(shots / "b.png")]
    assert await files_meant("shots/*.gif", "image", storage, tmp_path) == []
    assert await files_meant("shots/b.png", "image", storage, tmp_path) is None
    assert await files_meant("https://example.com/*.png", "image", storage, tmp_path) is None


async def test_a_folder_of_the_storage_means_what_is_stored_in_it() -> None:
    """An object store has no folders, yet what lies under a name is found, as storage URIs."""
    storage = MediaStorage(url="memory://folders-of-the-storage")
    for name in ("shots/2.png", "shots/1.png", "shots/below/3.png", "other/4.png"):
        await storage.write_bytes(name, b"x")
    found = [storage.uri(f"shots/{number}.png") for number in (1, 2)]
    assert await files_meant(storage.uri("shots"), "image", storage) == found
    assert await files_meant(storage.uri("shots/1*"), "image", storage) == found[:1]
    assert await files_meant(storage.uri("nothing/here"), "image", storage) is None
