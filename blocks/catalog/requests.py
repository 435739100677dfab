"""A request: a validated, typed ask of one model, exactly as it goes over the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from blocks.catalog.annotations import Media, context_flag
from blocks.catalog.fields import media_of

if TYPE_CHECKING:
    from blocks.catalog.model import Model

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class MediaField:
    """A media value somewhere in a request: where it sits, what it says, what the model demands of the file."""

    path: Path
    value: str
    spec: Media

    @property
    def name(self) -> str:
        """The path in dots: ``input.ref_images_url.0``."""
        return ".".join(str(step) for step in self.path)


@dataclass(frozen=True)
class Conflict:
    """Fields that do not go together.

    Attributes:
        field: the field to change, relative to the part that found it.
        message: what is wrong and what to do.
        refused: whether the service refuses it too; what it merely ignores is refused by us only.
    """

    field: str
    message: str
    refused: bool = False


class Looked(Protocol):
    """What was found in a file; None where a file has none."""

    @property
    def width(self) -> int | None:
        """Pixels as shown."""

    @property
    def height(self) -> int | None:
        """Pixels as shown."""

    @property
    def seconds(self) -> float | None:
        """Length."""

    @property
    def fps(self) -> float | None:
        """Pictures a second."""


class Part(BaseModel):
    """A piece of a request: strict types, no unknown fields, never changed once made; null means *not set*."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _only_what_is_set(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, Mapping):
            return {str(name): value for name, value in data.items() if value is not None}
        return data

    @field_validator("*", mode="wrap")
    @classmethod
    def _number_as_written(cls, value: Any, check: ValidatorFunctionWrapHandler) -> Any:
        checked = check(value)
        return value if isinstance(checked, float) and type(value) is int else checked

    def conflicts(self) -> Iterator[Conflict]:
        """What the fields of this part forbid each other."""
        yield from ()


class Input(Part):
    """The ``input`` of a request."""

    @model_validator(mode="before")
    @classmethod
    def _without_the_sdks_own(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, Mapping) and context_flag(info, "wire"):
            return {name: value for name, value in data.items() if name != "extend_prompt"}
        return data


class Parameters(Part):
    """The ``parameters`` of a request."""


