from __future__ import annotations

import contextlib
import hashlib
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocks.storage import MediaStorage
from tasks.downloading import Backoff, DownloadFailed, fetch

ATTEMPTS = 4
AT_ONCE = Backoff(attempts=ATTEMPTS, first_seconds=0, longest_seconds=0)
MEGABYTE = 1 << 20


async def test_our_key_never_goes_to_a_result_host(
    origin: Any, local: MediaStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No authorization and no cookie travels with a download."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-secret-of-the-account")
    await origin.fetched(local)
    assert "authorization" not in origin.requests[0]
    assert "cookie" not in origin.requests[0]
    assert "sk-secret" not in str(origin.requests)


async def test_a_broken_download_goes_on_where_it_broke(origin: Any, storage: MediaStorage, film: bytes) -> None:
    """After a reset only the rest is asked for, and only if the file is still the same."""
    origin.script = [origin.broken_after(MEGABYTE), origin.broken_after(MEGABYTE)]

    asset = await origin.fetched(storage)

    assert asset.sha256 == hashlib.sha256(film).hexdigest()
    assert [item.get("range") for item in origin.requests] == [None, f"bytes={MEGABYTE}-", f"bytes={2 * MEGABYTE}-"]
    assert origin.requests[1]["if-range"] == '"one"'


async def test_progress_renews_the_patience(origin: Any, local: MediaStorage, film: bytes) -> None:
    """A host that breaks every connection still gives its file, as long as each brings something."""
    origin.last = origin.broken_after(200_000)
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(film).hexdigest()
    assert len(origin.requests) > 3 * ATTEMPTS


async def test_a_host_that_ignores_ranges_is_read_from_the_start(
    origin: Any, storage: MediaStorage, film: bytes
) -> None:
    """The whole file instead of the rest is taken as such, and not appended."""
    origin.ranges = False
    origin.script = [origin.broken_after(MEGABYTE)]
    asset = await origin.fetched(storage)
    assert asset.sha256 == hashlib.sha256(film).hexdigest()
    assert await storage.read_bytes("a/video.mp4") == film


async def test_a_host_that_always_breaks_from_the_start_is_given_up(origin: Any, local: MediaStorage) -> None:
    """The same first half over and over again is no progress."""
    origin.ranges = False
    origin.last = origin.broken_after(MEGABYTE)
    with pytest.raises(DownloadFailed, match="tried 4 times"):
        await origin.fetched(local)
    assert len(origin.requests) == ATTEMPTS


async def test_a_file_that_changed_meanwhile_is_read_anew(origin: Any, local: MediaStorage, film: bytes) -> None:
    """Halves of two different files are never put together."""

    def breaks_and_changes(request: Any) -> Any:
        origin.etag = '"two"'
        origin.content = film[:-8] + b"changed!"
        return origin.broken_after(MEGABYTE)(request)

    origin.content = bytes(len(film))
    origin.script = [origin.broken_after(MEGABYTE), breaks_and_changes]
    with contextlib.suppress(DownloadFailed):
        await origin.fetched(local, backoff=AT_ONCE)
    origin.content = film
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(film).hexdigest()


async def test_the_rest_of_another_file_is_refused(origin: Any, local: MediaStorage, film: bytes) -> None:
    """A host that sends a part whatever the condition is believed by its mark: the file is fetched anew."""
    unread = (2 * MEGABYTE).to_bytes(4, "big") + b"free" + b"\xaa" * (2 * MEGABYTE - 8)

    def part_of_another(request: Any) -> Any:
        origin.etag, origin.content = '"two"', film + unread
        answer = origin.whole(request)
        answer.status_code, answer.body = 206, origin.content[MEGABYTE:]
        answer.headers["Content-Length"] = str(len(answer.body))
        answer.headers["Content-Range"] = f"bytes {MEGABYTE}-{len(origin.content) - 1}/{len(origin.content)}"
        return answer

    origin.content = film + bytes(b ^ 1 for b in unread)
    origin.script = [origin.broken_after(MEGABYTE), part_of_another]
    asset = await origin.fetched(local, backoff=AT_ONCE)
    assert asset.sha256 == hashlib.sha256(film + unread).hexdigest() and len(origin.requests) == 3


async def test_a_wrong_part_is_refused(origin: Any, local: MediaStorage, film: bytes) -> None:
    """A host that answers a range with another one does not damage the file, even where no decoder looks."""
    unread = (2 * MEGABYTE).to_bytes(4, "big") + b"free" + b"\xaa" * (2 * MEGABYTE - 8)
    origin.content = film + unread

    def wrong_part(request: Any) -> Any:
        answer = origin.whole(request)
        answer.body = bytes(len(answer.body))
        answer.headers["Content-Range"] = f"bytes 5-{len(origin.content) - 1}/{len(origin.content)}"
        return answer

    origin.script = [origin.broken_after(len(film) + MEGABYTE), wrong_part]
    asset = await origin.fetched(local)
    assert asset.sha256 == hashlib.sha256(origin.content).hexdigest()


