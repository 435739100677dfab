"""The steps of a pipeline: do they name what exists, do they run, how often, and what do they give?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from blocks import catalog
from blocks.catalog import UnknownModel
from flows.calls import Call, ModelCall, foreseen
from flows.document import InvalidInput, Location, Problem, nearest
from flows.kinds import MEDIA, an, kind_of, no_model
from flows.pipeline import Pipeline, Step
from flows.references import Reference, resolve, whole
from flows.scope import Many, Outputs, Pending, Scope
from tasks.operations import OPERATIONS, OutputType


def output_types(step: Step) -> dict[str, OutputType]:
    """The outputs of a step by name, before fan-out."""
    if step.use:
        return OPERATIONS[step.use].outputs
    return {name: _catalog_type(kind) for name, kind in catalog.find(step.model or "").outputs.items()}


def _catalog_type(kind: str) -> OutputType:
    return {"images": "image", "texts": "text"}.get(kind, kind)  # type: ignore[return-value]


def is_list_output(step: Step, name: str) -> bool:
    """Whether an output of a step is a list even without fan-out."""
    if step.use:
        return name in OPERATIONS[step.use].lists
    return step.model is not None and catalog.find(step.model).outputs.get(name) in ("images", "texts")


def check_steps(pipeline: Pipeline) -> None:
    """Every step names a model or operation that exists, and every reference an output that its step has.

    Raises:
        InvalidInput: with every problem.
    """
    problems: list[Problem] = []
    for name, step in pipeline.steps.items():
        if step.use and step.use not in OPERATIONS:
            message = f"there is no operation '{step.use}'.{nearest(step.use, OPERATIONS)} Known: {_list(OPERATIONS)}."
            problems.append(Problem(("steps", name, "use"), message))
        for key, model in [("model", step.model), *(("fallback", other) for other in step.fallback)]:
            if model:
                try:
                    catalog.find(model)
                except UnknownModel as error:
                    problems.append(Problem(("steps", name, key), no_model(error)))
        if step.model and not problems:
            gives = list(output_types(step))
            problems += [
                Problem(("steps", name, "fallback"), f"{other} does not give what {step.model} gives: {_list(gives)}")
                for other in step.fallback
                if set(catalog.find(other).outputs) != set(gives)
            ]
    if problems:
        raise InvalidInput(problems)
    named = [
        (("steps", name, *at), one)
        for name, step in pipeline.steps.items()
        for at, alternatives, _ in step.found_references()
        for one in alternatives
    ]
    named += [(("deliver", path), one) for path, to in pipeline.deliver.items() for one in whole(to) or ()]
    found = [(place, _no_output(pipeline, one, file=place[0] == "deliver")) for place, one in named]
    problems = [Problem(place, wrong) for place, wrong in found if wrong]
    if problems:
        raise InvalidInput(problems)


def _no_output(pipeline: Pipeline, one: Reference, *, file: bool) -> str | None:
    """What is wrong with a reference's output, if anything."""
    if one.name not in pipeline.steps:
        given = pipeline.params[one.name].type if one.name in pipeline.params else "text"
        no_file = file and given not in (*MEDIA, "list")
        return f"must be a file; parameter '{one.name}' is {an(given)}" if no_file else None
    known = output_types(pipeline.steps[one.name])
    if one.output not in known:
        hint = nearest(str(one.output), known)
        return f"step '{one.name}' has no output '{one.output}'.{hint} It gives: {_list(known)}."
    kind = known[one.output]
    return f"must be a file; {one} is {an(kind)}" if file and kind not in MEDIA else None


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def truth(step: Step, scope: Scope) -> bool | None:
    """Whether a step's ``when`` holds; None when only a run will know. What is there holds, the number 0 as well.

    Raises:
        StepSkipped: it refers to a skipped step.
    """
    if step.when is None or isinstance(step.when, bool):
        return step.when is not False
    return holds(step.when, scope)


def holds(condition: str, scope: Scope) -> bool | None:
    """Whether ``${…}``, or ``not ${…}``, holds; None when only a run will know.

    Raises:
        StepSkipped: it refers to a skipped step.
    """
    text = condition.strip()
    turned = text.startswith("not ")
    value = resolve(text.removeprefix("not ").strip(), scope.look_up)
    if isinstance(value, Pending | Many):
        return None
    is_there = value is not None and value is not False and value not in ("", "false", "no", [], {})
    return not is_there if turned else is_there


def items(step: Step, scope: Scope, at: Location) -> list[Scope]:
    """The scope of each item of a fan-out; the one scope itself without one.

    Raises:
        InvalidInput: ``for_each`` is not a list.
        StepSkipped: it refers to a skipped step.
    """
    if step.for_each is None:
        return [scope]
    found = resolve(step.for_each, scope.look_up)
    if isinstance(found, Many):
        found = [found.item] * found.likely
    if not isinstance(found, list):
        raise InvalidInput([Problem((*at, "for_each"), f"must be a list, got {kind_of(found)}")])
    return [scope.of_item(item, index) for index, item in enumerate(found)]


def merged(step: Step, each: list[Outputs]) -> Outputs:
    """The outputs of a fan-out: lists, in the order of the items; lists of pictures are joined to one."""
    return {
        name: [item for outputs in each for item in outputs[name]]
        if is_list_output(step, name)
        else [outputs[name] for outputs in each]
        for name in output_types(step)
    }


def planned_outputs(step: Step, calls: list[Call], *, fanned_out: bool) -> Outputs:
    """What a step will give, before it has run."""
    given: Outputs = {}
    for name, kind in output_types(step).items():
        listed = is_list_output(step, name)
        each: list[Any] = [
            Many(Pending(kind), _likely(call)) if listed else Pending(kind, _seconds(call, kind)) for call in calls
        ]
        if fanned_out:
            flat = [item.item for item in each for _ in range(item.likely)] if listed else each
            given[name] = flat
        else:
            given[name] = each[0]
    return given


def _likely(call: Call) -> int:
    """How many items a list will have, as far as can be told."""
    if isinstance(call, ModelCall):
        return call.request.pictures
    given = foreseen(call)
    return (given and OPERATIONS[call.use].count(given)) or 1


def _seconds(call: Call, kind: OutputType) -> float | None:
    """How long an output of a call will be, as far as can be told; pictures have no length."""
    if isinstance(call, ModelCall):
        return call.seconds
    given = foreseen(call) if kind in ("video", "audio") else None
    return None if given is None else OPERATIONS[call.use].seconds(given)
