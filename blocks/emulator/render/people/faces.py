"""Faces for close shots: a person in profile, a cat from the front."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from blocks.emulator.render.drawing.edges import soft_edge
from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Stage
from blocks.emulator.render.people.profiles import (
    BEARD,
    BOB,
    CAP,
    COAT,
    COLLAR,
    FACE,
    HAT,
    LONG_HAIR,
    MOUSTACHE,
    SHORT_HAIR,
    STRAW_HAT,
    Point,
)

WORN: Mapping[str, Sequence[Sequence[Point]]] = {
    "detective": (SHORT_HAIR, COAT, COLLAR, HAT),
    "woman": (COAT, LONG_HAIR),
    "girl": (COAT, BOB),
    "conductor": (SHORT_HAIR, COAT, COLLAR, CAP),
    "elder": (SHORT_HAIR, COAT, STRAW_HAT, BEARD),
}
"""What people wear, by kind; short hair and a coat otherwise."""
WHITE: Mapping[str, Sequence[Sequence[Point]]] = {"conductor": (MOUSTACHE,), "elder": (BEARD,)}
"""The parts of it that are white."""
COATS: Mapping[str, Colour] = {"orange": (226, 128, 52), "white": (232, 228, 222)}


def bust(stage: Stage, subject: str, *, flip: bool) -> list[Layer]:
    """Head and shoulders of a kind of person, looking to the right unless flipped."""
    palette, unit = stage.palette, stage.unit
    tall = unit * 0.5
    cx, top = stage.x(0.6 if not flip else 0.4), stage.y(0.14)
    sign = -1 if flip else 1

    def place(points: Sequence[Point], s: float) -> list[Point]:
        return [((cx + sign * x * tall) * s, (top + y * tall) * s) for x, y in _smooth(points)]

    face = stage.mask(lambda d, s: d.polygon(place(FACE, s), fill=255))
    hair: list[Image.Image] = []
    for points in WORN.get(subject, (SHORT_HAIR, COAT)):
        hair.append(stage.mask(lambda d, s, p=points: d.polygon(place(p, s), fill=255)))  # type: ignore[misc]
    whole = face.copy()
    for mask in hair:
        whole = ImageChops.lighter(whole, mask)
    glow = palette.lamp if palette.dark else palette.light
    dark = mix(palette.near, (0, 0, 0), 0.15)
    layer = stage.layer(whole, mix(dark, palette.far, 0.16), dark, depth=1.0)
    skin = mix(mix((196, 138, 112), palette.far, 0.35), dark, 0.5)
    layer.picture.paste(skin, (0, 0), soft_edge(face, sign, unit * 0.16, 9))
    layer.picture.paste(mix(skin, glow, 0.55), (0, 0), soft_edge(face, sign, unit * 0.05, 5))
    for mask in hair:
        layer.picture.paste(mix(dark, palette.far, 0.12), (0, 0), mask)
        layer.picture.paste(
            mix(dark, palette.far, 0.5), (0, 0), soft_edge(mask, -sign, unit * 0.02, 4).point(lambda v: v // 2)
        )
    layer.picture.paste(mix(glow, (255, 255, 255), 0.25), (0, 0), soft_edge(whole, sign, unit * 0.007, 1))
    for points in WHITE.get(subject, ()):
        mask = stage.mask(lambda d, s, p=points: d.polygon(place(p, s), fill=255))  # type: ignore[misc]
        layer.picture.paste(mix((232, 230, 224), dark, 0.22), (0, 0), mask)
    _eye(stage, layer.picture, cx + sign * 0.29 * tall, top + 0.47 * tall, tall, sign)
    return [layer]


def _eye(stage: Stage, picture: Image.Image, x: float, y: float, tall: float, sign: int) -> None:
    """A calm eye and brow, seen from the side."""
    brush = ImageDraw.Draw(picture, "RGBA")
    dark = mix(stage.palette.near, (0, 0, 0), 0.4)
    thick = max(2, int(tall * 0.014))
    brush.line(
        [
            (x - sign * 0.085 * tall, y - 0.075 * tall),
            (x - sign * 0.01 * tall, y - 0.1 * tall),
            (x + sign * 0.05 * tall, y - 0.085 * tall),
        ],
        fill=(*dark, 220),
        width=thick * 2,
        joint="curve",
    )
    brush.polygon(
        [
            (x - sign * 0.06 * tall, y + 0.005 * tall),
            (x - sign * 0.01 * tall, y - 0.028 * tall),
            (x + sign * 0.042 * tall, y - 0.012 * tall),
            (x + sign * 0.036 * tall, y + 0.018 * tall),
            (x - sign * 0.01 * tall, y + 0.022 * tall),
        ],
        fill=(236, 232, 226, 210),
    )
    r = 0.026 * tall
    ex = x + sign * 0.02 * tall
    brush.ellipse([ex - r * 0.75, y - r, ex + r * 0.75, y + r], fill=(*dark, 255))
    brush.ellipse([ex - r * 0.1, y - r * 0.6, ex + r * 0.4, y - r * 0.1], fill=(255, 255, 255, 235))
    brush.line(
        [
            (x - sign * 0.07 * tall, y - 0.002 * tall),
            (x - sign * 0.01 * tall, y - 0.034 * tall),
            (x + sign * 0.05 * tall, y - 0.016 * tall),
        ],
        fill=(*dark, 255),
        width=thick,
        joint="curve",
    )


def cat_face(stage: Stage, coat: str = "") -> list[Layer]:
    """A cat from the front, looking at us; ``coat`` is "orange", "white" or nothing for a black one."""
    palette, unit = stage.palette, stage.unit
    cx, cy, r = stage.x(0.58), stage.y(0.44), unit * 0.23

    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        brush.ellipse([(cx - r) * s, (cy - r * 0.86) * s, (cx + r) * s, (cy + r * 0.86) * s], fill=255)
        for side in (-1, 1):
            ear = [
                (cx + side * r * 0.95, cy - r * 0.3),
                (cx + side * r * 0.92, cy - r * 1.3),
                (cx + side * r * 0.25, cy - r * 0.78),
            ]
            brush.polygon([(x * s, y * s) for x, y in ear], fill=255)
        brush.ellipse([(cx - r * 1.15) * s, (cy + r * 0.55) * s, (cx + r * 1.15) * s, (cy + r * 4.2) * s], fill=255)

    mask = stage.mask(paint)
    fur: Colour = COATS.get(coat, palette.near)
    top, low = (mix(fur, palette.near, 0.3), mix(fur, palette.near, 0.72)) if coat else (fur, mix(fur, (0, 0, 0), 0.2))
    layer = stage.layer(mask, top if coat else mix(fur, palette.far, 0.2), low, depth=1.0)
    glow = palette.lamp if palette.dark else palette.light
    layer.picture.paste(
        mix(palette.near, glow, 0.35), (0, 0), soft_edge(mask, 1, unit * 0.06, 6).point(lambda v: v // 2)
    )
    layer.picture.paste(glow, (0, 0), soft_edge(mask, 1, unit * 0.007, 1))
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    for side in (-1, 1):
        x, y = cx + side * r * 0.42, cy - r * 0.04
        stage.glow(layer.picture, x, y, r * 0.5, (190, 255, 150), 0.25)
        for turn in (0.0, 0.13, 0.26) if coat == "orange" else ():
            stripe = [cx + side * r * (0.08 + turn), cy - r * 0.82, cx + side * r * (0.05 + turn * 0.7), cy - r * 0.5]
            brush.line(stripe, fill=(*mix(fur, (70, 24, 10), 0.55), 150), width=max(2, int(unit * 0.01)))
        brush.ellipse([x - r * 0.2, y - r * 0.17, x + r * 0.2, y + r * 0.17], fill=(208, 232, 120, 255))
        brush.ellipse([x - r * 0.06, y - r * 0.16, x + r * 0.06, y + r * 0.16], fill=(14, 14, 20, 255))
        brush.ellipse([x + r * 0.02, y - r * 0.1, x + r * 0.08, y - r * 0.04], fill=(255, 255, 255, 240))
        for tilt in (-0.08, 0.05, 0.18):
            brush.line(
                [cx + side * r * 0.22, cy + r * 0.42, cx + side * r * 1.25, cy + r * (0.36 + tilt)],
                fill=(*glow, 110),
                width=max(1, int(unit * 0.003)),
            )
    brush.polygon(
        [(cx - r * 0.09, cy + r * 0.27), (cx + r * 0.09, cy + r * 0.27), (cx, cy + r * 0.38)], fill=(214, 130, 130, 230)
    )
    return [layer]


def _smooth(points: Sequence[Point]) -> list[Point]:
    """A closed curve through the points (Catmull-Rom)."""
    p = np.array(points)
    before, after, later = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = np.linspace(0, 1, 6, endpoint=False)[None, :, None]
    a, b, c, d = (v[:, None, :] for v in (before, p, after, later))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]
