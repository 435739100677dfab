"""Close shots: a face in profile or a thing on a table, before the place out of focus."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.layers import Layer
from blocks.emulator.render.palettes import Colour, mix
from blocks.emulator.render.stage import Scenery, Stage

Point = tuple[float, float]

FACE: Sequence[Point] = (
    (-0.02, 0.0), (0.18, 0.03), (0.3, 0.12), (0.355, 0.25), (0.365, 0.36), (0.378, 0.4), (0.35, 0.455), (0.395, 0.55),
    (0.462, 0.635), (0.43, 0.675), (0.37, 0.688), (0.392, 0.735), (0.398, 0.757), (0.362, 0.778), (0.385, 0.808),
    (0.36, 0.845), (0.345, 0.868), (0.355, 0.925), (0.315, 0.985), (0.22, 0.99), (0.1, 0.955), (0.03, 1.0), (0.05, 1.2),
    (0.36, 1.36), (0.62, 1.58), (0.72, 2.6), (-1.05, 2.6), (-0.95, 1.62), (-0.7, 1.36), (-0.36, 1.18), (-0.3, 0.92),
    (-0.4, 0.68), (-0.45, 0.42), (-0.38, 0.2), (-0.22, 0.05),
)  # fmt: skip
"""A head in profile looking right, with shoulders; crown at 0, chin at 1."""
LONG_HAIR: Sequence[Point] = (
    (0.32, 0.2), (0.2, -0.02), (-0.05, -0.08), (-0.34, 0.02), (-0.52, 0.3), (-0.56, 0.7), (-0.66, 1.1), (-0.72, 1.6),
    (-0.5, 1.9), (-0.2, 1.75), (-0.12, 1.2), (-0.08, 0.8), (0.0, 0.5), (0.2, 0.34),
)  # fmt: skip
SHORT_HAIR: Sequence[Point] = (
    (0.36, 0.24), (0.3, 0.04), (0.08, -0.06), (-0.2, -0.04), (-0.42, 0.14), (-0.5, 0.45), (-0.4, 0.74), (-0.24, 0.72),
    (-0.1, 0.5), (0.04, 0.34), (0.24, 0.3),
)  # fmt: skip
HAT: Sequence[Point] = (
    (-0.66, 0.34), (-0.4, 0.2), (-0.4, -0.1), (-0.3, -0.27), (-0.08, -0.24), (0.14, -0.3), (0.3, -0.2), (0.36, 0.12),
    (0.68, 0.2), (0.5, 0.27), (0.1, 0.29), (-0.3, 0.33),
)  # fmt: skip
COLLAR: Sequence[Point] = (
    (-0.47, 0.9), (-0.34, 1.0), (-0.1, 1.2), (0.14, 1.3), (0.27, 1.14), (0.4, 1.4), (0.14, 1.66), (-0.5, 1.56), (-0.64, 1.3),
)  # fmt: skip
COAT: Sequence[Point] = (
    (-0.4, 1.16), (-0.18, 1.26), (0.06, 1.25), (0.36, 1.34), (0.64, 1.56), (0.76, 2.6), (-1.1, 2.6), (-0.98, 1.6), (-0.72, 1.34),
)  # fmt: skip


def close_up(stage: Stage, place: Scenery, subject: str, *, flip: bool) -> Scenery:
    """The place out of focus with the subject large in front of it."""
    back = _flat(stage, place)
    soft = stage.blurred(back, stage.unit * 0.022)
    _bokeh(stage, soft, back)
    if subject.startswith("object:"):
        front = _table(stage, soft, subject.removeprefix("object:"))
    elif subject == "cat":
        front = _cat(stage)
    else:
        front = _bust(stage, subject, flip=flip)
    backdrop = Layer(soft, None, 0.5)
    return Scenery([backdrop, *front], ground=stage.y(0.8), front=1 + len(front))


def _flat(stage: Stage, place: Scenery) -> Image.Image:
    picture = place.layers[0].picture.copy()
    for layer in place.layers[1:]:
        if layer.depth < 1.4:
            picture.paste(layer.picture, (0, 0), layer.alpha)
    width, height = picture.size
    left, top = width * stage.random.uniform(0.05, 0.3), height * 0.12
    return picture.resize(picture.size, Image.Resampling.BILINEAR, box=(left, top, left + width * 0.65, top + height * 0.65))


def _bokeh(stage: Stage, soft: Image.Image, sharp: Image.Image) -> None:
    """Bright points grow to discs of light."""
    small = sharp.reduce(16)
    values = np.asarray(small, np.float32)
    bright = values.max(axis=2) + stage.random.uniform(0, 40, values.shape[:2]).astype(np.float32)
    discs = Image.new("RGB", soft.size)
    for _ in range(26):
        row, column = np.unravel_index(int(bright.argmax()), bright.shape)
        bright[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = -1
        colour = mix((0, 0, 0), tuple(values[row, column]), stage.random.uniform(0.15, 0.45))
        r = int(stage.unit * stage.random.uniform(0.014, 0.05))
        x, y = int((column + stage.random.random()) * 16), int((row + stage.random.random()) * 16)
        spot = Image.new("RGB", (2 * r + 1, 2 * r + 1))
        ImageDraw.Draw(spot).ellipse([0, 0, 2 * r, 2 * r], fill=colour)
        there = (x - r, y - r, x + r + 1, y + r + 1)
        discs.paste(ImageChops.lighter(discs.crop(there), spot), there[:2])
    soft.paste(ImageChops.screen(soft, discs.filter(ImageFilter.GaussianBlur(1.5))))


def _bust(stage: Stage, subject: str, *, flip: bool) -> list[Layer]:
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
    layer.picture.paste(skin, (0, 0), _soft_edge(face, sign, unit * 0.16, 9))
    layer.picture.paste(mix(skin, glow, 0.55), (0, 0), _soft_edge(face, sign, unit * 0.05, 5))
    for mask in hair:
        layer.picture.paste(mix(dark, palette.far, 0.12), (0, 0), mask)
        layer.picture.paste(mix(dark, palette.far, 0.5), (0, 0), _soft_edge(mask, -sign, unit * 0.02, 4).point(lambda v: v // 2))
    layer.picture.paste(mix(glow, (255, 255, 255), 0.25), (0, 0), _soft_edge(whole, sign, unit * 0.007, 1))
    _eye(stage, layer.picture, cx + sign * 0.29 * tall, top + 0.47 * tall, tall, sign)
    return [layer]


def _eye(stage: Stage, picture: Image.Image, x: float, y: float, tall: float, sign: int) -> None:
    """A calm eye and brow, seen from the side."""
    brush = ImageDraw.Draw(picture, "RGBA")
    dark = mix(stage.palette.near, (0, 0, 0), 0.4)
    thick = max(2, int(tall * 0.014))
    brush.line([(x - sign * 0.085 * tall, y - 0.075 * tall), (x - sign * 0.01 * tall, y - 0.1 * tall), (x + sign * 0.05 * tall, y - 0.085 * tall)],
               fill=(*dark, 220), width=thick * 2, joint="curve")  # fmt: skip
    brush.polygon([(x - sign * 0.06 * tall, y + 0.005 * tall), (x - sign * 0.01 * tall, y - 0.028 * tall), (x + sign * 0.042 * tall, y - 0.012 * tall),
                   (x + sign * 0.036 * tall, y + 0.018 * tall), (x - sign * 0.01 * tall, y + 0.022 * tall)], fill=(236, 232, 226, 210))  # fmt: skip
    r = 0.026 * tall
    ex = x + sign * 0.02 * tall
    brush.ellipse([ex - r * 0.75, y - r, ex + r * 0.75, y + r], fill=(*dark, 255))
    brush.ellipse([ex - r * 0.1, y - r * 0.6, ex + r * 0.4, y - r * 0.1], fill=(255, 255, 255, 235))
    brush.line([(x - sign * 0.07 * tall, y - 0.002 * tall), (x - sign * 0.01 * tall, y - 0.034 * tall), (x + sign * 0.05 * tall, y - 0.016 * tall)],
               fill=(*dark, 255), width=thick, joint="curve")  # fmt: skip


def _cat(stage: Stage) -> list[Layer]:
    """A cat from the front, looking at us."""
    palette, unit = stage.palette, stage.unit
    cx, cy, r = stage.x(0.58), stage.y(0.44), unit * 0.23

    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        brush.ellipse([(cx - r) * s, (cy - r * 0.86) * s, (cx + r) * s, (cy + r * 0.86) * s], fill=255)
        for side in (-1, 1):
            ear = [(cx + side * r * 0.95, cy - r * 0.3), (cx + side * r * 0.92, cy - r * 1.3), (cx + side * r * 0.25, cy - r * 0.78)]
            brush.polygon([(x * s, y * s) for x, y in ear], fill=255)
        brush.ellipse([(cx - r * 1.15) * s, (cy + r * 0.55) * s, (cx + r * 1.15) * s, (cy + r * 4.2) * s], fill=255)

    mask = stage.mask(paint)
    layer = stage.layer(mask, mix(palette.near, palette.far, 0.2), mix(palette.near, (0, 0, 0), 0.2), depth=1.0)
    glow = palette.lamp if palette.dark else palette.light
    layer.picture.paste(mix(palette.near, glow, 0.35), (0, 0), _soft_edge(mask, 1, unit * 0.06, 6).point(lambda v: v // 2))
    layer.picture.paste(glow, (0, 0), _soft_edge(mask, 1, unit * 0.007, 1))
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    for side in (-1, 1):
        x, y = cx + side * r * 0.42, cy - r * 0.04
        stage.glow(layer.picture, x, y, r * 0.5, (190, 255, 150), 0.25)
        brush.ellipse([x - r * 0.2, y - r * 0.17, x + r * 0.2, y + r * 0.17], fill=(208, 232, 120, 255))
        brush.ellipse([x - r * 0.06, y - r * 0.16, x + r * 0.06, y + r * 0.16], fill=(14, 14, 20, 255))
        brush.ellipse([x + r * 0.02, y - r * 0.1, x + r * 0.08, y - r * 0.04], fill=(255, 255, 255, 240))
        for tilt in (-0.08, 0.05, 0.18):
            brush.line([cx + side * r * 0.22, cy + r * 0.42, cx + side * r * 1.25, cy + r * (0.36 + tilt)], fill=(*glow, 110), width=max(1, int(unit * 0.003)))
    brush.polygon([(cx - r * 0.09, cy + r * 0.27), (cx + r * 0.09, cy + r * 0.27), (cx, cy + r * 0.38)], fill=(214, 130, 130, 230))
    return [layer]


def _table(stage: Stage, back: Image.Image, thing: str) -> list[Layer]:
    """A thing in a pool of light on a table."""
    palette, unit = stage.palette, stage.unit
    edge = stage.y(0.62)
    top = Image.new("L", stage.size)
    top.paste(255, (0, int(edge), stage.size[0], stage.size[1]))
    wood: Colour = mix((120, 78, 52), palette.near, 0.55 if palette.dark else 0.3)
    table = stage.layer(stage.blurred(top, 2), mix(wood, palette.lamp, 0.25), mix(wood, (0, 0, 0), 0.5), depth=0.8)
    cx, cy = stage.x(0.52), stage.y(0.6)
    stage.glow(table.picture, cx, edge + unit * 0.1, unit * 0.6, palette.lamp, 0.55)
    shadow = Image.new("L", stage.size)
    ImageDraw.Draw(shadow).ellipse([cx - unit * 0.2, edge + unit * 0.06, cx + unit * 0.34, edge + unit * 0.15], fill=170)
    table.picture.paste(mix(wood, (0, 0, 0), 0.75), (0, 0), stage.blurred(shadow, 10))
    drawn = Image.new("RGBA", (stage.size[0] * 2, stage.size[1] * 2))
    _THINGS[thing](ImageDraw.Draw(drawn), cx * 2, (cy + unit * 0.12) * 2, unit * 2, palette.lamp)
    drawn = drawn.reduce(2)
    alpha = drawn.getchannel("A")
    picture = drawn.convert("RGB")
    if palette.dark:
        picture = Image.blend(picture, ImageChops.multiply(picture, Image.new("RGB", picture.size, mix(palette.lamp, (255, 255, 255), 0.3))), 0.6)
    picture.paste((255, 250, 236), (0, 0), _soft_edge(alpha, 1, unit * 0.006, 1))
    back.paste(table.picture, (0, 0), table.alpha)
    stage.glow(back, cx, cy - unit * 0.08, unit * 0.55, mix(palette.lamp, (255, 255, 255), 0.2), 0.4)
    return [Layer(picture, alpha, 1.0)]


def _letter(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    sheet = [(x - 0.24 * u, y - 0.04 * u), (x + 0.12 * u, y - 0.3 * u), (x + 0.3 * u, y - 0.06 * u), (x - 0.05 * u, y + 0.12 * u)]
    d.polygon(sheet, fill=(238, 226, 198, 255))
    for n in range(7):
        a, b = 0.12 + n * 0.11, 0.86 - (n % 3) * 0.12
        start = (sheet[0][0] + (sheet[3][0] - sheet[0][0]) * a, sheet[0][1] + (sheet[3][1] - sheet[0][1]) * a)
        end = (start[0] + (sheet[1][0] - sheet[0][0]) * b, start[1] + (sheet[1][1] - sheet[0][1]) * b)
        d.line([(start[0] + 0.03 * u, start[1] - 0.015 * u), end], fill=(96, 78, 66, 220), width=int(0.006 * u))
    d.ellipse([x + 0.1 * u, y - 0.09 * u, x + 0.18 * u, y - 0.02 * u], fill=(178, 42, 40, 255))


def _key(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    gold = (214, 168, 84, 255)
    d.ellipse([x - 0.26 * u, y - 0.16 * u, x - 0.06 * u, y + 0.04 * u], outline=gold, width=int(0.036 * u))
    d.line([x - 0.07 * u, y - 0.06 * u, x + 0.3 * u, y - 0.06 * u], fill=gold, width=int(0.034 * u))
    for at in (0.2, 0.26):
        d.line([x + at * u, y - 0.06 * u, x + at * u, y + 0.04 * u], fill=gold, width=int(0.034 * u))


def _lantern(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    iron = (44, 36, 38, 255)
    d.rounded_rectangle([x - 0.11 * u, y - 0.34 * u, x + 0.11 * u, y + 0.02 * u], 0.04 * u, fill=(*lamp, 235))
    d.ellipse([x - 0.035 * u, y - 0.22 * u, x + 0.035 * u, y - 0.08 * u], fill=(255, 252, 230, 255))
    for dx in (-0.11, 0.0, 0.11):
        d.line([x + dx * u, y - 0.34 * u, x + dx * u, y + 0.02 * u], fill=iron, width=int(0.01 * u))
    d.polygon([(x - 0.14 * u, y - 0.33 * u), (x + 0.14 * u, y - 0.33 * u), (x + 0.05 * u, y - 0.43 * u), (x - 0.05 * u, y - 0.43 * u)], fill=iron)
    d.rectangle([x - 0.14 * u, y + 0.01 * u, x + 0.14 * u, y + 0.06 * u], fill=iron)
    d.arc([x - 0.06 * u, y - 0.53 * u, x + 0.06 * u, y - 0.41 * u], 180, 360, fill=iron, width=int(0.012 * u))


def _cup(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    clay = (226, 222, 212, 255)
    d.ellipse([x + 0.08 * u, y - 0.19 * u, x + 0.25 * u, y - 0.03 * u], outline=clay, width=int(0.022 * u))
    d.ellipse([x - 0.24 * u, y, x + 0.24 * u, y + 0.08 * u], fill=(190, 182, 170, 255))
    d.chord([x - 0.17 * u, y - 0.44 * u, x + 0.17 * u, y + 0.05 * u], 0, 180, fill=clay)
    d.ellipse([x - 0.17 * u, y - 0.235 * u, x + 0.17 * u, y - 0.155 * u], fill=(206, 198, 186, 255))
    d.ellipse([x - 0.15 * u, y - 0.222 * u, x + 0.15 * u, y - 0.162 * u], fill=(112, 66, 40, 255))
    for n, dx in enumerate((-0.05, 0.02, 0.07)):
        d.line([(x + (dx + 0.012 * (-1) ** k) * u, y - (0.24 + 0.045 * k) * u) for k in range(5)], fill=(255, 255, 255, 50 + 10 * n), width=int(0.014 * u), joint="curve")


def _flower(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    d.line([(x, y + 0.04 * u), (x + 0.02 * u, y - 0.1 * u), (x, y - 0.26 * u)], fill=(74, 130, 78, 255), width=int(0.018 * u), joint="curve")
    d.ellipse([x + 0.01 * u, y - 0.11 * u, x + 0.14 * u, y - 0.05 * u], fill=(86, 150, 88, 255))
    for n in range(8):
        angle = n * 0.7854
        px, py = x + float(np.cos(angle)) * 0.1 * u, y - 0.3 * u + float(np.sin(angle)) * 0.09 * u
        d.ellipse([px - 0.065 * u, py - 0.06 * u, px + 0.065 * u, py + 0.06 * u], fill=(240, 128 + 8 * n, 140 + 6 * n, 255))
    d.ellipse([x - 0.055 * u, y - 0.35 * u, x + 0.055 * u, y - 0.25 * u], fill=(255, 214, 110, 255))


def _watch(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    cy, r = y - 0.14 * u, 0.18 * u
    d.rectangle([x - 0.02 * u, cy - r - 0.06 * u, x + 0.02 * u, cy - r], fill=(196, 150, 76, 255))
    d.ellipse([x - r, cy - r, x + r, cy + r], fill=(206, 160, 84, 255))
    d.ellipse([x - r * 0.86, cy - r * 0.86, x + r * 0.86, cy + r * 0.86], fill=(244, 236, 218, 255))
    for n in range(12):
        angle = n * 0.5236
        c, s = float(np.cos(angle)), float(np.sin(angle))
        d.line([x + c * r * 0.7, cy + s * r * 0.7, x + c * r * 0.8, cy + s * r * 0.8], fill=(50, 40, 40, 255), width=int(0.008 * u))
    d.line([x, cy, x + r * 0.42, cy - r * 0.3], fill=(40, 32, 34, 255), width=int(0.014 * u))
    d.line([x, cy, x - r * 0.18, cy - r * 0.66], fill=(40, 32, 34, 255), width=int(0.009 * u))


_THINGS = {"letter": _letter, "key": _key, "lantern": _lantern, "cup": _cup, "flower": _flower, "watch": _watch}


def _soft_edge(mask: Image.Image, side: int, width: float, blur: float) -> Image.Image:
    """The part of a mask along its left (-1) or right (1) edge."""
    scale = 4 if blur > 3 else 1
    small = mask.reduce(scale) if scale > 1 else mask
    step = max(1, round(width / scale))
    inner = ImageChops.offset(small, -side * step, step // 2).filter(ImageFilter.GaussianBlur(blur / scale))
    edge = ImageChops.subtract(small, inner)
    if scale == 1:
        return edge
    soft = edge.filter(ImageFilter.GaussianBlur(blur / scale / 2)).resize(mask.size, Image.Resampling.BILINEAR)
    return ImageChops.darker(soft, mask)


def _smooth(points: Sequence[Point], steps: int = 6) -> list[Point]:
    """A closed curve through the points (Catmull-Rom)."""
    p = np.array(points)
    before, after, later = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (v[:, None, :] for v in (before, p, after, later))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]
