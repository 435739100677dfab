"""What a field's type says beyond its type: the length of a text, the demands on a media file, whole numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MediaKind = Literal["image", "video", "audio"]
Scheme = Literal["http", "oss", "data"]

MEGABYTE = 1024 * 1024
_SHOWN = 24
_SAME_FORMAT = {"jpg": "jpeg", "tif": "tiff", "mpg": "mpeg", "heif": "heic"}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Text:
    """A text with the length the service reads; it cuts the rest silently and bills all the same.

    Attributes:
        max_chars: characters read; one Chinese character or one letter counts as one. None: no documented limit.
        may_be_empty: whether an empty text makes sense on the wire.
        max_words: words read of a text without Chinese characters, where the pages count those otherwise.
    """

    max_chars: int | None = None
    may_be_empty: bool = False
    max_words: int | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        longest = self.max_chars if self.max_words is None else None
        limits = {"minLength": None if self.may_be_empty else 1, "maxLength": longest}
        return {**handler(schema), **{name: limit for name, limit in limits.items() if limit is not None}}

    def _check(self, value: str, info: ValidationInfo) -> str:
        if not self.may_be_empty and not value.strip():
            raise PydanticCustomError("empty_text", "is empty; say what should be made")
        kept, limit, length, unit = self._kept(value)
        if kept is None:
            return value
        if context_flag(info, "truncate"):
            return value[:kept]
        raise PydanticCustomError(
            "text_too_long",
            "has {length} {unit}; the model reads {limit}. It would be cut after '…{kept}', before '{lost}…'. "
            "Shorten it, or say `truncate: true`",
            {
                "limit": limit,
                "length": length,
                "unit": unit,
                "kept": value[max(0, kept - _SHOWN) : kept],
                "lost": value[kept : kept + _SHOWN],
            },
        )

    def _kept(self, value: str) -> tuple[int | None, int | None, int, str]:
        """Where a text is cut, None when it is not; then the limit, its length, and what both count."""
        if self.max_words is None or _CHINESE.search(value):
            over = self.max_chars is not None and len(value) > self.max_chars
            return self.max_chars if over else None, self.max_chars, len(value), "characters"
        ends = [word.end() for word in _WORD.finditer(value)]
        over = len(ends) > self.max_words
        return ends[self.max_words - 1] if over else None, self.max_words, len(ends), "words"


def length_of(text: str) -> int:
    """How long a text is where the pages count characters of Chinese and words of other languages."""
    return len(text) if _CHINESE.search(text) else len(_WORD.findall(text))


@dataclass(frozen=True)
class Media:
    """A field that points to a media file, and what the model demands of that file.

    Attributes:
        kind: what the file is.
        formats: documented file formats, lower case; empty when the pages name none.
        accepts: how the file may reach the provider: ``http`` (also https), ``oss`` (temporary upload), ``data`` (URI).
        min_side: shortest allowed side, pixels.
        max_side: longest allowed side, pixels.
        max_bytes: largest file.
        min_seconds: shortest film or sound.
        max_seconds: longest film or sound.
        max_pixels: most width times height.
        max_ratio: longest side over shortest side.
        open_ratio: whether ``max_ratio`` itself is too long.
        open_ends: whether ``min_seconds`` and ``max_seconds`` themselves are too short and too long.
        min_fps: lowest frame rate of a film.
        max_fps: highest frame rate of a film.
        codecs: how a film may be encoded, FFmpeg's names; empty when the pages name none.
        alpha: whether a picture may have transparent parts.
        needs_alpha: whether it must have them.
        same_size_as: the field beside it whose picture or film has the same size in pixels.
        ascii_only: the address must not hold unencoded non-ASCII characters.
        may_be_empty: whether an empty text makes sense on the wire; it stands for no file.
        also: what else the file may be, with the demands on that.
        most: how many files of one list may be of this kind.
    """

    kind: MediaKind
    formats: tuple[str, ...] = ()
    accepts: frozenset[Scheme] = frozenset({"http"})
    min_side: int | None = None
    max_side: int | None = None
    max_pixels: int | None = None
    max_bytes: int | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None
    max_ratio: float | None = None
    open_ratio: bool = False
    open_ends: bool = False
    min_fps: float | None = None
    max_fps: float | None = None
    codecs: tuple[str, ...] = ()
    alpha: bool = True
    needs_alpha: bool = False
    same_size_as: str | None = None
    ascii_only: bool = False
    may_be_empty: bool = False
    also: Media | None = None
    most: int | None = None

    @property
    def kinds(self) -> tuple[MediaKind, ...]:
        """Every kind of file it may be."""
        return (self.kind, *self.also.kinds) if self.also else (self.kind,)

    @property
    def largest(self) -> int | None:
        """The most bytes a file of any of these kinds may have; None: no documented limit."""
        if self.also is None or self.max_bytes is None:
            return self.max_bytes
        return None if self.also.largest is None else max(self.max_bytes, self.also.largest)

    def of(self, kind: str) -> Media:
        """The demands on a file of this kind; those of the first kind when it may be no such file."""
        if self.also is None or kind == self.kind or kind not in self.kinds:
            return self
        return self.also.of(kind)

    def takes(self, name: str) -> bool:
        """Whether a file of this format, by its short name, is of those the pages name; any is where they name none."""
        return not self.formats or _format(name) in map(_format, self.formats)

    def shaped(self, ratio: float, slack: float) -> bool:
        """Whether the longer side may be so many times the shorter one; where the limit itself counts, ``slack`` of it
        is forgiven."""
        if self.max_ratio is None:
            return True
        return ratio < self.max_ratio if self.open_ratio else ratio <= self.max_ratio + slack

    def lasts(self, seconds: float, slack: float) -> bool:
        """Whether a film or a sound may be as long; where the ends count themselves, ``slack`` seconds are forgiven."""
        low, high = self.min_seconds, self.max_seconds
        if self.open_ends:
            return (low is None or seconds > low) and (high is None or seconds < high)
        return (low is None or seconds >= low - slack) and (high is None or seconds <= high + slack)

    def runs(self, fps: float, slack: float) -> bool:
        """Whether a film may have this frame rate, ``slack`` frames forgiven."""
        return (self.min_fps is None or fps >= self.min_fps - slack) and (
            self.max_fps is None or fps <= self.max_fps + slack
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str, info: ValidationInfo) -> str:
        if not value and self.may_be_empty:
            return value
        if not value.strip():
            raise PydanticCustomError("empty_media", "is empty; give the address or path of the {kind}", self._said())
        if context_flag(info, "wire"):
            scheme = scheme_of(value)
            if scheme not in self.accepts:
                raise PydanticCustomError("media_scheme", "is not an address the model reads ({accepts})", self._said())
            if scheme == "http" and not urlsplit(value).netloc:
                raise PydanticCustomError("media_scheme", "is an address without a host", self._said())
            if self.ascii_only and not value.isascii():
                raise PydanticCustomError("media_encoding", "holds unencoded non-ASCII characters", self._said())
        return value

    def _said(self) -> dict[str, Any]:
        return {"kind": " or ".join(self.kinds), "accepts": ", ".join(sorted(self.accepts))}

    def describe(self) -> dict[str, Any]:
        """The demands as plain JSON data; what is not documented is left out."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        said["accepts"] = sorted(self.accepts)
        said["formats"], said["codecs"] = list(self.formats), list(self.codecs)
        for flag in ("open_ratio", "open_ends", "may_be_empty", "needs_alpha"):
            said[flag] = said[flag] or None
        said["also"] = self.also.describe() if self.also else None
        return {name: value for name, value in said.items() if value is not None and value != []}


def _format(name: str) -> str:
    return _SAME_FORMAT.get(name.lower(), name.lower())


def scheme_of(value: str) -> Scheme | None:
    """How an address reaches the provider; None for a path or a storage URL, which must be staged first."""
    head = value[:8].lower()
    if head.startswith(("http://", "https://")):
        return "http"
    if head.startswith("oss://"):
        return "oss"
    if head.startswith("data:"):
        return "data"
    return None


def context_flag(info: ValidationInfo, name: str) -> bool:
    """A switch of the validation under way (``truncate``, ``wire``)."""
    return isinstance(info.context, Mapping) and bool(info.context.get(name))


def _whole(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("int_type", "is not a whole number")


Whole = BeforeValidator(_whole)
"""Stands beside a ``Literal`` of integers, which alone would take ``True`` for 1 and ``5.0`` for 5."""
