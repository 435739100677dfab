"""A face that speaks: the jaw drops and the mouth opens, the eyes blink, the head moves a little."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image

from blocks.emulator.render.drawing.layers import Canvas, Plane, to_planes
from blocks.emulator.render.drawing.palettes import Colour
from blocks.emulator.render.drawing.stage import Floats
from blocks.emulator.render.talking.heads import Head

_WIDE = 0.145
"""How far a mouth opens at most, in heights of the face."""
_THROAT: Colour = (46, 14, 18)
_TONGUE: Colour = (150, 66, 66)
_TEETH: Colour = (226, 220, 208)
_CELLS = 9
"""Knots between a head's middle and where nothing moves; the head's movement is reckoned at them."""


@dataclass(frozen=True)
class Pose:
    """What a face does at a moment.

    Attributes:
        mouth: 0 shut, 1 wide open.
        lids: 0 open, 1 shut.
        across: Widths of the face that the head is off to the right.
        down: The same, downwards.
        tilt: Radians that the head leans to the right.
    """

    mouth: float = 0.0
    lids: float = 0.0
    across: float = 0.0
    down: float = 0.0
    tilt: float = 0.0


def speak(canvas: Canvas, head: Head, pose: Pose) -> Canvas:
    """A new picture, the face in another pose.

    Args:
        canvas: The picture, the mouth shut.
        head: Where its face is.
        pose: What the face does.
    """
    made = canvas.copy()
    if pose.mouth > 0:
        _open(made, head, pose.mouth * _WIDE * head.height)
    if pose.lids > 0:
        for eye in head.eyes:
            _blink(made, head, eye, pose.lids)
    if pose.across or pose.down or pose.tilt:
        _sway(made, head, pose)
    return made


class _Part:
    """A rectangle of a plane, and where its pixels are in the whole picture."""

    def __init__(self, plane: Image.Image, scale: int, box: tuple[float, float, float, float]) -> None:
        width, height = plane.size
        self.left, self.top = max(0, int(box[0] / scale)), max(0, int(box[1] / scale))
        right, bottom = min(width, int(box[2] / scale) + 1), min(height, int(box[3] / scale) + 1)
        self.empty = right - self.left < 2 or bottom - self.top < 2
        self._plane, self._scale = plane, scale
        self.rows: Plane = np.asarray(plane.crop((self.left, self.top, right, bottom))) if not self.empty else None  # type: ignore[assignment]
        self.x = (np.arange(self.left, right, dtype=np.float32)[None, :] + 0.5) * scale
        self.y = (np.arange(self.top, bottom, dtype=np.float32)[:, None] + 0.5) * scale

    def moved(self, down: Floats) -> Floats:
        """The pixels, each taken from so far above (in picture pixels)."""
        at = (np.arange(self.rows.shape[0], dtype=np.float32)[:, None] - down / self._scale).clip(
            0, self.rows.shape[0] - 1
        )
        first = np.minimum(at.astype(np.intp), self.rows.shape[0] - 2)
        share = at - first
        upper = np.take_along_axis(self.rows, first, axis=0)
        lower = np.take_along_axis(self.rows, first + 1, axis=0)
        made: Floats = upper + (lower.astype(np.float32) - upper) * share
        return made

    def put(self, rows: Floats) -> None:
        """Replace the pixels."""
        self._plane.paste(Image.fromarray((rows + 0.5).clip(0, 255).astype(np.uint8)), (self.left, self.top))


def _open(canvas: Canvas, head: Head, gap: float) -> None:
    """Move the lips apart by ``gap`` pixels, the jaw with the lower one, and paint the inside of the mouth."""
    (x, y), width, height = head.mouth, head.width, head.height
    front = 1.2 if head.side == 0 else 2.4
    reach = max(0.85 * width, front * head.reach)
    box = x - reach, y - 0.2 * height, x + reach, head.chin + 0.6 * height
    light = float(np.asarray(canvas.luma.crop(_whole(x - head.reach, y - head.reach, x + head.reach, y))).mean())
    colours = [_dimmed(colour, light) for colour in (_THROAT, _TONGUE, _TEETH)]
    for number, (plane, scale) in enumerate(((canvas.luma, 1), (canvas.blue, 2), (canvas.red, 2))):
        part = _Part(plane, scale, box)
        if part.empty:
            continue
        off, below = (part.x - x) / head.reach, part.y - y
        shape, jaw = _parted(head, off)
        follows = _smooth(below / (0.3 * height))
        ends = 1 - _smooth((below - (head.chin - y)) / (0.5 * height))
        dropped = 0.75 * gap * (shape * (1 - follows) + jaw * follows) * ends
        raised = 0.25 * gap * shape * (1 - _smooth(-below / (0.2 * height)))
        # What lies within the gap comes from the line between the lips; it is painted over.
        rows = part.moved(np.where(below > 0, np.minimum(dropped, below), np.maximum(-raised, below)))
        half = 0.5 * gap * shape
        deep = half - np.abs(below - 0.25 * gap * shape)
        soft = max(1.0, 0.012 * width)
        alpha = (deep / soft + 0.5).clip(0, 1) * (2 * half / soft - 0.5).clip(0, 1)
        if head.side:
            alpha *= ((1 - head.side * off) * head.reach / soft + 0.5).clip(0, 1)
        throat, tongue, teeth = (colour[number] for colour in colours)
        share = (below + 0.25 * gap * shape) / np.maximum(1.0, gap * shape)
        inner = throat + (tongue - throat) * _smooth((share - 0.55) / 0.3) * (1 - off**2).clip(0, 1)
        if head.side == 0:
            shown = ((0.26 - share) / 0.1).clip(0, 1) * ((0.8 - np.abs(off)) / 0.2).clip(0, 1)
            inner = inner + (teeth - inner) * shown * (0.85 * min(1.0, max(0.0, gap / height - 0.04) / 0.05))
        part.put(rows + (inner - rows) * alpha)


def _parted(head: Head, off: Floats) -> tuple[Floats, Floats]:
    """How far the lips part, and the jaw drops, along the line of the mouth; ``off`` is 1 at its end."""
    if head.side == 0:
        across = off * head.reach / (0.6 * head.width)
        lips: Floats = np.sqrt((1 - off**2).clip(0, None))
        jaw: Floats = 0.85 * np.exp(-(across**4))
        return lips, jaw
    off = head.side * off
    beyond = 1 - _smooth((off - 1.2) / 1.1)
    lips = np.power(off.clip(0, 1), np.float32(0.8)) * beyond
    return lips, ((off + 2.2) / 3.2).clip(0, 1) * beyond


def _blink(canvas: Canvas, head: Head, eye: tuple[float, float], shut: float) -> None:
    """Draw the skin above an eye down over it."""
    across, up = 0.15 * head.width, 0.17 * head.height
    for plane, scale in ((canvas.luma, 1), (canvas.blue, 2), (canvas.red, 2)):
        part = _Part(plane, scale, (eye[0] - across, eye[1] - up, eye[0] + across, eye[1] + up))
        if not part.empty:
            u, v = ((part.x - eye[0]) / across).clip(-1, 1), ((part.y - eye[1]) / up).clip(-1, 1)
            part.put(part.moved(shut * 0.62 * up * (1 - u**4) ** 2 * (1 - v**2) ** 2))


def _sway(canvas: Canvas, head: Head, pose: Pose) -> None:
    """Move the head as a whole; what is far from it and the edges of the picture stay where they are."""
    (x, y), far = head.middle, 1.7 * max(head.width, head.height)
    width, height = canvas.size
    box = [max(0, x - far), max(0, y - far), min(width, x + far), min(height, head.chin + 0.9 * head.height)]
    cell = max(8, int(far / _CELLS) // 2 * 2)
    columns, lines = _knots(box[0], box[2], width, cell), _knots(box[1], box[3], height, cell)
    if len(columns) < 2 or len(lines) < 2:
        return
    across, down = np.meshgrid(np.array(columns, np.float32), np.array(lines, np.float32))
    away: Floats = np.hypot(across - x, down - y) / far
    holds: Floats = (1 - _smooth((away - 0.5) / 0.5)) * (1 - _smooth((down - head.chin) / (0.8 * head.height)))
    edge = 0.06 * min(width, height)
    for distance in (across, width - across, down, height - down):
        holds *= _smooth(distance / edge)
    turned = math.tan(pose.tilt)
    from_x = across - holds * (pose.across * head.width - turned * (down - head.chin))
    from_y = down - holds * (pose.down * head.width + turned * (across - x))
    corners = np.stack([from_x, from_y], axis=-1)
    quads = np.concatenate([corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]], axis=-1)
    for plane, scale in ((canvas.luma, 1), (canvas.blue, 2), (canvas.red, 2)):
        mesh = [
            ((left // scale, top // scale, right // scale, bottom // scale), tuple(quad))
            for (top, bottom), row in zip(pairwise(lines), (quads / scale).tolist(), strict=True)
            for (left, right), quad in zip(pairwise(columns), row, strict=True)
        ]
        moved = plane.transform(plane.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
        there = columns[0] // scale, lines[0] // scale, columns[-1] // scale, lines[-1] // scale
        plane.paste(moved.crop(there), there[:2])


def _knots(start: float, end: float, size: int, cell: int) -> list[int]:
    first, last = max(0, int(start) // 2 * 2), min(size, math.ceil(end / 2) * 2)
    return [*range(first, last, cell), last]


def _smooth(share: Floats) -> Floats:
    """0 up to 0, 1 from 1, and a soft passage between."""
    share = share.clip(0, 1)
    made: Floats = share * share * (3 - 2 * share)
    return made


def _whole(*box: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side) for side in box)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _dimmed(colour: Colour, light: float) -> tuple[float, ...]:
    """A colour as planes have it, in a face as light as this."""
    share = min(1.0, max(0.3, light / 150))
    dot = Image.new("RGB", (2, 2), tuple(round(part * share) for part in colour))
    return tuple(float(plane[0, 0]) for plane in to_planes(dot))
