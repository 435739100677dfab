"""What hosts of results answer that nobody expects: the file is whole all the same, or its refusal is clear."""

from __future__ import annotations

import asyncio
import fcntl
import gzip
import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from blocks.storage import MediaStorage
from tasks.downloading import DownloadFailed, fetch, transfer
from tasks.downloading.partial import Partial
from tests.tasks.downloading.conftest import AT_ONCE, MEGABYTE, Answer, Origin

_RFC_DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


def free(size: int, byte: bytes) -> bytes:
    """A part of an MP4 that no decoder reads."""
    return size.to_bytes(4, "big") + b"free" + byte * (size - 8)


def part(content: bytes, start: int, *, of: int | None = None, **headers: str) -> Answer:
    """An answer to a question for a range, true or not."""
    said = {"Content-Range": f"bytes {start}-{(of or len(content)) - 1}/{of or len(content)}"} if of != 0 else {}
    return lambda _: Response(content[start:], status_code=206, headers=said | headers)


def ranges(origin: Origin) -> list[str | None]:
    """What was asked for, request by request."""
    return [request.get("range") for request in origin.requests]


async def test_a_wait_given_as_a_date_is_weather(origin: Origin, local: MediaStorage) -> None:
    """Retry-After may be a date: the host is asked again."""
    origin.script = [origin.status(503, {"Retry-After": _RFC_DATE})]
    await origin.fetched(local)
    assert len(origin.requests) == 2


async def test_a_range_that_does_not_exist_means_another_file(origin: Origin, local: MediaStorage) -> None:
    """After HTTP 416 with bytes missing the file is asked for from its start."""
    origin.script = [origin.broken_after(MEGABYTE), origin.status(416)]
    await origin.fetched(local)
    assert ranges(origin) == [None, f"bytes={MEGABYTE}-", None]


@pytest.mark.parametrize("code", [204, 400, 451])
async def test_a_plain_refusal_is_final(origin: Origin, local: MediaStorage, code: int) -> None:
    """What is neither file nor weather is said at once and not taken for a file."""
    origin.last = origin.status(code)
    with pytest.raises(DownloadFailed, match=f"HTTP {code}$") as caught:
        await origin.fetched(local)
    assert not caught.value.expired and len(origin.requests) == 1


async def test_a_file_of_another_length_is_another_file(origin: Origin, local: MediaStorage, film: bytes) -> None:
    """Without validators the announced length tells two files apart: their parts are never put together."""
    first, second = film + free(2 * MEGABYTE, b"1"), film + free(3 * MEGABYTE, b"2")
    origin.etag, origin.content = None, first
    origin.script = [origin.broken_after(len(film) + MEGABYTE), part(second, len(film) + MEGABYTE)]
    origin.last = lambda _: Response(second)
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(second).hexdigest() and ranges(origin)[2] is None


async def test_a_part_that_does_not_say_which_is_not_taken(origin: Origin, local: MediaStorage, film: bytes) -> None:
    """HTTP 206 without Content-Range could be any part of the file."""
    origin.content = film + free(2 * MEGABYTE, b"1")
    wrong = bytes(len(origin.content))
    origin.script = [origin.broken_after(len(film) + MEGABYTE), part(wrong, len(film) + MEGABYTE, of=0)]
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(origin.content).hexdigest() and ranges(origin)[2] is None


async def test_more_than_there_is_means_starting_over(origin: Origin, local: MediaStorage, film: bytes) -> None:
    """A rest that is longer than it says leaves nothing that is gone on with."""
    longer = film + b"more than the whole"

    def too_long(request: Any) -> Any:
        answer = origin.unsized(longer[MEGABYTE:])(request)
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {MEGABYTE}-{len(film) - 1}/{len(film)}"
        return answer

    origin.script = [origin.broken_after(MEGABYTE), too_long]
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(film).hexdigest()
    assert ranges(origin) == [None, f"bytes={MEGABYTE}-", None]


async def test_the_mark_of_the_first_answer_is_kept(origin: Origin, local: MediaStorage, film: bytes) -> None:
    """A part that comes without a mark belongs to the file that had one: the next question still names it."""

    def breaks_again(request: Any) -> Any:
        answer = origin.broken_after(MEGABYTE)(request)
        del answer.headers["ETag"]
        return answer

    origin.script = [origin.broken_after(MEGABYTE), breaks_again]
    await origin.fetched(local)
    assert [request.get("if-range") for request in origin.requests] == [None, '"one"', '"one"']


async def test_only_what_is_exact_is_a_mark(origin: Origin, local: MediaStorage) -> None:
    """A weak ETag does not tell bytes apart; the date of the last change does."""
    origin.etag = 'W/"one"'

    def breaks(request: Any) -> Any:
        answer = origin.broken_after(MEGABYTE)(request)
        answer.headers["Last-Modified"] = _RFC_DATE
        return answer

    origin.script = [breaks]
    await origin.fetched(local)
    assert [request.get("if-range") for request in origin.requests] == [None, _RFC_DATE]


async def test_a_host_that_gives_drops_is_given_up(origin: Origin, local: MediaStorage) -> None:
    """A few kilobytes a connection are no progress."""
    origin.last = origin.broken_after(10_000)
    with pytest.raises(DownloadFailed, match="tried 4 times"):
        await origin.fetched(local)
    assert len(origin.requests) == AT_ONCE.attempts


