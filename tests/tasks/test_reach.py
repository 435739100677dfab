"""What a pipeline file may read of the machine it runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.storage import MediaStorage
from tasks.importing import known_file
from tasks.reach import Reach, local_file
from tasks.sources import SourceMissing, locate


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    """A pipeline's folder and a storage beside a folder of secrets."""
    for name in ("pipelines", "secrets", "media"):
        (tmp_path / name).mkdir()
    (tmp_path / "secrets" / "portrait.png").touch()
    (tmp_path / "pipelines" / "link.png").symlink_to(tmp_path / "secrets" / "portrait.png")
    return Reach(tmp_path / "pipelines", MediaStorage(url=str(tmp_path / "media")))


def test_own_folder_and_storage_are_within_reach(reach: Reach, tmp_path: Path) -> None:
    """Files of the pipeline's folder, stored ones and web addresses are read."""
    for value in ("a.png", "faces/a.png", str(tmp_path / "media" / "a.png"), "https://example.org/a.png"):
        assert reach.refusal(value) is None, value


@pytest.mark.parametrize("value", ["../secrets/portrait.png", "faces/../../secrets/a.png", "~/a.png", "/etc/hostname"])
def test_other_folders_are_not(reach: Reach, value: str) -> None:
    """A path that leads out is refused, and the refusal says how to allow it."""
    said = reach.refusal(value)
    assert said is not None and value in said and "--allow-files" in said


def test_links_do_not_lead_out(reach: Reach, tmp_path: Path) -> None:
    """A link within the folder is as good as what it leads to, a file:// address as good as its path."""
    assert reach.refusal("link.png")
    assert reach.refusal(f"file://{tmp_path}/secrets/portrait.png")


@pytest.mark.parametrize(
    "written",
    ["FILE://{}/secrets/a.png", "file://localhost{}/secrets/a.png", "file://{}/pipelines/%2e%2e/secrets/a.png"],
)
def test_no_way_of_writing_an_address_leads_out(reach: Reach, tmp_path: Path, written: str) -> None:
    """What is checked is the file that is read, however its address is written."""
    value = written.format(tmp_path)
    assert local_file(value).resolve() == tmp_path / "secrets" / "a.png"
    source = locate(value, reach.storage, {}, reach.base)
    assert source is not None and source.file == local_file(value)
    assert "lies outside the folder" in str(reach.refusal(value))


@pytest.mark.parametrize("value", ["~nobody-here/a.png", "a\0.png", "/a\0.png", "file://[/a.png", "file://other/a.png"])
async def test_what_can_be_no_file_is_said(reach: Reach, value: str) -> None:
    """A home folder of nobody, a broken address, another machine's file: refused as any other, never a traceback."""
    said = f"{value!r} names no file of this machine"
    assert reach.refusal(value) == said
    with pytest.raises(SourceMissing) as missing:
        locate(value, reach.storage, {}, reach.base)
    with pytest.raises(FileNotFoundError) as unknown:
        await known_file(value, reach.storage, reach.base)
    assert str(missing.value) == str(unknown.value) == said


async def test_a_path_through_the_storage_is_read_in_the_storage(reach: Reach, tmp_path: Path) -> None:
    """A link within the storage and a step back do not lead beside it: the storage reads the path as it is written."""
    (tmp_path / "media" / "linked").symlink_to(tmp_path / "secrets")
    value = str(tmp_path / "media" / "linked" / ".." / "secrets" / "portrait.png")
    assert reach.refusal(value) is None
    for missing in (value, "none.png"):
        with pytest.raises(FileNotFoundError, match="there is no file"):
            await known_file(missing, reach.storage, reach.base)


def test_a_folder_can_be_allowed(reach: Reach, tmp_path: Path) -> None:
    """What the user allows is read, a single file or a folder."""
    for allowed in (tmp_path / "secrets", tmp_path / "secrets" / "portrait.png"):
        assert Reach(reach.base, reach.storage, (allowed,)).refusal("../secrets/portrait.png") is None


def test_without_a_file_there_is_no_fence(reach: Reach) -> None:
    """A pipeline that was built in Python names what it likes."""
    assert Reach(None, reach.storage).refusal("/etc/hostname") is None
