from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.types import SecretDict

from blocks.storage import MediaStorage


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 service of our own."""
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra s3)")
    server = pytest.importorskip("moto.server", reason="moto is not installed (a test dependency)")
    thread = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    thread.start()
    host, port = thread.get_host_and_port()
    yield f"http://{host}:{port}"
    thread.stop()


@pytest.fixture
def s3_options(s3_endpoint: str) -> dict[str, Any]:
    """What s3fs needs to reach it."""
    return {
        "key": "testing",
        "secret": "testing-secret",
        "client_kwargs": {"endpoint_url": s3_endpoint, "region_name": "eu-west-1"},
    }


@pytest.fixture
def s3_storage(s3_options: dict[str, Any]) -> MediaStorage:
    """A storage in a new bucket."""
    import s3fs

    bucket = f"bucket-{uuid.uuid4().hex}"
    s3fs.S3FileSystem(**s3_options, skip_instance_cache=True).mkdir(bucket)
    return MediaStorage(url=f"s3://{bucket}/media", options=SecretDict(s3_options))


@pytest.fixture(params=["local", "memory", pytest.param("s3", marks=pytest.mark.s3)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStorage:
    """A new storage of every kind."""
    if request.param == "local":
        return MediaStorage(url=str(tmp_path / "media"))
    if request.param == "memory":
        return MediaStorage(url=f"memory://{uuid.uuid4().hex}/media")
    found: MediaStorage = request.getfixturevalue("s3_storage")
    return found
