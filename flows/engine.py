"""The engine: runs any pipeline, each step as soon as its inputs are ready, all independent ones at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from blocks.catalog import InvalidRequest
from blocks.media import MediaError
from flows.calls import ModelCall, OperationCall, prepare
from flows.document import InvalidInput
from flows.pipeline import Pipeline, Step
from flows.scope import Outputs, Scope, Skipped, StepSkipped
from flows.steps import holds, items, merged, truth
from tasks.asset import Asset
from tasks.budget import BudgetExceeded
from tasks.downloading import DownloadFailed
from tasks.editing import run_operation
from tasks.generation import generate
from tasks.importing import bring
from tasks.operations import OPERATIONS
from tasks.outputs import outputs_of
from tasks.records import Failure, Generation
from tasks.session import current
from tasks.watching import StillRunning

log = logging.getLogger("wanflow")

_EXPECTED = (BudgetExceeded, StillRunning, DownloadFailed, MediaError, OSError)

_FINAL = frozenset({"ModerationRefused", "AmbiguousSubmission", "DownloadFailed", "TaskGone"})
"""Failures that no other model is asked after: it would refuse as well, or the first may yet be billed."""

State = Literal["waiting", "running", "done", "failed", "skipped"]


@dataclass
class StepRun:
    """How one step went.

    Attributes:
        handles: results of its Prefect tasks, handed on so that the UI draws the edges.
    """

    name: str
    step: Step
    state: State = "waiting"
    outputs: Outputs = field(default_factory=dict)
    generations: list[tuple[int | None, Generation]] = field(default_factory=list)
    edits_cached: bool | None = None
    reason: str | None = None
    failure: Failure | None = None
    seconds_taken: float | None = None
    handles: list[Any] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What people call it."""
        return self.step.title or self.name

    @property
    def assets(self) -> list[Asset]:
        """Every file it gave."""
        found: list[Asset] = []
        for value in self.outputs.values():
            listed = value if isinstance(value, list) else [value]
            found += [item for item in listed if isinstance(item, Asset)]
        return found


Listener = Callable[[StepRun], None]


