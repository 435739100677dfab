from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from blocks import catalog
from blocks.client import Client, RefusedRequest
from blocks.emulator import Emulator, Scenario
from blocks.storage import MediaStorage
from tasks.ascii_url import ascii_url
from tasks.asset import Asset
from tasks.staging import StagingFailed, stage

BEIJING = "https://dashscope.aliyuncs.com/api/v1"
SINGAPORE = "https://dashscope-intl.aliyuncs.com/api/v1"


class Uploading(Client):
    """A client whose uploads go nowhere and are remembered."""

    uploaded: list[tuple[bytes, str, str]]
    refusal: Exception | None = None

    async def upload(self, source: Any, *, name: str, model: str) -> str:
        """Remember an upload."""
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        self.uploaded.append((await asyncio.to_thread(Path(source).read_bytes), name, model))
        return f"oss://dashscope-instant/{name}"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An emulated service."""
    with Emulator(render="none") as service:
        yield service


@pytest.fixture
async def emulated(emulator: Emulator) -> AsyncIterator[Client]:
    """A client of the emulated service."""
    async with Client(emulator.base_url, SecretStr("sk-test")) as client:
        yield client


@pytest.fixture
async def beijing() -> AsyncIterator[Uploading]:
    """A client of the Beijing region that sends nothing."""
    async with Uploading(BEIJING, SecretStr("sk-test")) as client:
        client.uploaded = []
        yield client


@pytest.fixture
async def singapore() -> AsyncIterator[Client]:
    """A client of the Singapore region, which takes no uploads."""
    async with Client(SINGAPORE, SecretStr("sk-test")) as client:
        yield client


@pytest.fixture
def storage(tmp_path: Path) -> MediaStorage:
    """A storage on the disk."""
    return MediaStorage(url=str(tmp_path / "media"))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture with a name that is none for a header."""
    path = tmp_path / "夜雨 photo.PNG"
    Image.new("RGB", (640, 480), "navy").save(path)
    return path


def animate(image: str | Path) -> catalog.Request:
    """A field that takes http, uploads and data."""
    return catalog.request({"model": "wan2.6-i2v", "input": {"img_url": str(image), "prompt": "she turns"}})


def restyle(video: str | Path) -> catalog.Request:
    """A field that takes http only."""
    return catalog.request({"model": "video-style-transform", "input": {"video_url": str(video)}})


def stored(storage: MediaStorage, path: str, **known: Any) -> dict[str, Asset]:
    """What is known of a stored result."""
    values = {"media_type": "video/mp4", "bytes": 5, "sha256": "ab" * 32, **known}
    return {storage.uri(path): Asset(uri=storage.uri(path), path=path, **values)}


def value(request: catalog.Request) -> str:
    """The one media value of a request."""
    [field] = request.media()
    return field.value


def content_of(path: Path) -> bytes:
    """What is in a file."""
    return path.read_bytes()


def renamed(path: Path, suffix: str) -> Path:
    """The file under another suffix."""
    return path.rename(path.with_suffix(suffix))


async def test_addresses_pass_through(beijing: Uploading, storage: MediaStorage) -> None:
    """What the provider reads itself is left alone, and the request is the very same object."""
    for address in (
        "https://example.com/a.png?x=%2F&y='1'",
        "oss://dashscope-instant/a.png",
        "data:image/png;base64,AA==",
    ):
        request = animate(address)
        assert await stage(request, client=beijing, storage=storage, assets={}) is request


@pytest.mark.parametrize(
    ("url", "encoded"),
    [
        ("https://example.com/夜 雨.png", "https://example.com/%E5%A4%9C%20%E9%9B%A8.png"),
        (
            "https://example.com/a%2Fb/é.png?sig=a%2Bb&q=夜",
            "https://example.com/a%2Fb/%C3%A9.png?sig=a%2Bb&q=%E5%A4%9C",
        ),
        ("https://例子.cn:8443/a.png", "https://xn--fsqu00a.cn:8443/a.png"),
    ],
)
async def test_foreign_characters_are_encoded(
    beijing: Uploading, storage: MediaStorage, url: str, encoded: str
) -> None:
    """The provider refuses Chinese characters in an address; what is encoded already stays as it is."""
    assert ascii_url(url) == encoded
    assert value(await stage(restyle(url), client=beijing, storage=storage, assets={})) == encoded


