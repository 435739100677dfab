"""Which way a file travels to the provider, at the edges: time, size, kind, and what a storage says."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.catalog import Media, MediaField
from blocks.client import Client, RefusedRequest
from blocks.storage import MediaStorage
from tasks import staging
from tasks.staging import Staging, StagingFailed, stage
from tests.tasks.test_staging import (
    Uploading,
    animate,
    beijing,
    content_of,
    picture,
    renamed,
    singapore,
    storage,
    stored,
    value,
)

__all__ = ["beijing", "picture", "singapore", "storage"]

SIGNED = "https://bucket.example/signed?Signature=hush"


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch, storage: MediaStorage) -> list[tuple[str, int]]:
    """The storage signs links that the provider reads; gives what was signed, for how many seconds."""
    signed: list[tuple[str, int]] = []

    def sign(self: MediaStorage, path: str, seconds: int) -> str:
        signed.append((path, seconds))
        return SIGNED

    monkeypatch.setattr(MediaStorage, "sign", sign)
    return signed


def own(storage: MediaStorage, client: Client, url: str, minutes: int) -> Any:
    """A stored picture whose own address lives for so long."""
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    known = {"source_url": url, "source_expires": expires, "source_account": client.account}
    return stored(storage, "a/image.png", media_type="image/png", **known)


async def test_an_address_about_to_expire_is_not_handed_on(
    beijing: Uploading, storage: MediaStorage, picture: Path
) -> None:
    """The provider may read its input half an hour later: an address that has less left is left alone."""
    await storage.put(picture, "a/image.png")
    request = animate(storage.uri("a/image.png"))
    for minutes, begins in ((20, "oss://"), (40, "http://results.example/")):
        assets = own(storage, beijing, "http://results.example/a.png", minutes)
        assert value(await stage(request, client=beijing, storage=storage, assets=assets)).startswith(begins)


async def test_an_own_address_is_encoded(beijing: Uploading, storage: MediaStorage) -> None:
    """Also the provider's own address is handed back in the form that it takes."""
    assets = own(storage, beijing, "http://results.example/夜.png", 60)
    request = animate(storage.uri("a/image.png"))
    found = value(await stage(request, client=beijing, storage=storage, assets=assets))
    assert found == "http://results.example/%E5%A4%9C.png"


async def test_a_field_without_links_gets_none(
    beijing: Uploading, storage: MediaStorage, picture: Path, signing: list[tuple[str, int]]
) -> None:
    """A field that takes uploads only gets neither the file's own address nor a signed one."""
    await storage.put(picture, "a/image.png")
    field = MediaField(("input", "img"), storage.uri("a/image.png"), Media("image", accepts=frozenset({"oss"})))
    assets = own(storage, beijing, "http://results.example/a.png", 60)
    found = await Staging("wan2.6-i2v", beijing, storage).address(field, assets, None)
    assert found.startswith("oss://") and signing == []


async def test_a_link_lives_a_day_and_leads_to_a_file(
    beijing: Uploading, storage: MediaStorage, picture: Path, signing: list[tuple[str, int]]
) -> None:
    """A task may wait long before its input is read. What is not there is not signed."""
    await storage.put(picture, "a/image.png")
    found = await stage(animate(storage.uri("a/image.png")), client=beijing, storage=storage, assets={})
    assert value(found) == SIGNED and signing == [("a/image.png", 24 * 3600)]
    with pytest.raises(StagingFailed, match="no such file in the storage"):
        await stage(animate(storage.uri("a/none.png")), client=beijing, storage=storage, assets={})
    assert len(signing) == 1


