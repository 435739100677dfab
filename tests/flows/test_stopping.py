"""`on_failure: stop`: who is cancelled by a failed step, once."""

from __future__ import annotations

import asyncio

from flows.engine import _ended_by_sibling, _fail
from flows.pipeline import Pipeline
from flows.scope import Scope
from flows.step_run import PipelineRun, begin
from tasks.records import Failure

STEP = {"model": "wan2.6-t2v", "input": {"prompt": "a street"}}
FAILURE = Failure(code="X", message="no.")


def three(on_failure: str = "stop", around: PipelineRun | None = None) -> PipelineRun:
    steps = {"bad": STEP, "worse": STEP, "runs": STEP, "waits": STEP}
    pipeline = Pipeline.model_validate({"pipeline": "test", "steps": steps, "on_failure": on_failure})
    run = begin(pipeline, Scope({}), around=around)
    for name in ("bad", "worse", "runs"):
        run.steps[name].state = "running"
    return run


async def test_a_second_failure_cancels_nobody_again() -> None:
    """Who is cancelled twice would take it for the end of the whole run, and leave its task unnamed."""
    run, ended = three(), []

    async def runs() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # cancels its task at the provider
            task = asyncio.current_task()
            ended.append((_ended_by_sibling(run), task and task.cancelling()))
            await asyncio.sleep(0)  # goes on as any other step

    for name in ("runs", "waits"):
        run.at_work[name] = asyncio.create_task(runs())
    await asyncio.sleep(0)
    _fail(run, "bad", FAILURE)
    await asyncio.sleep(0)
    _fail(run, "worse", FAILURE.model_copy(update={"message": "no, either."}))
    await run.at_work["runs"]
    assert ended == [(True, 0)] and run.stopped == "the run was stopped: bad failed"
    assert run.at_work["waits"].cancelling() == 0  # it sees for itself that the run has stopped
    run.at_work["waits"].cancel()


async def test_who_waits_for_the_whole_run_is_heard() -> None:
    """A cancellation from outside is none of a sibling's, also after one failed, and before any did."""
    for failed in (False, True):
        run, ended = three(), []

        async def runs(run: PipelineRun = run, ended: list[bool] = ended) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(_ended_by_sibling(run))

        task = run.at_work["runs"] = asyncio.create_task(runs())
        await asyncio.sleep(0)
        if failed:
            _fail(run, "bad", FAILURE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert ended == [False] and task.cancelled()


async def test_a_failure_within_stops_what_is_within() -> None:
    """The pipelines around go on, unless it is a failure that every further request would meet."""
    around = three("continue")
    inner = three(around=around)
    _fail(inner, "bad", FAILURE)
    assert inner.stopped == "the run was stopped: bad failed" and around.stopped is None
    _fail(inner, "worse", FAILURE.model_copy(update={"stops_run": True}))
    assert around.stopped == "the run was stopped: no."
    assert three(around=around).stopped == around.stopped