async def test_a_living_result_url_is_handed_back(beijing: Uploading, storage: MediaStorage) -> None:
    """A result of the same account goes back by its own URL while that lives, without any upload."""
    url = "http://results.example/clip.mp4?Expires=9&Signature=s"
    later = datetime.now(UTC) + timedelta(hours=5)
    assets = stored(storage, "a/video.mp4", source_url=url, source_expires=later, source_account=beijing.account)
    request = restyle(storage.uri("a/video.mp4"))
    assert value(await stage(request, client=beijing, storage=storage, assets=assets)) == url
    assert beijing.uploaded == []


@pytest.mark.parametrize("other", [{"source_account": "someone@elsewhere"}, {"source_expires": datetime.now(UTC)}])
async def test_a_dead_or_foreign_result_url_is_not_used(
    beijing: Uploading, storage: MediaStorage, picture: Path, other: dict[str, Any]
) -> None:
    """When the URL has expired, or is another account's, the stored file is uploaded."""
    await storage.put(picture, "a/image.png")
    known = {
        "media_type": "image/png",
        "source_url": "http://results.example/image.png",
        "source_expires": datetime.now(UTC) + timedelta(hours=5),
        "source_account": beijing.account,
    }
    assets = stored(storage, "a/image.png", **{**known, **other})
    found = value(await stage(animate(storage.uri("a/image.png")), client=beijing, storage=storage, assets=assets))
    assert found.startswith("oss://")
    assert [content for content, _, _ in beijing.uploaded] == [content_of(picture)]


async def test_a_local_file_is_uploaded_once(beijing: Uploading, storage: MediaStorage, picture: Path) -> None:
    """Ten requests of a model that show the same picture cost one upload; another model needs its own."""
    staged = await asyncio.gather(
        *(stage(animate(picture), client=beijing, storage=storage, assets={}) for _ in range(10))
    )
    assert len({value(request) for request in staged}) == 1
    [(content, name, model)] = beijing.uploaded
    assert content == content_of(picture)
    assert name.isascii()
    assert name.endswith(".png")
    assert model == "wan2.6-i2v"

    other = catalog.request({"model": "wan2.6-i2v-flash", "input": {"img_url": str(picture), "prompt": "x"}})
    await stage(other, client=beijing, storage=storage, assets={})
    assert [model for _, _, model in beijing.uploaded] == ["wan2.6-i2v", "wan2.6-i2v-flash"]


async def test_where_nothing_is_uploaded_a_picture_travels_inside(
    singapore: Client, storage: MediaStorage, picture: Path
) -> None:
    """Outside Beijing a small picture becomes a data URI, typed by its content."""
    wrongly_named = renamed(picture, ".jpg")
    found = value(await stage(animate(wrongly_named), client=singapore, storage=storage, assets={}))
    head, _, content = found.partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(content) == content_of(wrongly_named)


async def test_a_picture_too_big_to_travel_inside_is_refused(
    singapore: Client, storage: MediaStorage, picture: Path
) -> None:
    """More than 10 MB after base64 does not fit; the error says what would work."""
    os.truncate(picture, 8 << 20)
    with pytest.raises(StagingFailed, match=r"input\.img_url: .*region: singapore.*Beijing.*7\.5 MB"):
        await stage(animate(picture), client=singapore, storage=storage, assets={})


async def test_a_field_for_links_only_needs_a_link(beijing: Uploading, storage: MediaStorage, tmp_path: Path) -> None:
    """A local film for a field that takes http only is refused, naming field, file and what would work."""
    film = tmp_path / "clip.mp4"
    film.write_bytes(b"film")
    with pytest.raises(StagingFailed, match=r"input\.video_url: .*clip\.mp4.*s3://.*an http\(s\) URL") as caught:
        await stage(restyle(film), client=beijing, storage=storage, assets={})
    assert caught.value.field == "input.video_url"
    assert beijing.uploaded == []


async def test_a_missing_file_is_named(beijing: Uploading, storage: MediaStorage, tmp_path: Path) -> None:
    """A file that is gone by now is reported before anything is sent."""
    for name in ("none.png", storage.uri("none.png"), "s3://other/none.png"):
        with pytest.raises(StagingFailed, match=r"input\.img_url: .*none\.png"):
            await stage(animate(name), client=beijing, storage=storage, assets={}, base=tmp_path)


async def test_an_unknown_service_is_asked(storage: MediaStorage, tmp_path: Path) -> None:
    """A gateway may take uploads: sound, which cannot travel inside, is tried; a refusal is told."""
    sound = tmp_path / "voice.wav"
    sound.write_bytes(b"RIFF")
    request = catalog.request(
        {"model": "wan2.6-t2v", "input": {"prompt": "she sings", "audio_url": str(sound)}, "parameters": {}}
    )
    async with Uploading("https://gateway.example/qwen/api/v1", SecretStr("sk-test")) as client:
        client.uploaded = []
        assert value(await stage(request, client=client, storage=storage, assets={})).startswith("oss://")
    async with Uploading("https://gateway.example/qwen/api/v1", SecretStr("sk-test")) as client:
        client.refusal = RefusedRequest("no such path", code="NotFound", http_status=404)
        with pytest.raises(StagingFailed, match=r"input\.audio_url: .*takes no upload"):
            await stage(request, client=client, storage=storage, assets={})


