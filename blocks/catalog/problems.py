"""Pydantic's errors, retold for the person who wrote the request."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from blocks.catalog.errors import Problem
from blocks.catalog.fields import Field, fields_of
from blocks.catalog.model import Model
from blocks.catalog.requests import Request

_SHOWN = 80
_TYPES = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping of fields",
    "model_type": "a mapping of fields",
    "model_attributes_type": "a mapping of fields",
}
_OF_VALUE = ("literal_error", "extra_forbidden", "text_too_long", "too_long", "too_short", "size")
_OF_RANGE = ("greater_than_equal", "greater_than", "less_than_equal", "less_than")


def problems_of(
    error: ValidationError, row: Model, kind: type[Request], data: Mapping[str, Any], context: Mapping[str, Any]
) -> list[Problem]:
    """Every problem of a refused request.

    Args:
        error: what pydantic found.
        row: the model asked for.
        kind: the request class that was tried.
        data: the request as it was given.
        context: the switches it was checked with.
    """
    fields = fields_of(kind)
    elsewhere = _Elsewhere(row, data, context)
    found: list[Problem] = []
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "too_short" and any(_inside(other, detail) for other in details):
            continue  # its items are missing because they are wrong themselves
        if detail["type"] == "conflicts":
            found += [Problem(item.field, item.message, _at(data, item.field)) for item in detail["ctx"]["conflicts"]]
        else:
            found.append(_problem(detail, row, fields, elsewhere))
    return found


def _inside(inner: ErrorDetails, outer: ErrorDetails) -> bool:
    depth = len(outer["loc"])
    return len(inner["loc"]) > depth and inner["loc"][:depth] == outer["loc"]


def _problem(detail: ErrorDetails, row: Model, fields: Mapping[str, Field], elsewhere: _Elsewhere) -> Problem:
    path = ".".join(str(step) for step in detail["loc"]) or "request"
    field = fields.get(path) or fields.get(path.rpartition(".")[0])
    error, value = detail["type"], detail["input"]
    allowed = field.allowed if field and (field.path == path or field.choices) else None
    if error == "missing":
        return Problem(path, f"is missing{_found_by(path, row)}", None, allowed)
    shown = shorten(value, media=field is not None and field.media is not None)
    models = elsewhere.takers(path) if error in (*_OF_VALUE, *_OF_RANGE) else []
    if error == "extra_forbidden":
        others = models or elsewhere.takers_of_all()
        said = _unknown(path, row, fields, _function(row, elsewhere.data), guess=not others)
        return Problem(path, said, shown, None, others)
    if error in ("literal_error", *_OF_RANGE):
        near = _near(value, field)
        return Problem(path, f"{shown!r} is not taken by {row.id}{near}", shown, allowed, models)
    if error == "size":
        return Problem(path, f"{shown!r} {detail['msg']}", shown, allowed, models)
    if error in ("too_long", "too_short"):
        return Problem(path, f"holds {len(value)} items", shown, allowed, models)
    if error in _TYPES:
        return Problem(path, f"{shown!r} is not {_TYPES[error]}{_whole(error, value)}", shown, allowed)
    return Problem(path, detail["msg"], shown, None, models)


def shorten(value: Any, *, media: bool = False) -> Any:
    """A value fit for an error text: short, and of an address no query (it may hold a signature)."""
    if isinstance(value, str):
        text = value.partition("?")[0] if media else value
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    if value is None or isinstance(value, bool | int | float):
        return value
    return shorten(str(value), media=media)


def _unknown(path: str, row: Model, fields: Mapping[str, Field], function: str, *, guess: bool) -> str:
    section, _, name = path.rpartition(".")
    for other in fields:
        if other.rpartition(".")[2] == name:
            return f"stands in the wrong place; it belongs to {other}"
    known = [other.rpartition(".")[2] for other in fields if other.rpartition(".")[0] == section]
    near = get_close_matches(name, known, n=1, cutoff=0.6 if guess else 0.8)
    asked = f"{row.id} with function {function}" if function else row.id
    where = (
        f"; its {section} {'know' if section.endswith('s') else 'knows'} {', '.join(known)}"
        if known
        else "; a request has model, input, parameters"
    )
    having = [key for key, kind in row.variants.items() if path in fields_of(kind)]
    where += f"; functions with it: {', '.join(having)}" if having else ""
    return f"is no field of {asked}" + (f"; did you mean {near[0]}?" if near else where)


def _function(row: Model, data: Mapping[str, Any]) -> str:
    """Which of its functions a model was asked for; empty when it has none."""
    section, name = row.variant_field
    return str(data[section][name]) if row.variants else ""


def _found_by(path: str, row: Model) -> str:
    """Who finds out the value of a field, where a check or another generation does."""
    from blocks.catalog.pairings import PAIRINGS

    pairing = PAIRINGS.get(row.same_as or row.id)
    name = path.removeprefix("input.")
    if pairing is None or not (name in pairing.hands_on or (name == "template_id" and pairing.template)):
        return ""
    return f"; {pairing.check if name in pairing.hands_on else pairing.template} gives it"


def _near(value: Any, field: Field | None) -> str:
    if field is not None and not isinstance(value, str | bool) and str(value) in field.choices:
        return f'; write it as a text: "{value}"'
    if field is None or not isinstance(value, str):
        return ""
    choices = [choice for choice in field.choices if isinstance(choice, str)]
    near = get_close_matches(value.replace("x", "*").replace("×", "*"), choices, n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _whole(error: str, value: Any) -> str:
    if error != "int_type" or isinstance(value, bool):
        return ""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    return f"; write {int(number)}" if number.is_integer() else ""


def _at(data: Mapping[str, Any], path: str) -> Any:
    node: Any = data
    for step in path.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    return shorten(node, media=path.endswith("_url"))


class _Elsewhere:
    """Which models of the same family would take a field as it was given: found by asking their rows."""

    def __init__(self, row: Model, data: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        self._row, self.data, self._context = row, data, context
        self._refused: dict[str, set[str]] | None = None

    def takers(self, path: str) -> list[str]:
        if self._refused is None:
            self._refused = self._ask()
        return [model for model, refused in self._refused.items() if path not in refused]

    def takers_of_all(self) -> list[str]:
        """Models of other families that take the whole request as it is: another kind of work was meant."""
        from blocks.catalog.rows import MODELS

        return [
            other.id
            for other in MODELS.values()
            if other.family != self._row.family and not other.same_as and not self._refused_by(other)
        ]

    def _ask(self) -> dict[str, set[str]]:
        from blocks.catalog.rows import MODELS

        return {
            other.id: self._refused_by(other)
            for other in MODELS.values()
            if other.family == self._row.family
            and other.id != self._row.id
            and not other.same_as
            and other.request_for(self.data) is not None
            and other.requests != self._row.requests
        }

    def _refused_by(self, other: Model) -> set[str]:
        """The fields that another model refuses."""
        kind = other.request_for(self.data)
        if kind is None:
            return {"function"}
        try:
            kind.model_validate({**self.data, "model": other.id}, context=self._context)
        except ValidationError as error:
            return {".".join(str(step) for step in detail["loc"]) for detail in error.errors()}
        return set()
