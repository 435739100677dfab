"""The engine: runs any pipeline, each step as soon as its inputs are ready, all independent ones at once."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from blocks.catalog import InvalidRequest
from blocks.media import MediaError
from flows.asking import NotAnswered
from flows.calls import ModelCall, PipelineCall, prepare
from flows.choosing import choose, variants_of
from flows.conditions import not_so
from flows.document import InvalidInput, Location
from flows.failing import EXPECTED, StepFailed, in_words, is_final, reason_of, with_prompt
from flows.fan_out import in_turn, lanes
from flows.nesting import inner_params, nest, reach_of
from flows.operation_call import OperationCall
from flows.outputs import gathered, given_by
from flows.pipeline import Pipeline, Step
from flows.scope import SWITCHED_OFF, Outputs, Scope, Skipped, StepSkipped
from flows.step_run import Listener as Listener
from flows.step_run import PipelineRun as PipelineRun
from flows.step_run import StepRun as StepRun
from flows.step_run import begin, called, label_of
from flows.steps import condition_holds, truth, with_model
from tasks.answers import failure_of
from tasks.editing import run_operation
from tasks.generation import generate
from tasks.importing import bring
from tasks.operations import OPERATIONS
from tasks.outputs import outputs_of
from tasks.records import Failure, Generation
from tasks.session import current

log = logging.getLogger("wanflow")


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
    nest(pipeline, current().base)
    run = begin(with_model(pipeline, params), Scope(params, reach=current().reach), listener)
    await _all_steps(run)
    return run


async def _all_steps(run: PipelineRun) -> None:
    over = {name: asyncio.Event() for name in run.pipeline.steps}

    async def follow(name: str) -> None:
        for needed in run.pipeline.needs[name]:
            await over[needed].wait()
        try:
            await _run_step(run, name)
        finally:
            run.at_work.pop(name, None)
            over[name].set()

    async with asyncio.TaskGroup() as group:
        for name in run.pipeline.order:
            run.at_work[name] = group.create_task(follow(name), name=name)


async def _run_step(run: PipelineRun, name: str) -> None:
    step_run = run.steps[name]
    step, at, started = step_run.step, ("steps", name), time.monotonic()
    try:
        if run.stopped:
            raise StepSkipped(run.stopped)
        if truth(step, run.scope, at) is False:
            raise StepSkipped(SWITCHED_OFF)
        scopes = lanes(step, run.scope, at)
        if step.on_item_failure == "fail":
            for scope in scopes:
                _require(step, scope, at)
        step_run.state = "running"
        run.listener(step_run)
        each = _kept(step_run, scopes, await _all_items(run, step_run, scopes, at))
        if step.choose:
            each = await _chosen(run, step_run, each)
        if step.fans_out:
            step_run.outputs, run.scope.rows[name] = gathered(step, *_apart(each))
        else:
            step_run.outputs = each[0][1]
        run.scope.steps[name] = step_run.outputs
        step_run.state, step_run.reason = "done", _said_of_failures(step_run, len(scopes))
    except StepSkipped as skipped:
        step_run.state, step_run.reason = "skipped", str(skipped)
        run.scope.steps[name] = Skipped(str(skipped))
    except StepFailed as failed:
        _fail(run, name, failed.failure)
    except (InvalidInput, NotAnswered, MediaError) as error:
        _fail(run, name, failure_of(error))
    except asyncio.CancelledError:
        if not _ended_by_sibling(run):
            raise
        goes_on = [str(left) for left in current().left_running if left.label.startswith(step_run.title)]
        step_run.state, step_run.reason = "skipped", "; ".join([run.stopped or "", *goes_on])
        run.scope.steps[name] = Skipped(step_run.reason)
    finally:
        step_run.generations.sort(key=lambda one: (one[0] or 0, one[1].take))
        step_run.seconds_taken = time.monotonic() - started
        if step_run.state != "running":  # interrupted
            run.listener(step_run)


Lane = tuple[Scope, Outputs]


def _apart(each: list[Lane]) -> tuple[list[Scope], list[Outputs]]:
    return [scope for scope, _ in each], [outputs for _, outputs in each]


async def _all_items(
    run: PipelineRun, step_run: StepRun, scopes: list[Scope], at: Location
) -> list[Outputs | BaseException]:
    """What came of each item: all at once and every one seen through, or in turn up to a failure that ends the step."""
    if not in_turn(step_run.step, run.scope, at):
        return await asyncio.gather(*(_run_item(run, step_run, scope, at) for scope in scopes), return_exceptions=True)
    results: list[Outputs | BaseException] = []
    before: Outputs | None = None
    lost: str | None = None
    for scope in scopes:
        if run.stopped:
            raise StepSkipped(run.stopped)
        try:
            before = await _run_item(run, step_run, replace(scope, previous=before, lost=lost), at)
            lost = None
            results.append(before)
        except StepFailed as failed:
            results.append(failed)
            lost = None if before else lost or label_of(step_run, scope)
            if step_run.step.on_item_failure == "fail" or failed.failure.stops_run:
                break
    return results


def _kept(step_run: StepRun, scopes: list[Scope], results: list[Outputs | BaseException]) -> list[Lane]:
    """The items that went well. The first failure is raised, or those that failed are left out."""
    failed = [one for one in results if isinstance(one, StepFailed)]
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, StepFailed):
            raise result
    stops = next((one for one in failed if one.failure.stops_run), None)
    whole = step_run.step.on_item_failure == "fail" or stops or len(failed) == len(results)
    ends = (stops or failed[0]) if failed and whole else None
    if step_run.step.on_item_failure == "skip":
        step_run.left_out += [
            f"{called(step_run, scope)}: {reason_of(one.failure)}"
            for scope, one in zip(scopes, results, strict=True)
            if isinstance(one, StepFailed) and one is not ends
        ]
    if ends is not None:
        raise ends
    return [(scope, one) for scope, one in zip(scopes, results, strict=True) if not isinstance(one, BaseException)]


def _said_of_failures(step_run: StepRun, of: int) -> str | None:
    """What a step that is done went without, and where another model stood in."""
    left_out = step_run.left_out
    counted = f" {len(left_out)} of {of}" if of > 1 else ""
    said = [f"left out{counted}: {'; '.join(left_out)}"] if left_out else []
    return "; ".join([*said, *step_run.stood_in]) or None


async def _chosen(run: PipelineRun, step_run: StepRun, each: list[Lane]) -> list[Lane]:
    """One of the variants of each item."""
    step, found = step_run.step, []
    assert step.choose is not None
    for _, group in groupby(each, key=lambda lane: lane[0].index):
        scopes, outputs = _apart(list(group))
        variants = variants_of(outputs)
        title = label_of(step_run, replace(scopes[0], take=0), takes=False)
        number = await choose(step.choose, variants, current().storage, title, run.pipeline.pipeline)
        found.append((scopes[0], variants[number]))
        step_run.chosen.append(f"{title}: {number + 1} of {len(variants)} ({step.choose})")
    return found


def _fail(run: PipelineRun, name: str, failure: Failure) -> None:
    step_run = run.steps[name]
    step_run.state, step_run.failure, step_run.reason = "failed", failure, reason_of(failure)
    run.scope.steps[name] = Skipped(f"{step_run.title} failed")
    if failure.stops_run:
        run.halt(f"the run was stopped: {failure.message}", everywhere=True)
    elif run.pipeline.on_failure == "stop" and run.stopped is None:
        run.halt(f"the run was stopped: {step_run.title} failed", everywhere=False)
        for other, task in run.at_work.items():
            if other != name and run.steps[other].state == "running":
                task.cancel()


def _ended_by_sibling(run: PipelineRun) -> bool:
    """Whether it was a failed step that cancelled this one, and not who waits for the whole run."""
    task = asyncio.current_task()
    if run.stopped is None or task is None or task.cancelling() != 1:
        return False
    task.uncancel()
    return True


def _require(step: Step, scope: Scope, at: Location) -> None:
    for number, demand in enumerate(step.require):
        if not condition_holds(demand, scope, (*at, "require", number)):
            message = not_so(demand, scope)
            raise StepFailed(Failure(code="RequirementFailed", message=message, kind="RequirementFailed"))


async def _run_item(run: PipelineRun, step_run: StepRun, scope: Scope, at: Location) -> Outputs:
    step = step_run.step
    label = label_of(step_run, scope)
    after = [handle for needed in run.pipeline.needs[str(at[1])] for handle in run.steps[needed].handles]
    after = (after or run.begins_after) + (step_run.handles[-1:] if scope.previous else [])
    if step.on_item_failure == "skip":
        _require(step, scope, at)
    failure: Failure | None = None
    failed: list[str] = []
    for model in [step.model, *step.fallback]:
        try:
            call = prepare(step, scope, at, model=model)
            if isinstance(call, PipelineCall):
                return await _run_inner(run, step_run, call, scope, after, at)
            if isinstance(call, OperationCall):
                return await _operate(step_run, call, label, after, scope.reach.base if scope.reach else None)
            generation = await _generate(call, label, after, step.take + scope.take)
        except (StepSkipped, StepFailed):
            raise
        except (InvalidInput, InvalidRequest) as error:
            failure = _unsent(failure_of(error), scope.lost)
            failed.append(f"{model} failed: {reason_of(failure)}")
            continue
        except Exception as error:
            if not isinstance(error, EXPECTED):
                log.exception("%s failed", label)
            failure = failure_of(error)
            break
        step_run.generations.append((scope.index, generation))
        step_run.handles.append(generation.handle)
        if generation.succeeded:
            if failed:
                step_run.stood_in.append(f"{called(step_run, scope)}: by {generation.model}; {'; '.join(failed)}")
            for part in generation.values.get("failed_parts", ()):
                step_run.left_out.append(f"{called(step_run, scope)}: one of its results: {in_words(**part)}")
            return outputs_of(generation.model, generation.assets, generation.values)
        failure = with_prompt(generation) or Failure(code=None, message="gave nothing")
        failed.append(f"{model} failed: {reason_of(failure)}")
        if is_final(step, failure, may_be_billed=generation.cost_cny is None):
            break
    raise StepFailed(failure or Failure(code=None, message="gave nothing"))


def _unsent(failure: Failure, lost: str | None) -> Failure:
    """What was never sent, and that it goes on from an item that failed."""
    if lost is None:
        return failure
    said = (
        f"it goes on from {lost}, which failed. Nothing was sent or paid for this one. Mend {lost} and run the same "
        "again: what is finished is not paid for again"
    )
    return failure.model_copy(update={"message": f"{failure.message}; {said}"})


async def _run_inner(
    run: PipelineRun, step_run: StepRun, call: PipelineCall, scope: Scope, after: list[Any], at: Location
) -> Outputs:
    """Run another pipeline as a part of this one; some of its outputs may be missing, not all."""
    by = scope.reach or current().reach
    reach = reach_of(call.inner, by)
    values = await inner_params(call, reach, by, at)
    number = "" if scope.index is None else f" {scope.index + 1}"
    inner = begin(
        with_model(call.inner, values),
        Scope(values, reach=reach, lost=scope.lost),
        around=run,
        by=step_run,
        name=f"{step_run.name}{number}",
        title=f"{step_run.title}{number}",
    )
    inner.begins_after = after
    await _all_steps(inner)
    step_run.handles += [handle for one in inner.steps.values() for handle in one.handles]
    given = given_by(call.inner, inner.scope)
    failed = [one for one in inner.steps.values() if one.state == "failed"]
    missing = [value for value in given.values() if isinstance(value, Skipped)]
    if failed and (missing or not given) and len(missing) == len(given):
        first = failed[0].failure or Failure(code=None, message="gave nothing")
        raise StepFailed(first.model_copy(update={"message": f"{failed[0].title}: {first.message}"}))
    if given and len(missing) == len(given):
        raise StepSkipped(missing[0].reason)
    return given


async def _generate(call: ModelCall, label: str, after: list[Any], take: int) -> Generation:
    return await generate(call.request, label=label, take=take, assets=call.assets, after=after)


async def _operate(step_run: StepRun, call: OperationCall, label: str, after: list[Any], base: Path | None) -> Outputs:
    given = await _with_files(call, base)
    done = await run_operation(label, call.use, given, after=after)
    step_run.edits_cached = done.cached and step_run.edits_cached is not False
    step_run.handles.append(done)
    return dict(done.outputs)


async def _with_files(call: OperationCall, base: Path | None) -> dict[str, Any]:
    """The inputs of an operation with every path and address brought in as an asset."""
    session = current()
    operation = OPERATIONS[call.use]

    async def asset(value: Any) -> Any:
        if isinstance(value, list):
            return [await asset(item) for item in value]
        return await bring(value, session.storage, base) if isinstance(value, str) else value

    return {name: await asset(value) if operation.media_input(name) else value for name, value in call.given.items()}
