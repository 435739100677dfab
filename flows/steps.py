"""The steps of a pipeline: do they name models, operations, pipelines and outputs that exist, and do they run?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from blocks import catalog
from blocks.catalog import UnknownModel, fields_of
from flows.conditions import BadCondition, holds
from flows.document import InvalidInput, Location, Problem, nearest
from flows.endings import wrong_ending
from flows.kinds import FILES, an, no_model
from flows.outputs import is_list_output, output_of, output_types
from flows.pipeline import Pipeline, Step
from flows.references import Reference, whole
from flows.scope import Scope
from tasks.operations import OPERATIONS


def check_steps(pipeline: Pipeline) -> None:
    """Every step names what exists, and every reference an output that its step has.

    Raises:
        InvalidInput: with every problem.
    """
    problems = [problem for name, step in pipeline.steps.items() for problem in _unknown(pipeline, name, step)]
    if problems:
        raise InvalidInput(problems)
    named = [
        (("steps", name, *at), one)
        for name, step in pipeline.steps.items()
        for at, alternatives, _ in step.found_references()
        for one in alternatives
    ]
    named += [(("outputs", name), one) for name, to in pipeline.outputs.items() for one in whole(to) or ()]
    named += [(("deliver", path), one) for path, to in pipeline.deliver.items() for one in whole(to) or ()]
    found = [(place, _no_output(pipeline, one, place)) for place, one in named]
    problems = [Problem(place, wrong) for place, wrong in found if wrong]
    problems += _mixed(pipeline) if problems else [*_ends_wrongly(pipeline), *_mixed(pipeline)]
    problems += [problem for name, step in pipeline.steps.items() for problem in _out_of_step(pipeline, name, step)]
    if problems:
        raise InvalidInput(problems)


def _unknown(pipeline: Pipeline, name: str, step: Step) -> Iterator[Problem]:
    if step.use and step.use not in OPERATIONS:
        message = f"there is no operation '{step.use}'.{nearest(step.use, OPERATIONS)} Known: {_list(OPERATIONS)}."
        yield Problem(("steps", name, "use"), message)
    named = [("model", model) for model in model_choices(pipeline, step)]
    unknown = False
    for key, model in [*named, *(("fallback", other) for other in step.fallback)]:
        try:
            catalog.find(model)
        except UnknownModel as error:
            unknown = True
            yield Problem(("steps", name, key), no_model(error))
    if step.model is None or unknown:
        return
    first = named[0][1]
    gives = set(catalog.find(first).outputs)
    for key, other in [*named[1:], *(("fallback", other) for other in step.fallback)]:
        if set(catalog.find(other).outputs) != gives:
            wrong = f"{other} does not give what {first} gives: {_list(catalog.find(first).outputs)}"
            yield Problem(("steps", name, key), wrong)
    for _, model in named if len(named) > 1 else []:
        yield from _unknown_fields(name, step, model)
    if step.choose and step.takes == 1 and "images" not in gives:
        yield Problem(("steps", name, "choose"), "there is nothing to choose from: ask for `takes: 2` or more")


def _unknown_fields(name: str, step: Step, model: str) -> Iterator[Problem]:
    """What one of several models to choose from does not take."""
    known = {path for request in catalog.find(model).requests for path in fields_of(request)}
    for part, given in (("input", step.input), ("parameters", step.parameters)):
        here = [path.partition(".")[2] for path in known if path.startswith(f"{part}.")]
        for field in given:
            if not any(path == field or path.startswith(f"{field}.") for path in here):
                message = f"{model}, one of the models to choose from, has no such field.{nearest(field, here)}"
                yield Problem(("steps", name, part, field), message)


def model_choices(pipeline: Pipeline, step: Step) -> list[str]:
    """The models that a step may ask: its own, or every choice of the parameter that decides."""
    alone = whole(step.model)
    if alone is None:
        return [step.model] if step.model else []
    return [str(choice) for choice in pipeline.params[alone[0].name].choices or []]


def _ends_wrongly(pipeline: Pipeline) -> Iterator[Problem]:
    """Deliverables that do not end as what they hold."""
    for path, target in pipeline.deliver.items():
        wrong = [wrong_ending(pipeline, path, one) for one in whole(target) or ()]
        yield from [Problem(("deliver", path), one) for one in wrong if one][:1]


def _mixed(pipeline: Pipeline) -> Iterator[Problem]:
    """Outputs whose alternatives are not of one type."""
    for name, target in pipeline.outputs.items():
        kinds = list(dict.fromkeys(output_of(pipeline, one) for one in whole(target) or ()))
        if len(kinds) > 1:
            said = " or ".join(f"a list of {one.type}" if one.listed else one.type for one in kinds)
            yield Problem(("outputs", name), f"must be of one type, got {said}")


def _out_of_step(pipeline: Pipeline, name: str, step: Step) -> Iterator[Problem]:
    """Lists that go side by side although one of them may lose items on the way."""
    if not isinstance(step.for_each, dict) or step.cross or len(step.for_each) < 2:
        return
    sources = {key: {one.name for one in whole(value) or ()} for key, value in step.for_each.items()}
    for key, found in sources.items():
        for source in found & set(pipeline.steps):
            others = [other for other, names in sources.items() if other != key and names != {source}]
            if pipeline.steps[source].on_item_failure == "skip" and others:
                message = (
                    f"'{source}' leaves out items that fail, so its lists may be shorter than {others[0]}; write "
                    f"for_each: ${{{source}}} and take ${{item.video}} beside the fields of its own items"
                )
                yield Problem(("steps", name, "for_each", key), message)


def _no_output(pipeline: Pipeline, one: Reference, place: Location) -> str | None:
    """What is wrong with a reference's output, if anything."""
    file = place[0] == "deliver"
    if one.name == "item":
        return _no_field(pipeline, pipeline.steps[str(place[1])], one)
    previous = one.name == "previous"
    if previous:
        one = replace(one, name=str(place[1]))
    if one.name not in pipeline.steps:
        given = pipeline.params[one.name].type if one.name in pipeline.params else "text"
        no_file = file and given not in (*FILES, "list")
        return f"must be a file; parameter '{one.name}' is {an(given)}" if no_file else None
    step = pipeline.steps[one.name]
    if one.output is None:
        return None if step.fans_out else f"step '{one.name}' runs once; for_each needs a list"
    known = output_types(step)
    if one.output not in known:
        own = [] if file or step.for_each is None else item_fields(pipeline, step) or ["item"]
        if one.output in own:
            return None
        hint = nearest(str(one.output), [*known, *own])
        gives = _list(known) or "nothing"
        gives += f"; its items have {_list(own)}" if own else ""
        return f"step '{one.name}' has no output '{one.output}'.{hint} It gives: {gives}."
    kind = known[one.output]
    picks = (one.index is not None or one.by) and not previous
    if picks and not step.fans_out and not is_list_output(step, one.output):
        return f"{one.name}.{one.output} is a single {kind}, not a list: write it without [{one.by or one.index}]"
    return f"must be a file; {one} is {an(kind)}" if file and kind not in FILES else None


