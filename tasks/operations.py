"""What a local operation is: typed inputs, typed outputs, and the function that does the work. The list of them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.fields import FieldInfo

from tasks.asset import Asset

OutputType = Literal["image", "video", "audio", "file", "text", "number", "boolean", "boxes", "template", "any"]


@dataclass(frozen=True)
class Takes:
    """Marks an operation's input as media: which kinds it takes. The value is an asset, or a path or URL to be one."""

    kinds: tuple[str, ...]


class OperationInput(BaseModel):
    """Base of every operation's inputs."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def as_long_as_the_first(given: OperationInput) -> float | None:
    """The length of the first file among the inputs that has one: most operations keep it."""
    for name in type(given).model_fields:
        value = getattr(given, name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Asset):
                return item.seconds
    return None


@dataclass(frozen=True)
class Operation:
    """A local operation of a pipeline.

    Attributes:
        inputs: the model of its ``input:`` fields.
        outputs: the name and type of everything it gives; of a list, the type of its items.
        run: does the work; called with the validated inputs, gives the outputs by name.
        lists: the outputs that are lists.
        seconds: how long what it gives will be, from the inputs; None where only a run can tell.
        count: how many items its lists will have, from the inputs; None where only a run can tell.
        version: part of the cache key; raised when the same inputs give another result.
        looks: whether it only looks at files and makes none: the plan does so as well.
    """

    name: str
    description: str
    inputs: type[OperationInput]
    outputs: dict[str, OutputType]
    run: Callable[[Any], Awaitable[dict[str, Any]]]
    lists: frozenset[str] = frozenset()
    seconds: Callable[[Any], float | None] = as_long_as_the_first
    count: Callable[[Any], int | None] = lambda given: None
    version: int = 1
    looks: bool = False

    def media_input(self, name: str) -> Takes | None:
        """Which media an input takes, or None when it is a plain value."""
        info = self.inputs.model_fields.get(name)
        return None if info is None else _takes(info)

    def takes_list(self, name: str) -> bool:
        """Whether an input is a list."""
        schema = TypeAdapter(self.inputs).json_schema()
        field = schema.get("properties", {}).get(name, {})
        options = field.get("anyOf", [field])
        return any(option.get("type") == "array" for option in options)


def _takes(info: FieldInfo) -> Takes | None:
    return next((item for item in info.metadata if isinstance(item, Takes)), None)


OPERATIONS: dict[str, Operation] = {}
"""Every operation by name; a module of operations registers its own."""


Run = Callable[[Any], Awaitable[dict[str, Any]]]


def operation(
    name: str,
    inputs: type[OperationInput],
    outputs: dict[str, OutputType],
    *,
    lists: Iterable[str] = (),
    seconds: Callable[[Any], float | None] = as_long_as_the_first,
    count: Callable[[Any], int | None] = lambda given: None,
    version: int = 1,
    looks: bool = False,
) -> Callable[[Run], Run]:
    """Register a function as an operation; its docstring's first line is the description. See `Operation`."""

    def register(run: Run) -> Run:
        description = (run.__doc__ or "").strip().split("\n")[0]
        OPERATIONS[name] = Operation(
            name, description, inputs, outputs, run, frozenset(lists), seconds, count, version, looks
        )
        return run

    return register
