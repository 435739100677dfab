"""One submit of a model is on its way at a time, from the intent until it is known what came of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tasks import journal
from tasks.generation import generate
from tests.tasks.conftest import Open, asked


@pytest.mark.slow
async def test_lost_answers_in_the_same_words(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of requests in the same words, each finds its own task, because no two of them are open at the same moment."""
    here = studio(rules=[{"at": "submit", "do": "lose_answer"}])
    begin, open_together = journal.write_intent, []

    async def begun(*arguments: Any, **said: Any) -> Any:
        entry = await begin(*arguments, **said)
        open_together.append(sum(one.submission is None for one in await journal.entries(here.storage)))
        return entry

    monkeypatch.setattr(journal, "write_intent", begun)
    async with here.session():
        made = await asyncio.gather(*(generate(asked(duration=seconds)) for seconds in (2, 3, 4)))
    assert open_together == [1, 1, 1] and here.emulator.counts["submit"] == 3
    assert [one.usage and one.usage["duration"] for one in made] == [2, 3, 4]


async def test_other_models_do_not_wait(studio: Open) -> None:
    """A slow answer holds up submits of its own model only."""
    here = studio(rules=[{"at": "submit", "model": "wan2.6-t2v", "do": {"kind": "slow", "seconds": 600}}])
    async with here.session(), asyncio.timeout(30):
        slow = asyncio.create_task(generate(asked()))
        assert (await generate(asked(model="wan2.5-t2v-preview"))).succeeded
        assert not slow.done()
        slow.cancel()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("tasks.sending._LAST_WORD_SECONDS", 0.1)
            await asyncio.gather(slow, return_exceptions=True)
