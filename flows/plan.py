"""The plan: checks, draws and prices any pipeline without a call."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from blocks import catalog
from blocks.catalog import InvalidRequest
from blocks.storage import MediaStorage
from flows.calls import Call, ModelCall, OperationCall, prepare
from flows.document import InvalidInput, Location, Problem
from flows.parameters import resolve_params
from flows.pipeline import Pipeline, Step, check_names
from flows.scope import Many, Scope, Skipped, StepSkipped
from flows.steps import check_steps, items, planned_outputs, truth
from tasks import finished
from tasks.editing import done_before, edit_key
from tasks.fingerprint import fingerprint
from tasks.inputs import check_inputs
from tasks.outputs import outputs_of


class PlanStep(BaseModel):
    """One step of a plan.

    Attributes:
        calls: how often it runs.
        cached: how many of those are in storage already.
        seconds: of output, all calls together; None when only a run will know.
        quote_cny: price of the calls that are not cached; 0 for local operations; None is unknown.
        full_cny: price of all calls, as if nothing were cached.
        needs: the steps it waits for.
    """

    name: str
    title: str
    does: str
    paid: bool
    calls: int
    cached: int
    seconds: float | None
    quote_cny: Decimal | None
    full_cny: Decimal | None
    needs: list[str]
    note: str = ""


class Plan(BaseModel):
    """What a run would do and cost.

    Attributes:
        total_cny: the sum of all known quotes; read it together with ``unknown``.
        unknown: steps whose price is not known before the run.
        saved_cny: what the cached calls would have cost.
        warnings: what looks odd but can run.
    """

    pipeline: str
    title: str
    region: str
    steps: list[PlanStep]
    deliver: list[str]
    total_cny: Decimal
    unknown: list[str]
    saved_cny: Decimal
    calls: int
    cached: int
    warnings: list[str] = []


async def make_plan(
    pipeline: Pipeline,
    params: dict[str, Any],
    *,
    storage: MediaStorage,
    emulated: bool,
    region: str = "beijing",
    base: Path | None = None,
) -> Plan:
    """Check and price a pipeline. Nothing is sent; storage is only read.

    Args:
        params: values for its parameters.
        storage: where finished generations are looked up.
        emulated: whether the run would go to an emulator; its results never stand for paid ones.

    Raises:
        InvalidInput: with every problem found in the first step that has one.
    """
    check_names(pipeline)
    check_steps(pipeline)
    scope = Scope(await resolve_params(pipeline, params, storage=storage, base=base))
    walk = _Walk(pipeline, scope, storage, emulated, region, base)
    problems: list[Problem] = []
    for name in pipeline.order:
        try:
            await walk.step(name)
        except InvalidInput as error:
            problems += error.problems
            scope.steps[name] = Skipped("it has a problem")
    if problems:
        raise InvalidInput(problems)
    rows = [walk.rows[name] for name in pipeline.steps if name in walk.rows]
    return Plan(
        pipeline=pipeline.pipeline,
        title=pipeline.title or pipeline.pipeline,
        region=region,
        steps=rows,
        deliver=list(pipeline.deliver),
        total_cny=sum((row.quote_cny for row in rows if row.quote_cny is not None), Decimal(0)),
        unknown=[row.name for row in rows if row.quote_cny is None],
        saved_cny=sum(
            (row.full_cny - row.quote_cny for row in rows if row.full_cny and row.quote_cny is not None), Decimal(0)
        ),
        calls=sum(row.calls for row in rows if row.paid),
        cached=sum(row.cached for row in rows if row.paid),
    )


class _Walk:
    """Walks a pipeline in order with what is known before anything runs."""

    def __init__(
        self, pipeline: Pipeline, scope: Scope, storage: MediaStorage, emulated: bool, region: str, base: Path | None
    ) -> None:
        self.pipeline = pipeline
        self.scope = scope
        self.storage = storage
        self.emulated = emulated
        self.region = region
        self.base = base
        self.rows: dict[str, PlanStep] = {}

    async def step(self, name: str) -> None:
        step = self.pipeline.steps[name]
        at: Location = ("steps", name)
        try:
            if truth(step, self.scope) is False:
                raise StepSkipped("its `when` does not hold")
            scopes = items(step, self.scope, at)
            calls = [prepare(step, scope, at) for scope in scopes]
            for model in step.fallback:
                for scope in scopes:
                    prepare(step, scope, at, model=model)
        except StepSkipped as skipped:
            self.scope.steps[name] = Skipped(str(skipped))
            self.rows[name] = self._row(name, step, 0, note=f"skipped: {skipped}")
            return
        known = [await self._known(step, call, at) for call in calls]
        fanned_out = step.for_each is not None
        if all(output is not None for output in known) and calls:
            each = [output for output in known if output is not None]
            merged = {key: [output[key] for output in each] for key in each[0]} if fanned_out else each[0]
            self.scope.steps[name] = merged
        elif calls:
            self.scope.steps[name] = planned_outputs(step, calls, fanned_out=fanned_out)
        else:
            self.scope.steps[name] = {}
        quotes = [self._quote(call) for call in calls]
        due = [quote for quote, output in zip(quotes, known, strict=True) if output is None]
        lengths = [call.request.seconds or call.input_seconds for call in calls if isinstance(call, ModelCall)]
        self.rows[name] = self._row(
            name,
            step,
            len(calls),
            cached=sum(output is not None for output in known),
            seconds=sum(length for length in lengths if length) if lengths and all(lengths) else None,
            quote=_sum(due),
            full=_sum(quotes),
            note=_many_note(step, self.scope),
        )

    def _row(
        self,
        name: str,
        step: Step,
        calls: int,
        *,
        cached: int = 0,
        seconds: float | None = None,
        quote: Decimal | None = Decimal(0),
        full: Decimal | None = Decimal(0),
        note: str = "",
    ) -> PlanStep:
        return PlanStep(
            name=name,
            title=step.title or name,
            does=step.does,
            paid=step.model is not None,
            calls=calls,
            cached=cached,
            seconds=seconds,
            quote_cny=quote,
            full_cny=full,
            needs=list(self.pipeline.needs[name]),
            note=note,
        )

    def _quote(self, call: Call) -> Decimal | None:
        if isinstance(call, OperationCall):
            return Decimal(0)
        return catalog.quote(call.request, region=self.region, input_seconds=call.input_seconds).amount

    async def _known(self, step: Step, call: Call, at: Location) -> dict[str, Any] | None:
        """The outputs of a call that is in storage already."""
        if call.pending:
            return None
        if isinstance(call, OperationCall):
            if _has_addresses(call.given):
                return None
            done = await done_before(self.storage, edit_key(call.use, call.given))
            return dict(done.outputs) if done else None
        try:
            await check_inputs(call.request, self.storage, call.assets, base=self.base)
        except InvalidRequest as error:
            found = [Problem((*at, *problem.field.split(".")), str(problem)) for problem in error.problems]
            raise InvalidInput(found) from None
        key = await fingerprint(call.request, take=step.take, storage=self.storage, assets=call.assets, base=self.base)
        record = await finished.read(self.storage, key)
        if record is None or (record.emulated and not self.emulated):
            return None
        if not all([await self.storage.size(asset.path) == asset.bytes for asset in record.assets]):
            return None
        return outputs_of(call.request.model, record.assets, record.outcome.values)


def _has_addresses(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_addresses(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_addresses(item) for item in value)
    return isinstance(value, str) and "://" in value


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return None if len(known) < len(amounts) else sum(known, Decimal(0))


def _many_note(step: Step, scope: Scope) -> str:
    if step.for_each is None:
        return ""
    outputs = [value for found in scope.steps.values() if isinstance(found, dict) for value in found.values()]
    unsure = any(isinstance(value, Many) for value in outputs)
    return "the number of items is an estimate" if unsure else ""
