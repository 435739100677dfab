"""From plain data to a typed request, or to a clear account of what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from blocks.catalog.errors import InvalidRequest, Problem
from blocks.catalog.model import Model
from blocks.catalog.problems import problems_of
from blocks.catalog.requests import Request
from blocks.catalog.rows import find


def request(body: Mapping[str, Any], *, truncate: bool = False, wire: bool = False, draft: bool = False) -> Request:
    """Check a request and type it.

    Args:
        body: ``{"model", "input", "parameters"}``; a chat model's may also be flat: ``{"model", "messages", …}``.
        truncate: cut over-long texts where the service would cut them, instead of refusing them.
        wire: take what the service takes: media as addresses only, and what the vendor's SDK adds on its own
            (``input.extend_prompt``, nulls); fields that the service ignores are no error then.
        draft: some values stand in for what is known later: each field is checked, what they forbid each other is not.

    Returns:
        The request, of the model's own class.

    Raises:
        UnknownModel: no such model.
        InvalidRequest: anything else; it holds every problem at once.
    """
    if not isinstance(body, Mapping):
        raise InvalidRequest([Problem("request", "is not a mapping of model, input and parameters", str(body)[:80])])
    if body.get("model") is None:
        raise InvalidRequest([Problem("model", "is missing; name the model to ask")])
    row = find(body["model"])
    data = _sectioned(row, body)
    kind = row.request_for(data)
    if kind is None:
        raise InvalidRequest([_which_function(row, data)], model=row.id)
    context = {"truncate": truncate, "wire": wire, "draft": draft}
    try:
        return kind.model_validate(data, context=context)
    except ValidationError as error:
        raise InvalidRequest(problems_of(error, row, kind, data, context), model=row.id) from None


def _sectioned(row: Model, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body in its canonical sections; a flat chat body is taken apart."""
    if row.mode != "chat" or "input" in body or "messages" not in body:
        return dict(body)
    rest = {name: value for name, value in body.items() if name not in ("model", "messages")}
    return {"model": row.id, "input": {"messages": body["messages"]}, "parameters": rest}


def _which_function(row: Model, data: Mapping[str, Any]) -> Problem:
    section, name = row.variant_field
    part = data.get(section)
    if part is not None and not isinstance(part, Mapping):
        return Problem(section, "is not a mapping of fields", str(part)[:80])
    value = part.get(name) if part else None
    near = get_close_matches(str(value), row.variants, n=1)
    said = f"{str(value)[:80]!r} is no function of {row.id}" + (f"; did you mean {near[0]}?" if near else "")
    said = "is missing" if value is None else said
    return Problem(f"{section}.{name}", said, value, list(row.variants))
