"""YAML and JSON files as data that remembers where everything stands, so that an error can name line and column."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Location = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

ENDINGS = (".yaml", ".yml", ".json")
"""How the files end that are read here."""

_MOST_VALUES = 100_000
_DEEPEST = 100


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what a user wrote: where, and what to do.

    Attributes:
        at: the field, from the root of what was written.
        place: ``file:line:column``, when another file than the error's document says it.
        given: within a pipeline that is a step: the place in the one around it that gave the value, its parameter if it
            only hands that on; empty when nobody did.
        given_by: the same for people.
    """

    at: Location
    message: str
    place: str = ""
    given: Location | None = None
    given_by: str = field(default="", compare=False)


class InvalidInput(ValueError):
    """What the user gave cannot be run. Nothing was sent, nothing was spent.

    Attributes:
        problems: every problem found, in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem], document: Document | None = None) -> None:
        self.problems = list(problems)
        self.document = document
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """One line a problem: file:line:column, the field, what is wrong."""
        return [self._line(problem) for problem in self.problems]

    def _line(self, problem: Problem) -> str:
        field_name = dotted(problem.at)
        place = problem.place or (self.document.place(problem.at) if self.document else "")
        said = f"{problem.message}; it comes from {problem.given_by}" if problem.given_by else problem.message
        return ": ".join(part for part in (place, field_name, said) if part)

    def within(self, document: Document) -> InvalidInput:
        """The same problems, found in a document."""
        return InvalidInput(self.problems, document)


@dataclass
class Document:
    """A file's content and where each part of it stands."""

    path: Path
    data: Any
    marks: dict[Location, tuple[int, int]] = field(default_factory=dict)

    def place(self, at: Location) -> str:
        """``file:line:column`` of a part, or of the nearest part around it that is in the file."""
        while at and at not in self.marks:
            at = at[:-1]
        line, column = self.marks.get(at, (1, 1))
        return f"{self.path.name}:{line}:{column}"


def read_document(path: Path) -> Document:
    """Read a YAML or JSON file.

    Raises:
        InvalidInput: the file is missing, is not text, or is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidInput([Problem((), f"cannot read {path}: {reason}")]) from None
    document = Document(path, None)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        document.data = None if node is None else _construct(node, (), document.marks)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else path.name
        said = _said_of_yaml(str(error.problem or error), text, mark)
        raise InvalidInput([Problem((), f"{where}: not valid YAML: {said}")]) from None
    return document


_IN_QUOTES = "put the text in quotes"


def _said_of_yaml(problem: str, text: str, mark: Any) -> str:
    """What YAML stumbled over, and what to do where that is likely: quotes mostly, spaces in place of tabs."""
    if "'\\t'" in problem:
        return "a tab stands here; indent with spaces"
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    here = line[max(0, mark.column - 1) : mark.column + 1] if mark else ""
    if here == "${" and mark.column:
        reference = line[mark.column - 1 :].partition("}")[0]
        return f'{problem}; within {{…}} and […] a reference needs quotes: "{reference}}}"'
    if problem.startswith("mapping values are not allowed"):
        return (
            f"{problem}; if ': ' belongs to a text, {_IN_QUOTES}; if this is a field of its own, mind its indentation"
        )
    if here.endswith(":") and problem.startswith("expected ','"):
        return f"{problem}; if ': ' belongs to a text, {_IN_QUOTES}"
    if "cannot start any token" in problem or problem.startswith("found undefined alias"):
        return f"{problem}; {_IN_QUOTES}"
    return problem


def _construct(node: yaml.Node, at: Location, marks: dict[Location, tuple[int, int]]) -> Any:
    if len(marks) > _MOST_VALUES or len(at) > _DEEPEST:
        # Aliases let a short file stand for an endless one.
        raise yaml.MarkedYAMLError(problem="it holds too many values", problem_mark=node.start_mark)
    marks.setdefault(at, (node.start_mark.line + 1, node.start_mark.column + 1))
    if not str(node.tag).startswith("tag:yaml.org,2002:") or str(node.tag).startswith("tag:yaml.org,2002:python/"):
        raise yaml.MarkedYAMLError(problem=f"the tag {node.tag} is not taken", problem_mark=node.start_mark)
    if isinstance(node, yaml.MappingNode):
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name is a plain word", problem_mark=key_node.start_mark)
            key = _scalar(key_node)
            if key in found:
                said = f"{key!r} is given twice; first in line {marks[(*at, key)][0]}"
                raise yaml.MarkedYAMLError(problem=said, problem_mark=key_node.start_mark)
            if node.flow_style and _without_colon(key_node, value_node):
                said = f"{key!r} has no value; if it belongs to the text before the comma, {_IN_QUOTES}"
                raise yaml.MarkedYAMLError(problem=said, problem_mark=key_node.start_mark)
            marks[(*at, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = _construct(value_node, (*at, key), marks)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*at, number), marks) for number, item in enumerate(node.value)]
    return _scalar(node)


def _without_colon(key: yaml.Node, value: yaml.Node) -> bool:
    """Whether nothing follows a key in braces, as after the comma of ``{text: Fog, rolling in}``."""
    between = slice(key.end_mark.pointer, value.start_mark.pointer)
    return value.start_mark.pointer == value.end_mark.pointer and ":" not in str(key.end_mark.buffer)[between]


def _scalar(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    finally:
        loader.dispose()


def dotted(at: Location) -> str:
    """A location as people write it: ``scenes[1].shots[0].seconds``."""
    text = ""
    for part in at:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def nearest(name: str, names: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` for the name most like the given one, or nothing."""
    match = _close(str(name), list(names))
    return f" Did you mean '{match[0]}'?" if match else ""


