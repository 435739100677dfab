"""From a declared step to the calls it makes: references resolved, types checked, requests validated.

The plan and the engine share this: the plan walks with what is known before anything runs (`Pending` stands for the
rest), the engine with real assets. So whatever the plan accepted, the engine can send.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from blocks import catalog
from blocks.catalog import InvalidRequest, Request, UnknownModel
from flows.document import InvalidInput, Location, Problem, nearest
from flows.pipeline import Pipeline, Step
from flows.references import resolve, whole
from flows.scope import Many, Outputs, Pending, Scope
from tasks import editing  # noqa: F401 - registers the operations
from tasks.asset import Asset
from tasks.operations import OPERATIONS, Operation, OutputType

MEDIA = ("image", "video", "audio")


@dataclass(frozen=True)
class ModelCall:
    """One generation to be: a typed request and what is known of its media.

    Attributes:
        pending: whether the request still holds placeholders; then it can be priced but not fingerprinted.
        input_seconds: the length of the video or sound that goes in, when known.
    """

    request: Request
    assets: dict[str, Asset]
    pending: bool
    input_seconds: float | None
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class OperationCall:
    """One local operation to be, with its inputs."""

    use: str
    given: dict[str, Any]
    pending: bool


Call = ModelCall | OperationCall


def output_types(step: Step) -> dict[str, OutputType]:
    """The outputs of a step by name, before fan-out."""
    if step.use:
        return OPERATIONS[step.use].outputs
    return {name: _catalog_type(kind) for name, kind in catalog.find(step.model or "").outputs.items()}


def _catalog_type(kind: str) -> OutputType:
    return "image" if kind == "images" else kind  # type: ignore[return-value]


def is_list_output(step: Step, name: str) -> bool:
    """Whether an output of a step is a list even without fan-out."""
    return step.model is not None and catalog.find(step.model).outputs.get(name) == "images"


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
                    problems.append(Problem(("steps", name, key), str(error)))
    if problems:
        raise InvalidInput(problems)
    named = [
        (("steps", name, *at), one)
        for name, step in pipeline.steps.items()
        for at, alternatives, _ in step.found_references()
        for one in alternatives
    ]
    named += [(("deliver", path), one) for path, to in pipeline.deliver.items() for one in whole(to) or ()]
    for place, one in named:
        if one.name in pipeline.steps:
            known = output_types(pipeline.steps[one.name])
            if one.output not in known:
                message = f"step '{one.name}' has no output '{one.output}'.{nearest(str(one.output), known)}"
                problems.append(Problem(place, f"{message} It gives: {_list(known)}."))
    if problems:
        raise InvalidInput(problems)


def _list(names: Mapping[str, Any]) -> str:
    return ", ".join(names)


def truth(step: Step, scope: Scope) -> bool | None:
    """Whether a step's ``when`` holds; None when only a run will know. What is there holds, the number 0 as well.

    Raises:
        StepSkipped: it refers to a skipped step.
    """
    if step.when is None or isinstance(step.when, bool):
        return step.when is not False
    text = step.when.strip()
    turned = text.startswith("not ")
    value = resolve(text.removeprefix("not ").strip(), scope.look_up)
    if isinstance(value, Pending | Many):
        return None
    holds = value is not None and value is not False and value not in ("", "false", "no", [], {})
    return not holds if turned else holds


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
        raise InvalidInput([Problem((*at, "for_each"), f"must be a list, got {_type_of(found)}")])
    return [Scope(scope.params, scope.steps, item, index) for index, item in enumerate(found)]


def prepare(step: Step, scope: Scope, at: Location, *, model: str | None = None) -> Call:
    """The call of a step for one item.

    Args:
        at: where the step stands in the pipeline, for errors.
        model: a fallback model to ask instead of the step's own.

    Raises:
        InvalidInput: an input has the wrong type, or the model does not take the request.
        StepSkipped: it refers to a skipped step.
    """
    if step.use:
        given = resolve(step.input, scope.look_up, _written)
        return _operation_call(OPERATIONS[step.use], given, at)
    return _model_call(step, scope, at, model or step.model or "")


class _Stand:
    """Stands in for values within a request: assets by their URI, pending ones by markers."""

    def __init__(self) -> None:
        self.by_text: dict[str, Asset | Pending] = {}

    def in_for(self, value: Any) -> Any:
        if isinstance(value, Asset):
            self.by_text[value.uri] = value
            return value.uri
        if isinstance(value, Pending):
            text = f"pending:{value.type}:{len(self.by_text)}"
            self.by_text[text] = value
            return text
        if isinstance(value, Many):
            return [self.in_for(value.item)] * value.likely
        if isinstance(value, list):
            return [self.in_for(item) for item in value]
        if isinstance(value, dict):
            return {key: self.in_for(item) for key, item in value.items() if not _unknowable(item)}
        return value


def _unknowable(value: Any) -> bool:
    return isinstance(value, Pending) and value.type not in (*MEDIA, "text")


def _model_call(step: Step, scope: Scope, at: Location, model: str) -> ModelCall:
    stand = _Stand()
    body = {
        "model": model,
        "input": stand.in_for(resolve(step.input, scope.look_up, _written)),
        "parameters": stand.in_for(resolve(step.parameters, scope.look_up, _written)),
    }
    try:
        request = catalog.request(body, truncate=step.truncate)
    except InvalidRequest as error:
        raise InvalidInput([_request_problem(stand, problem, at) for problem in error.problems]) from None
    problems = list(_type_problems(stand, request, at))
    if problems:
        raise InvalidInput(problems)
    sources = list(stand.by_text.values())
    return ModelCall(
        request=request,
        assets={text: source for text, source in stand.by_text.items() if isinstance(source, Asset)},
        pending=any(isinstance(source, Pending) for source in sources),
        input_seconds=next((source.seconds for source in sources if source.seconds is not None), None),
    )


def _request_problem(stand: _Stand, problem: catalog.Problem, at: Location) -> Problem:
    path = tuple(int(part) if part.isdigit() else part for part in problem.field.split("."))
    source = stand.by_text.get(problem.value) if isinstance(problem.value, str) else None
    if source is not None:
        return Problem((*at, *path), f"takes no {_type_of(source)}; {problem.message}")
    return Problem((*at, *path), str(problem).removeprefix(f"{problem.field}: ").removeprefix(f"{problem.field} "))


def _type_problems(stand: _Stand, request: Request, at: Location) -> Iterator[Problem]:
    media = {found.value: found for found in request.media()}
    for text, source in stand.by_text.items():
        kind = _type_of(source)
        if text in media and kind != media[text].spec.kind:
            yield Problem((*at, *media[text].path), f"wants {_an(media[text].spec.kind)}, got {_an(kind)}")
        if text not in media and kind in MEDIA:
            path = _path_of(request.to_dict(), text)
            yield Problem((*at, *path), f"takes no media, got {_an(kind)}")


def _path_of(body: Any, text: str, path: Location = ()) -> Location:
    if isinstance(body, dict):
        found = (_path_of(item, text, (*path, key)) for key, item in body.items())
        return next((one for one in found if one), ())
    if isinstance(body, list):
        found = (_path_of(item, text, (*path, number)) for number, item in enumerate(body))
        return next((one for one in found if one), ())
    return path if body == text else ()


def _operation_call(operation: Operation, given: dict[str, Any], at: Location) -> OperationCall:
    problems: list[Problem] = []
    for name, value in given.items():
        takes = operation.media_input(name)
        if takes is None:
            continue
        if operation.takes_list(name) and not isinstance(value, list | Many):
            problems.append(Problem((*at, "input", name), f"wants a list, got {_an(_type_of(value))}"))
        listed = [value.item] if isinstance(value, Many) else value if isinstance(value, list) else [value]
        if isinstance(value, list | Many) and not operation.takes_list(name):
            problems.append(Problem((*at, "input", name), "wants a single file, got a list"))
        for item in listed:
            kind = _type_of(item)
            if isinstance(item, Asset | Pending) and kind not in takes.kinds:
                wanted = " or ".join(_an(kind) for kind in takes.kinds)
                problems.append(Problem((*at, "input", name), f"wants {wanted}, got {_an(kind)}"))
    problems += _operation_input_problems(operation, given, at)
    if problems:
        raise InvalidInput(problems)
    return OperationCall(operation.name, given, pending=_holds_pending(given))


def _operation_input_problems(operation: Operation, given: dict[str, Any], at: Location) -> Iterator[Problem]:
    stand_in = Asset(uri="", path="", media_type="application/octet-stream", bytes=0, sha256="")

    def known(value: Any, media: bool) -> Any:
        if isinstance(value, Many):
            return [known(value.item, media)]
        if isinstance(value, list):
            return [known(item, media) for item in value]
        return stand_in if media and isinstance(value, Asset | Pending | str) else value

    checked = {name: known(value, operation.media_input(name) is not None) for name, value in given.items()}
    checked = {name: value for name, value in checked.items() if not isinstance(value, Pending)}
    names = list(operation.inputs.model_fields)
    try:
        operation.inputs.model_validate(checked)
    except ValidationError as error:
        for item in error.errors():
            place = (*at, "input", *item["loc"])
            if item["type"] == "missing" and item["loc"][0] in given:
                continue
            if item["type"] == "extra_forbidden":
                wrong = str(item["loc"][-1])
                yield Problem(place, f"unknown field '{wrong}'.{nearest(wrong, names)} Known here: {', '.join(names)}.")
            else:
                yield Problem(place, str(item["msg"]).lower() if item["type"] != "missing" else "is missing")


def _holds_pending(value: Any) -> bool:
    if isinstance(value, Pending | Many):
        return True
    if isinstance(value, dict):
        return any(_holds_pending(item) for item in value.values())
    return isinstance(value, list) and any(_holds_pending(item) for item in value)


def _written(value: Any) -> str:
    """A value within other text."""
    if isinstance(value, Pending):
        return f"({value.type} to come)"
    if isinstance(value, Asset):
        return value.uri
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _type_of(value: Any) -> str:
    if isinstance(value, Pending):
        return value.type
    if isinstance(value, Asset):
        return value.kind
    if isinstance(value, Many):
        return f"list of {_type_of(value.item)}"
    if isinstance(value, list):
        return f"list of {_type_of(value[0])}" if value else "empty list"
    if isinstance(value, bool):
        return "boolean"
    return {str: "text", int: "number", float: "number", type(None): "nothing"}.get(type(value), type(value).__name__)


def _an(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "aeio" else kind if kind == "nothing" else f"a {kind}"


def planned_outputs(step: Step, calls: list[Call], *, fanned_out: bool) -> Outputs:
    """What a step will give, before it has run."""
    given: Outputs = {}
    for name, kind in output_types(step).items():
        listed = is_list_output(step, name)
        each: list[Any] = [
            Many(Pending(kind), _pictures(call)) if listed else Pending(kind, _seconds(call)) for call in calls
        ]
        if fanned_out:
            flat = [item.item for item in each for _ in range(item.likely)] if listed else each
            given[name] = flat
        else:
            given[name] = each[0]
    return given


def _pictures(call: Call) -> int:
    return getattr(call.request.parameters, "n", None) or 1 if isinstance(call, ModelCall) else 1


def _seconds(call: Call) -> float | None:
    if isinstance(call, ModelCall):
        return call.request.seconds or call.input_seconds
    parts: list[Any] = []
    for value in call.given.values():
        parts += value if isinstance(value, list) else [value]
    lengths = [part.seconds for part in parts if isinstance(part, Pending | Asset)]
    if call.use == "concatenate":
        return sum(length for length in lengths if length) if all(lengths) else None
    return lengths[0] if lengths else None
