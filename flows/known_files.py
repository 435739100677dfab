"""The files that an operation's inputs name, as the plan looks at them: do they exist, and are they what it takes?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from blocks.media import MediaError
from blocks.storage import MediaStorage
from flows.calls import Call
from flows.document import InvalidInput, Location, Problem
from flows.operation_call import OperationCall, operation_call
from tasks.asset import Asset
from tasks.importing import known_file
from tasks.operations import OPERATIONS
from tasks.reach import Reach


async def with_known_files(call: Call, at: Location, storage: MediaStorage, reach: Reach | None) -> Call:
    """The call with the files that an operation's inputs name as assets; what asks a model is left as it is.

    What lies behind web addresses is not looked at; such a call stays pending.

    Raises:
        InvalidInput: a file is not there, or not what the operation takes.
    """
    if not isinstance(call, OperationCall):
        return call
    operation = OPERATIONS[call.use]
    given = dict(call.given)
    for name, value in call.given.items():
        if operation.media_input(name) is None:
            continue
        try:
            given[name] = await _assets(value, storage, reach.base if reach else None)
        except (OSError, MediaError) as error:
            raise InvalidInput([Problem((*at, "input", name), str(error))]) from None
    found = operation_call(operation, given, at)
    return replace(found, pending=found.pending or _has_addresses(given))


def given_by_people(call: Call) -> bool:
    """Whether all that a call looks at are files that somebody gave: nothing that a run made, and nothing to come."""
    return isinstance(call, OperationCall) and not call.pending and not any(map(_made, call.given.values()))


def _made(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_made, value))
    return isinstance(value, Asset) and value.path.startswith(("generations/", "edits/"))


async def _assets(value: Any, storage: MediaStorage, base: Path | None) -> Any:
    if isinstance(value, list):
        return [await _assets(item, storage, base) for item in value]
    return (await known_file(value, storage, base) or value) if isinstance(value, str) else value


def _has_addresses(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_addresses(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_addresses(item) for item in value)
    return isinstance(value, str) and "://" in value
