"""What the calls of a plan cost, and which of them are done already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from blocks import catalog
from blocks.catalog import InvalidRequest
from blocks.media import MediaError
from blocks.storage import MediaStorage
from flows.calls import PENDING, Call, ModelCall, prepare, request_problem
from flows.document import InvalidInput, Location, Problem
from flows.operation_call import OperationCall
from flows.pipeline import Step
from flows.scope import Outputs, Scope
from flows.to_come import in_place_of
from tasks import finished
from tasks.downloading import WebFiles
from tasks.editing import done_before, edit_key
from tasks.fingerprint import fingerprint
from tasks.inputs import check_inputs
from tasks.operations import OPERATIONS
from tasks.outputs import outputs_of


@dataclass
class Looked:
    """One call of a step as the plan sees it.

    Attributes:
        known: its outputs, when they are in storage already.
        quote: its price; None is unknown.
        again: whether the same was asked for earlier in the plan.
        cached: whether its outputs are in storage; not when the plan itself has looked at files.
        key: what tells it from other calls; None: nobody can, before the run.
    """

    call: Call
    known: Outputs | None
    quote: Decimal | None
    again: bool
    cached: bool = False
    key: str | None = None


@dataclass
class Prices:
    """What calls cost, and which are done: in a storage, a region, with or without an emulator.

    Attributes:
        place: the region that would be asked: what it does not serve is refused; None: nothing is.
        keys: the generations that were asked for so far.
        warnings: what a run may come to, and would then refuse.
    """

    storage: MediaStorage
    emulated: bool
    region: str
    web: WebFiles | None
    keys: set[str] = field(default_factory=set)
    place: str | None = None
    warnings: list[str] = field(default_factory=list)

    async def look(
        self,
        step: Step,
        lane: Scope,
        call: ModelCall | OperationCall,
        at: Location,
        *,
        maybe: bool = False,
        standby: bool = False,
    ) -> Looked:
        """Look a call up.

        Args:
            maybe: only a run will know whether it is needed.
            standby: it is needed only if a check says no: as long as inputs are to come, its files are warned of only.

        Raises:
            InvalidInput: the files that go in are not what the model takes, or the region does not serve it.
        """
        if isinstance(call, OperationCall):
            return await self._edited(call, at, maybe)
        quote = None
        if not call.unsure:
            quote = catalog.quote(call.request, region=self.region, input_seconds=call.input_seconds).amount
        reach = lane.reach
        base = reach.base if reach else None
        try:
            await self._check_files(call, base, at)
        except InvalidInput as error:
            if not (call.pending and standby):
                raise
            self._warn(step, error)
        key = None if call.pending and maybe else await self._key(call, step.take + lane.take, base)
        known = None if call.pending or key is None else await self._known(call, key)
        if known is None:
            self._served(step, lane, call, at)
        again = self._asked_before(key, maybe)
        sure = None if maybe or step.fallback else key
        return Looked(call, known, quote, again, cached=known is not None, key=sure)

    async def _key(self, call: ModelCall, take: int, base: Path | None) -> str | None:
        """What makes a call the same as another; of one that waits, by the calls that make what it waits for."""
        try:
            waits = in_place_of(call.to_come) if call.pending and call.to_come is not None else {}
        except LookupError:
            return None
        if call.pending and not waits:
            return None
        assets = {**call.assets, **waits}
        return await fingerprint(call.request, take=take, storage=self.storage, assets=assets, base=base)

    def _asked_before(self, key: str | None, maybe: bool) -> bool:
        """Whether it is paid for by a call before; one that may not be made pays only for others that may not be."""
        if key is None:
            return False
        own = f"maybe {key}" if maybe else key
        again = key in self.keys or own in self.keys
        self.keys.add(own)
        return again

    async def _edited(self, call: OperationCall, at: Location, maybe: bool) -> Looked:
        """Local work: found done, or done here when all it does is look at files that are there."""
        operation, known, cached = OPERATIONS[call.use], None, False
        if not call.pending and operation.looks:
            try:
                known = await operation.run(operation.inputs.model_validate(call.given))
            except (OSError, MediaError) as error:
                raise InvalidInput([Problem((*at, "input"), str(error))]) from None
        elif not call.pending:
            done = await done_before(self.storage, edit_key(call.use, call.given))
            known, cached = (dict(done.outputs), True) if done else (None, False)
        key = None
        if not maybe and set(operation.outputs.values()) == {"image"}:  # the same file each time; films need not be
            with suppress(LookupError):
                key = edit_key(call.use, in_place_of(call.given))
        return Looked(call, known, Decimal(0), again=False, cached=cached, key=key)

    async def _check_files(self, call: ModelCall, base: Path | None, at: Location) -> None:
        """Refuse before anything is paid files that the model does not take; of those to come, only their length."""
        known = list(_out_of_length(call))
        try:
            await check_inputs(call.request, self.storage, call.assets, base=base, web=self.web)
        except InvalidRequest as error:
            known += [problem for problem in error.problems if not str(problem.value).startswith(PENDING)]
        if known:
            raise InvalidInput([request_problem(problem, at) for problem in known])

    def _warn(self, step: Step, error: InvalidInput) -> None:
        """Say once what a step that stands by would be refused for."""
        for line in error.lines():
            said = f"should {step.does} be asked after another check's no, it refuses {line}"
            if said not in self.warnings:
                self.warnings.append(said)

    def _served(self, step: Step, lane: Scope, call: ModelCall, at: Location) -> None:
        """Refuse before anything is paid what the region would refuse after the steps before it were paid.

        The models that are asked when the first one fails count as well.
        """
        if self.place is None:
            return
        others = [prepare(step, lane, at, model=model) for model in step.fallback]
        asked = [("model", call), *(("fallback", other) for other in others if isinstance(other, ModelCall))]
        found = [(key, catalog.not_served(one.request, self.place)) for key, one in asked]
        problems = [request_problem(replace(problem, field=key), at) for key, problem in found if problem is not None]
        if problems:
            raise InvalidInput(problems)

    async def _known(self, call: ModelCall, key: str) -> Outputs | None:
        """The outputs of a generation that is in storage already."""
        record = await finished.read(self.storage, key)
        if record is None or (record.emulated and not self.emulated):
            return None
        if not all([await self.storage.size(asset.path) == asset.bytes for asset in record.assets]):
            return None
        return outputs_of(call.request.model, record.assets, record.outcome.values)


_SLACK = 0.1  # seconds: a film to come counts whole frames


def _out_of_length(call: ModelCall) -> Iterator[catalog.Problem]:
    """Films and sounds to come of which it is sure that they will be too short or too long for the model."""
    for media in call.request.media():
        seconds = call.input_seconds.get(media.name)
        if seconds is None or not media.value.startswith(PENDING):
            continue
        spec = media.spec.of(media.value.removeprefix(PENDING).partition(":")[0])
        low, high = spec.min_seconds, spec.max_seconds
        if (low is not None and seconds < low - _SLACK) or (high is not None and seconds > high + _SLACK):
            bounds = {name: bound for name, bound in (("min", low), ("max", high)) if bound is not None}
            yield catalog.Problem(media.name, f"will be {seconds:.1f} seconds long", allowed=bounds)
