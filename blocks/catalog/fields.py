"""What a request class says about its fields, read back from its annotations: the one source of every limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Len, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from blocks.catalog.annotations import Media, Text
from blocks.catalog.sizes import Size


@dataclass(frozen=True)
class Field:
    """One field of a request.

    Attributes:
        path: dotted, as on the wire: ``parameters.size``.
        type: ``text``, ``integer``, ``number``, ``boolean``, ``list``, ``object``, or the kinds of a media file.
        required: whether a request without it is refused.
        default: what the service uses when it is not set; None: nothing or not documented.
        choices: the only values taken, empty when it is not a choice.
        minimum: smallest number, or fewest items of a list.
        maximum: largest number, or most items of a list.
        max_chars: longest text.
        max_words: longest text without Chinese characters, where that is counted in words.
        may_be_empty: whether an empty text is taken too.
        size: limits of a size that may be chosen freely.
        media: demands on the file it points to.
        many: whether it holds a list of such values.
        description: what it does, in our words.
        example: a value that makes sense, where the type suggests none or an optional field is needed after all.
    """

    path: str
    type: str = "object"
    required: bool = False
    default: Any = None
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_chars: int | None = None
    max_words: int | None = None
    may_be_empty: bool = False
    size: Size | None = None
    media: Media | None = None
    many: bool = False
    description: str = ""
    example: Any = None

    @property
    def allowed(self) -> Any:
        """What it takes as plain data: a list of choices, ``{"min", "max"}``, or None."""
        if self.choices:
            return list(self.choices)
        if self.size is not None:
            return self.size.allowed
        if self.minimum is None and self.maximum is None:
            return None
        return {"min": self.minimum, "max": self.maximum}

    def describe(self) -> dict[str, Any]:
        """The field as JSON data; what is not documented is left out."""
        said = {
            "name": self.path,
            "type": self.type,
            "required": self.required,
            "default": self.default,
            "list": self.many or None,
            "choices": list(self.choices) or None,
            "min": self.minimum,
            "max": self.maximum,
            "max_chars": self.max_chars,
            "max_words": self.max_words,
            "size": self.size.describe() if self.size else None,
            "media": self.media.describe() if self.media else None,
            "description": self.description or None,
            "example": self.example,
        }
        return {name: value for name, value in said.items() if value is not None}


@cache
def fields_of(request: type[BaseModel]) -> dict[str, Field]:
    """Every field of a request class by its dotted path, input before parameters."""
    return {field.path: field for field in _walk(request, "")}


def media_of(info: FieldInfo) -> Media | None:
    """The media demands in a field's annotation, also inside a list or an optional."""
    found = [item for item in _metadata(info) if isinstance(item, Media)]
    return found[0] if found else None


def _walk(part: type[BaseModel], prefix: str) -> Iterator[Field]:
    for name, info in part.model_fields.items():
        inner = _bare(info.annotation)
        if not prefix and isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _walk(inner, f"{prefix}{name}.")
        elif prefix:
            yield _field(f"{prefix}{name}", info)
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _walk(inner, f"{prefix}{name}.")


def _field(path: str, info: FieldInfo) -> Field:
    default = None if info.is_required() else info.get_default()
    shown = None if isinstance(default, tuple | BaseModel) else default
    field = replace(Field(path, required=info.is_required(), default=shown), **_kind(info.annotation))
    for item in _metadata(info):
        match item:
            case Media():
                field = replace(field, media=item, type=" or ".join(item.kinds))
            case Text():
                field = replace(field, max_chars=item.max_chars, max_words=item.max_words)
                field = replace(field, may_be_empty=item.may_be_empty)
            case Size():
                field = replace(field, size=item)
            case Ge(int() | float() as bound) | Gt(int() | float() as bound) | MinLen(bound):
                field = replace(field, minimum=bound)
            case Le(int() | float() as bound) | Lt(int() | float() as bound) | MaxLen(bound):
                field = replace(field, maximum=bound)
            case Len(fewest, most):
                field = replace(field, minimum=fewest, maximum=most)
            case FieldInfo():
                field = _told(field, item)
    return _told(field, info)


def _told(field: Field, info: FieldInfo) -> Field:
    """The field with what people are told of it."""
    example = info.examples[0] if info.examples else field.example
    return replace(field, description=info.description or field.description, example=example)


def _kind(annotation: Any) -> dict[str, Any]:
    inner = _bare(annotation)
    origin = get_origin(inner)
    if origin is Literal:
        choices = get_args(inner)
        return {**_kind(type(choices[0])), "choices": choices}
    if origin in (tuple, list):
        if get_origin(_bare(get_args(inner)[0])) in (tuple, list):
            return {"type": "list", "many": True}
        return {**_kind(get_args(inner)[0]), "many": True}
    names = {str: "text", bool: "boolean", int: "integer", float: "number"}
    return {"type": names.get(inner, "object")}


def _bare(annotation: Any) -> Any:
    """The type itself: without ``Annotated`` and without ``| None``."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not NoneType]
        return _bare(members[0]) if len(members) == 1 else annotation
    return annotation


def _metadata(info: FieldInfo) -> Iterator[Any]:
    yield from info.metadata
    yield from _nested(info.annotation)


def _nested(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        for item in metadata:
            yield item
            if isinstance(item, FieldInfo):
                yield from item.metadata
        yield from _nested(inner)
    elif get_origin(annotation) is not Literal:
        for member in get_args(annotation):
            yield from _nested(member)
