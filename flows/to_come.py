"""Files to come: which of them will be one and the same, because the same call makes them.

Calls that wait for a file are alike when that file comes of like calls: then they are paid for once. Where that is not
sure, they count each by itself: for text, lists, alternatives and choices, and behind what only a run will need.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from flows.kinds import FILES, is_to_come
from flows.scope import Many, Outputs, Pending
from tasks.asset import Asset


def marked(outputs: Outputs, key: str | None) -> Outputs:
    """The outputs of a call that is yet to be made, with the origin of each file among them.

    Args:
        key: of the call; None: nobody can tell whether another one is the same.
    """
    if key is None:
        return outputs
    return {
        name: replace(value, origin=hashlib.sha256(f"{key}.{name}".encode()).hexdigest())
        if isinstance(value, Pending) and value.type in FILES
        else value
        for name, value in outputs.items()
    }


def unmarked(value: Any) -> Any:
    """A value to come of which the origin is not sure."""
    return replace(value, origin=None) if isinstance(value, Pending) else value


def in_place_of(value: Any) -> Any:
    """What a call takes, with an asset in the place of each file to come: its origin stands for its content.

    Raises:
        LookupError: of something to come the origin is not known.
    """
    unsure = isinstance(value, Pending) and value.origin is None
    if isinstance(value, Many) or unsure or (isinstance(value, str) and is_to_come(value)):
        raise LookupError(value)
    if isinstance(value, Pending):
        return Asset(uri="", path="", media_type="application/octet-stream", bytes=0, sha256=str(value.origin))
    if isinstance(value, dict):
        return {key: in_place_of(item) for key, item in value.items()}
    return [in_place_of(item) for item in value] if isinstance(value, list) else value