class StepFailed(Exception):
    """A step gave nothing; what refers to it is skipped."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


@dataclass
class PipelineRun:
    """A pipeline on its way: what every step did so far.

    Attributes:
        stopped: why nothing new is begun: a refused key or an unpaid account fails every further request, too; or a
            step failed and the pipeline says ``on_failure: stop``.
        at_work: the steps that have not ended, each a task of the loop.
    """

    pipeline: Pipeline
    scope: Scope
    steps: dict[str, StepRun]
    stopped: str | None = None
    at_work: dict[str, asyncio.Task[None]] = field(default_factory=dict)


async def run_steps(pipeline: Pipeline, params: dict[str, Any], listener: Listener | None = None) -> PipelineRun:
    """Run every step of a checked pipeline. Needs an open session.

    A step that fails takes along only what depends on it and everything else goes on, or it ends the run, as the
    pipeline's ``on_failure`` says.

    Args:
        params: values of the parameters, as `flows.parameters.resolve_params` gives them.
        listener: told about every step that changes its state.

    Returns:
        How every step went. Failures are in it, not raised.
    """
    scope = Scope(params, reach=current().reach)
    run = PipelineRun(pipeline, scope, {name: StepRun(name, step) for name, step in pipeline.steps.items()})
    over = {name: asyncio.Event() for name in pipeline.steps}

    async def follow(name: str) -> None:
        for needed in pipeline.needs[name]:
            await over[needed].wait()
        try:
            await _run_step(run, run.steps[name], listener or (lambda _: None))
        finally:
            run.at_work.pop(name, None)
            over[name].set()

    async with asyncio.TaskGroup() as group:
        for name in pipeline.order:
            run.at_work[name] = group.create_task(follow(name), name=name)
    return run


async def _run_step(run: PipelineRun, step_run: StepRun, listener: Listener) -> None:
    name, step = step_run.name, step_run.step
    started = time.monotonic()
    try:
        if run.stopped:
            raise StepSkipped(run.stopped)
        if truth(step, run.scope) is False:
            raise StepSkipped("its `when` does not hold")
        scopes = items(step, run.scope, ("steps", name))
        for scope in scopes:
            _require(step, scope)
        step_run.state = "running"
        listener(step_run)
        each = await _together([_run_item(run, step_run, scope) for scope in scopes])
        step_run.outputs = merged(step, each) if step.for_each is not None else each[0]
        run.scope.steps[name] = step_run.outputs
        step_run.state = "done"
    except StepSkipped as skipped:
        step_run.state, step_run.reason = "skipped", str(skipped)
        run.scope.steps[name] = Skipped(str(skipped))
    except StepFailed as failed:
        _fail(run, step_run, failed.failure)
    except InvalidInput as error:
        _fail(run, step_run, _failure_of(error))
    except asyncio.CancelledError:
        if not _ended_by_sibling(run):
            raise
        goes_on = [str(left) for left in current().left_running if left.label.startswith(step_run.title)]
        step_run.state, step_run.reason = "skipped", "; ".join([run.stopped or "", *goes_on])
        run.scope.steps[name] = Skipped(step_run.reason)
    finally:
        step_run.generations.sort(key=lambda one: one[0] or 0)
        step_run.seconds_taken = time.monotonic() - started
        if step_run.state != "running":  # interrupted
            listener(step_run)


async def _together(jobs: list[Any]) -> list[Outputs]:
    """All items at once; every one is seen through before the first failure is raised."""
    results = await asyncio.gather(*jobs, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


def _fail(run: PipelineRun, step_run: StepRun, failure: Failure) -> None:
    step_run.state, step_run.failure = "failed", failure
    step_run.reason = ": ".join(part for part in (failure.code, failure.message) if part)
    step_run.reason = step_run.reason or failure.advice or failure.kind
    run.scope.steps[step_run.name] = Skipped(f"{step_run.title} failed")
    if failure.stops_run:
        run.stopped = f"the run was stopped: {failure.message}"
    elif run.pipeline.on_failure == "stop" and run.stopped is None:
        run.stopped = f"the run was stopped: {step_run.title} failed"
        for other, task in run.at_work.items():
            if other != step_run.name and run.steps[other].state == "running":
                task.cancel()


def _ended_by_sibling(run: PipelineRun) -> bool:
    """Whether it was a failed step that cancelled this one, and not who waits for the whole run."""
    task = asyncio.current_task()
    if run.stopped is None or task is None or task.cancelling() != 1:
        return False
    task.uncancel()
    return True


def _require(step: Step, scope: Scope) -> None:
    for demand in step.require:
        if not holds(demand, scope):
            message = f"requires {demand}, which is not so"
            raise StepFailed(Failure(code="RequirementFailed", message=message, kind="RequirementFailed"))


async def _run_item(run: PipelineRun, step_run: StepRun, scope: Scope) -> Outputs:
    name, step = step_run.name, step_run.step
    label = step_run.title if scope.index is None else f"{step_run.title} {scope.index + 1}"
    after = [handle for needed in run.pipeline.needs[name] for handle in run.steps[needed].handles]
    at = ("steps", name)
    failure: Failure | None = None
    for model in [step.model, *step.fallback]:
        try:
            call = prepare(step, scope, at, model=model)
            if isinstance(call, OperationCall):
                return await _operate(step_run, call, label, after)
            generation = await _generate(step, call, label, after)
        except StepSkipped:
            raise
        except (InvalidInput, InvalidRequest) as error:
            failure = _failure_of(error)
            continue
        except Exception as error:
            if not isinstance(error, _EXPECTED):
                log.exception("%s failed", label)
            failure = _failure_of(error)
            break
        step_run.generations.append((scope.index, generation))
        step_run.handles.append(generation.handle)
        if generation.succeeded:
            return outputs_of(generation.model, generation.assets, generation.values)
        failure = generation.failure
        if failure and _is_final(step, failure):
            break
    raise StepFailed(failure or Failure(code=None, message="gave nothing"))


def _is_final(step: Step, failure: Failure) -> bool:
    if failure.kind == "ModerationRefused" and step.fallback_after_moderation:
        return False
    return failure.kind in _FINAL or failure.stops_run


def _failure_of(error: Exception) -> Failure:
    kind = type(error).__name__
    return Failure(code=getattr(error, "code", None) or kind, message=str(error), kind=kind)


async def _generate(step: Step, call: ModelCall, label: str, after: list[Any]) -> Generation:
    return await generate(call.request, label=label, take=step.take, assets=call.assets, after=after)


async def _operate(step_run: StepRun, call: OperationCall, label: str, after: list[Any]) -> Outputs:
    given = await _with_files(call)
    done = await run_operation(label, call.use, given, after=after)
    step_run.edits_cached = done.cached and step_run.edits_cached is not False
    step_run.handles.append(done)
    return dict(done.outputs)


async def _with_files(call: OperationCall) -> dict[str, Any]:
    """The inputs of an operation with every path and address brought in as an asset."""
    session = current()
    operation = OPERATIONS[call.use]

    async def asset(value: Any) -> Any:
        if isinstance(value, list):
            return [await asset(item) for item in value]
        return await bring(value, session.storage, session.base) if isinstance(value, str) else value

    return {name: await asset(value) if operation.media_input(name) else value for name, value in call.given.items()}
