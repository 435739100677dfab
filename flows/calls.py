"""From a step's inputs to the call it makes: references resolved, types checked, requests validated.

The plan and the engine share this: the plan calls it with what is known before anything runs (`Pending` stands for the
rest), the engine with real assets. So whatever the plan accepted, the engine can send.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from blocks import catalog
from blocks.catalog import InvalidRequest, Request
from flows.document import InvalidInput, Location, Problem
from flows.kinds import FILES, MEDIA, an, either, holds_pending, is_to_come, kind_of, written
from flows.operation_call import OperationCall, operation_call
from flows.pipeline import Pipeline, Step
from flows.references import resolve
from flows.scope import Address, Many, Pending, Scope
from tasks.asset import Asset
from tasks.operations import OPERATIONS

PENDING = "pending:"
"""How the marker of a file or text begins that only a run will have."""


@dataclass(frozen=True)
class ModelCall:
    """One generation to be: a typed request and what is known of its media.

    Attributes:
        pending: whether the request still holds placeholders; then it can be priced but not fingerprinted.
        unsure: whether a value that may decide the price is known only to a run.
        input_seconds: the lengths of the videos and sounds that go in, as far as known, by dotted field.
        to_come: the files to come, by their placeholders; None when something else is to come as well.
    """

    request: Request
    assets: dict[str, Asset]
    pending: bool
    unsure: bool
    input_seconds: dict[str, float]
    to_come: dict[str, Pending] | None = None

    @property
    def seconds(self) -> float | None:
        """How long the result will be; None: not known, or it has no length."""
        return self.request.seconds_from(self.input_seconds)


@dataclass(frozen=True)
class PipelineCall:
    """One run of another pipeline to be, with what it is given for its parameters."""

    inner: Pipeline
    given: dict[str, Any]


Call = ModelCall | OperationCall | PipelineCall


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
        given = resolve(step.input, scope.look_up, written)
        operation = OPERATIONS[step.use]
        named = [(("input", name), value) for name, value in given.items() if operation.media_input(name)]
        _check_reach(scope, named, at)
        return operation_call(operation, given, at)
    if step.inner is not None:
        given = resolve(step.input, scope.look_up, written)
        return PipelineCall(step.inner, {name: value for name, value in given.items() if value is not None})
    return _model_call(step, scope, at, model or step.model or "")


def _check_reach(scope: Scope, named: Iterable[tuple[Location, Any]], at: Location) -> None:
    """Refuses files that the pipeline names by itself and may not read."""
    if scope.reach is None:
        return
    problems = []
    for path, value in named:
        listed = value if isinstance(value, list) else [value]
        for item in listed:
            if type(item) is str and (refusal := scope.reach.refusal(item)):
                problems.append(Problem((*at, *path), refusal))
    if problems:
        raise InvalidInput(problems)


class _Stand:
    """Stands in for values within a request: assets by their URI, pending ones by markers.

    A value that is neither media nor text and still unknown is left out; so is an optional parameter without one.
    """

    def __init__(self) -> None:
        self.by_text: dict[str, Asset | Address | Pending] = {}
        self.left_out: set[str] = set()

    def in_for(self, value: Any) -> Any:
        if isinstance(value, Asset):
            self.by_text[value.uri] = value
            return value.uri
        if isinstance(value, Address):
            self.by_text[str(value)] = value
            return str(value)
        if isinstance(value, Pending):
            # Some models tell pictures, which are free, from films by the ending.
            text = f"{PENDING}{value.type}:{len(self.by_text)}{'.png' if value.type == 'image' else ''}"
            self.by_text[text] = value
            return text
        if isinstance(value, Many):
            return [self.in_for(value.item)] * value.likely
        if isinstance(value, list):
            return [self.in_for(file) for item in value for file in _files_of(item)]
        if isinstance(value, dict):
            self.left_out |= {key for key, item in value.items() if _unknowable(item)}
            given = {key: _BOX if _is_box(item) else item for key, item in value.items()}
            return {key: self.in_for(item) for key, item in given.items() if not (item is None or _unknowable(item))}
        return value

    def holds(self, value: Any) -> bool:
        """Whether a text is one that only a run will know, or holds some."""
        return isinstance(value, str) and (isinstance(self.by_text.get(value), Pending) or is_to_come(value))


def _files_of(item: Any) -> list[Any]:
    """The files of an item that is itself a list of files: ``[${clips}, ${pictures}]`` is one list of both.

    What is not there drops out: ``[${clip}, ${previous.image}]`` of the first item is the clip alone.
    """
    if item is None:
        return []
    listed = [item.item] * item.likely if isinstance(item, Many) else item
    return listed if isinstance(listed, list) and all(kind_of(one) in MEDIA for one in listed) else [item]


_BOX = [0, 0, 1, 1]


def _is_box(value: Any) -> bool:
    return isinstance(value, Pending) and value.type == "boxes"


def _unknowable(value: Any) -> bool:
    return isinstance(value, Pending) and value.type not in (*FILES, "text", "template")


def _model_call(step: Step, scope: Scope, at: Location, model: str) -> ModelCall:
    stand = _Stand()
    body = {
        "model": model,
        "input": stand.in_for(resolve(step.input, scope.look_up, written)),
        "parameters": stand.in_for(resolve(step.parameters, scope.look_up, written)),
    }
    request = _request(body, stand, step, at)
    problems = list(_type_problems(stand, request, at))
    if problems:
        raise InvalidInput(problems)
    literal = [(field.path, field.value) for field in request.media() if field.value not in stand.by_text]
    _check_reach(scope, literal, at)
    waits = {text: source for text, source in stand.by_text.items() if isinstance(source, Pending)}
    unwritten = bool(stand.left_out) or holds_pending(body)
    timed = {field.name: stand.by_text[field.value] for field in request.media() if field.value in stand.by_text}
    return ModelCall(
        request=request,
        assets={text: source for text, source in stand.by_text.items() if isinstance(source, Asset)},
        pending=unwritten or bool(waits),
        unsure=bool(stand.left_out),
        input_seconds={name: length for name, source in timed.items() if (length := _length(source)) is not None},
        to_come=None if unwritten else waits,
    )


def _request(body: dict[str, Any], stand: _Stand, step: Step, at: Location) -> Request:
    try:
        return catalog.request(body, truncate=step.truncate)
    except InvalidRequest as error:
        if all(stand.holds(_value_at(body, problem.field)) for problem in error.problems):
            # What a text to come says of the other fields, only a run can tell.
            with suppress(InvalidRequest):
                return catalog.request(body, truncate=step.truncate, draft=True)
        said = [problem for problem in error.problems if problem.field.rpartition(".")[2] not in stand.left_out]
        raise InvalidInput([_told(stand, problem, at) for problem in without_echoes(said or error.problems)]) from None


def _value_at(body: Any, path: str) -> Any:
    for step in path.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    return body


def _length(source: Asset | Address | Pending) -> float | None:
    return None if isinstance(source, Address) else source.seconds


def _told(stand: _Stand, problem: catalog.Problem, at: Location) -> Problem:
    source = stand.by_text.get(problem.value) if isinstance(problem.value, str) else None
    said = request_problem(problem, at)
    return said if source is None else replace(said, message=f"takes no {kind_of(source)}")


def without_echoes(problems: list[catalog.Problem]) -> list[catalog.Problem]:
    """Problems without those that follow from a typo: a field is not missing that is only misspelt."""
    misspelt = [problem for problem in problems if "did you mean" in problem.message]
    meant = {
        f"{problem.field.rpartition('.')[0]}.{problem.message.rpartition('did you mean ')[2].rstrip('?')}"
        for problem in misspelt
    }
    return [problem for problem in problems if problem.message != "is missing" or problem.field not in meant]


def request_problem(problem: catalog.Problem, at: Location) -> Problem:
    """What is wrong with a request, at its place in the pipeline."""
    path = tuple(int(part) if part.isdigit() else part for part in problem.field.split("."))
    return Problem((*at, *path), str(problem).removeprefix(f"{problem.field}: "))


def _type_problems(stand: _Stand, request: Request, at: Location) -> Iterator[Problem]:
    media = {found.value: found for found in request.media()}
    for text, source in stand.by_text.items():
        kind = kind_of(source)
        if text in media and kind not in media[text].spec.kinds:
            yield Problem((*at, *media[text].path), f"wants {either(media[text].spec.kinds)}, got {an(kind)}")
        if text not in media and kind in MEDIA:
            path = _path_of(request.to_dict(), text)
            yield Problem((*at, *path), f"wants text, got {an(kind)}")


def _path_of(body: Any, text: str, path: Location = ()) -> Location:
    if isinstance(body, dict):
        found = (_path_of(item, text, (*path, key)) for key, item in body.items())
        return next((one for one in found if one), ())
    if isinstance(body, list):
        found = (_path_of(item, text, (*path, number)) for number, item in enumerate(body))
        return next((one for one in found if one), ())
    return path if body == text else ()
