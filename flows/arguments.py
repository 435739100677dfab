"""``KEY=VALUE`` arguments of the command line, read as the type that the key wants."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from blocks.catalog import fields_of, find
from flows.document import InvalidInput, Problem, validate
from flows.given import as_given, scalar
from flows.kinds import FILES
from flows.pipeline import Pipeline
from flows.storyboard import Storyboard, anchor


def pairs(given: Iterable[str], option: str) -> list[tuple[str, str]]:
    """Keys and raw values.

    Raises:
        InvalidInput: one of them has no ``=``.
    """
    found = []
    for item in given:
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise InvalidInput([Problem((), f"{option} {item!r}: write KEY=VALUE, e.g. {option} duration=5")])
        found.append((key.strip(), value))
    return found


def request_body(model: str, inputs: Iterable[str], parameters: Iterable[str]) -> dict[str, Any]:
    """The wire form of a request from ``-i`` and ``-p`` arguments; a key given twice makes a list.

    Raises:
        InvalidInput: an argument cannot be read.
        UnknownModel: there is no such model.
    """
    row = find(model)
    fields = {path: field for request in row.requests for path, field in fields_of(request).items()}
    body: dict[str, Any] = {"model": model, "input": {}, "parameters": {}}
    for part, option, given in (("input", "-i", inputs), ("parameters", "-p", parameters)):
        for key, raw in pairs(given, option):
            field = fields.get(f"{part}.{key}")
            kind = field.type if field else "object"
            plain = kind == "text" or (field is not None and field.media is not None)
            value = raw if plain and not (field and field.many and raw.startswith("[")) else scalar(raw)
            if field is not None and field.many and not isinstance(value, list):
                value = [*body[part].get(key, []), value]
            elif key in body[part]:
                raise InvalidInput([Problem((part, key), "is given twice")])
            body[part][key] = value
    return body


def pipeline_params(pipeline: Pipeline, given: Iterable[str], base: dict[str, Any] | None = None) -> dict[str, Any]:
    """A pipeline's parameters from ``-p`` arguments, over those of a file; relative paths start from here."""
    params = {key: typed(pipeline, key, raw) for key, raw in pairs(given, "-p")}
    return {**(base or {}), **anchored(pipeline, params, Path.cwd())}


def typed(pipeline: Pipeline, key: str, raw: str) -> Any:
    """Text as the type that a pipeline's parameter wants; a list is written ``[a, b]`` or ``a, b``."""
    param = pipeline.params.get(key)
    return raw if param is None else as_given(param.type, param.items, raw)


def anchored(pipeline: Pipeline, params: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Parameters as their types take them, with the relative paths of files made absolute."""

    def taken(name: str, value: Any) -> Any:
        param = pipeline.params.get(name)
        return as_given(param.type, param.items, value) if param else value

    def anchor_all(value: Any) -> Any:
        if isinstance(value, list):
            return [anchor_all(item) for item in value]
        return anchor(value, folder) if isinstance(value, str) else value

    kinds = {name: param.items if param.type == "list" else param.type for name, param in pipeline.params.items()}
    given = {name: taken(name, value) for name, value in params.items()}
    return {name: anchor_all(value) if kinds.get(name) in FILES else value for name, value in given.items()}


def storyboard(data: dict[str, Any], given: Iterable[str]) -> dict[str, Any]:
    """A storyboard's data with ``-p`` arguments laid over it; ``scenes.0.seed=3`` reaches into it.

    Raises:
        InvalidInput: a key leads nowhere.
    """
    for key, raw in pairs(given, "-p"):
        value = anchor(raw, Path.cwd()) if key == "music" else film_value(key, raw)
        try:
            lay_over(data, key, value)
        except InvalidInput as error:
            raise InvalidInput([Problem((), f"-p {key}: {error.problems[0].message}")]) from None
    return data


def film_value(key: str, raw: str) -> Any:
    """Text as the type that a storyboard's field wants."""
    words = Storyboard.model_fields.get(key)
    return raw if words is not None and words.annotation in (str, str | None) else scalar(raw)


def lay_over(data: dict[str, Any], key: str, value: Any) -> None:
    """Put a value into a storyboard's data; ``scenes.0.seed`` reaches into it.

    Raises:
        InvalidInput: the key leads nowhere.
    """
    *parents, last = key.split(".")
    here: Any = data
    try:
        for parent in parents:
            here = here[int(parent)] if isinstance(here, list) else here.setdefault(parent, {})
        if isinstance(here, list):
            here[int(last)] = value
        else:
            here[last] = value
    except (IndexError, ValueError, AttributeError, TypeError):
        raise InvalidInput([Problem((key,), "there is no such place in the storyboard")]) from None


def read_storyboard(data: Any, given: Iterable[str]) -> Storyboard:
    """A storyboard from data and arguments alone.

    Raises:
        InvalidInput: with every problem.
    """
    return validate(Storyboard, storyboard(dict(data or {}), given))
