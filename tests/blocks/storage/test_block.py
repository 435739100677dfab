from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import httpx
import pytest
from prefect import flow, task
from prefect.results import ResultStore
from prefect.serializers import JSONSerializer
from prefect.testing.standard_test_suites.blocks import BlockStandardTestSuite
from prefect.types import SecretDict
from pydantic import ValidationError

from blocks.storage import MediaStorage, StorageUnusable


class TestMediaStorageConforms(BlockStandardTestSuite):
    """The block passes Prefect's public suite for blocks."""

    @pytest.fixture
    def block(self) -> type[MediaStorage]:
        return MediaStorage

    def test_has_a_valid_image(self, block: type[MediaStorage], monkeypatch: pytest.MonkeyPatch) -> None:
        """The logo can be fetched, where its host can be reached."""
        monkeypatch.delenv("SSL_CERT_FILE")
        try:
            urlopen(str(block._logo_url), timeout=10).close()
        except (URLError, TimeoutError) as error:
            pytest.skip(f"the logo's host cannot be reached from here: {error}")
        super().test_has_a_valid_image(block)


async def test_what_is_written_is_read_again(storage: MediaStorage) -> None:
    """Bytes and JSON come back as they went in, sizes are told, and a deleted file is gone."""
    await storage.write_bytes("a/b/picture.png", b"\x89PNG")
    await storage.write_json("a/facts.json", {"标题": "夜雨", "n": [1, 2.5, None]})

    assert await storage.read_bytes("a/b/picture.png") == b"\x89PNG"
    assert await storage.size("a/b/picture.png") == 4
    assert await storage.read_json("a/facts.json") == {"标题": "夜雨", "n": [1, 2.5, None]}
    assert await storage.list("a") == ["a/b/picture.png", "a/facts.json"]
    assert await storage.list() == ["a/b/picture.png", "a/facts.json"]
    await storage.delete("a/facts.json")
    assert not await storage.exists("a/facts.json")


async def test_away_is_not_empty(tmp_path: Path) -> None:
    """A storage that cannot be read is an error, not an empty list: nobody may take it for one without a journal."""
    (tmp_path / "media").write_text("a file where the folder was")
    with pytest.raises(OSError):
        await MediaStorage(url=str(tmp_path / "media")).list("journal")


async def test_what_is_not_there_is_none(storage: MediaStorage) -> None:
    """A missing file is None or False or nothing to do, never an error, except where it must be opened."""
    assert await storage.read_bytes("none") is None
    assert await storage.read_json("none.json") is None
    assert await storage.size("none") is None
    assert await storage.stamp("none") is None
    assert await storage.list("none") == []
    await storage.delete("none")
    with pytest.raises(FileNotFoundError):
        async with storage.local_copy("none"):
            pass
    with pytest.raises(FileNotFoundError):
        await storage.read_path("none")


async def test_half_a_file_never_appears(storage: MediaStorage) -> None:
    """A writer that fails leaves nothing under the name, and leaves what was there before."""
    with pytest.raises(RuntimeError, match="died"), storage.writing("film.mp4") as file:
        file.write(b"x" * (2 << 20))
        raise RuntimeError("died")
    assert not await storage.exists("film.mp4")

    await storage.write_bytes("film.mp4", b"old")
    with pytest.raises(RuntimeError, match="died"), storage.writing("film.mp4") as file:
        file.write(b"new")
        raise RuntimeError("died")
    assert await storage.read_bytes("film.mp4") == b"old"
    assert await storage.list() == ["film.mp4"]


async def test_a_file_is_invisible_until_it_is_complete(storage: MediaStorage) -> None:
    """While a file is being written nobody sees it, and a writer may seek in it."""
    with storage.writing("film.mp4") as file:
        file.write(b"....moov")
        assert await storage.size("film.mp4") is None
        file.seek(0)
        file.write(b"head")
    assert await storage.read_bytes("film.mp4") == b"headmoov"


async def test_put_streams_a_file_in(storage: MediaStorage, tmp_path: Path) -> None:
    """A big local file arrives whole (more than one part on object stores), and can be read anywhere in it."""
    source = tmp_path / "big.bin"
    content = os.urandom(1 << 20) * 20
    source.write_bytes(content)

    await storage.put(source, "big.bin")

    assert await storage.size("big.bin") == len(content)
    with storage.open_read("big.bin") as file:
        file.seek(-7, os.SEEK_END)
        assert file.read() == content[-7:]
    async with storage.local_copy("big.bin") as copy:
        assert copy.read_bytes() == content


async def test_two_readers_do_not_share_a_position(storage: MediaStorage) -> None:
    """Every opened file has its own place in the content."""
    await storage.write_bytes("a", b"0123456789")
    with storage.open_read("a") as one, storage.open_read("a") as two:
        assert one.read(4) == b"0123"
        assert two.read(4) == b"0123"


async def test_only_the_first_creates(storage: MediaStorage) -> None:
    """Of many that create the same file at once, one wins and its content stays."""
    won = await asyncio.gather(*(storage.create_json("lease.json", {"holder": n}) for n in range(8)))

    assert sum(won) == 1
    assert await storage.read_json("lease.json") == {"holder": won.index(True)}


