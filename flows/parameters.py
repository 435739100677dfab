"""The parameters of a pipeline as a run is given them: checked, typed, with files as assets."""

from __future__ import annotations

from typing import Any

from blocks.media import MediaError
from flows.document import InvalidInput, Problem, nearest
from flows.kinds import FILES, an, kind_of
from flows.pipeline import Param, Pipeline
from flows.scope import Address, Many, Pending
from tasks.asset import Asset
from tasks.folders import files_meant
from tasks.importing import known_file
from tasks.reach import Reach


async def resolve_params(
    pipeline: Pipeline, given: dict[str, Any], reach: Reach, *, by: Reach | None = None
) -> dict[str, Any]:
    """The values of a pipeline's parameters, checked; local and stored media as assets.

    Args:
        given: by the user, who may name files anywhere; or by the pipeline around this one, then some of it may be
            known only to a run.
        reach: storage and folder that relative paths start from; and what a default may name.
        by: what the pipeline around this one may name.

    Raises:
        InvalidInput: a parameter is unknown, missing, or not of its type.
    """
    problems: list[Problem] = []
    for name in given:
        if name not in pipeline.params:
            message = f"unknown parameter '{name}'.{nearest(name, pipeline.params)}"
            known = ", ".join(pipeline.params) or "none"
            problems.append(Problem((name,), f"{message} This pipeline knows: {known}."))
    values: dict[str, Any] = {}
    for name, param in pipeline.params.items():
        value = given.get(name, param.default)
        if value is None or _is_blank(param, value):
            if param.is_required:
                problems.append(Problem((name,), f"is required: {param.description or param.type}"))
            values[name] = None
            continue
        try:
            if name not in given:
                values[name] = await _value(param, value, reach, trusted=False)
            else:
                values[name] = await _value(param, value, by or reach, trusted=by is None)
        except (ValueError, OSError, MediaError) as error:
            at = (name,) if name in given else ("params", name, "default")
            problems.append(Problem(at, str(error)))
    if problems:
        raise InvalidInput(problems)
    return values


def _is_blank(param: Param, value: Any) -> bool:
    """Whether a field for files was left empty, as in ``-p face=``."""
    return value in ("", [""]) and (param.items if param.type == "list" else param.type) in FILES


async def _value(param: Param, value: Any, reach: Reach, *, trusted: bool) -> Any:
    if isinstance(value, Pending | Many):
        return _to_come(param, value)
    match param.type:
        case "list":
            inner = Param(type=param.items, choices=param.choices)
            listed = value if isinstance(value, list) else [value]
            if param.items in FILES:
                listed = await _files(listed, param.items, reach, trusted=trusted)
            return [await _value(inner, item, reach, trusted=trusted) for item in listed]
        case "text" | "integer" | "number" | "boolean":
            if isinstance(value, Asset | Address | list | dict):
                raise ValueError(f"wants {an(param.type)}, got {an(kind_of(value))}")
            return _chosen(param, _plain(param.type, value))
        case kind:
            _chosen(param, value)
            return await _media(kind, value, reach, trusted=trusted)


def _chosen(param: Param, value: Any) -> Any:
    """The value, if it is one of the parameter's choices."""
    if param.choices is not None and value not in param.choices:
        hint = nearest(str(value), map(str, param.choices))
        raise ValueError(f"must be one of {', '.join(map(str, param.choices))}; got {value!r}.{hint}".rstrip("."))
    return value


def _plain(kind: str, value: Any) -> Any:
    match kind:
        case "integer":
            whole = isinstance(value, float) and value.is_integer()
            if isinstance(value, bool) or not (whole or str(value).lstrip("-").isdigit()):
                raise ValueError(f"must be a whole number; got {value!r}")
            return int(value)
        case "number":
            if isinstance(value, bool):
                raise ValueError(f"must be a number; got {value!r}")
            try:
                return float(value)
            except (TypeError, ValueError):
                raise ValueError(f"must be a number; got {value!r}") from None
        case "boolean":
            known = {"true": True, "yes": True, "false": False, "no": False}
            found = value if isinstance(value, bool) else known.get(str(value).lower())
            if found is None:
                raise ValueError(f"must be true or false; got {value!r}")
            return found
        case _:
            if isinstance(value, bool):
                raise ValueError(f"must be text; got {'yes' if value else 'no'}, which needs quotes to be text")
            return str(value)


async def _media(kind: str, value: Any, reach: Reach, *, trusted: bool) -> Asset | Address:
    if isinstance(value, Address):
        if value.kind != kind:
            raise ValueError(f"wants {an(kind)}, got {an(value.kind)}")
        return value
    if not isinstance(value, Asset | str):
        raise ValueError(f"wants {an(kind)}, got {an(kind_of(value))}")
    if not trusted and isinstance(value, str) and (refusal := reach.refusal(value)):
        raise ValueError(refusal)
    asset = value if isinstance(value, Asset) else await known_file(value, reach.storage, reach.base)
    if asset is not None and asset.kind != kind:
        named = value if isinstance(value, str) else value.uri
        raise ValueError(f"wants {an(kind)}, but {named} is {an(asset.kind)} ({asset.media_type})")
    return asset or Address(str(value), kind)


def _to_come(param: Param, value: Pending | Many) -> Any:
    """A value that only a run will know, of the right type."""
    wanted = param.items if param.type == "list" else param.type
    kind = {"integer": "number"}.get(wanted, wanted)
    item = value.item if isinstance(value, Many) else value
    fits = isinstance(item, Pending) and item.type in (kind, "any")
    if (isinstance(value, Many) and param.type != "list") or not fits:
        one = f"a list of {wanted}" if param.type == "list" else an(wanted)
        raise ValueError(f"wants {one}, got {an(kind_of(value))}")
    return [value] if param.type == "list" and isinstance(value, Pending) else value


async def _files(listed: list[Any], kind: str, reach: Reach, *, trusted: bool) -> list[Any]:
    """A list of media with every folder and pattern replaced by the files it means, sorted by name."""
    found: list[Any] = []
    for one in listed:
        if not isinstance(one, str) or isinstance(one, Address):
            found.append(one)
            continue
        if not trusted and (refusal := reach.refusal(one.partition("*")[0])):
            raise ValueError(refusal)
        files = await files_meant(one, kind, reach.storage, reach.base)
        if files == []:
            raise ValueError(f"there is no {kind} in {one}")
        found += [one] if files is None else files
    return found