async def test_a_file_is_brought_into_the_bucket_once(
    beijing: Uploading,
    storage: MediaStorage,
    picture: Path,
    signing: list[tuple[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Used again, it lies there under its checksum already."""
    brought: list[str] = []
    put = MediaStorage.put

    async def counted(self: MediaStorage, source: Path, path: str) -> None:
        brought.append(path)
        await put(self, source, path)

    monkeypatch.setattr(MediaStorage, "put", counted)
    for _ in range(2):
        assert value(await stage(animate(picture), client=beijing, storage=storage, assets={})) == SIGNED
    assert len(brought) == 1 and len(signing) == 2


async def test_a_storage_that_cannot_sign_is_passed_over(
    beijing: Uploading, storage: MediaStorage, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials without the right to sign are no reason to fail where an upload works."""

    def refuse(self: MediaStorage, path: str, seconds: int) -> str:
        raise RuntimeError("you need a private key to sign credentials")

    monkeypatch.setattr(MediaStorage, "sign", refuse)
    assert value(await stage(animate(picture), client=beijing, storage=storage, assets={})).startswith("oss://")


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://bucket.example/a", True),
        ("https://93.184.215.14/a", True),
        ("http://localhost:9000/a", False),
        ("http://minio.localhost/a", False),
        ("http://192.168.1.2:9000/a", False),
        ("http://[::1]/a", False),
    ],
)
def test_whose_links_the_provider_can_read(url: str, public: bool) -> None:
    """A bucket on this machine or in a private network signs links that only we can read."""
    assert staging._is_public_host(url) is public


async def test_a_field_that_takes_nothing_within_gets_nothing_within(
    singapore: Client, storage: MediaStorage, picture: Path
) -> None:
    """A small picture does not travel inside where the model does not read that."""
    field = MediaField(("input", "img"), str(picture), Media("image", accepts=frozenset({"http", "oss"})))
    with pytest.raises(StagingFailed, match="no way that the model takes"):
        await Staging("wan2.6-i2v", singapore, storage).address(field, {}, None)


@pytest.mark.parametrize("content", ["sound", "text"])
async def test_only_pictures_travel_inside(
    singapore: Client, storage: MediaStorage, tmp_path: Path, picture: Path, content: str
) -> None:
    """What is named a picture and is none is not sent as one."""
    file = tmp_path / "a.png"
    sound = Path(__file__).parents[2] / "docs" / "models" / "inputs" / "voice.mp3"
    file.write_bytes(sound.read_bytes() if content == "sound" else b"a text")
    with pytest.raises(StagingFailed):
        await stage(animate(file), client=singapore, storage=storage, assets={})


async def test_the_last_byte_counts(
    singapore: Client, storage: MediaStorage, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address within which a picture travels counts as a whole; a file far too big is not even read."""
    size = staging.DATA_URI_BYTES * 3 // 4
    os.truncate(picture, size - 300)
    assert value(await stage(animate(picture), client=singapore, storage=storage, assets={})).startswith("data:")
    os.truncate(picture, size)
    with pytest.raises(StagingFailed):
        await stage(animate(picture), client=singapore, storage=storage, assets={})
    monkeypatch.setattr(staging, "_as_data_uri", lambda source: pytest.fail("it was read"))
    os.truncate(picture, size + 3)
    with pytest.raises(StagingFailed):
        await stage(animate(picture), client=singapore, storage=storage, assets={})


async def test_an_upload_is_made_again_before_it_ends(
    beijing: Uploading, storage: MediaStorage, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upload is used for half of what it lives; the next one has another name, in letters a header takes."""
    named = renamed(picture, ".圖")
    await stage(animate(named), client=beijing, storage=storage, assets={})
    monkeypatch.setattr(staging, "_UPLOAD_SECONDS", 0)
    await stage(animate(named), client=beijing, storage=storage, assets={})
    names = [name for content, name, _ in beijing.uploaded if content == content_of(named)]
    assert len(set(names)) == 2 and all(name.isascii() for name in names)


async def test_a_refused_upload_is_not_repeated(storage: MediaStorage, picture: Path) -> None:
    """What is no weather is told at once."""
    asked: list[str] = []

    class Refusing(Client):
        async def upload(self, source: Any, *, name: str, model: str) -> str:
            asked.append(name)
            raise RefusedRequest("too big")

    async with Refusing("https://dashscope.aliyuncs.com/api/v1", SecretStr("sk-test")) as client:
        with pytest.raises(RefusedRequest):
            await stage(animate(picture), client=client, storage=storage, assets={})
    assert len(asked) == 1


async def test_another_storage_is_not_read_and_its_secrets_not_shown(
    beijing: Uploading, storage: MediaStorage, picture: Path
) -> None:
    """An address of another bucket is refused with what to do, without its user and password."""
    with pytest.raises(StagingFailed, match="outside the storage .*copy it there") as caught:
        await stage(animate("s3://key:secret@bucket/none.png"), client=beijing, storage=storage, assets={})
    assert "secret" not in str(caught.value)