async def test_the_stamp_follows_the_content(storage: MediaStorage) -> None:
    """A store that can tell changes gives another stamp for other content."""
    await storage.write_bytes("a", b"one")
    first = await storage.stamp("a")
    await storage.write_bytes("a", b"two")
    if first is None:
        assert storage.root.startswith("memory://")
    else:
        assert await storage.stamp("a") != first


@pytest.mark.parametrize(
    "path", ["../up", "a/../../up", "/etc/passwd", "~/x", "a\\..\\b", "C:/x", "s3://other/x", "a\nb", "a/\x00"]
)
async def test_no_path_leaves_the_root(storage: MediaStorage, path: str) -> None:
    """A path from data that points outside is refused by every operation."""
    with pytest.raises(ValueError, match="storage paths"):
        await storage.write_bytes(path, b"")
    with pytest.raises(ValueError, match="storage paths"):
        await storage.read_path(path)
    with pytest.raises(ValueError, match="storage paths"):
        storage.uri(path)
    with pytest.raises(ValueError, match="storage paths"):
        storage.local_path(path)


async def test_a_uri_leads_back_to_its_path(storage: MediaStorage) -> None:
    """uri and relative are each other's inverse, and strangers are not inside."""
    for path in ("a.png", "generations/ab/夜雨 1.mp4"):
        assert storage.relative(storage.uri(path)) == path
    assert storage.relative(storage.root) is None
    assert storage.relative(storage.root + "x/a.png") is None
    assert storage.relative(storage.root + "/../a.png") is None
    assert storage.relative("https://example.com/a.png") is None
    assert storage.relative("media/a.png") is None
    assert storage.relative("s3://nobody/a.png") is None


async def test_check_writable_leaves_nothing(storage: MediaStorage) -> None:
    """A storage that can be written says so without leaving a file."""
    await storage.check_writable()
    assert await storage.list() == []


async def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    """A folder that cannot be made is reported with its place, the reason and what to do."""
    (tmp_path / "file").write_text("")
    storage = MediaStorage(url=str(tmp_path / "file" / "media"))
    with pytest.raises(StorageUnusable, match=r"cannot write to the storage .*file/media: .*WANFLOW_STORAGE"):
        await storage.check_writable()


async def test_a_look_needs_no_folder_and_makes_none(tmp_path: Path) -> None:
    """A storage that is not there yet can be read, and nothing is made; one whose name cannot be is named."""
    await MediaStorage(url=str(tmp_path / "media")).check_readable()
    assert os.listdir(tmp_path) == []
    with pytest.raises(StorageUnusable, match=r"cannot read the storage .*xxx: File name too long .*WANFLOW_STORAGE"):
        await MediaStorage(url=str(tmp_path / ("x" * 300))).check_readable()


async def test_an_unknown_protocol_is_named() -> None:
    """A URL that no library serves is one clear sentence."""
    with pytest.raises(StorageUnusable, match=r"nonsense.* Usual ones are s3://, .*oss://, or a folder's path"):
        await MediaStorage(url="nonsense://bucket/media").check_writable()


@pytest.mark.s3
async def test_an_object_store_nobody_made_is_named(s3_options: dict[str, Any]) -> None:
    """A bucket that does not exist is reported, without the credentials."""
    storage = MediaStorage(url="s3://no-such-bucket-anywhere/media", options=SecretDict(s3_options))
    with pytest.raises(StorageUnusable, match="s3://no-such-bucket-anywhere/media") as caught:
        await storage.check_writable()
    assert "testing-secret" not in str(caught.value)


@pytest.mark.s3
async def test_a_signed_url_reads_the_file(s3_storage: MediaStorage) -> None:
    """An object store signs a URL that anyone can read; folders and memory cannot."""
    await s3_storage.write_bytes("夜/a.txt", b"hello")
    url = await asyncio.to_thread(s3_storage.sign, "夜/a.txt", 60)
    assert url is not None
    async with httpx.AsyncClient() as client:
        assert (await client.get(url)).content == b"hello"
    assert MediaStorage(url="memory://x").sign("a", 60) is None
    assert MediaStorage(url="./media").sign("a", 60) is None


async def test_a_small_file_is_read_whole_while_it_is_written(storage: MediaStorage) -> None:
    """A reader gets what was there before or what is there now, never neither, however often it is replaced."""
    short, long = {"a": 1}, {"a": 2, "more": "x" * 2000}
    await storage.write_json("journal/a.json", short)

    async def replace() -> None:
        for number in range(40):
            await storage.write_json("journal/a.json", short if number % 2 else long)

    replacing = asyncio.create_task(replace())
    while not replacing.done():
        assert await storage.read_json("journal/a.json") in (short, long)
    await replacing