def _close(name: str, names: list[str], cutoff: float = 0.5) -> list[str]:
    return difflib.get_close_matches(name, names, n=1, cutoff=cutoff)


def validate(kind: type[M], data: Any, document: Document | None = None) -> M:
    """Data as a pydantic model, with errors that name the place and the nearest right name.

    Raises:
        InvalidInput: with every problem.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput([Problem((), f"expected fields such as {_fields(kind)}, got {_shown(data)}")], document)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        meant = {(*item["loc"][:-1], _meant(kind, item)) for item in found if item["type"] == "extra_forbidden"}
        problems = [
            Problem(_location(item), _message(kind, item))
            for item in found
            if not (item["type"] == "missing" and item["loc"] in meant)  # it is there, with a typo
        ]
        raise InvalidInput(list(dict.fromkeys(problems)), document) from None


def _meant(kind: type[BaseModel], item: Any) -> str | None:
    """The field that a misspelt one was probably to be."""
    return next(iter(_close(str(item["loc"][-1]), _names_at(kind, item["loc"][:-1]))), None)


def _location(item: Any) -> Location:
    hidden = ("function-", "tagged-union", "is-instance", "json-or-python", "constrained-")
    return tuple(part for part in item["loc"] if isinstance(part, int) or not (part.startswith(hidden) or "[" in part))


def _message(kind: type[BaseModel], item: Any) -> str:
    if item["type"] == "extra_forbidden":
        name = str(item["loc"][-1])
        names = _names_at(kind, item["loc"][:-1])
        return f"unknown field '{name}'.{nearest(name, names)} Known here: {', '.join(names)}."
    if item["type"] == "missing":
        return "is missing"
    if item["type"] == "literal_error":
        return _not_allowed(item["input"], re.findall(r"'([^']*)'", item["ctx"]["expected"]))
    message = str(item["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    given = item.get("input")
    return message if item["type"] == "value_error" or isinstance(given, Mapping) else f"{message}; got {_shown(given)}"


def _not_allowed(value: Any, allowed: list[str]) -> str:
    near = _close(str(value), allowed, 0.6)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"{_shown(value)} is not taken{meant}; allowed: {', '.join(allowed)}"


def _names_at(kind: type[BaseModel], at: Sequence[str | int]) -> list[str]:
    """The names of the fields that a place in a model knows."""
    here: type[BaseModel] = kind
    for part in at:
        if isinstance(part, str) and part in here.model_fields:
            inner = _model_in(here.model_fields[part].annotation)
            if inner is not None:
                here = inner
    return [info.alias or name for name, info in here.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if (found := _model_in(argument)) is not None:
            return found
    return None


def _fields(kind: type[BaseModel]) -> str:
    return ", ".join(list(kind.model_fields)[:4])


def _shown(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
