"""What a local operation is: typed inputs, typed outputs, and the function that does the work. The list of them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.fields import FieldInfo

OutputType = Literal["image", "video", "audio", "text", "number", "boolean", "boxes", "template", "any"]


@dataclass(frozen=True)
class Takes:
    """Marks an operation's input as media: which kinds it takes. The value is an asset, or a path or URL to be one."""

    kinds: tuple[str, ...]


class OperationInput(BaseModel):
    """Base of every operation's inputs."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


@dataclass(frozen=True)
class Operation:
    """A local operation of a pipeline.

    Attributes:
        inputs: the model of its ``input:`` fields.
        outputs: the name and type of everything it gives; ``many`` outputs are not known here.
        run: does the work; called with the validated inputs, gives the outputs by name.
        version: part of the cache key; raised when the same inputs give another result.
    """

    name: str
    description: str
    inputs: type[OperationInput]
    outputs: dict[str, OutputType]
    run: Callable[[Any], Awaitable[dict[str, Any]]]
    version: int = 1

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


def operation(
    name: str, inputs: type[OperationInput], outputs: dict[str, OutputType], *, version: int = 1
) -> Callable[[Callable[[Any], Awaitable[dict[str, Any]]]], Callable[[Any], Awaitable[dict[str, Any]]]]:
    """Register a function as an operation; its docstring's first line is the description."""

    def register(run: Callable[[Any], Awaitable[dict[str, Any]]]) -> Callable[[Any], Awaitable[dict[str, Any]]]:
        description = (run.__doc__ or "").strip().split("\n")[0]
        OPERATIONS[name] = Operation(name, description, inputs, outputs, run, version)
        return run

    return register
