"""Values as people write them for a parameter: a list also as text or alone, a number as text, text as a number."""

from __future__ import annotations

from typing import Any

import yaml


def as_given(kind: str, items: str, value: Any) -> Any:
    """A value as a parameter of this type takes it, wherever it is said: command line, file, table or default.

    Args:
        kind: the parameter's type.
        items: what a list of it holds.
    """
    if value is None:
        return None
    if kind == "list":
        return [as_given(items, "text", item) for item in _listed(value)] if items != "list" else _listed(value)
    if kind in ("integer", "number", "boolean") and isinstance(value, str):
        return scalar(value)
    return value if kind != "text" or isinstance(value, str | bool | list | dict) else str(value)


def _listed(value: Any) -> list[Any]:
    """``[a, b]``, ``a, b``, or one value alone."""
    if not isinstance(value, str):
        return value if isinstance(value, list) else [value]
    if value.startswith("["):
        found = scalar(value)
        return found if isinstance(found, list) else [value]
    return [item.strip() for item in value.split(",")]


def scalar(raw: str) -> Any:
    """Text as the value that YAML reads in it; as it stands where it reads none."""
    try:
        return yaml.safe_load(raw)
    except yaml.YAMLError:
        return raw
