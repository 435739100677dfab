"""Walking a pipeline with what is known before anything runs: every call, whether it is done already, what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from flows.calls import Call, ModelCall, PipelineCall, prepare
from flows.choosing import chosen_before, variants_of
from flows.conditions import not_so, read, references_in
from flows.document import InvalidInput, Location, Problem
from flows.fan_out import in_turn, is_estimate, lanes
from flows.kinds import holds_pending
from flows.known_files import given_by_people, with_known_files
from flows.nesting import inner_params, reach_of, told_of_inner
from flows.outputs import gathered, given_by, planned
from flows.pipeline import Pipeline, Step, check_names
from flows.plan_step import PlanStep, added, total
from flows.prices import Looked, Prices
from flows.references import Alternatives
from flows.scope import SWITCHED_OFF, Many, Outputs, Pending, Scope, Skipped, StepSkipped, hopeful
from flows.steps import check_steps, condition_holds, truth, with_model
from flows.to_come import marked, unmarked
from tasks.operations import OPERATIONS


def check(pipeline: Pipeline) -> None:
    """A pipeline and those that its steps run name what exists.

    Raises:
        InvalidInput: with every problem.
    """
    check_names(pipeline)
    for name, step in pipeline.steps.items():
        if step.inner is not None:
            try:
                check(step.inner)
            except InvalidInput as error:
                raise told_of_inner(error, pipeline, name) from None
    check_steps(pipeline)


class Walk:
    """Walks a pipeline in order; pipelines within it as well, whose rows come after that of their step.

    Attributes:
        answered: the steps that do not run because of what a model said in an earlier run.

    Args:
        name: of the step that runs this pipeline, for the names of the rows; empty outside.
        needs: what that step waits for.
        maybe: whether only a run will know if that step is needed.
        standby: whether it is needed only if a check says no.
        given: whether people gave all that goes in: then what is wrong with it is theirs to mend, before the run.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        scope: Scope,
        prices: Prices,
        *,
        name: str = "",
        title: str = "",
        needs: list[str] | None = None,
        maybe: bool = False,
        standby: bool = False,
        given: bool = True,
    ) -> None:
        self.pipeline = pipeline
        self.scope = scope
        self.prices = prices
        self.rows: dict[str, PlanStep] = {}
        self._name = name
        self._title = title
        self._needs = needs or []
        self._all_maybe = maybe
        self._maybe: set[str] = set()
        self._all_standby = standby
        self._standby: set[str] = set()
        self._all_given = given
        self._looked_at: set[str] = set()
        self.answered: set[str] = set()

    async def all(self) -> None:
        """Walk every step.

        Raises:
            InvalidInput: with the problems of every step that has some.
        """
        problems: list[Problem] = []
        rows: dict[str, dict[str, PlanStep]] = {}
        for name in self.pipeline.order:
            try:
                rows[name] = await self._step(name)
            except InvalidInput as error:
                problems += error.problems
                self.scope.steps[name] = Skipped("it has a problem")
        if problems:
            raise InvalidInput(list(dict.fromkeys(problems)))
        self.rows = {key: row for name in self.pipeline.steps for key, row in rows[name].items()}

    async def _step(self, name: str) -> dict[str, PlanStep]:
        step = self.pipeline.steps[name]
        at: Location = ("steps", name)
        try:
            needed = truth(step, self.scope, at)
            if needed is False:
                if not self._given(references_in(read(str(step.when)))):
                    self.answered.add(name)
                raise StepSkipped(SWITCHED_OFF)
            if needed is None or self._all_maybe or _hangs_on(step, self._maybe):
                self._maybe.add(name)
            if self._all_standby or _hangs_on(step, self._standby) or truth(step, hopeful(self.scope), at) is False:
                self._standby.add(name)
            _check_items(step, self.scope, at, ("for_each",))
            scopes = lanes(step, self.scope, at)
            waits = in_turn(step, self.scope, at)
            inner: dict[str, PlanStep] = {}
            looked: list[Looked] = []
            for number, scope in enumerate(scopes):
                if waits and looked:
                    scopes[number] = scope = replace(scope, previous=_gives(step, looked[-1]))
                looked.append(await self._looked(name, step, scope, inner))
        except StepSkipped as skipped:
            self.scope.steps[name] = Skipped(str(skipped))
            return {self._named(name): self._row(name, step, [], f"skipped: {skipped}")}
        if step.use and OPERATIONS[step.use].looks and all(given_by_people(one.call) for one in looked):
            self._looked_at.add(name)
        decided = await self._keep(name, step, scopes, looked)
        row = self._row(name, step, looked, self._note(step, looked, decided), decided)
        return {self._named(name): row, **inner}

    async def _looked(self, name: str, step: Step, scope: Scope, inner: dict[str, PlanStep]) -> Looked:
        """A call of a step, looked up; of a pipeline, that pipeline walked."""
        at: Location = ("steps", name)
        call = await self._prepared(step, scope, at)
        if isinstance(call, PipelineCall):
            return Looked(call, await self._walk_inner(name, step, scope, call, inner), Decimal(0), False)
        maybe, standby = name in self._maybe, name in self._standby
        return await self.prices.look(step, scope, call, at, maybe=maybe, standby=standby)

    async def _prepared(self, step: Step, scope: Scope, at: Location) -> Call:
        """The call of a lane; of the other models that may be asked, that they would take it."""
        if problems := self._unmet(step, scope, at):
            raise InvalidInput(problems)
        _check_items(step, scope, at, ("input", "parameters"))
        call = await with_known_files(prepare(step, scope, at), at, self.prices.storage, scope.reach)
        for model in step.fallback:
            prepare(step, scope, at, model=model)
        return call

    def _unmet(self, step: Step, scope: Scope, at: Location) -> list[Problem]:
        """The demands of a step that are sure not to hold: as long as no answer of a model has a part in that.

        What a model said in an earlier run stops its step alone, as it did then: the rest can be delivered.
        """
        problems = []
        for number, demand in enumerate(step.require):
            place: Location = (*at, "require", number)
            if condition_holds(demand, scope, place) is False and self._given(references_in(read(demand))):
                problems.append(Problem(place, not_so(demand, scope)))
        return [] if step.on_item_failure == "skip" or at[1] in self._maybe else problems

    def _given(self, named: Iterable[tuple[Alternatives, Any]]) -> bool:
        """Whether references name only what people gave, or what a look at their files told."""
        names = {one.name for alternatives, _ in named for one in alternatives}
        return self._all_given and names <= {*self.pipeline.params, *self._looked_at}

    async def _keep(self, name: str, step: Step, scopes: list[Scope], looked: list[Looked]) -> bool:
        """Let the steps after this one refer to what it will give; gives whether it is decided which variants go on."""
        each = [_gives(step, one) for one in looked]
        decided = False
        if step.choose:
            scopes, each, decided = await self._likely_choice(step, scopes, each)
        if step.fans_out:
            outputs, self.scope.rows[name] = gathered(step, scopes, each)
            if step.for_each is not None and is_estimate(step, self.scope):
                # As many as only a run will know: nothing is refused for their number.
                outputs = {
                    key: Many(unmarked(found[0]), len(found)) if found and isinstance(found, list) else found
                    for key, found in outputs.items()
                }
            self.scope.steps[name] = outputs
        else:
            missing = [value for value in each[0].values() if isinstance(value, Skipped)]
            everything = each[0] and len(missing) == len(each[0])
            self.scope.steps[name] = missing[0] if everything else each[0]
        return decided

    async def _likely_choice(
        self, step: Step, scopes: list[Scope], each: list[Outputs]
    ) -> tuple[list[Scope], list[Outputs], bool]:
        """What will be chosen for each item, so far as that is known before the run; whether it is for all of them."""
        found_scopes, found, decided = [], [], True
        for _, group in groupby(zip(scopes, each, strict=True), key=lambda lane: lane[0].index):
            lanes_of_item = list(group)
            variants = variants_of([outputs for _, outputs in lanes_of_item])
            number = 0 if step.choose == "first" or len(variants) == 1 else None
            if step.choose == "person" and not holds_pending(variants):
                number = await chosen_before(variants, self.prices.storage, self.pipeline.pipeline)
            found_scopes.append(lanes_of_item[0][0])
            to_come = {name: _to_come(value) for name, value in variants[0].items()}
            found.append(to_come if number is None else variants[number])
            decided = decided and number is not None
        return found_scopes, found, decided

    async def _walk_inner(
        self, name: str, step: Step, scope: Scope, call: PipelineCall, rows: dict[str, PlanStep]
    ) -> Outputs:
        """Walk the pipeline that a step runs; its rows are added to those of the items before."""
        assert scope.reach is not None
        reach = reach_of(call.inner, scope.reach)
        values = await inner_params(call, reach, scope.reach, ("steps", name))
        walk = Walk(
            with_model(call.inner, values),
            Scope(values, reach=reach),
            self.prices,
            name=self._named(name),
            title=self._titled(name, step),
            needs=self._waits(name),
            maybe=name in self._maybe,
            standby=name in self._standby,
            given=self._given(
                (to, None) for _, to, _ in step.found_references() if to[0].name not in ("item", "index")
            ),
        )
        try:
            await walk.all()
        except InvalidInput as error:
            raise told_of_inner(error, self.pipeline, name) from None
        if walk.answered:
            self.answered.add(name)
        for key, row in walk.rows.items():
            rows[key] = added(rows[key], row) if key in rows else row
        return given_by(call.inner, walk.scope)

    def _named(self, name: str) -> str:
        return f"{self._name}/{name}" if self._name else name

    def _titled(self, name: str, step: Step) -> str:
        own = step.title or name
        return f"{self._title}: {own}" if self._title else own

    def _waits(self, name: str) -> list[str]:
        return [self._named(need) for need in self.pipeline.needs[name]] or self._needs

    def _row(self, name: str, step: Step, looked: list[Looked], note: str, decided: bool = False) -> PlanStep:
        lengths = [one.call.seconds for one in looked if isinstance(one.call, ModelCall)]
        due = [one.quote for one in looked if one.known is None and not one.again]
        return PlanStep(
            name=self._named(name),
            title=self._titled(name, step),
            does=step.does,
            paid=step.model is not None,
            calls=len(looked),
            cached=sum(one.cached for one in looked),
            seconds=sum(length for length in lengths if length) if lengths and all(lengths) else None,
            quote_cny=total(due),
            full_cny=total([one.quote for one in looked]),
            needs=self._waits(name),
            takes=step.takes,
            choose=step.choose,
            decided=decided,
            maybe=name in self._maybe,
            within=self._name or None,
            again=sum(one.again and one.known is None for one in looked),
            note=note,
        )

    def _note(self, step: Step, looked: list[Looked], decided: bool) -> str:
        notes = []
        if len(looked) > 1 and in_turn(step, self.scope, ("steps", step.title or "")):
            notes.append("one after the other")
        if any(one.again for one in looked):
            notes.append("asks for the same again: paid once")
        if step.for_each is not None and is_estimate(step, self.scope):
            notes.append("the number of items is an estimate")
        if step.takes > 1 or step.choose:
            of = f"{step.takes} takes" if step.takes > 1 else "the pictures"
            person = "a person has picked one" if decided and step.choose == "person" else _PICKED[step.choose]
            notes.append(f"{of}, {person}")
        return "; ".join(notes)