def _no_field(pipeline: Pipeline, step: Step, one: Reference) -> str | None:
    known = item_fields(pipeline, step)
    if known is None or one.output is None or one.output in known:
        return None
    return f"an item has no '{one.output}'.{nearest(one.output, known)} It has: {_list(known)}."


def item_fields(pipeline: Pipeline, step: Step) -> list[str] | None:
    """The fields of the items that a step runs for; None when they are no mappings or only a run will know."""
    if isinstance(step.for_each, dict):
        return list(step.for_each)
    if isinstance(step.for_each, list):
        mappings = [item for item in step.for_each if isinstance(item, dict)]
        return list(dict.fromkeys(key for item in mappings for key in item)) if mappings else None
    alone = whole(step.for_each)
    if alone and len(alone) == 1 and alone[0].output is None and alone[0].name in pipeline.steps:
        source = pipeline.steps[alone[0].name]
        return [*dict.fromkeys(["item", *(item_fields(pipeline, source) or []), *output_types(source)])]
    return None


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def truth(step: Step, scope: Scope, at: Location) -> bool | None:
    """Whether a step's ``when`` holds; None when only a run will know.

    Raises:
        InvalidInput: it compares what cannot be compared.
        StepSkipped: it hangs on a skipped step.
    """
    return True if step.when is None else condition_holds(step.when, scope, (*at, "when"))


def condition_holds(condition: str | bool, scope: Scope, at: Location) -> bool | None:
    """Whether a condition holds, with its place in what goes wrong.

    Raises:
        InvalidInput: it compares what cannot be compared.
        StepSkipped: it hangs on a skipped step.
    """
    try:
        return holds(condition, scope)
    except BadCondition as error:
        raise InvalidInput([Problem(at, str(error))]) from None


def with_model(pipeline: Pipeline, params: dict[str, Any]) -> Pipeline:
    """The pipeline with the models that its parameters decide.

    Raises:
        InvalidInput: the value is not known before the run.
    """
    if not any(whole(step.model) for step in pipeline.steps.values()):
        return pipeline
    steps = {}
    for name, step in pipeline.steps.items():
        alone = whole(step.model)
        value = params[alone[0].name] if alone else step.model
        if alone and not isinstance(value, str):
            message = f"parameter '{alone[0].name}' decides the model: it must be known before the run"
            raise InvalidInput([Problem(("steps", name, "model"), message)])
        steps[name] = step.model_copy(update={"model": value})
    return pipeline.model_copy(update={"steps": steps})
