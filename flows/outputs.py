"""What steps give: the type of every output, and how the outputs of a fan-out come together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks import catalog
from flows.calls import Call, ModelCall
from flows.operation_call import OperationCall, foreseen
from flows.pipeline import Param, Pipeline, Step
from flows.references import Reference, whole
from flows.scope import Many, Outputs, Pending, Scope, Skipped
from tasks.operations import OPERATIONS, OutputType

_PARAM_TYPES: dict[str, OutputType] = {"integer": "number"}


@dataclass(frozen=True)
class Output:
    """The type of an output; of a list, the type of its items."""

    type: OutputType
    listed: bool = False


def output_types(step: Step) -> dict[str, OutputType]:
    """The outputs of a step by name, before fan-out."""
    return {name: output.type for name, output in outputs_of_one(step).items()}


def is_list_output(step: Step, name: str) -> bool:
    """Whether an output of a step is a list even without fan-out."""
    found = outputs_of_one(step).get(name)
    return found is not None and found.listed


def outputs_of_one(step: Step) -> dict[str, Output]:
    """What a step gives each time it runs, by name."""
    if step.use:
        operation = OPERATIONS[step.use]
        return {name: Output(kind, name in operation.lists) for name, kind in operation.outputs.items()}
    if step.inner is not None:
        return inner_outputs(step.inner)
    return {name: _of_catalog(kind) for name, kind in catalog.find(step.typed_model).outputs.items()}


def _of_catalog(kind: str) -> Output:
    listed = {"images": "image", "texts": "text"}.get(kind)
    return Output(listed or kind, listed is not None)  # type: ignore[arg-type]


def inner_outputs(pipeline: Pipeline) -> dict[str, Output]:
    """The types of what a pipeline gives as a step of another."""
    found = {name: whole(target) or () for name, target in pipeline.gives.items()}
    return {name: output_of(pipeline, one[0]) for name, one in found.items() if one}


def output_of(pipeline: Pipeline, one: Reference) -> Output:
    """The type of what a reference names."""
    if one.name in pipeline.params:
        found = _of_param(pipeline.params[one.name])
    elif one.name in pipeline.steps:
        step = pipeline.steps[one.name]
        found = outputs_of_one(step).get(one.output or "", Output("any"))
        found = Output(found.type, found.listed or step.fans_out)
    else:
        return Output("any")
    several = one.by in pipeline.params and pipeline.params[one.by or ""].type == "list"
    return found if one.index is None and (one.by is None or several) else Output(found.type)


def _of_param(param: Param) -> Output:
    kind = param.items if param.type == "list" else param.type
    return Output(_PARAM_TYPES.get(kind, kind), param.type == "list")  # type: ignore[arg-type]


def given_by(pipeline: Pipeline, scope: Scope) -> Outputs:
    """What a pipeline that was walked gives to the one around it; what is missing is there as `Skipped`."""
    found: Outputs = {}
    for name, target in pipeline.gives.items():
        found[name] = scope.find(whole(target) or ())
    return found


def gathered(step: Step, lanes: list[Scope], each: list[Outputs]) -> tuple[Outputs, list[dict[str, Any]]]:
    """The outputs of a fan-out as lists in the order of the items, and every item with what came of it.

    Lists of pictures are joined to one; what an item does not give drops out.
    """
    outputs: Outputs = {name: [] for name in output_types(step)}
    for given in each:
        for name, value in given.items():
            if isinstance(value, Many):
                outputs[name] += [value.item] * value.likely
            elif is_list_output(step, name) and isinstance(value, list):
                outputs[name] += value
            elif not isinstance(value, Skipped):
                outputs[name].append(value)
    unsure = {name for given in each for name, value in given.items() if isinstance(value, Many) and value.most is None}
    outputs |= {name: Many(outputs[name][0], len(outputs[name])) for name in unsure if outputs[name]}
    rows = [_row(lane.item, given) for lane, given in zip(lanes, each, strict=True)]
    return outputs, rows


def _row(item: Any, outputs: Outputs) -> dict[str, Any]:
    return {**(item if isinstance(item, Mapping) else {}), "item": item, **outputs}


def planned(step: Step, call: Call) -> Outputs:
    """What one call will give, before it has run."""
    if not isinstance(call, ModelCall | OperationCall):
        return {name: Pending(output.type) for name, output in outputs_of_one(step).items()}
    return {
        name: Many(Pending(kind), _likely(call), _most(call, name))
        if is_list_output(step, name)
        else Pending(kind, _seconds(call, kind))
        for name, kind in output_types(step).items()
    }


def _most(call: ModelCall | OperationCall, name: str) -> int | None:
    """How many items a list may have: as many pictures as are asked for."""
    asked = isinstance(call, ModelCall) and name == "images" and "parameters.n" in call.request.row.fields
    return call.request.pictures if asked and isinstance(call, ModelCall) else None


def _likely(call: ModelCall | OperationCall) -> int:
    """How many items a list will have, as far as can be told."""
    if isinstance(call, ModelCall):
        return call.request.pictures
    given = foreseen(call)
    return (given and OPERATIONS[call.use].count(given)) or 1


def _seconds(call: ModelCall | OperationCall, kind: OutputType) -> float | None:
    """How long an output of a call will be, as far as can be told; pictures have no length."""
    if isinstance(call, ModelCall):
        return call.seconds
    given = foreseen(call) if kind in ("video", "audio") else None
    return None if given is None else OPERATIONS[call.use].seconds(given)
