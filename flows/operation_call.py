"""From the inputs of a local operation to its call: files of the right kind, values that it takes.

As in `flows.calls`, what only a run will know is `Pending`; of that nothing is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flows.document import InvalidInput, Location, Problem, validate
from flows.kinds import an, either, holds_pending, kind_of
from flows.scope import Address, Many, Pending
from tasks import editing  # noqa: F401 - registers the operations
from tasks.asset import Asset
from tasks.operations import OPERATIONS, Operation, OperationInput


@dataclass(frozen=True)
class OperationCall:
    """One local operation to be, with its inputs."""

    use: str
    given: dict[str, Any]
    pending: bool


def operation_call(operation: Operation, given: dict[str, Any], at: Location) -> OperationCall:
    """The call of an operation with these inputs.

    Raises:
        InvalidInput: an input is missing, unknown, or of the wrong kind.
    """
    problems: list[Problem] = []
    for name, value in given.items():
        takes = operation.media_input(name)
        if takes is None:
            continue
        if operation.takes_list(name) and not isinstance(value, list | Many):
            problems.append(Problem((*at, "input", name), f"wants a list, got {an(kind_of(value))}"))
        listed = [value.item] if isinstance(value, Many) else value if isinstance(value, list) else [value]
        if isinstance(value, list | Many) and not operation.takes_list(name):
            problems.append(Problem((*at, "input", name), "wants a single file, got a list"))
        for item in listed:
            kind = kind_of(item)
            if isinstance(item, Asset | Address | Pending) and kind not in takes.kinds:
                problems.append(Problem((*at, "input", name), f"wants {either(takes.kinds)}, got {an(kind)}"))
    misfits = {problem.at[len(at) + 1] for problem in problems}
    further = _operation_input_problems(operation, given, at)
    problems += [problem for problem in further if problem.at[len(at) + 1] not in misfits]
    if problems:
        raise InvalidInput(problems)
    return OperationCall(operation.name, given, pending=holds_pending(given))


def foreseen(call: OperationCall) -> OperationInput | None:
    """An operation's inputs with files to come as assets of the length they will have.

    None when a plain value is known only to a run, or when they are not valid.
    """
    operation = OPERATIONS[call.use]
    given: dict[str, Any] = {}
    for name, value in call.given.items():
        media = operation.media_input(name) is not None
        if not media and holds_pending(value):
            return None
        given[name] = _in_place_of(value) if media else value
    try:
        return validate(operation.inputs, given)
    except InvalidInput:
        return None


def _in_place_of(value: Any) -> Any:
    """Assets in place of files: what is known of them, nothing else."""
    if isinstance(value, Many):
        return [_in_place_of(value.item)] * value.likely
    if isinstance(value, list):
        return [_in_place_of(item) for item in value]
    if isinstance(value, Pending):
        return _stand_in.model_copy(update={"seconds": value.seconds})
    return _stand_in if isinstance(value, str) else value


_stand_in = Asset(uri="", path="", media_type="application/octet-stream", bytes=0, sha256="")


def _operation_input_problems(operation: Operation, given: dict[str, Any], at: Location) -> Iterator[Problem]:
    """What the operation says of its inputs; of values and lengths of lists that only a run knows it says nothing."""
    unknown = {name: None for name in given if name not in operation.inputs.model_fields}
    checked = unknown | {
        name: _in_place_of(value) if operation.media_input(name) else value
        for name, value in given.items()
        if (operation.media_input(name) and not isinstance(value, Many)) or not holds_pending(value)
    }
    try:
        validate(operation.inputs, checked)
    except InvalidInput as error:
        for problem in error.problems:
            sure = problem.message == "is missing" or len(checked) == len(given)
            if problem.at[0] in checked or (problem.at[0] not in given and sure):
                yield replace(problem, at=(*at, "input", *problem.at))
