"""What a pipeline file may read of the machine it runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.storage import MediaStorage
from tasks.reach import Reach


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


def test_a_folder_can_be_allowed(reach: Reach, tmp_path: Path) -> None:
    """What the user allows is read, a single file or a folder."""
    for allowed in (tmp_path / "secrets", tmp_path / "secrets" / "portrait.png"):
        assert Reach(reach.base, reach.storage, (allowed,)).refusal("../secrets/portrait.png") is None


def test_without_a_file_there_is_no_fence(reach: Reach) -> None:
    """A pipeline that was built in Python names what it likes."""
    assert Reach(None, reach.storage).refusal("/etc/hostname") is None