async def test_a_packed_answer_is_unpacked(origin: Origin, local: MediaStorage, film: bytes) -> None:
    """A host is asked to pack nothing; one that does all the same gives the file that is within."""
    packed = gzip.compress(film, 1)
    origin.last = lambda _: Response(packed, headers={"Content-Encoding": "gzip"})
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(film).hexdigest()
    assert [request["accept-encoding"] for request in origin.requests] == ["identity"]


async def test_an_announced_size_is_refused_before_it_comes(origin: Origin, local: MediaStorage, film: bytes) -> None:
    """A file that says it is too big is not read at all."""
    with pytest.raises(DownloadFailed, match=f"it has {len(film)} bytes, more than the 1000 accepted"):
        await origin.fetched(local, max_bytes=1000)


@pytest.mark.parametrize(
    ("url", "said"), [("http://a.example:x/", "it is not a URL"), ("http:///clip.mp4", "it names no host")]
)
async def test_what_is_no_address_is_said(origin: Origin, local: MediaStorage, url: str, said: str) -> None:
    """One clear reason, no exception of a library."""
    with pytest.raises(DownloadFailed, match=said):
        await fetch(url, local, "a/video", base_url=origin.base_url, backoff=AT_ONCE)


async def test_a_redirect_to_no_address_is_said(origin: Origin, local: MediaStorage) -> None:
    """An address that is longer than any can be is refused at once."""
    origin.last = lambda _: Response(status_code=302, headers={"Location": "/" + "a" * 65_530})
    with pytest.raises(DownloadFailed, match="redirects to something that is not a URL"):
        await origin.fetched(local)
    assert len(origin.requests) == 1


async def test_a_place_that_cannot_be_written_is_said(origin: Origin, local: MediaStorage) -> None:
    """A full or spoilt storage is the failure of one download, not of the process."""
    await local.write_bytes("a", b"a file where a folder should be")
    with pytest.raises(DownloadFailed, match="cannot be written"):
        await origin.fetched(local)


async def test_a_silent_host_is_weather(origin: Origin, local: MediaStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on which nothing comes for a minute is given up and made anew."""
    timeout = transfer._TIMEOUT
    assert timeout.read == 60 and timeout.connect == 15
    monkeypatch.setattr(transfer, "_TIMEOUT", 0.2)
    origin.script = [lambda _: _Silent()]
    await origin.fetched(local)
    assert len(origin.requests) == 2


class _Silent(Response):
    """Says that a film comes, and then nothing."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await receive()
        while (await receive())["type"] != "http.disconnect":
            pass


def test_a_reason_shows_no_signature() -> None:
    """What a storage says of an address is as clean as the address."""
    error = DownloadFailed("http://a.example/x?Signature=hush", "see http://a.example/x?Signature=hush")
    assert "hush" not in str(error)


async def test_what_arrives_broken_is_logged_without_its_signature(
    origin: Origin, local: MediaStorage, caplog: pytest.LogCaptureFixture
) -> None:
    """The warning names the address, not its query."""
    origin.content = b"<html>Service busy</html>"
    with pytest.raises(DownloadFailed):
        await origin.fetched(local)
    assert "clip.mp4" in caplog.text and "fetching it again" in caplog.text and "hush-hush" not in caplog.text


def test_a_start_over_forgets_the_mark(tmp_path: Path) -> None:
    """What came after it, from a host without marks, is never gone on with as if it had the old one."""
    with Partial(tmp_path / "part", "a") as file:
        file.describe(etag='"one"', total=10)
        file.append(b"first")
        file.start_over()
        file.describe(etag=None, total=None)
        file.append(b"second")
    with Partial(tmp_path / "part", "a") as again:
        assert (again.size, again.etag) == (0, None)


async def test_what_is_no_film_is_not_gone_on_with(origin: Origin, local: MediaStorage, film: bytes) -> None:
    """A page in its place is thrown away; the film is then asked for from its start."""
    origin.script = [lambda _: Response(b"<html>busy</html>", headers={"ETag": '"one"'})]
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(film).hexdigest() and ranges(origin) == [None, None]


def test_a_file_of_another_name_serves_nobody_else(tmp_path: Path) -> None:
    """Who finds the growing file taken writes beside it, and leaves nothing behind."""
    with Partial(tmp_path / "part", "a") as first:
        with Partial(tmp_path / "part", "a") as second:
            second.append(b"x")
            assert second.path != first.path
        assert [path.name for path in tmp_path.iterdir()] == ["part"]


def test_a_file_that_was_just_finished_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner gave it its final name between our opening and our locking it: a new one is begun."""
    flock, path, final = fcntl.flock, tmp_path / "part", tmp_path / "film.mp4"

    def renamed_meanwhile(file: Any, how: int) -> None:
        flock(file, how)
        if not final.exists():
            path.rename(final)

    monkeypatch.setattr(fcntl, "flock", renamed_meanwhile)
    with Partial(path, "a") as part:
        part.append(b"x")
        assert (path.read_bytes(), final.read_bytes()) == (b"x", b"")


async def test_a_thread_is_waited_for_even_when_cancelled() -> None:
    """Nothing works on a file behind the back of who goes on with it."""
    began, release, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        release.wait(10)
        done.set()

    call = asyncio.create_task(transfer.settled(work))
    await asyncio.to_thread(began.wait, 10)
    for _ in range(2):
        call.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        assert not call.done()
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert done.is_set()
