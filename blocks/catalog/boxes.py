"""Boxes in a picture, as a check gives them and a generation takes them: x1, y1, x2, y2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Len
from pydantic import (
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    Strict,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

TOLERANCE = 0.05
"""How far from its ratio a box may be: the pages say *about* 1:1, and call 512 to 704 pixels 3:4."""

_CORNERS = "[x1, y1, x2, y2] in pixels from the top left"


def _checked(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    check(value)
    return value


def _as_written(value: Any) -> Any:
    return value


# Pydantic would write 210 as 210.0.
Coordinate = Annotated[float, Field(allow_inf_nan=False), WrapValidator(_checked), PlainSerializer(_as_written)]
Corners = Annotated[tuple[Coordinate, ...], Strict(False), Len(4, 4)]
WholeCorners = Annotated[tuple[int, ...], Strict(False), Len(4, 4)]


@dataclass(frozen=True)
class Box:
    """A box within a picture, its corners in order, top left before bottom right.

    Attributes:
        ratios: width to height it may have, e.g. ``3:4``; empty: any.
    """

    ratios: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, box: Sequence[float]) -> Sequence[float]:
        x1, y1, x2, y2 = box
        if x1 < 0 or y1 < 0 or x2 <= x1 or y2 <= y1:
            raise PydanticCustomError("box_corners", "is no box; give {corners}", {"corners": _CORNERS})
        if self.ratios and ratio_of(box, self.ratios) is None:
            raise PydanticCustomError(
                "box_ratio",
                "is {width} wide and {height} high; width to height must be {ratios}",
                {"width": f"{x2 - x1:g}", "height": f"{y2 - y1:g}", "ratios": " or ".join(self.ratios)},
            )
        return box


def ratio_of(box: Sequence[float], ratios: Sequence[str]) -> str | None:
    """Which of the ratios a box has; None: none of them."""
    x1, y1, x2, y2 = box
    for ratio in ratios:
        width, _, height = ratio.partition(":")
        if abs((x2 - x1) / (y2 - y1) / (int(width) / int(height)) - 1) <= TOLERANCE:
            return ratio
    return None


FACE = f"The face: what the check gave, {_CORNERS}."
MOVING = f"The part that moves: what the check gave, {_CORNERS}"
