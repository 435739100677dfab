"""Values as their kinds: what an input is called in an error, and how it is written within other text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from blocks.catalog import UnknownModel
from flows.scope import Address, Many, Pending
from tasks.asset import Asset

MEDIA = ("image", "video", "audio")
FILES = (*MEDIA, "file")
"""What a path or an address may stand for; a file is what is none of the media: captions, for instance."""


def kind_of(value: Any) -> str:
    """``image``, ``list of video``, ``text``: what a value is, for people."""
    if isinstance(value, Pending):
        return value.type
    if isinstance(value, Asset | Address):
        return value.kind
    if isinstance(value, Many):
        return f"list of {kind_of(value.item)}"
    if isinstance(value, list):
        return f"list of {kind_of(value[0])}" if value else "empty list"
    if isinstance(value, bool):
        return "boolean"
    return {str: "text", int: "number", float: "number", type(None): "nothing"}.get(type(value), type(value).__name__)


def an(kind: str) -> str:
    """A kind with its article, where it takes one."""
    if kind in ("nothing", "text", "audio", "boxes"):
        return kind
    return f"an {kind}" if kind[:1] in "aeio" else f"a {kind}"


def either(kinds: Iterable[str]) -> str:
    """Kinds to choose from."""
    return " or ".join(an(kind) for kind in kinds)


_TO_COME = re.compile(r"\(\w+ to come\)")


def is_to_come(text: str) -> bool:
    """Whether a text was put together from values that only a run will know."""
    return _TO_COME.search(text) is not None


def written(value: Any) -> str:
    """A value within other text."""
    if value is None:
        return ""
    if isinstance(value, Pending):
        return f"({value.type} to come)"
    if isinstance(value, Asset):
        return value.uri
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def holds_pending(value: Any) -> bool:
    """Whether a value, or something within it, is known only to a run."""
    if isinstance(value, Pending | Many) or (isinstance(value, str) and is_to_come(value)):
        return True
    if isinstance(value, dict):
        return any(holds_pending(item) for item in value.values())
    return isinstance(value, list) and any(holds_pending(item) for item in value)


def no_model(error: UnknownModel) -> str:
    """That the catalog has no such model, with the nearest."""
    problem = error.problems[0]
    hint = problem.message.partition("; ")[2]
    return f"there is no model '{problem.value}'" + (f"; {hint}" if hint else "")
