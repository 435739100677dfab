"""The plan: checks, draws and prices any pipeline without a call."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from blocks import catalog
from blocks.catalog import InvalidRequest
from blocks.media import MediaError
from flows.calls import Call, ModelCall, OperationCall, operation_call, prepare, request_problem
from flows.document import InvalidInput, Location, Problem
from flows.parameters import resolve_params
from flows.pipeline import Pipeline, Step, check_names
from flows.references import resolve
from flows.scope import Many, Scope, Skipped, StepSkipped
from flows.steps import check_steps, items, merged, planned_outputs, truth
from tasks import finished
from tasks.downloading import WebFiles
from tasks.editing import done_before, edit_key
from tasks.fingerprint import fingerprint
from tasks.importing import known_file
from tasks.inputs import check_inputs
from tasks.operations import OPERATIONS
from tasks.outputs import outputs_of
from tasks.reach import Reach


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
    reach: Reach,
    *,
    emulated: bool,
    region: str = "beijing",
    web: WebFiles | None = None,
) -> Plan:
    """Check and price a pipeline. Nothing is sent; storage is only read.

    Args:
        params: values for its parameters.
        reach: the storage, where finished generations are looked up, and what the pipeline may read.
        emulated: whether the run would go to an emulator; its results never stand for paid ones.
        web: looks at files behind web addresses, when that is asked for.

    Raises:
        InvalidInput: with every problem found in the first step that has one.
    """
    check_names(pipeline)
    check_steps(pipeline)
    scope = Scope(await resolve_params(pipeline, params, reach), reach=reach)
    walk = _Walk(pipeline, scope, reach, emulated, region, web)
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
        self, pipeline: Pipeline, scope: Scope, reach: Reach, emulated: bool, region: str, web: WebFiles | None
    ) -> None:
        self.pipeline = pipeline
        self.scope = scope
        self.storage = reach.storage
        self.base = reach.base
        self.emulated = emulated
        self.region = region
        self.web = web
        self.rows: dict[str, PlanStep] = {}
        self.keys: set[str] = set()

    async def step(self, name: str) -> None:
        step = self.pipeline.steps[name]
        at: Location = ("steps", name)
        try:
            if truth(step, self.scope) is False:
                raise StepSkipped("its `when` does not hold")
            scopes = items(step, self.scope, at)
            calls = [await self._look_at_files(prepare(step, scope, at), at) for scope in scopes]
            for model in step.fallback:
                for scope in scopes:
                    prepare(step, scope, at, model=model)
        except StepSkipped as skipped:
            self.scope.steps[name] = Skipped(str(skipped))
            self.rows[name] = self._row(name, step, 0, note=f"skipped: {skipped}")
            return
        known = [await self._known(step, call, at) for call in calls]
        each = [output for output in known if output is not None]
        if len(each) < len(calls):
            self.scope.steps[name] = planned_outputs(step, calls, fanned_out=step.for_each is not None)
        else:
            self.scope.steps[name] = each[0] if step.for_each is None else merged(step, each)
        quotes = [self._quote(call) for call in calls]
        again = [await self._asked_before(step, call) for call in calls]
        due = [quote for quote, output, seen in zip(quotes, known, again, strict=True) if output is None and not seen]
        lengths = [call.seconds for call in calls if isinstance(call, ModelCall)]
        self.rows[name] = self._row(
            name,
            step,
            len(calls),
            cached=sum(output is not None for output in known),
            seconds=sum(length for length in lengths if length) if lengths and all(lengths) else None,
            quote=_sum(due),
            full=_sum(quotes),
            note=self._note(step, any(again)),
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
        if call.unsure:
            return None
        return catalog.quote(call.request, region=self.region, input_seconds=call.input_seconds).amount

    async def _known(self, step: Step, call: Call, at: Location) -> dict[str, Any] | None:
        """The outputs of a call that is in storage already."""
        if call.pending:
            return None
        if isinstance(call, OperationCall):
            done = await done_before(self.storage, edit_key(call.use, call.given))
            return dict(done.outputs) if done else None
        try:
            await check_inputs(call.request, self.storage, call.assets, base=self.base, web=self.web)
        except InvalidRequest as error:
            raise InvalidInput([request_problem(problem, at) for problem in error.problems]) from None
        record = await finished.read(self.storage, await self._key(step, call))
        if record is None or (record.emulated and not self.emulated):
            return None
        if not all([await self.storage.size(asset.path) == asset.bytes for asset in record.assets]):
            return None
        return outputs_of(call.request.model, record.assets, record.outcome.values)

    async def _key(self, step: Step, call: ModelCall) -> str:
        return await fingerprint(call.request, take=step.take, storage=self.storage, assets=call.assets, base=self.base)

    async def _asked_before(self, step: Step, call: Call) -> bool:
        """Whether this very generation is asked for earlier in the pipeline: it is paid for once."""
        if isinstance(call, OperationCall) or call.pending:
            return False
        key = await self._key(step, call)
        before = key in self.keys
        self.keys.add(key)
        return before

    def _note(self, step: Step, again: bool) -> str:
        if again:
            return "asks for the same again: paid once"
        unsure = step.for_each is not None and isinstance(resolve(step.for_each, self.scope.look_up), Many)
        return "the number of items is an estimate" if unsure else ""

    async def _look_at_files(self, call: Call, at: Location) -> Call:
        """The call with the files that an operation's inputs name looked at: do they exist, are they what it takes?

        What lies behind web addresses is not looked at; such a call stays pending.
        """
        if isinstance(call, ModelCall):
            return call
        operation = OPERATIONS[call.use]
        given = dict(call.given)
        for name, value in call.given.items():
            takes = operation.media_input(name)
            if takes is None:
                continue
            try:
                given[name] = await self._files(value)
            except (OSError, MediaError) as error:
                raise InvalidInput([Problem((*at, "input", name), str(error))]) from None
        found = operation_call(operation, given, at)
        return replace(found, pending=found.pending or _has_addresses(given))

    async def _files(self, value: Any) -> Any:
        if isinstance(value, list):
            return [await self._files(item) for item in value]
        if not isinstance(value, str):
            return value
        return await known_file(value, self.storage, self.base) or value


def _has_addresses(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_addresses(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_addresses(item) for item in value)
    return isinstance(value, str) and "://" in value


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return None if len(known) < len(amounts) else sum(known, Decimal(0))
