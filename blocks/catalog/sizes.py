"""Sizes of a picture that may be chosen freely within limits: ``width*height`` in pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_FORM = re.compile(r"([1-9]\d{0,5})\*([1-9]\d{0,5})", re.ASCII)


@dataclass(frozen=True)
class Size:
    """Limits of a size.

    Attributes:
        min_side: shortest allowed side, pixels.
        max_side: longest allowed side, pixels.
        min_pixels: least width times height, written as a square's size: ``768*768``.
        max_pixels: most width times height, written likewise.
        max_ratio: longer side over shorter side.
        advised: sizes that the pages advise.
    """

    min_side: int | None = None
    max_side: int | None = None
    min_pixels: str | None = None
    max_pixels: str | None = None
    max_ratio: float | None = None
    advised: tuple[str, ...] = ()

    @property
    def allowed(self) -> dict[str, Any]:
        """The limits as plain data: ``min`` and ``max`` as sizes, whatever they limit."""
        if self.min_side is not None:
            return {"min": f"{self.min_side}*{self.min_side}", "max": f"{self.max_side}*{self.max_side}"}
        return {"min": self.min_pixels, "max": self.max_pixels, "max_ratio": self.max_ratio}

    def describe(self) -> dict[str, Any]:
        """The limits as JSON data; what is not documented is left out."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if name == "advised" else value for name, value in said.items() if value}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str, info: ValidationInfo) -> str:
        form = _FORM.fullmatch(value)
        if form is None:
            raise _wrong("is not a size; write width*height in pixels, such as 1024*768")
        low, high = sorted((int(form[1]), int(form[2])))
        if (self.min_side and low < self.min_side) or (self.max_side and high > self.max_side):
            raise _wrong("has a side that is too short or too long")
        if self.min_pixels and low * high < _pixels(self.min_pixels):
            raise _wrong("has too few pixels in all")
        if self.max_pixels and low * high > _pixels(self.max_pixels):
            raise _wrong("has too many pixels in all")
        if self.max_ratio and high > low * self.max_ratio:
            raise _wrong(f"is longer than {self.max_ratio:g} to 1")
        return value


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("size", "{said}", {"said": message})


def _pixels(size: str) -> int:
    width, _, height = size.partition("*")
    return int(width) * int(height)
