"""Bringing every byte of a URL into a growing file: redirects, resuming, bounds, patience."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import random
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import httpx
import stamina

from blocks.client.redacting import redact
from tasks.downloading.addresses import checked, reachable
from tasks.downloading.partial import Partial

logger = logging.getLogger("wanflow.downloading")

_BUFFER_BYTES = 1 << 20
_REDIRECTS = 5
_PROGRESS_BYTES = 64 << 10
_TIMEOUT = httpx.Timeout(60, connect=15)
_GONE = frozenset({401, 403, 404, 410})
_TRANSIENT = frozenset({408, 425, 429})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)$")

P = ParamSpec("P")
T = TypeVar("T")


class DownloadFailed(Exception):
    """A result could not be brought into storage.

    Attributes:
        expired: the URL gives nothing any more; asking for the task again may give a fresh one.
        advice: what to do about it, where that is known.
    """

    code = "DownloadFailed"
    advice: str | None = None

    def __init__(self, url: str, reason: str, *, expired: bool = False) -> None:
        super().__init__(f"cannot download {redact(url)}: {redact(reason)}")
        self.expired = expired


class _Again(Exception):
    """This attempt failed in a way that the next one may not."""

    def __init__(self, reason: str, *, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Backoff:
    """How long a broken download waits before it goes on.

    Attributes:
        attempts: how many in a row may bring nothing new; about ten minutes with the defaults.
        first_seconds: the first wait, doubled each time, with jitter.
        longest_seconds: no wait is longer.
    """

    attempts: int = 20
    first_seconds: float = 0.5
    longest_seconds: float = 60.0

    def seconds(self, attempt: int, asked: float | None) -> float:
        """The wait after so many failures; ``asked`` is what the server wants, in seconds."""
        if stamina.is_testing():
            return 0.0
        wait = min(self.longest_seconds, self.first_seconds * 2.0 ** (attempt - 1))
        return max(wait * random.uniform(0.5, 1.0), min(asked or 0.0, 300.0))


async def transfer(url: str, part: Partial, base_url: str, max_bytes: int, backoff: Backoff) -> None:
    """Bring every byte of a URL into the file, going on where it broke.

    Args:
        url: http or https.
        part: the growing file.
        base_url: of the service that gave the URL.
        max_bytes: no larger file is accepted.
        backoff: how often and how patiently to try.

    Raises:
        DownloadFailed: the URL has expired, is refused, or gives no more.
        AddressRefused: it leads where nothing is fetched from.
    """
    best, failures = part.size, 0
    async with httpx.AsyncClient(verify=_trust(), timeout=_TIMEOUT, follow_redirects=False) as client:
        while True:
            try:
                await _attempt(client, url, part, base_url, max_bytes, turn=failures)
                return
            except _Again as error:
                failures = 1 if part.size >= best + _PROGRESS_BYTES else failures + 1
                best = max(best, part.size)
                if failures >= backoff.attempts:
                    raise DownloadFailed(url, f"{error} (tried {failures} times)") from None
                wait = backoff.seconds(failures, error.wait_seconds)
                logger.info("%s: %s; going on at byte %d in %.1f s", redact(url), error, part.size, wait)
                await asyncio.sleep(wait)


async def _attempt(
    client: httpx.AsyncClient, url: str, part: Partial, base_url: str, max_bytes: int, *, turn: int
) -> None:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
        if part.etag:
            headers["If-Range"] = part.etag
    try:
        async with contextlib.AsyncExitStack() as stack:
            response = await _open(client, stack, url, headers, base_url, turn)
            if await _begin(url, response, part, max_bytes):
                await _receive(url, response, part, max_bytes)
    except httpx.InvalidURL:  # httpx reads a Location even when it is not to follow it
        raise DownloadFailed(url, "it redirects to something that is not a URL") from None
    except httpx.RequestError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise DownloadFailed(url, f"its host cannot be trusted: {error}") from error
        raise _Again(f"the connection broke ({type(error).__name__})") from error
    if part.total is not None and part.size != part.total:
        if part.size > part.total:
            await settled(part.start_over)
        raise _Again(f"it ended after {part.size} of {part.total} bytes")


async def _open(
    client: httpx.AsyncClient,
    stack: contextlib.AsyncExitStack,
    url: str,
    headers: dict[str, str],
    base_url: str,
    turn: int,
) -> httpx.Response:
    """Follow redirects by hand, so that every hop is checked."""
    target = checked(url)
    for _ in range(_REDIRECTS + 1):
        try:
            addresses = await reachable(target, base_url=base_url)
        except OSError as error:
            raise _Again(f"{target.host} cannot be resolved ({error.strerror or error})") from error
        response = await stack.enter_async_context(_get(client, target, headers, addresses, turn))
        if not response.is_redirect:
            return response
        target = checked(str(target.join(response.headers["Location"])))
        await response.aclose()
    raise DownloadFailed(url, f"it redirects more than {_REDIRECTS} times")


def _get(
    client: httpx.AsyncClient, url: httpx.URL, headers: dict[str, str], addresses: list[str], turn: int
) -> contextlib.AbstractAsyncContextManager[httpx.Response]:
    if not addresses:
        return client.stream("GET", url, headers=headers)
    return client.stream(
        "GET",
        url.copy_with(host=addresses[turn % len(addresses)]),
        headers={**headers, "Host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.host},
    )


async def _begin(url: str, response: httpx.Response, part: Partial, max_bytes: int) -> bool:
    """Read the head of an answer and get the file ready for its body; False when nothing is missing any more."""
    status = response.status_code
    if status in _GONE:
        raise DownloadFailed(url, f"HTTP {status}, the URL has expired or was never valid", expired=True)
    if status in _TRANSIENT or status >= 500:
        asked = response.headers.get("Retry-After", "")
        raise _Again(f"HTTP {status}", wait_seconds=float(asked) if asked.isdecimal() else None)
    if status == 416:
        if part.total is not None and part.size == part.total:
            return False
        await settled(part.start_over)
        raise _Again("HTTP 416, the rest that was asked for does not exist")
    if status not in (200, 206):
        raise DownloadFailed(url, f"HTTP {status}")
    etag = _validator(response)
    if status == 206:
        found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        total = int(found[3]) if found and found[3] != "*" else part.total
        changed = (part.etag and etag and etag != part.etag) or (part.total is not None and total != part.total)
        if not found or int(found[1]) != part.size or changed:
            await settled(part.start_over)
            raise _Again("the rest does not fit what is here")
        etag = etag or part.etag
    else:
        if part.size:
            await settled(part.start_over)
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() and not _is_encoded(response) else None
    if total is not None and total > max_bytes:
        raise DownloadFailed(url, f"it has {total} bytes, more than the {max_bytes} accepted")
    await settled(part.describe, etag=etag, total=total)
    return True


async def _receive(url: str, response: httpx.Response, part: Partial, max_bytes: int) -> None:
    buffer = bytearray()
    try:
        async for chunk in response.aiter_bytes() if _is_encoded(response) else response.aiter_raw():
            buffer += chunk
            if part.size + len(buffer) > max_bytes:
                buffer.clear()
                raise DownloadFailed(url, f"it has more than the {max_bytes} bytes accepted")
            if len(buffer) >= _BUFFER_BYTES:
                full, buffer = bytes(buffer), bytearray()
                await settled(part.append, full)
    finally:
        part.append(bytes(buffer))  # also what came before a break; too little to need a thread


def _validator(response: httpx.Response) -> str | None:
    etag: str = response.headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return response.headers.get("Last-Modified") or None


def _is_encoded(response: httpx.Response) -> bool:
    return response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")


@functools.cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


async def settled(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a thread and wait for it even when cancelled: none works on a file behind our back."""
    call = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        while not call.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({call})
        raise
