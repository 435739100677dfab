"""Who is in the picture: walking silhouettes for wide shots, a profile for close ones, animals and boats."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.layers import Stamp
from blocks.emulator.render.palettes import Palette, mix

PHASES = 12
"""Pictures of one walking cycle."""
Brush = ImageDraw.ImageDraw
Point = tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """Somebody who moves.

    Attributes:
        poses: Pictures of one cycle, all of one size; the feet (or the middle, when it floats) at ``foot``.
        foot: Height of the feet in the picture as a part of its height.
        cycle: Seconds of one cycle.
        speed: Own heights moved per second, to the right.
    """

    poses: tuple[Stamp, ...]
    foot: float
    cycle: float
    speed: float


def figure(
    kind: str, height: float, palette: Palette, *, umbrella: bool = False, flip: bool = False, light: float = 1.0
) -> Figure:
    """Somebody of a kind in a size.

    Args:
        kind: One of mood.SUBJECTS.
        height: Of a grown person in pixels; others are sized from it.
        palette: Colours of the shot.
        umbrella: Carried by a person.
        flip: Looks to the left.
        light: How strong the edge light is.
    """
    draw, share, cycle, speed, foot = _KINDS.get(kind, _KINDS["person"])
    side = max(8, round(height * share * 1.25))
    poses = []
    for phase in range(PHASES if cycle else 1):
        scale = 3 if side < 300 else 2
        mask = Image.new("L", (side * scale, side * scale))
        pen = _Pen(ImageDraw.Draw(mask), side * scale, umbrella)
        draw(pen, phase / PHASES)
        poses.append(_lit(mask.reduce(scale), palette, light, flip))
    return Figure(tuple(poses), foot, cycle or 1.0, -speed if flip else speed)


def _lit(mask: Image.Image, palette: Palette, light: float, flip: bool) -> Stamp:
    """A silhouette with a thin edge of light on one side."""
    if flip:
        mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    step = max(1, round(mask.width / 90))
    moved = ImageChops.offset(mask, -step, step)
    edge = (
        ImageChops.subtract(mask, moved)
        .filter(ImageFilter.GaussianBlur(step * 0.4))
        .point(lambda v: int(v * min(1.0, light)))
    )
    picture = Image.new("RGB", mask.size, mix(palette.near, (0, 0, 0), 0.25))
    picture.paste(mix(palette.lamp if palette.dark else palette.light, (255, 255, 255), 0.15), (0, 0), edge)
    picture.putalpha(mask)
    return Stamp.of(picture)


class _Pen:
    """Draws in parts of a square, y downwards."""

    def __init__(self, brush: Brush, side: float, umbrella: bool) -> None:
        self.brush, self.side, self.umbrella = brush, side, umbrella

    def shape(self, *points: Point) -> None:
        self.brush.polygon([(x * self.side, y * self.side) for x, y in points], fill=255)

    def oval(self, x: float, y: float, rx: float, ry: float) -> None:
        s = self.side
        self.brush.ellipse([(x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s], fill=255)

    def limb(self, width: float, *points: Point) -> None:
        line = [(x * self.side, y * self.side) for x, y in points]
        thick = max(1, round(width * self.side))
        self.brush.line(line, fill=255, width=thick, joint="curve")
        for x, y in (line[0], line[-1]):
            r = thick / 2
            self.brush.ellipse([x - r, y - r, x + r, y + r], fill=255)


def _legs(pen: _Pen, phase: float, hip: Point, length: float, width: float, stride: float) -> None:
    for turn in (0.0, 0.5):
        swing = math.sin(2 * math.pi * (phase + turn))
        lift = max(0.0, math.cos(2 * math.pi * (phase + turn)))
        knee = hip[0] + stride * 0.5 * swing + 0.012 * lift, hip[1] + length * 0.5 - 0.012 * lift
        foot = hip[0] + stride * swing - 0.02 * lift, hip[1] + length - 0.03 * lift
        pen.limb(width, hip, knee, foot)
        pen.limb(width * 0.85, foot, (foot[0] + 0.035, foot[1] + 0.004))


def _person(pen: _Pen, phase: float) -> None:
    bob = 0.008 * math.cos(4 * math.pi * phase)
    swing = math.sin(2 * math.pi * phase)
    _legs(pen, phase, (0.5, 0.55), 0.35, 0.05, 0.095)
    pen.shape((0.43, 0.24 + bob), (0.57, 0.24 + bob), (0.56, 0.58), (0.44, 0.58))
    pen.oval(0.5, 0.26 + bob, 0.072, 0.05)
    pen.limb(0.036, (0.5, 0.27 + bob), (0.5 - 0.05 * swing, 0.42), (0.51 - 0.085 * swing, 0.55))
    _arm_or_umbrella(pen, swing, bob)
    pen.limb(0.04, (0.5, 0.25 + bob), (0.505, 0.2 + bob))
    pen.oval(0.51, 0.155 + bob, 0.05, 0.06)


def _arm_or_umbrella(pen: _Pen, swing: float, bob: float) -> None:
    if not pen.umbrella:
        pen.limb(0.036, (0.5, 0.27 + bob), (0.5 + 0.05 * swing, 0.42), (0.52 + 0.085 * swing, 0.54))
        return
    pen.limb(0.036, (0.5, 0.28 + bob), (0.57, 0.38 + bob), (0.6, 0.3 + bob))
    pen.limb(0.011, (0.6, 0.36 + bob), (0.6, 0.05 + bob))
    s = pen.side
    pen.brush.chord([0.36 * s, (0.02 + bob) * s, 0.84 * s, (0.26 + bob) * s], 180, 360, fill=255)


def _detective(pen: _Pen, phase: float) -> None:
    bob = 0.008 * math.cos(4 * math.pi * phase)
    swing = math.sin(2 * math.pi * phase)
    _legs(pen, phase, (0.5, 0.56), 0.34, 0.052, 0.085)
    tail = 0.02 * swing
    pen.shape(
        (0.425, 0.24 + bob),
        (0.575, 0.24 + bob),
        (0.565, 0.44),
        (0.61 + tail, 0.73),
        (0.42 - 0.03 + tail, 0.73),
        (0.435, 0.44),
    )
    pen.oval(0.5, 0.255 + bob, 0.08, 0.045)
    pen.limb(0.045, (0.49, 0.27 + bob), (0.47 - 0.04 * swing, 0.42), (0.5 - 0.06 * swing, 0.53))
    if pen.umbrella:
        _arm_or_umbrella(pen, swing, bob)
    pen.shape((0.45, 0.24 + bob), (0.57, 0.24 + bob), (0.555, 0.185 + bob), (0.465, 0.185 + bob))
    pen.oval(0.512, 0.15 + bob, 0.046, 0.058)
    pen.oval(0.512, 0.118 + bob, 0.1, 0.017)
    pen.shape((0.462, 0.12 + bob), (0.562, 0.12 + bob), (0.55, 0.058 + bob), (0.52, 0.068 + bob), (0.475, 0.056 + bob))


def _woman(pen: _Pen, phase: float) -> None:
    bob = 0.008 * math.cos(4 * math.pi * phase)
    swing = math.sin(2 * math.pi * phase)
    _legs(pen, phase, (0.5, 0.58), 0.32, 0.04, 0.075)
    hem = 0.018 * swing
    pen.shape(
        (0.45, 0.25 + bob), (0.55, 0.25 + bob), (0.54, 0.41), (0.62 + hem, 0.72), (0.38 + hem, 0.72), (0.46, 0.41)
    )
    pen.oval(0.5, 0.26 + bob, 0.058, 0.035)
    pen.limb(0.03, (0.5, 0.27 + bob), (0.495 - 0.045 * swing, 0.41), (0.51 - 0.075 * swing, 0.52))
    _arm_or_umbrella(pen, swing, bob)
    pen.limb(0.03, (0.5, 0.25 + bob), (0.505, 0.2 + bob))
    pen.oval(0.51, 0.158 + bob, 0.044, 0.055)
    pen.oval(0.498, 0.15 + bob, 0.055, 0.058)
    pen.shape(
        (0.445, 0.14 + bob), (0.5, 0.11 + bob), (0.5, 0.3 + bob), (0.43 - 0.02 * swing, 0.345 + bob), (0.44, 0.22 + bob)
    )


def _child(pen: _Pen, phase: float) -> None:
    bob = 0.01 * math.cos(4 * math.pi * phase)
    swing = math.sin(2 * math.pi * phase)
    _legs(pen, phase, (0.5, 0.63), 0.27, 0.06, 0.08)
    pen.shape((0.42, 0.36 + bob), (0.58, 0.36 + bob), (0.59, 0.66), (0.41, 0.66))
    pen.oval(0.5, 0.37 + bob, 0.08, 0.045)
    pen.limb(0.045, (0.5, 0.39 + bob), (0.5 - 0.1 * swing, 0.57))
    _arm_or_umbrella(pen, swing, bob + 0.06 if pen.umbrella else bob + 0.1)
    pen.oval(0.51, 0.245 + bob, 0.088, 0.092)


def _cat(pen: _Pen, phase: float) -> None:
    for x, turn in ((0.33, 0.0), (0.37, 0.5), (0.62, 0.25), (0.66, 0.75)):
        swing = math.sin(2 * math.pi * (phase + turn)) * 0.06
        lift = max(0.0, math.cos(2 * math.pi * (phase + turn))) * 0.03
        pen.limb(0.05, (x, 0.66), (x + swing * 0.4, 0.78), (x + swing, 0.89 - lift))
    pen.oval(0.5, 0.62, 0.22, 0.1)
    pen.oval(0.34, 0.63, 0.1, 0.1)
    pen.oval(0.74, 0.5, 0.1, 0.09)
    pen.shape((0.66, 0.46), (0.67, 0.34), (0.74, 0.43))
    pen.shape((0.76, 0.42), (0.81, 0.34), (0.83, 0.47))
    pen.limb(0.1, (0.64, 0.58), (0.72, 0.52))
    tip = math.sin(2 * math.pi * phase) * 0.04
    pen.limb(0.04, (0.28, 0.6), (0.17, 0.54), (0.14, 0.4), (0.18 + tip, 0.28))


def _dog(pen: _Pen, phase: float) -> None:
    for x, turn in ((0.3, 0.0), (0.34, 0.5), (0.62, 0.5), (0.66, 0.0)):
        swing = math.sin(2 * math.pi * (phase + turn)) * 0.09
        lift = max(0.0, math.cos(2 * math.pi * (phase + turn))) * 0.04
        pen.limb(0.05, (x, 0.6), (x + swing * 0.4, 0.76), (x + swing, 0.89 - lift))
    pen.oval(0.48, 0.58, 0.22, 0.095)
    pen.limb(0.11, (0.64, 0.55), (0.74, 0.42))
    pen.oval(0.77, 0.38, 0.085, 0.07)
    pen.limb(0.06, (0.8, 0.4), (0.9, 0.42))
    pen.shape((0.7, 0.36), (0.68, 0.24), (0.77, 0.33))
    tip = math.sin(4 * math.pi * phase) * 0.03
    pen.limb(0.045, (0.28, 0.55), (0.2, 0.46), (0.16 + tip, 0.34))


def _bird(pen: _Pen, phase: float) -> None:
    """A small flock."""
    for x, y, size, turn in (
        (0.5, 0.5, 1.0, 0.0),
        (0.25, 0.38, 0.7, 0.3),
        (0.2, 0.62, 0.6, 0.55),
        (0.75, 0.34, 0.55, 0.8),
        (0.72, 0.68, 0.75, 0.2),
    ):
        flap = math.sin(2 * math.pi * (phase + turn)) * 0.09 * size
        w = 0.14 * size
        pen.shape(
            (x - w, y - flap),
            (x - w * 0.5, y - flap * 0.7 - 0.02 * size),
            (x, y),
            (x - w * 0.4, y - flap * 0.3 + 0.015 * size),
        )
        pen.shape(
            (x + w, y - flap),
            (x + w * 0.5, y - flap * 0.7 - 0.02 * size),
            (x, y),
            (x + w * 0.4, y - flap * 0.3 + 0.015 * size),
        )
        pen.oval(x + 0.01 * size, y + 0.005, 0.05 * size, 0.016 * size)


def _boat(pen: _Pen, phase: float) -> None:
    rock = math.sin(2 * math.pi * phase) * 0.012
    pen.shape((0.16, 0.76 + rock), (0.88, 0.74 - rock), (0.76, 0.88), (0.28, 0.88))
    pen.limb(0.018, (0.5, 0.78), (0.5 + rock, 0.14))
    pen.shape((0.48, 0.72), (0.48 + rock, 0.16), (0.22, 0.68))
    pen.shape((0.53, 0.71), (0.52 + rock, 0.22), (0.8, 0.69))


def _turtle(pen: _Pen, phase: float) -> None:
    beat = math.sin(2 * math.pi * phase)
    pen.oval(0.48, 0.5, 0.24, 0.14)
    pen.shape((0.26, 0.52), (0.7, 0.52), (0.6, 0.6), (0.34, 0.6))
    pen.oval(0.78, 0.46, 0.075, 0.055)
    pen.limb(0.07, (0.68, 0.5), (0.76, 0.47))
    pen.shape(
        (0.6, 0.5), (0.68, 0.54), (0.56 - 0.05 * beat, 0.82 - 0.16 * beat), (0.48 - 0.06 * beat, 0.84 - 0.16 * beat)
    )
    pen.shape((0.62, 0.46), (0.68, 0.48), (0.6 - 0.05 * beat, 0.26 + 0.1 * beat))
    pen.shape((0.28, 0.52), (0.36, 0.58), (0.16, 0.66 - 0.06 * beat))
    pen.shape((0.26, 0.49), (0.3, 0.53), (0.12, 0.5 + 0.03 * beat))


def _fish(pen: _Pen, phase: float) -> None:
    beat = math.sin(2 * math.pi * phase) * 0.05
    for x, y, size in ((0.55, 0.5, 1.0), (0.2, 0.3, 0.4), (0.24, 0.72, 0.45), (0.85, 0.3, 0.3), (0.82, 0.74, 0.35)):
        pen.oval(x, y, 0.17 * size, 0.07 * size)
        pen.shape(
            (x - 0.13 * size, y),
            (x - 0.27 * size, y - 0.08 * size + beat * size),
            (x - 0.24 * size, y + beat * size),
            (x - 0.27 * size, y + 0.08 * size + beat * size),
        )
        pen.shape(
            (x - 0.03 * size, y - 0.05 * size), (x + 0.06 * size, y - 0.06 * size), (x - 0.06 * size, y - 0.12 * size)
        )


_KINDS: dict[str, tuple[Callable[[_Pen, float], None], float, float, float, float]] = {
    "person": (_person, 1.0, 1.05, 0.34, 0.9),
    "detective": (_detective, 1.0, 0.95, 0.38, 0.9),
    "woman": (_woman, 0.98, 1.1, 0.32, 0.9),
    "child": (_child, 0.68, 0.8, 0.42, 0.9),
    "cat": (_cat, 0.46, 0.9, 0.5, 0.9),
    "dog": (_dog, 0.6, 0.7, 0.8, 0.9),
    "bird": (_bird, 0.8, 0.9, 0.5, 1.6),
    "boat": (_boat, 1.1, 3.2, 0.08, 0.87),
    "turtle": (_turtle, 1.3, 3.0, 0.12, 0.5),
    "fish": (_fish, 1.2, 1.2, 0.2, 0.5),
}