class Request(Part):
    """A validated ask of one model.

    Attributes:
        model: the model's id.
        input: what to make it from.
        parameters: how to make it.
    """

    model: str
    input: Input
    parameters: Parameters = Field(default_factory=Parameters)

    @model_validator(mode="after")
    def _no_conflicts(self, info: ValidationInfo) -> Self:
        if context_flag(info, "draft"):
            return self
        found = list(self.conflicts())
        found += [_under("input", conflict) for conflict in self.input.conflicts()]
        found += [_under("parameters", conflict) for conflict in self.parameters.conflicts()]
        if context_flag(info, "wire"):
            found = [conflict for conflict in found if conflict.refused]
        if found:
            raise PydanticCustomError("conflicts", "has fields that do not go together", {"conflicts": tuple(found)})
        return self

    def conflicts_with(self, files: Mapping[str, Looked]) -> Iterator[Conflict]:
        """What its files forbid its fields, once they were looked at.

        Args:
            files: what was found, by dotted field, e.g. ``input.image_url``; files nobody looked at are not there.
        """
        yield from ()

    @property
    def row(self) -> Model:
        """The catalog's row of this model."""
        from blocks.catalog.rows import find

        return find(self.model)

    def body(self) -> dict[str, Any]:
        """Exactly what goes over the wire: numbers as they were written, 2 or 2.0; what was not set is absent.

        ``parameters`` that say nothing are absent too, as in the pages' own examples.
        """
        said = _listed(self.model_dump(exclude_unset=True))
        parts = {name: value for name, value in said.items() if name != "model" and (value or name != "parameters")}
        return {"model": self.model, **parts}

    def to_dict(self) -> dict[str, Any]:
        """The canonical form ``{"model", "input", "parameters"}``: only what was set, 2 and 2.0 alike."""
        said = self.model_dump(mode="json", exclude_unset=True)
        return {"model": self.model, "input": said["input"], "parameters": said.get("parameters", {})}

    def media(self) -> list[MediaField]:
        """Every media value that is set, in the order of the fields."""
        return list(_media(self, ()))

    def with_media(self, replaced: Mapping[Path, str]) -> Self:
        """The same request with some media values replaced.

        Args:
            replaced: new values by the ``path`` of ``media()``.

        Raises:
            KeyError: a path that holds no media value of this request.
        """
        known = {field.path for field in self.media()}
        said = self.model_dump(mode="python", exclude_unset=True)
        for path, value in replaced.items():
            if path not in known:
                raise KeyError(f"{path} is no media field of this request")
            said = _replaced(said, path, value)
        return type(self).model_validate({"model": self.model, **said})

    @property
    def seconds(self) -> float | None:
        """Seconds of output asked for, the default applied; None when only the service can tell."""
        duration = getattr(self.parameters, "duration", None)
        return None if duration is None else float(duration)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height asked for, the default applied; None when they follow the input."""
        width, _, height = str(getattr(self.parameters, "size", None) or "").partition("*")
        return (int(width), int(height)) if height else None

    @property
    def tier(self) -> str | None:
        """The resolution tier that is billed, e.g. ``720P``; None when the model has none."""
        resolution = getattr(self.parameters, "resolution", None)
        return None if resolution is None else str(resolution)

    @property
    def mode(self) -> str | None:
        """The service mode that is billed, e.g. ``wan-std``; None when the model has none."""
        mode = getattr(self.parameters, "mode", None)
        return None if mode is None else str(mode)

    @property
    def ratio(self) -> str | None:
        """Width to height of the output where that decides the price, e.g. ``3:4``; None where it does not."""
        return None

    @property
    def pictures(self) -> int:
        """How many pictures are billed, the default applied."""
        return int(getattr(self.parameters, "n", None) or 1)

    def seconds_from(self, lengths: Mapping[str, float]) -> float | None:
        """Seconds of output once its files are known; None when only the service can tell.

        Args:
            lengths: seconds of its films and sounds by dotted field, e.g. ``input.audio_url``.
        """
        follows, most = self.row.billing.output_follows, self.row.billing.max_seconds
        if self.seconds is not None or follows is None:
            return self.seconds
        length = lengths.get(follows)
        return length if length is None or most is None else min(length, most)

    def input_seconds_from(self, lengths: Mapping[str, float]) -> Decimal | None:
        """Seconds of input that are billed beside the output; None when the length of one is not known.

        Args:
            lengths: seconds of its films and sounds by dotted field, e.g. ``input.reference_urls.0``.
        """
        return Decimal(0)

    @property
    def sound(self) -> bool | None:
        """Whether the result will have sound; None when the catalog does not know."""
        sound = self.row.sound
        return bool(getattr(self.parameters, "audio", True)) if sound == "optional" else sound


def _listed(node: Any) -> Any:
    """The value with its tuples as lists, as JSON has them."""
    if isinstance(node, Mapping):
        return {name: _listed(child) for name, child in node.items()}
    return [_listed(child) for child in node] if isinstance(node, list | tuple) else node


def _under(part: str, conflict: Conflict) -> Conflict:
    return Conflict(f"{part}.{conflict.field}", conflict.message, conflict.refused)


def _media(part: BaseModel, path: Path) -> Iterator[MediaField]:
    for name, info in type(part).model_fields.items():
        if name not in part.model_fields_set:
            continue
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from _media(value, (*path, name))
            continue
        spec = media_of(info)
        if spec is None or not value:
            continue
        if isinstance(value, str):
            yield MediaField((*path, name), value, spec)
        else:
            yield from (MediaField((*path, name, at), item, spec) for at, item in enumerate(value))


def _replaced(node: Any, path: Path, value: str) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(node, Mapping):
        return {name: _replaced(child, rest, value) if name == step else child for name, child in node.items()}
    return [_replaced(child, rest, value) if at == step else child for at, child in enumerate(node)]
