"""What a check of a picture answers: yes with what it found, or no with the reason.

Which fields an answer has is the catalog's (`result` and `outputs` of each row); how a no is put is the table here.
Facts: models.yaml `result.on_fail` of each check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blocks import catalog

Box = list[int]

_NO: dict[str, dict[str, str]] = {
    "animate-anyone": {"reason": "reason"},
    "liveportrait": {"reason": "message"},
}
_NO_USUAL = {"code": "code", "reason": "message"}
"""By family: what code and reason are called when the answer is no."""
_SAYS_NOTHING = {"liveportrait": {"message": ""}}
"""What stands beside a yes."""
_WHOLE_BODY = 1.4
"""Height to width from which a picture is taken to show the whole person."""


def passed(request: catalog.Request, width: int, height: int) -> dict[str, Any]:
    """The output of a check that says yes.

    Args:
        request: The request.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
    """
    row = request.row
    names = [name for name in row.outputs if name in _FOUND]
    output: dict[str, Any] = {}
    if row.result.passed is not None:
        output[row.result.passed.removeprefix("output.")] = True
    if row.result.passed_by:
        names = [path.removeprefix("output.") for path in row.result.passed_by]
    ratio = str(getattr(request.parameters, "ratio", "1:1"))
    return {
        **output,
        **_SAYS_NOTHING.get(row.family, {}),
        **{name: _FOUND[name](width, height, ratio) for name in names},
    }


def refused(request: catalog.Request, code: str, reason: str) -> dict[str, Any]:
    """The output of a check that says no.

    Args:
        request: The request.
        code: Why, in short.
        reason: Why, in words.
    """
    row = request.row
    said = {"code": code, "reason": reason}
    output: dict[str, Any] = {}
    if row.result.passed is not None:
        output[row.result.passed.removeprefix("output.")] = False
    return output | {name: said[what] for what, name in _NO.get(row.family, _NO_USUAL).items()}


def moving_part(width: int, height: int, ratio: str) -> Box:
    """The largest box of a ratio that fits well into a picture: in the middle, a little above it."""
    across, _, down = ratio.partition(":")
    unit = min(width * 0.94 / int(across), height * 0.94 / int(down))
    box_width, box_height = int(unit) * int(across), int(unit) * int(down)
    left, top = (width - box_width) // 2, (height - box_height) // 3
    return [left, top, left + box_width, top + box_height]


def face(width: int, height: int, ratio: str) -> Box:
    """Where a face sits in the part that moves: two fifths of its width, in the upper half."""
    left, top, right, bottom = moving_part(width, height, ratio)
    side = (right - left) * 2 // 5
    middle, above = (left + right) // 2, top + (bottom - top) // 4
    return [middle - side // 2, above, middle - side // 2 + side, above + side]


def _body(width: int, height: int, ratio: str) -> str:
    return "full" if height >= width * _WHOLE_BODY else "half"


_FOUND: dict[str, Callable[[int, int, str], Any]] = {
    "humanoid": lambda width, height, ratio: True,
    "bodystyle": _body,
    "face_bbox": face,
    "ext_bbox": moving_part,
    "bbox_face": face,
    "ext_bbox_face": moving_part,
}
