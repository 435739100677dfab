"""How long a run waits while the provider takes nothing in, and what it says when that is over."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import time

import pytest

from blocks.client import Client
from blocks.client.errors import NotSent, Throttled
from tasks.generation import generate
from tasks.pace import Pace
from tasks.patience import PATIENCE_SECONDS, Patience
from tests.tasks.conftest import Open, asked

_SPENT = "run the same again to go on, or let it wait longer (--patience SECONDS)."


@pytest.mark.slow
async def test_throttled_beyond_the_deadline(studio: Open) -> None:
    """A provider that answers 429 for ever is given up when the user's time is over; the same run again goes on."""
    here = studio(rules=[{"at": "submit", "times": 40, "do": "throttle"}])
    started = time.monotonic()
    async with here.session(patience_seconds=0.4):
        made = await generate(asked())
    assert 0.4 <= time.monotonic() - started < 10
    assert made.failure and made.failure.kind == "Throttled" and made.cost_cny == 0
    assert re.search(r"; waited \d s$", made.failure.message) and str(made.failure.advice).endswith(_SPENT)
    assert 2 <= here.emulator.counts["submit"] < 40 and await here.journalled() == []
    async with here.session(patience_seconds=60):
        assert (await generate(asked())).succeeded and here.submits == 1


async def test_asked_for_more_than_there_is(studio: Open) -> None:
    """A provider that asks for a longer wait than the user allows is given up at once, naming both."""
    here = studio(rules=[{"at": "submit", "do": {"kind": "throttle", "retry_after": 120}}])
    started = time.monotonic()
    async with here.session(patience_seconds=30):
        made = await generate(asked())
    assert made.failure and re.search(r"; waited \d s; it asks for 120 s more$", made.failure.message)
    assert here.emulator.counts["submit"] == 1 and time.monotonic() - started < 10


@pytest.mark.slow
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api/v1", "http://no-such-host.invalid/api/v1"])
async def test_nobody_there(studio: Open, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection and a name that does not resolve are waited out as long as the user says."""

    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    here = studio()
    async with here.session(patience_seconds=0.5) as session:
        there, session.client = session.client, Client(address)
        with monkeypatch.context() as patched:
            if "invalid" in address:
                patched.setattr(socket, "getaddrinfo", unknown)
            with pytest.raises(NotSent, match=r"waited \d s\.") as caught:
                await session.preflight()
            assert str(caught.value).endswith(_SPENT)
            made = await generate(asked())
        assert made.failure and made.failure.kind == "NotSent" and re.search(r"waited \d s$", made.failure.message)
        assert here.emulator.counts.get("submit", 0) == 0 and await here.journalled() == []
        session.client = there
        session.failures.clear()
        assert (await generate(asked())).succeeded and here.submits == 1


async def test_not_asked_to_wait(studio: Open) -> None:
    """Without a word about patience, an address nobody answers is told before anything starts."""
    async with studio().session() as session:
        session.client = Client("http://127.0.0.1:9/api/v1")
        with pytest.raises(NotSent) as caught:
            await session.preflight()
    assert "waited" not in str(caught.value)


async def test_waits_differ_and_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits double with jitter, are as long as the provider asks, and never pass the deadline."""
    slept: list[float] = []
    moment = [0.0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        moment[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    chances = itertools.cycle([0.0, 1.0, 1.0, 0.0])
    patience = Patience(100.0, Pace(chance=lambda: next(chances)), "busy")
    await patience.wait_out(Throttled("busy", retry_after=17))
    with pytest.raises(Throttled, match=r"busy; waited 100 s\."):
        while True:
            await patience.wait_out(Throttled("busy"))
    assert slept[0] == pytest.approx(17 * 1.1) and slept[1:4] == [2.0, 2.0, 8.0] and sum(slept) == pytest.approx(100.0)
    assert PATIENCE_SECONDS == 1800
