"""What is waited for on the way to a task id is not waited for without end."""

from __future__ import annotations

import asyncio
import errno
from decimal import Decimal
from typing import Any

import pytest

from blocks.storage import MediaStorage
from tasks import journal, sending
from tasks.generation import generate
from tests.tasks.conftest import Open, asked, until


@pytest.mark.slow
async def test_an_input_that_cannot_be_fetched(studio: Open) -> None:
    """A request whose input the service cannot fetch is sent three times more, and no longer."""
    here = studio(rules=[{"at": "submit", "do": {"kind": "refuse", "code": "InvalidParameter.FileDownload"}}])
    made = await here.run()
    assert made.failure and made.failure.kind == "InputUnreachable" and made.cost_cny == 0
    assert here.emulator.counts["submit"] == 4 and await here.journalled() == []


@pytest.mark.slow
async def test_a_service_that_fails_is_given_time(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each further submit is a longer wait."""
    here = studio(rules=[{"at": "submit", "do": "fail"}])
    waits: list[int] = []

    async with here.session() as session:

        async def noted(attempt: int, *_: Any, **__: Any) -> None:
            waits.append(attempt)

        monkeypatch.setattr(session.pace, "back_off", noted)
        assert (await generate(asked())).failure
    assert waits == [1, 2] and here.emulator.counts["submit"] == 3


@pytest.mark.slow
async def test_a_storage_that_stays_away(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while a run ends with the storage's error; the next one adopts the task and pays nothing."""
    here = studio()
    write = MediaStorage.write_json

    async def failing(storage: MediaStorage, path: str, value: Any) -> None:
        if path.startswith("journal/owned/"):
            raise OSError(errno.EIO, "Input/output error")
        await write(storage, path, value)

    monkeypatch.setattr(sending, "STORAGE_PATIENCE_SECONDS", 0.1)
    with monkeypatch.context() as patched:
        patched.setattr(MediaStorage, "write_json", failing)
        async with asyncio.timeout(30):
            with pytest.raises(OSError, match="Input/output error"):
                await here.run()
    assert (await here.run()).succeeded and here.submits == 1


@pytest.mark.slow
async def test_an_answer_that_a_cancelled_run_waits_for(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is cancelled during a POST waits for its answer a little; the next one finds the task."""
    monkeypatch.setattr(sending, "_LAST_WORD_SECONDS", 0.1)
    here = studio(rules=[{"at": "submit", "times": 1, "do": {"kind": "slow", "seconds": 600}}])
    async with here.session():
        run = asyncio.create_task(generate(asked()))
        await until(lambda: here.submits == 1)
        run.cancel()
        ended, _ = await asyncio.wait({run}, timeout=20)
        assert ended and run.cancelled()
    assert len(await here.journalled()) == 1
    assert (await here.run()).succeeded and here.submits == 1


async def test_the_price_of_what_was_measured(studio: Open) -> None:
    """The entry names the price that the inputs' lengths decide, which the request alone does not tell."""
    here = studio()
    async with here.session() as session:
        session.quotes["f"] = Decimal("7.5")
        await sending.send(session, asked(), "f")
        [entry] = await journal.entries(session.storage)
        assert entry.quoted_cny == Decimal("7.5") and entry.submission
        assert entry.submission.quoted_cny == Decimal("7.5")