def _check_items(step: Step, scope: Scope, at: Location, parts: tuple[str, ...]) -> None:
    """Refuses items that lists are sure not to have; conditions may ask for them."""
    named = [(place, scope.no_item(one)) for place, one, _ in step.found_references() if place[0] in parts]
    if problems := [Problem((*at, *place), wrong) for place, wrong in named if wrong]:
        raise InvalidInput(problems)


def _hangs_on(step: Step, names: set[str]) -> bool:
    """Whether it refers to one of these steps, and names nothing instead."""
    return any(all(one.name in names for one in alternatives) for _, alternatives, _ in step.found_references())


def _gives(step: Step, looked: Looked) -> Outputs:
    """What a call gave, or will give."""
    return looked.known if looked.known is not None else marked(planned(step, looked.call), looked.key)


_PICKED = {
    None: "all of them go on",
    "first": "the first goes on",
    "sharpest": "the sharpest goes on",
    "longest": "the longest goes on",
    "person": "a person picks one",
}


def _to_come(value: Any) -> Any:
    """A value of which only the type is known yet."""
    if isinstance(value, list):
        return [_to_come(item) for item in value]
    kind = getattr(value, "kind", None)
    return unmarked(value) if kind is None or holds_pending(value) else Pending(kind, value.seconds)
