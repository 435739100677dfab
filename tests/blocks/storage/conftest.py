from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from blocks.storage import MediaStorage


@pytest.fixture(params=["local", "memory", pytest.param("s3", marks=pytest.mark.s3)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStorage:
    """A new storage of every kind."""
    if request.param == "local":
        return MediaStorage(url=str(tmp_path / "media"))
    if request.param == "memory":
        return MediaStorage(url=f"memory://{uuid.uuid4().hex}/media")
    found: MediaStorage = request.getfixturevalue("s3_storage")
    return found
