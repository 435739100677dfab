"""What goes wrong with a step without being a mistake of ours, and what is one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from blocks.media import MediaError
from flows import engine
from flows.pipeline import Pipeline
from tasks.budget import BudgetExceeded
from tasks.downloading import DownloadFailed
from tasks.session import Session
from tasks.watching import StillRunning

ONE_OF_TWO = """
bad: {model: wan2.6-t2v, fallback: wan2.5-t2v-preview, input: {prompt: bad}, parameters: {duration: 5}}
good: {model: wan2.6-t2v, input: {prompt: good}, parameters: {duration: 2}}
"""


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (StillRunning("t-1", "wan2.6-t2v"), False),
        (DownloadFailed("https://a.example/x", "HTTP 404"), False),
        (BudgetExceeded("too dear"), False),
        (MediaError("is broken", "a.mp4"), False),
        (OSError("no space left"), False),
        (RuntimeError("what nobody thought of"), True),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_every_failure_stays_with_its_step(
    session: Session,
    pipeline_of: Callable[..., Pipeline],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    ours: bool,
) -> None:
    """It is the step's, no other model is asked, the others go on; only a mistake of ours leaves a traceback."""
    asked = []
    generate = engine.generate

    async def fails(request: Any, **more: Any) -> Any:
        asked.append(request.model)
        if request.input.prompt == "bad":
            raise error
        return await generate(request, **more)

    monkeypatch.setattr(engine, "generate", fails)
    caplog.set_level(logging.ERROR, logger="wanflow")
    run = await engine.run_steps(pipeline_of(ONE_OF_TWO), {})
    assert {name: step.state for name, step in run.steps.items()} == {"bad": "failed", "good": "done"}
    assert str(error).partition(";")[0] in str(run.steps["bad"].reason) and len(asked) == 2
    assert [record.exc_info is not None for record in caplog.records] == [True] * ours


async def test_a_model_that_cannot_take_it_is_passed_over(
    session: Session, pipeline_of: Callable[..., Pipeline], submits: Callable[[], list[str]]
) -> None:
    """What the limits of the first model refuse, without asking it, may be within those of the next."""
    step = "odd: {model: wan2.5-t2v-preview, fallback: wan2.6-t2v, input: {prompt: seven}, parameters: {duration: 7}}"
    run = await engine.run_steps(pipeline_of(step), {})
    assert [one.model for _, one in run.steps["odd"].generations] == ["wan2.6-t2v"] and submits() == ["seven"]
