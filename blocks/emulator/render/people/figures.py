"""Who is in the picture: silhouettes that walk, stand, sit, swim or fly, with light along their edge."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Stamp
from blocks.emulator.render.drawing.palettes import Palette, mix
from blocks.emulator.render.drawing.pen import Pen, Point
from blocks.emulator.render.people import animals, seated, upright

PHASES = 12
"""Pictures of one walking cycle."""
GLOW = 0.19
"""How far the light of a lantern reaches, as a part of the square a figure is drawn in."""
Draw = Callable[[Pen, float], None]


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
    kind: str,
    height: float,
    palette: Palette,
    *,
    held: str = "",
    posture: str = "walk",
    flip: bool = False,
) -> Figure:
    """Somebody of a kind in a size.

    Args:
        kind: One of words.SUBJECTS.
        height: Of a grown person in pixels; others are sized from it.
        palette: Colours of the shot.
        held: "umbrella", "lantern" or nothing; carried by a person.
        posture: "walk", "stand" or "sit"; animals and boats always move.
        flip: Looks to the left.
    """
    draw, share, cycle, speed, foot = _KINDS.get(kind, _KINDS["person"])
    if kind in PEOPLE and posture == "sit":
        draw, cycle, speed, foot = seated.sitting(kind), 4.0, 0.0, seated.SEAT
    elif kind in PEOPLE and posture == "stand":
        draw, cycle, speed = _standing(draw), 3.2, 0.0
    side = max(8, round(height * share * 1.25))
    scale = 3 if side < 300 else 2
    phases = PHASES if speed else PHASES // 2
    drawn: list[tuple[Image.Image, list[Point]]] = []
    for phase in range(phases):
        mask = Image.new("L", (side * scale, side * scale))
        pen = Pen(ImageDraw.Draw(mask), side * scale, held)
        draw(pen, phase / phases)
        drawn.append((mask.reduce(scale), pen.lights))
    top, bottom, half = _extent(drawn, side)
    poses = []
    for mask, lights in drawn:
        cut = mask.crop((side // 2 - half, top, side // 2 + half, bottom))
        spots = [(x * side - side // 2 + half, y * side - top) for x, y in lights]
        poses.append(_lit(cut, side, palette, flip, spots))
    high = bottom - top
    speed *= side / high
    return Figure(tuple(poses), (foot * side - top) / high, cycle, -speed if flip else speed)


def _extent(drawn: list[tuple[Image.Image, list[Point]]], side: int) -> tuple[int, int, int]:
    """Top and bottom of all poses, and how far they reach sideways from the middle, with room for their lights."""
    boxes = [mask.getbbox() or (0, 0, 2, 2) for mask, _ in drawn]
    room = GLOW * side
    boxes += [
        (int(x * side - room), int(y * side - room), int(x * side + room), int(y * side + room))
        for _, lights in drawn
        for x, y in lights
    ]
    top, bottom = max(0, min(box[1] for box in boxes) - 2), min(side, max(box[3] for box in boxes) + 2)
    half = max(max(side // 2 - box[0], box[2] - side // 2) for box in boxes) + 2
    return top // 2 * 2, bottom, min(side // 2, half)


def _standing(draw: Draw) -> Draw:
    """Feet side by side; only the breath moves."""
    return lambda pen, phase: draw(pen, 0.035 * math.sin(2 * math.pi * phase))


def _lit(mask: Image.Image, side: int, palette: Palette, flip: bool, lights: list[Point]) -> Stamp:
    """A silhouette with a thin edge of light on one side, and the lights it carries."""
    if flip:
        mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    step = max(1, round(side / 90))
    moved = ImageChops.offset(mask, -step, step)
    edge = ImageChops.subtract(mask, moved).filter(ImageFilter.GaussianBlur(step * 0.4))
    picture = Image.new("RGB", mask.size, mix(palette.near, (0, 0, 0), 0.25))
    picture.paste(mix(palette.lamp if palette.dark else palette.light, (255, 255, 255), 0.15), (0, 0), edge)
    for x, y in lights:
        spot = (mask.width - x if flip else x), y
        halo = _halo(mask.size, spot, GLOW * side)
        picture.paste(palette.lamp, (0, 0), halo)
        mask = ImageChops.lighter(mask, halo.point(lambda v: v * 3 // 4))
        picture.paste((255, 248, 222), (0, 0), _halo(mask.size, spot, 0.05 * side))
    picture.putalpha(mask)
    return Stamp.of(picture)


def _halo(size: tuple[int, int], spot: Point, radius: float) -> Image.Image:
    """A soft disc of light around a point."""
    rows, columns = np.ogrid[0 : size[1], 0 : size[0]]
    shape = np.clip(1 - np.hypot(rows - spot[1], columns - spot[0]).astype(np.float32) / radius, 0, 1) ** 1.6
    return Image.fromarray((shape * 255).astype(np.uint8))


PEOPLE: dict[str, tuple[Draw, float, float, float, float]] = {
    "person": (upright.person, 1.0, 1.05, 0.34, 0.9),
    "detective": (upright.detective, 1.0, 0.95, 0.38, 0.9),
    "conductor": (upright.conductor, 1.08, 1.1, 0.3, 0.9),
    "elder": (upright.elder, 0.9, 1.4, 0.18, 0.9),
    "woman": (upright.woman, 0.98, 1.1, 0.32, 0.9),
    "child": (upright.child, 0.68, 0.8, 0.42, 0.9),
    "girl": (upright.girl, 0.7, 0.8, 0.42, 0.9),
}
"""How they are drawn, size beside a grown person, seconds of a cycle, speed and where the feet are."""
_KINDS: dict[str, tuple[Draw, float, float, float, float]] = {
    **PEOPLE,
    "cat": (animals.cat, 0.46, 0.9, 0.5, 0.9),
    "dog": (animals.dog, 0.6, 0.7, 0.8, 0.9),
    "fox": (animals.fox, 0.5, 0.7, 0.8, 0.9),
    "bird": (animals.bird, 0.8, 0.9, 0.5, 1.6),
    "boat": (animals.boat, 1.1, 3.2, 0.08, 0.87),
    "turtle": (animals.turtle, 1.3, 3.0, 0.12, 0.5),
    "fish": (animals.fish, 1.2, 1.2, 0.2, 0.5),
    "drone": (animals.drone, 0.3, 2.4, 0.1, 2.4),
}
