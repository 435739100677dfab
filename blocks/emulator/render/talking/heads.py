"""Where the face is in a picture that is to speak: its mouth, its eyes, its chin.

There is no face detection here. In this order: an outline as we draw profiles; the box the request names; the
upper patch of skin colour; and last a place where portraits have their face.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blocks.emulator.render.drawing.layers import Canvas, Plane
from blocks.emulator.render.talking.outlines import Outline, find_profile

Box = tuple[float, float, float, float]
_SMALL = 96
"""Long side in pixels at which skin is looked for."""
_SKIN = ((84, 123), (139, 172))
"""Blue and red difference of skin of any lightness (BT.709, limited range)."""


@dataclass(frozen=True)
class Head:
    """A face, in pixels of its picture.

    Attributes:
        mouth: Middle of the line between the lips; of a profile, the corner of the mouth.
        reach: From there to the end of the line.
        width: Of the face.
        height: From the brows to the chin.
        chin: How far down it reaches.
        eyes: Where they are.
        side: 1 if it looks to the right, -1 to the left, 0 at us.
    """

    mouth: tuple[float, float]
    reach: float
    width: float
    height: float
    chin: float
    eyes: tuple[tuple[float, float], ...]
    side: int = 0

    @property
    def middle(self) -> tuple[float, float]:
        """Of the whole head."""
        return self.mouth[0] - self.side * 0.35 * self.width, self.chin - 0.7 * self.height


def estimate(width: int, height: int) -> Box:
    """The box of the face in a portrait of this size: in the middle, two fifths of the short side, the top a quarter
    down; a square from the brows to the chin, as the checks of the service give them."""
    side = 0.4 * min(width, height)
    top = (height - min(width, height)) / 3 + 0.25 * min(width, height)
    return (width - side) / 2, top, (width + side) / 2, top + side


def find_head(canvas: Canvas, box: Box | None = None) -> Head | None:
    """The face of a picture.

    Args:
        canvas: The picture.
        box: Where the request says that it is, brows to chin.

    Returns:
        The face; None where neither outline, box nor skin tells of one.
    """
    if (outline := find_profile(canvas.luma)) is not None:
        return _of_profile(outline)
    if box is not None:
        return of_box(canvas, box)
    box = _skin(canvas)
    return of_box(canvas, box) if box is not None and _has_eyes(canvas, box) and _lips(canvas, box) else None


def of_box(canvas: Canvas, box: Box) -> Head:
    """A face that looks at us, from its box, which is moved up or down to where the lips show by their red."""
    left, top, right, bottom = box
    width, height, middle = right - left, bottom - top, (left + right) / 2
    mouth = top + 0.77 * height
    line = _lips(canvas, box)
    off = 0.0 if line is None else line - mouth
    eyes = tuple((middle + side * 0.22 * width, top + 0.36 * height + off) for side in (-1, 1))
    return Head((middle, mouth + off), 0.19 * width, width, height, bottom + off, eyes)


def _of_profile(outline: Outline) -> Head:
    """From the drawing in profiles.py and the eye in faces.py."""
    x, y, tall, side = outline.x, outline.y, outline.tall, outline.side
    corner = x + side * 0.26 * tall, y + 0.779 * tall
    eye = x + side * 0.29 * tall, y + 0.47 * tall
    return Head(corner, 0.104 * tall, 0.6 * tall, 0.5 * tall, y + tall, (eye,), side)


def _lips(canvas: Canvas, face: Box) -> float | None:
    """The height of the lips: the middle of the rows in the lower part of a face that are clearly redder."""
    red = _part(canvas.red, face, 2, (0.35, 0.65, 0.65, 1.02))
    if red.shape[0] < 4 or red.shape[1] < 2:
        return None
    rows = red.mean(axis=1) - float(np.median(red))
    reddest = float(rows.max())
    there = np.flatnonzero(rows > reddest / 2)
    top = max(0, round((face[1] + 0.65 * (face[3] - face[1])) / 2))
    return None if reddest < 4 else (top + float(there.mean()) + 0.5) * 2


def _has_eyes(canvas: Canvas, face: Box) -> bool:
    """Whether it is darker on both sides of a face, where eyes are, than between them; and all of it is in view."""
    if face[0] < 0 or face[1] < 0 or face[2] > canvas.size[0] or face[3] > canvas.size[1]:
        return False
    left, between, right = (
        _part(canvas.luma, face, 1, (begin, 0.05, end, 0.55)) for begin, end in ((0.1, 0.42), (0.42, 0.58), (0.58, 0.9))
    )
    if not between.size:
        return False
    bright = float(np.median(between))
    return all(
        float(np.percentile(side, 4)) < 0.75 * bright and float(np.median(side)) > 0.75 * bright
        for side in (left, right)
    )


def _part(plane: Image.Image, face: Box, scale: int, shares: Box) -> Plane:
    """A part of a face, given in shares of its box."""
    width, height = face[2] - face[0], face[3] - face[1]
    left, right = (round((face[0] + share * width) / scale) for share in (shares[0], shares[2]))
    top, bottom = (round((face[1] + share * height) / scale) for share in (shares[1], shares[3]))
    return np.asarray(plane)[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]


def _skin(canvas: Canvas) -> Box | None:
    """The face in the largest patch of skin colour, measured by its width before it narrows to the neck."""
    scale = _SMALL / max(canvas.size)
    size = max(8, round(canvas.size[0] * scale)), max(8, round(canvas.size[1] * scale))
    luma, blue, red = (
        np.asarray(plane.resize(size, Image.Resampling.BOX)) for plane in (canvas.luma, canvas.blue, canvas.red)
    )
    (low, high), (least, most) = _SKIN
    patch = _largest((luma > 45) & (blue >= low) & (blue <= high) & (red >= least) & (red <= most))
    widths = patch.sum(axis=1)
    rows = np.flatnonzero(widths > 0.25 * widths.max())
    if patch.sum() < 0.01 * patch.size or patch.sum() > 0.6 * patch.size:
        return None
    top, wide = int(rows[0]), 0
    for row in range(top, len(widths)):
        wide = max(wide, int(widths[row]))
        if widths[row] < 0.8 * wide and row - top > 0.6 * wide:
            break
    # Of an oval face a fifth of the width is gone a quarter of it above the chin; hair may hide the forehead.
    chin = min(top + 1.33 * wide, row + 0.27 * wide)
    columns = np.flatnonzero(patch[top : top + wide].any(axis=0))
    middle = float(np.average(columns, weights=patch[top : top + wide, columns].sum(axis=0))) + 0.5
    box = middle - wide / 2, chin - 1.05 * wide, middle + wide / 2, chin
    return box[0] / scale, box[1] / scale, box[2] / scale, box[3] / scale


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest patch of a mask that hangs together."""
    left = mask.copy()
    best = np.zeros_like(mask)
    while left.sum() > best.sum():
        patch = np.zeros_like(mask)
        patch.flat[int(left.argmax())] = True
        size = 0
        while (count := int(patch.sum())) > size:
            size = count
            for axis in (0, 1):
                patch = _spread(patch, left, axis)
        best = patch if size > best.sum() else best
        left &= ~patch
    return best


def _spread(patch: NDArray[np.bool_], within: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """A patch grown by one pixel along an axis, both ways."""
    lines = patch.T if axis else patch
    grown = lines.copy()
    grown[1:] |= lines[:-1]
    grown[:-1] |= lines[1:]
    return (grown.T if axis else grown) & within


def inside(head: Head, size: Sequence[int]) -> bool:
    """Whether the mouth lies within a picture."""
    return 0 < head.mouth[0] < size[0] and 0 < head.mouth[1] < size[1]
