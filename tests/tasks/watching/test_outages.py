"""A provider that is away for long: the wait goes on. Time runs a thousand times faster here."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from blocks.catalog import Status
from tasks.rhythm import REMOTE, Rhythm

_THOUSANDTH = Rhythm(
    first_after=0.06,
    every=0.005,
    backoff=REMOTE.backoff / 1000,
    backoff_most=REMOTE.backoff_most / 1000,
    unknown_age=REMOTE.unknown_age / 1000,
    unknown_again=REMOTE.unknown_again / 1000,
)
_TEN_MINUTES = 0.6
_GONE: dict[str, httpx.Response | Exception] = {
    "refused": httpx.ConnectError("refused"),
    "no name": httpx.ConnectError("[Errno -2] Name or service not known"),
    "bad gateway": httpx.Response(502, text="<html>bad gateway</html>"),
}


@pytest.mark.parametrize("kind", _GONE)
async def test_ten_minutes_away(provider: Any, kind: str) -> None:
    """A provider that is down for ten minutes is asked rarely, and heard as soon as it is back."""
    back_at = [0.0]
    answer = provider.answer

    def away(request: httpx.Request) -> httpx.Response:
        if time.monotonic() < back_at[0]:
            provider.weather = [_GONE[kind]]
        return answer(request)

    provider.client = type(provider.client)(provider.client.base_url, transport=httpx.MockTransport(away))
    watcher = provider.watcher(_THOUSANDTH)
    back_at[0] = time.monotonic() + _TEN_MINUTES
    found = await provider.wait(watcher, "t", "SUCCEEDED")
    late = time.monotonic() - back_at[0]
    await watcher.aclose()
    assert found.status is Status.SUCCEEDED and 0 <= late < 0.5
    assert 10 < len(provider.asked) < 60
