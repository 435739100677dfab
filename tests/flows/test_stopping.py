"""How far a failure reaches: `on_failure: stop`, items in turn, items that are left out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from flows import engine
from flows.document import Location
from flows.engine import _ended_by_sibling, _fail
from flows.failing import StepFailed
from flows.pipeline import Pipeline
from flows.scope import Outputs, Scope, StepSkipped
from flows.step_run import PipelineRun, StepRun, begin
from tasks.records import Failure

STEP = {"model": "wan2.6-t2v", "input": {"prompt": "a street"}}
FAILURE = Failure(code="X", message="no.")
STOPS = FAILURE.model_copy(update={"stops_run": True})


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


@pytest.mark.parametrize("how", ["refused key", "halted by a sibling"])
async def test_items_in_turn_end_with_the_run(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """A step that leaves out what fails goes on after any failure but one that every request would meet."""
    run, asked = three(), []
    step_run = run.steps["runs"]
    step_run.step = step_run.step.model_copy(update={"on_item_failure": "skip"})
    monkeypatch.setattr(engine, "in_turn", lambda *_: True)

    async def item(_: PipelineRun, __: StepRun, scope: Scope, ___: Location) -> Outputs:
        asked.append(scope.index)
        if len(asked) == 2:
            if how == "refused key":
                raise StepFailed(FAILURE.model_copy(update={"stops_run": True}))
            run.halt("a sibling failed", everywhere=False)
        raise StepFailed(FAILURE)

    monkeypatch.setattr(engine, "_run_item", item)
    scopes = [Scope({}, index=number) for number in range(4)]
    work = engine._all_items(run, step_run, scopes, ("steps", "runs"))
    if how == "refused key":
        assert len(await work) == 2
    else:
        with pytest.raises(StepSkipped, match="a sibling failed"):
            await work
    assert asked == [0, 1]


@pytest.mark.parametrize(
    ("on_item_failure", "results", "kept"),
    [
        ("skip", ["a", FAILURE, "c"], 2),
        ("skip", [FAILURE, FAILURE], FAILURE),
        ("skip", ["a", STOPS], STOPS),
        ("skip", [FAILURE, STOPS, "a"], STOPS),
        ("fail", ["a", FAILURE], FAILURE),
        ("skip", ["a", KeyError("ours")], KeyError),
    ],
)
def test_what_is_left_of_the_items(on_item_failure: str, results: list[Any], kept: Any) -> None:
    """Those that failed are left out while one went well, unless the step, or the whole run, says otherwise."""
    run = three()
    step_run = run.steps["runs"]
    step_run.step = step_run.step.model_copy(update={"on_item_failure": on_item_failure})
    scopes = [Scope({}, index=number) for number in range(len(results))]
    came = [StepFailed(one) if isinstance(one, Failure) else one for one in results]
    came = [{"text": one} if isinstance(one, str) else one for one in came]
    if isinstance(kept, int):
        assert len(engine._kept(step_run, scopes, came)) == kept
        assert step_run.left_out == ["runs 2: X: no."]
        return
    with pytest.raises(StepFailed if isinstance(kept, Failure) else kept) as caught:
        engine._kept(step_run, scopes, came)
    assert not isinstance(caught.value, StepFailed) or caught.value.failure == kept