@pytest.mark.s3
async def test_another_machine_sees_new_files_at_once(s3_options: dict[str, Any], s3_storage: MediaStorage) -> None:
    """No cached listing hides what somebody else wrote."""
    import s3fs

    await s3_storage.write_bytes("journal/a.json", b"{}")
    assert await s3_storage.list("journal") == ["journal/a.json"]
    assert not await s3_storage.exists("journal/b.json")
    other = s3fs.S3FileSystem(**s3_options, skip_instance_cache=True)
    await asyncio.to_thread(other.pipe_file, f"{s3_storage.root[5:]}/journal/b.json", b"{}")
    assert await s3_storage.exists("journal/b.json")
    assert await s3_storage.list("journal") == ["journal/a.json", "journal/b.json"]
    await asyncio.to_thread(other.pipe_file, f"{s3_storage.root[5:]}/journal/a.json", b"[1, 2]")
    assert await s3_storage.size("journal/a.json") == 6


def test_a_relative_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default ./media means the folder where the block was made, wherever it is used later."""
    monkeypatch.chdir(tmp_path)
    storage = MediaStorage()
    monkeypatch.chdir("/")
    assert storage.root == str((tmp_path / "media").resolve())
    assert storage.local_path("a.png") == (tmp_path / "media" / "a.png").resolve()


def test_the_environment_names_the_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    """WANFLOW_STORAGE and its options are used, and an explicit URL goes before them."""
    monkeypatch.setenv("WANFLOW_STORAGE", "s3://bucket/media/")
    monkeypatch.setenv("WANFLOW_STORAGE_OPTIONS", json.dumps({"key": "k", "secret": "very-secret"}))
    storage = MediaStorage.from_environment()
    assert storage.root == "s3://bucket/media"
    assert storage.options is not None
    assert storage.options.get_secret_value() == {"key": "k", "secret": "very-secret"}
    assert "very-secret" not in repr(storage)
    assert MediaStorage.from_environment("memory://other").root == "memory://other"


@pytest.mark.parametrize("options", ["{key: very-secret", '["very-secret"]'])
def test_wrong_options_are_named_without_being_shown(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    """Options that are not a JSON object are refused in a text that does not repeat them."""
    monkeypatch.setenv("WANFLOW_STORAGE_OPTIONS", options)
    with pytest.raises(StorageUnusable, match="WANFLOW_STORAGE_OPTIONS") as caught:
        MediaStorage.from_environment()
    assert "very-secret" not in str(caught.value)


def test_a_password_in_the_url_is_refused() -> None:
    """Credentials belong into the secret options; the error does not repeat them."""
    with pytest.raises(ValidationError, match="carries a password") as caught:
        MediaStorage(url="ftp://user:hunter2@host/media")
    assert "hunter2" not in str(caught.value)


def test_the_key_tells_storages_apart() -> None:
    """The key is stable, differs between storages and depends on no credential."""
    with_options = MediaStorage(url="s3://bucket/media/", options=SecretDict({"key": "k"}))
    assert with_options.key == MediaStorage(url="s3://bucket/media").key
    assert with_options.key != MediaStorage(url="s3://bucket/other").key
    assert len(with_options.key) == 12


async def test_a_damaged_json_file_is_named(storage: MediaStorage) -> None:
    """A JSON file that is not JSON is reported with its place."""
    await storage.write_bytes("journal/a.json", b'{"half')
    with pytest.raises(StorageUnusable, match=r"journal/a\.json is damaged: .* may then be paid for again"):
        await storage.read_json("journal/a.json")


@pytest.mark.slow
def test_prefect_keeps_and_finds_results_in_it(tmp_path: Path) -> None:
    """A task's result is stored as JSON under results/, and a second run finds it there, from sync and async code."""
    from prefect.testing.utilities import prefect_test_harness  # all of Prefect's server: 2 s of imports

    calls: list[int] = []

    with prefect_test_harness(server_startup_timeout=120):
        MediaStorage(url=str(tmp_path / "media")).save("default")
        settings: dict[str, Any] = {
            "result_storage": "media-storage/default",
            "result_serializer": "json",
            "persist_result": True,
        }

        @task(cache_key_fn=lambda *_: "sync-key", **settings)
        def double(number: int) -> int:
            calls.append(number)
            return 2 * number

        @task(cache_key_fn=lambda *_: "async-key", **settings)
        async def treble(number: int) -> int:
            calls.append(number)
            return 3 * number

        @flow
        def sync_flow() -> int:
            return double(4)

        @flow
        async def async_flow() -> int:
            return await treble(4)

        assert [sync_flow(), sync_flow()] == [8, 8]
        assert [asyncio.run(async_flow()), asyncio.run(async_flow())] == [12, 12]

    assert calls == [4, 4]
    assert json.loads((tmp_path / "media/results/sync-key").read_text())["result"] == "8"
    assert (tmp_path / "media/results/async-key").is_file()


async def test_prefect_can_use_it_before_it_is_saved(storage: MediaStorage) -> None:
    """A result written through a block that no server knows is found again under its key."""
    store = ResultStore(result_storage=storage, serializer=JSONSerializer())
    await store.awrite({"n": 1}, key="some-key")

    again = ResultStore(result_storage=storage, serializer=JSONSerializer())
    assert await again.aexists("some-key")
    assert (await again.aread("some-key")).result == {"n": 1}
    assert await storage.list() == ["results/some-key"]
