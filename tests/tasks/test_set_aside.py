"""Long data URIs do not travel in the parameters of a run."""

import base64
from pathlib import Path

import pytest

from blocks.storage import MediaStorage
from tasks.importing import set_aside


async def test_a_long_data_uri_becomes_a_file_in_storage(tmp_path: Path) -> None:
    """The picture is in storage, byte for byte, and the request names it; short ones and other text stay."""
    content = bytes(range(256)) * 400
    storage = MediaStorage(url=str(tmp_path))
    long = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    body = {"input": {"img_url": long, "refs": ["data:image/png;base64,AAAA", "https://example.com/a.png"]}}
    changed = await set_aside(body, storage)
    assert await storage.read_bytes(storage.relative(changed["input"]["img_url"]) or "") == content
    assert changed["input"]["img_url"].endswith(".png")
    assert changed["input"]["refs"] == body["input"]["refs"]


async def test_what_is_no_base64_is_refused(tmp_path: Path) -> None:
    """A damaged picture is no picture of another kind: it is said."""
    with pytest.raises(ValueError, match="base64"):
        await set_aside("data:image/png;base64," + "!?" * 60_000, MediaStorage(url=str(tmp_path)))
