"""The parameters of a pipeline as a run is given them: checked, typed, with files as assets."""

from __future__ import annotations

from typing import Any

from blocks.media import MediaError
from flows.document import InvalidInput, Problem, nearest
from flows.kinds import an
from flows.pipeline import Param, Pipeline
from flows.scope import Address
from tasks.asset import Asset
from tasks.importing import known_file
from tasks.reach import Reach


async def resolve_params(pipeline: Pipeline, given: dict[str, Any], reach: Reach) -> dict[str, Any]:
    """The values of a pipeline's parameters, checked; local and stored media as assets.

    Args:
        given: by the user; they may name files anywhere.
        reach: storage and folder that relative paths start from; and what a default may name.

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
        if value is None:
            if param.is_required:
                problems.append(Problem((name,), f"is required: {param.description or param.type}"))
            values[name] = None
            continue
        try:
            values[name] = await _value(param, value, reach, trusted=name in given)
        except (ValueError, OSError, MediaError) as error:
            at = (name,) if name in given else ("params", name, "default")
            problems.append(Problem(at, str(error)))
    if problems:
        raise InvalidInput(problems)
    return values


async def _value(param: Param, value: Any, reach: Reach, *, trusted: bool) -> Any:
    if param.choices is not None and value not in param.choices:
        raise ValueError(f"must be one of {', '.join(map(str, param.choices))}; got {value!r}")
    match param.type:
        case "list":
            listed = value if isinstance(value, list) else [value]
            return [await _value(Param(type=param.items), item, reach, trusted=trusted) for item in listed]
        case "integer":
            if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).lstrip("-").isdigit():
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
        case "text":
            return str(value)
        case kind:
            if not trusted and (refusal := reach.refusal(str(value))):
                raise ValueError(refusal)
            asset = value if isinstance(value, Asset) else await known_file(str(value), reach.storage, reach.base)
            if asset is not None and asset.kind != kind:
                raise ValueError(f"wants {an(kind)}, but {value} is {an(asset.kind)} ({asset.media_type})")
            return asset or Address(str(value), kind)
