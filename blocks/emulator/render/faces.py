"""Faces for close shots: a person in profile, a cat from the front."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from blocks.emulator.render.edges import soft_edge
from blocks.emulator.render.layers import Layer
from blocks.emulator.render.palettes import mix
from blocks.emulator.render.stage import Stage

Point = tuple[float, float]

FACE: Sequence[Point] = (
    (-0.02, 0.0),
    (0.18, 0.03),
    (0.3, 0.12),
    (0.355, 0.25),
    (0.365, 0.36),
    (0.378, 0.4),
    (0.35, 0.455),
    (0.395, 0.55),
    (0.462, 0.635),
    (0.43, 0.675),
    (0.37, 0.688),
    (0.392, 0.735),
    (0.398, 0.757),
    (0.362, 0.778),
    (0.385, 0.808),
    (0.36, 0.845),
    (0.345, 0.868),
    (0.355, 0.925),
    (0.315, 0.985),
    (0.22, 0.99),
    (0.1, 0.955),
    (0.03, 1.0),
    (0.05, 1.2),
    (0.36, 1.36),
    (0.62, 1.58),
    (0.72, 2.6),
    (-1.05, 2.6),
    (-0.95, 1.62),
    (-0.7, 1.36),
    (-0.36, 1.18),
    (-0.3, 0.92),
    (-0.4, 0.68),
    (-0.45, 0.42),
    (-0.38, 0.2),
    (-0.22, 0.05),
)
"""A head in profile looking right, with shoulders; crown at 0, chin at 1."""
LONG_HAIR: Sequence[Point] = (
    (0.32, 0.2),
    (0.2, -0.02),
    (-0.05, -0.08),
    (-0.34, 0.02),
    (-0.52, 0.3),
    (-0.56, 0.7),
    (-0.66, 1.1),
    (-0.72, 1.6),
    (-0.5, 1.9),
    (-0.2, 1.75),
    (-0.12, 1.2),
    (-0.08, 0.8),
    (0.0, 0.5),
    (0.2, 0.34),
)
SHORT_HAIR: Sequence[Point] = (
    (0.36, 0.24),
    (0.3, 0.04),
    (0.08, -0.06),
    (-0.2, -0.04),
    (-0.42, 0.14),
    (-0.5, 0.45),
    (-0.4, 0.74),
    (-0.24, 0.72),
    (-0.1, 0.5),
    (0.04, 0.34),
    (0.24, 0.3),
)
HAT: Sequence[Point] = (
    (-0.66, 0.34),
    (-0.4, 0.2),
    (-0.4, -0.1),
    (-0.3, -0.27),
    (-0.08, -0.24),
    (0.14, -0.3),
    (0.3, -0.2),
    (0.36, 0.12),
    (0.68, 0.2),
    (0.5, 0.27),
    (0.1, 0.29),
    (-0.3, 0.33),
)
COLLAR: Sequence[Point] = (
    (-0.47, 0.9),
    (-0.34, 1.0),
    (-0.1, 1.2),
    (0.14, 1.3),
    (0.27, 1.14),
    (0.4, 1.4),
    (0.14, 1.66),
    (-0.5, 1.56),
    (-0.64, 1.3),
)
COAT: Sequence[Point] = (
    (-0.4, 1.16),
    (-0.18, 1.26),
    (0.06, 1.25),
    (0.36, 1.34),
    (0.64, 1.56),
    (0.76, 2.6),
    (-1.1, 2.6),
    (-0.98, 1.6),
    (-0.72, 1.34),
)


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
    worn = {"detective": (SHORT_HAIR, COAT, COLLAR, HAT), "woman": (COAT, LONG_HAIR)}.get(subject, (SHORT_HAIR, COAT))
    for points in worn:
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


def cat_face(stage: Stage) -> list[Layer]:
    """A cat from the front, looking at us."""
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
    layer = stage.layer(mask, mix(palette.near, palette.far, 0.2), mix(palette.near, (0, 0, 0), 0.2), depth=1.0)
    glow = palette.lamp if palette.dark else palette.light
    layer.picture.paste(
        mix(palette.near, glow, 0.35), (0, 0), soft_edge(mask, 1, unit * 0.06, 6).point(lambda v: v // 2)
    )
    layer.picture.paste(glow, (0, 0), soft_edge(mask, 1, unit * 0.007, 1))
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    for side in (-1, 1):
        x, y = cx + side * r * 0.42, cy - r * 0.04
        stage.glow(layer.picture, x, y, r * 0.5, (190, 255, 150), 0.25)
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


def _smooth(points: Sequence[Point], steps: int = 6) -> list[Point]:
    """A closed curve through the points (Catmull-Rom)."""
    p = np.array(points)
    before, after, later = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (v[:, None, :] for v in (before, p, after, later))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]
