"""A cut-out that moves: a person of a picture put anywhere on a frame, bent and turned band by band."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image

from blocks.emulator.render.cutouts.person import Person
from blocks.emulator.render.drawing.layers import Canvas, to_planes

_MARGIN = 0.04
"""Kept around a cut-out, as a part of its height."""


@dataclass(frozen=True)
class Pose:
    """Where a puppet is; lengths in pixels of the frame.

    Attributes:
        x: Its middle.
        top: Its upper end.
        bottom: Its lower end.
        broad: How much broader it is than its picture at that height.
        sway: How far its middle is moved to the right at heights evenly from top to bottom, in its own heights.
    """

    x: float
    top: float
    bottom: float
    broad: float = 1.0
    sway: Sequence[float] = (0.0, 0.0)


class Puppet:
    """A person cut out of a picture.

    Args:
        picture: RGB.
        person: Where the person is in it.
        tall: The height, in pixels, it will be about shown at.
    """

    def __init__(self, picture: Image.Image, person: Person, tall: float) -> None:
        left, top, right, bottom = person.box
        margin = round(_MARGIN * (bottom - top))
        box = max(0, left - margin), max(0, top - margin), min(picture.width, right + margin), bottom
        scale = tall / max(1, bottom - top)
        size = _side((box[2] - box[0]) * scale), _side((box[3] - box[1]) * scale)
        cut = picture.resize(size, Image.Resampling.LANCZOS, box=box)
        alpha = person.mask.resize(size, Image.Resampling.BILINEAR, box=box)
        seen = np.asarray(alpha, np.float32)
        self.middle = float((seen.sum(axis=0) * np.arange(size[0])).sum() / max(1.0, float(seen.sum())))
        """Column of its middle, in its own pixels."""
        self.head = (top - box[1]) * scale
        """Row of its upper end, in its own pixels."""
        self.size = size
        self.planes = (*(Image.fromarray(plane) for plane in to_planes(cut)), alpha)

    @property
    def light(self) -> tuple[float, float, float]:
        """Its mean brightness and colours."""
        seen = np.asarray(self.planes[3], np.float32)
        half = seen[::2, ::2]
        values = [np.asarray(plane, np.float32) for plane in self.planes[:3]]
        weights = (seen, half, half)
        means = [float((v * w).sum() / max(1.0, float(w.sum()))) for v, w in zip(values, weights, strict=True)]
        return means[0], means[1], means[2]

    def toned(self, change: Sequence[float]) -> None:
        """Add to its brightness and colours."""
        tables = [[min(240, max(16, round(v + add))) for v in range(256)] for add in change]
        planes = [plane.point(table) for plane, table in zip(self.planes[:3], tables, strict=True)]
        self.planes = (planes[0], planes[1], planes[2], self.planes[3])

    def fade(self) -> None:
        """Let it run out softly below and at the sides, where its picture cut it."""
        width, height = self.size
        rows = np.clip((height - np.arange(height)) / (height * 0.12), 0, 1)
        columns = np.clip((width / 2 - np.abs(np.arange(width) - width / 2 + 0.5)) / (width * 0.06), 0, 1)
        alpha = Image.fromarray((np.asarray(self.planes[3]) * rows[:, None] * columns).astype(np.uint8))
        self.planes = (*self.planes[:3], alpha)

    def draw(self, canvas: Canvas, pose: Pose) -> None:
        """Put it on a frame; what lies outside is cut."""
        width, height = canvas.size
        scale = max(0.05, (pose.bottom - pose.top) / (self.size[1] - self.head))
        tall = pose.bottom - pose.top
        first, last = pose.top - self.head * scale, pose.bottom
        lean = [s * tall for s in pose.sway]
        reach = max(map(abs, lean)) + 2
        left = pose.x - self.middle * scale * pose.broad - reach
        right = pose.x + (self.size[0] - self.middle) * scale * pose.broad + reach
        area = (
            _even(max(0, left), down=True),
            _even(max(0, first), down=True),
            _even(min(width, right)),
            _even(min(height, last)),
        )
        if area[2] <= area[0] or area[3] <= area[1]:
            return
        rows = np.linspace(area[1], area[3], max(2, min(24, (area[3] - area[1]) // 8)) + 1)
        rows = np.unique(np.round(rows / 2) * 2)
        parts = []
        for number, plane in enumerate(self.planes):
            unit = 2 if number in (1, 2) else 1
            mesh = []
            for upper, lower in pairwise(rows):
                corners = []
                for row, ends in ((upper, (0, 1)), (lower, (1, 0))):
                    down = (row - first) / scale
                    moved = pose.x + float(np.interp((row - pose.top) / tall, np.linspace(0, 1, len(lean)), lean))
                    sides = [self.middle + (x - moved) / (scale * pose.broad) for x in (area[0], area[2])]
                    corners.append([(sides[end] / unit, down / unit) for end in ends])
                (nw, ne), (se, sw) = corners
                target = (
                    0,
                    round(upper - area[1]) // unit,
                    (area[2] - area[0]) // unit,
                    round(lower - area[1]) // unit,
                )
                mesh.append((target, (*nw, *sw, *se, *ne)))
            size = (area[2] - area[0]) // unit, (area[3] - area[1]) // unit
            parts.append(plane.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR))
        half = area[0] // 2, area[1] // 2
        small = parts[3].resize(parts[1].size, Image.Resampling.BOX)
        canvas.luma.paste(parts[0], area[:2], parts[3])
        canvas.blue.paste(parts[1], half, small)
        canvas.red.paste(parts[2], half, small)


def _side(length: float) -> int:
    return max(4, round(length / 2) * 2)


def _even(value: float, *, down: bool = False) -> int:
    return int(value // 2 * 2) if down else int(-(-value // 2) * 2)
