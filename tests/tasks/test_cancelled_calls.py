"""A run that is cancelled while a model that answers at once is asked."""

from __future__ import annotations

import asyncio

import pytest

from blocks.catalog import Status
from tasks import sending
from tasks.generation import generate
from tasks.in_flight import in_flight
from tests.tasks.conftest import Open, until
from tests.tasks.test_asked_once import PICTURE, PRICE, calls, quick

__all__ = ["quick"]  # a fixture of every test here, too


async def test_a_cancelled_run_keeps_the_answer(studio: Open) -> None:
    """Ctrl-C during a call: its answer is waited for and kept, listed as ready, and the next run pays nothing."""
    here = studio(rules=[{"at": "submit", "times": 1, "do": {"kind": "slow", "seconds": 0.5}}])
    async with here.session(results=False) as session:
        run = asyncio.create_task(generate(PICTURE))
        await until(lambda: calls(here) == 1)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        [one] = await in_flight(session)
        assert (one.state, one.status, one.task_id, one.quoted_cny) == ("ready", Status.SUCCEEDED, None, PRICE)
    made = await here.run(PICTURE, results=False)
    assert made.succeeded and made.cost_cny == PRICE and calls(here) == 1 and await here.journalled() == []


async def test_an_answer_that_does_not_come_is_named(
    studio: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A cancelled run does not wait for ever; it says that the call may be charged, and the journal names it."""
    monkeypatch.setattr(sending, "_LAST_WORD_SECONDS", 0.2)
    monkeypatch.setattr(sending, "_SOON_SECONDS", 0.1)
    monkeypatch.setattr(sending, "_patience", lambda model: 0.3)
    here = studio(rules=[{"at": "submit", "times": 1, "do": {"kind": "slow", "seconds": 600}}])
    async with here.session(results=False):
        run = asyncio.create_task(generate(PICTURE))
        await until(lambda: calls(here) == 1)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
    assert "qwen-image-max: waiting up to 0 s for its answer; interrupt again to give it up." in caplog.text
    assert (
        "nobody knows whether qwen-image-max took it in; it may be charged. `wanflow generations list`" in caplog.text
    )
    assert len(await here.journalled()) == 1


async def test_interrupted_again(studio: Open, caplog: pytest.LogCaptureFixture) -> None:
    """A run that is interrupted twice ends at once: nothing of its call goes on beside what follows it."""
    here = studio(rules=[{"at": "submit", "times": 1, "do": {"kind": "slow", "seconds": 600}}])
    async with here.session(results=False):
        run = asyncio.create_task(generate(PICTURE))
        await until(lambda: calls(here) == 1)
        run.cancel()
        await until(lambda: "interrupt again to give it up" in caplog.text)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert [one for one in asyncio.all_tasks() if "_call" in repr(one.get_coro())] == []
    assert len(await here.journalled()) == 1


@pytest.mark.parametrize("ended", [asyncio.CancelledError, OSError])
async def test_ended_before_it_left(
    studio: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, ended: type[BaseException]
) -> None:
    """A run that is cancelled, or whose storage fails, between its intent and its call leaves no doubt to the next."""
    here = studio()
    looking = asyncio.Event()

    async def look(name: str) -> None:
        looking.set()
        if ended is OSError:
            raise OSError("the storage is gone")
        await asyncio.Event().wait()

    async with here.session(results=False) as session:
        monkeypatch.setattr(session.leases, "check", look)
        run = asyncio.create_task(generate(PICTURE))
        await asyncio.wait_for(looking.wait(), 30)
        if ended is asyncio.CancelledError:
            run.cancel()
        with pytest.raises(ended):
            await run
    assert await here.journalled() == [] and "nobody knows" not in caplog.text
    assert (await here.run(PICTURE, results=False)).succeeded and calls(here) == 1


def test_a_call_is_given_its_usual_time() -> None:
    """A cancelled run waits for a picture as long as one usually takes, and 10 s for the answer to a submit."""
    assert [sending._patience(model) for model in ("qwen-image-max", "wan2.6-t2v")] == [60.0, 10.0]