async def test_the_emulator_takes_uploads(emulated: Client, storage: MediaStorage, picture: Path) -> None:
    """Without a key, local files reach the embedded service by a real upload."""
    found = value(await stage(animate(picture), client=emulated, storage=storage, assets={}))
    assert found.startswith("oss://dashscope-instant/")


async def test_the_emulator_links_to_uploads(emulated: Client, storage: MediaStorage, tmp_path: Path) -> None:
    """Without a key, a local file works for fields that take links only, so that every pipeline can be previewed."""
    film = tmp_path / "clip.mp4"
    film.write_bytes(b"film")
    found = value(await stage(restyle(film), client=emulated, storage=storage, assets={}))
    async with httpx.AsyncClient() as http:
        assert (await http.get(found)).content == b"film"


async def test_an_emulator_that_forgot_a_result_gets_the_file(
    emulated: Client, emulator: Emulator, storage: MediaStorage
) -> None:
    """An emulator's result URL is used if the running one serves it, whatever its port was; else the file is sent."""
    await storage.write_bytes("a/video.mp4", b"film!")
    known = {"source_expires": datetime.now(UTC) + timedelta(hours=5), "source_account": "emulator"}
    gone = stored(storage, "a/video.mp4", source_url="http://127.0.0.1:9/results/x/video.mp4?Signature=old", **known)
    request = restyle(storage.uri("a/video.mp4"))
    found = value(await stage(request, client=emulated, storage=storage, assets=gone))
    async with httpx.AsyncClient() as http:
        assert (await http.get(found)).content == b"film!"

    answer = await emulated.submit(catalog.request({"model": "wan2.6-t2v", "input": {"prompt": "rain"}}))
    assert answer.task_id
    async with asyncio.timeout(60):
        while not (answer := await emulated.query(answer.task_id)).urls:  # noqa: ASYNC110 - the service wakes nobody
            await asyncio.sleep(0.05)
    moved = answer.urls[0].replace(emulator.base_url.removesuffix("/api/v1"), "http://127.0.0.1:9")
    alive = stored(storage, "a/video.mp4", source_url=moved, **known)
    assert value(await stage(request, client=emulated, storage=storage, assets=alive)) == answer.urls[0]


@pytest.mark.s3
async def test_object_storage_hands_out_links(emulated: Client, s3_storage: MediaStorage, tmp_path: Path) -> None:
    """A stored file goes by a presigned URL; a local one is brought into the bucket first, under its checksum."""
    await s3_storage.write_bytes("a/video.mp4", b"stored")
    film = tmp_path / "clip.MP4"
    film.write_bytes(b"local")
    async with httpx.AsyncClient() as http:
        for request, content in ((restyle(s3_storage.uri("a/video.mp4")), b"stored"), (restyle(film), b"local")):
            found = value(await stage(request, client=emulated, storage=s3_storage, assets={}))
            assert "X-Amz-Signature" in found or "Signature=" in found
            assert (await http.get(found)).content == content
    [brought] = await s3_storage.list("inputs")
    assert brought.endswith(".mp4")


@pytest.mark.s3
async def test_a_link_to_this_machine_is_no_link_for_the_provider(
    beijing: Uploading, s3_storage: MediaStorage, picture: Path
) -> None:
    """A bucket on a loopback address signs URLs nobody else can read: the file is uploaded instead."""
    found = value(await stage(animate(picture), client=beijing, storage=s3_storage, assets={}))
    assert found.startswith("oss://")
    assert await s3_storage.list() == []


@pytest.mark.slow
@pytest.mark.parametrize("at", ["policy", "upload"])
async def test_an_upload_rides_out_weather(storage: MediaStorage, picture: Path, at: str) -> None:
    """Uploads cost nothing: a 5xx and a reset on the way are tried again, and the file arrives."""
    rules = [{"at": at, "nth": [1], "do": "fail"}, {"at": at, "nth": [2], "do": "reset"}]
    scenario = Scenario.model_validate({"rules": rules})
    with Emulator(render="none", scenario=scenario) as service:
        async with Client(service.base_url, SecretStr("sk-test")) as client:
            staged = await stage(animate(picture), client=client, storage=storage, assets={})
    assert value(staged).startswith("oss://")