async def test_an_end_too_early_is_a_break(origin: Any, local: MediaStorage, film: bytes) -> None:
    """A rest that ends properly, but before the announced size, is gone on with from there."""

    def short(request: Any) -> Any:
        answer = origin.unsized(film[MEGABYTE : 2 * MEGABYTE])(request)
        answer.status_code = 206
        answer.headers["ETag"] = origin.etag
        answer.headers["Content-Range"] = f"bytes {MEGABYTE}-{len(film) - 1}/{len(film)}"
        return answer

    origin.script = [origin.broken_after(MEGABYTE), short]
    asset = await origin.fetched(local)
    assert [item.get("range") for item in origin.requests] == [None, f"bytes={MEGABYTE}-", f"bytes={2 * MEGABYTE}-"]
    assert asset.sha256 == hashlib.sha256(film).hexdigest()


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
async def test_weather_is_waited_out(origin: Any, local: MediaStorage, code: int) -> None:
    """A host that is busy or ill is asked again."""
    origin.script = [origin.status(code), origin.status(code)]
    await origin.fetched(local)
    assert len(origin.requests) == 3


async def test_a_host_that_stays_ill_is_given_up(origin: Any, local: MediaStorage) -> None:
    """Patience has an end, and the error tells what was seen last."""
    origin.last = origin.status(503)
    with pytest.raises(DownloadFailed, match=r"HTTP 503 \(tried 4 times\)") as caught:
        await origin.fetched(local)
    assert not caught.value.expired
    assert await local.list() == []


def test_the_wait_grows_has_jitter_and_honours_the_host() -> None:
    """Waits double up to a limit, differ, and are at least what the host asks, within reason."""
    backoff = Backoff(first_seconds=1, longest_seconds=10)
    assert 0.5 <= backoff.seconds(1, None) <= 1
    assert 2 <= backoff.seconds(3, None) <= 4
    assert 5 <= backoff.seconds(50, None) <= 10
    assert len({backoff.seconds(3, None) for _ in range(20)}) > 1
    assert backoff.seconds(1, 42) == 42
    assert backoff.seconds(1, 1e9) == 300


@pytest.mark.parametrize("code", [401, 403, 404, 410])
async def test_an_expired_url_is_told_apart(origin: Any, local: MediaStorage, code: int) -> None:
    """A dead presigned URL is reported as expired at once, so that its task can be asked again."""
    origin.last = origin.status(code)
    with pytest.raises(DownloadFailed) as caught:
        await origin.fetched(local)
    assert caught.value.expired
    assert len(origin.requests) == 1


async def test_no_text_shows_the_signature(origin: Any, local: MediaStorage, caplog: pytest.LogCaptureFixture) -> None:
    """Neither errors nor logs hold the query string of a URL."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="wanflow")  # it has a level of its own
    origin.script = [origin.broken_after(MEGABYTE), origin.status(500)]
    origin.last = origin.status(404)
    with pytest.raises(DownloadFailed, match=r"results/clip\.mp4") as caught:
        await origin.fetched(local)
    said = "".join(record.getMessage() for record in caplog.records if record.name != "asyncio")
    assert "going on at byte" in said
    assert "hush-hush" not in str(caught.value) + said


async def test_a_result_may_not_be_endless(
    origin: Any, local: MediaStorage, film: bytes, on_disk: Callable[[], list[Path]]
) -> None:
    """More than the bound is refused, whether announced or not, before it fills the disk."""
    with pytest.raises(DownloadFailed, match="more than the 1048576"):
        await origin.fetched(local, max_bytes=MEGABYTE)
    origin.last = origin.unsized(film)
    with pytest.raises(DownloadFailed, match="more than the 1048576"):
        await origin.fetched(local, max_bytes=MEGABYTE)
    assert all(path.stat().st_size <= MEGABYTE for path in on_disk())


async def test_redirects_are_followed_within_bounds(origin: Any, local: MediaStorage) -> None:
    """Five redirects are followed, a sixth is not."""
    origin.script = [origin.redirect("/elsewhere")] * 5
    await origin.fetched(local)
    assert len(origin.requests) == 6
    origin.script = [origin.redirect("/elsewhere")] * 6
    with pytest.raises(DownloadFailed, match="redirects more than 5 times"):
        await origin.fetched(local)


async def test_nobody_answers(local: MediaStorage) -> None:
    """A refused connection is tried again and then reported."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(DownloadFailed, match="connection broke"):
        await fetch(f"http://127.0.0.1:{port}/x", local, "a", base_url="http://127.0.0.1/", backoff=AT_ONCE)
