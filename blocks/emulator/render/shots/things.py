"""Things for close shots, lying in a pool of light on a table."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from blocks.emulator.render.drawing.edges import soft_edge
from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Stage


def on_a_table(stage: Stage, back: Image.Image, thing: str) -> list[Layer]:
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
    ImageDraw.Draw(shadow).ellipse(
        [cx - unit * 0.2, edge + unit * 0.06, cx + unit * 0.34, edge + unit * 0.15], fill=170
    )
    table.picture.paste(mix(wood, (0, 0, 0), 0.75), (0, 0), stage.blurred(shadow, 10))
    drawn = Image.new("RGBA", (stage.size[0] * 2, stage.size[1] * 2))
    _THINGS[thing](ImageDraw.Draw(drawn), cx * 2, (cy + unit * 0.12) * 2, unit * 2, palette.lamp)
    drawn = drawn.reduce(2)
    alpha = drawn.getchannel("A")
    picture = drawn.convert("RGB")
    if palette.dark:
        picture = Image.blend(
            picture,
            ImageChops.multiply(picture, Image.new("RGB", picture.size, mix(palette.lamp, (255, 255, 255), 0.3))),
            0.6,
        )
    picture.paste((255, 250, 236), (0, 0), soft_edge(alpha, 1, unit * 0.006, 1))
    back.paste(table.picture, (0, 0), table.alpha)
    stage.glow(back, cx, cy - unit * 0.08, unit * 0.55, mix(palette.lamp, (255, 255, 255), 0.2), 0.4)
    return [Layer(picture, alpha, 1.0)]


def _letter(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    sheet = [
        (x - 0.24 * u, y - 0.04 * u),
        (x + 0.12 * u, y - 0.3 * u),
        (x + 0.3 * u, y - 0.06 * u),
        (x - 0.05 * u, y + 0.12 * u),
    ]
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
    d.polygon(
        [
            (x - 0.14 * u, y - 0.33 * u),
            (x + 0.14 * u, y - 0.33 * u),
            (x + 0.05 * u, y - 0.43 * u),
            (x - 0.05 * u, y - 0.43 * u),
        ],
        fill=iron,
    )
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
        d.line(
            [(x + (dx + 0.012 * (-1) ** k) * u, y - (0.24 + 0.045 * k) * u) for k in range(5)],
            fill=(255, 255, 255, 50 + 10 * n),
            width=int(0.014 * u),
            joint="curve",
        )


def _flower(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    _blossom(d, x, y, u, (240, 128, 140))


def _blue_flower(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    _blossom(d, x, y, u, (92, 128, 236))


def _blossom(d: ImageDraw.ImageDraw, x: float, y: float, u: float, colour: Colour) -> None:
    """A flower in a clay pot."""
    y -= 0.12 * u
    d.line(
        [(x, y + 0.04 * u), (x + 0.02 * u, y - 0.1 * u), (x, y - 0.26 * u)],
        fill=(74, 130, 78, 255),
        width=int(0.018 * u),
        joint="curve",
    )
    d.ellipse([x + 0.01 * u, y - 0.11 * u, x + 0.14 * u, y - 0.05 * u], fill=(86, 150, 88, 255))
    for n in range(8):
        angle = n * 0.7854
        px, py = x + float(np.cos(angle)) * 0.1 * u, y - 0.3 * u + float(np.sin(angle)) * 0.09 * u
        shade = (colour[0], min(255, colour[1] + 8 * n), min(255, colour[2] + 6 * n), 255)
        d.ellipse([px - 0.065 * u, py - 0.06 * u, px + 0.065 * u, py + 0.06 * u], fill=shade)
    d.ellipse([x - 0.055 * u, y - 0.35 * u, x + 0.055 * u, y - 0.25 * u], fill=(255, 214, 110, 255))
    pot = [(-0.12, 0.02), (0.12, 0.02), (0.085, 0.2), (-0.085, 0.2)]
    d.polygon([(x + px * u, y + py * u) for px, py in pot], fill=(176, 98, 66, 255))
    d.rectangle([x - 0.135 * u, y, x + 0.135 * u, y + 0.045 * u], fill=(196, 114, 78, 255))
    crack = [(0.03, 0.05), (0.05, 0.09), (0.035, 0.12), (0.055, 0.17)]
    d.line([(x + px * u, y + py * u) for px, py in crack], fill=(92, 48, 36, 255), width=int(0.007 * u))


def _ticket(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    """A ticket with a star punched out, held by a hand in a uniform's sleeve."""
    lean = (0.34, -0.1)

    def at(a: float, b: float) -> tuple[float, float]:
        return x + (a * lean[0] - b * lean[1] * 1.1 - 0.02) * u, y + (a * lean[1] + b * lean[0] * 1.1 - 0.16) * u

    skin, cuff = (206, 152, 122, 255), (32, 66, 54, 255)
    d.polygon([at(1.1, 0.5), at(2.4, 1.5), at(2.0, 2.4), at(0.85, 1.2)], fill=cuff)
    d.line([at(1.14, 0.56), at(0.9, 1.16)], fill=(214, 174, 96, 255), width=int(0.016 * u))
    for b in (0.34, 0.5, 0.66):
        d.line([at(0.45, b), at(1.05, b + 0.28)], fill=skin, width=int(0.062 * u), joint="curve")
        px, py = at(0.45, b)
        d.ellipse([px - 0.031 * u, py - 0.031 * u, px + 0.031 * u, py + 0.031 * u], fill=skin)
    d.polygon([at(-0.9, -0.36), at(0.82, -0.36), at(0.82, 0.42), at(-0.9, 0.42)], fill=(240, 226, 190, 255))
    d.polygon(
        [at(-0.84, -0.3), at(0.76, -0.3), at(0.76, 0.36), at(-0.84, 0.36)],
        outline=(150, 64, 52, 255),
        width=int(0.006 * u),
    )
    for n, b in enumerate((-0.14, 0.02, 0.18)):
        d.line(
            [at(-0.7, b), at((0.1, 0.26, -0.1)[n], b)], fill=(120, 84, 70, 255), width=int((0.018, 0.01, 0.01)[n] * u)
        )
    star = [(np.cos(k * 0.6283 - 1.57) * r, np.sin(k * 0.6283 - 1.57) * r) for k, r in enumerate((0.21, 0.085) * 5)]
    d.polygon([at(0.48 + float(a) * 0.9, -0.02 + float(b)) for a, b in star], fill=(44, 34, 40, 255))
    d.line([at(0.74, 0.3), at(1.0, 0.62)], fill=skin, width=int(0.07 * u))
    px, py = at(0.72, 0.28)
    d.ellipse([px - 0.036 * u, py - 0.036 * u, px + 0.036 * u, py + 0.036 * u], fill=skin)


def _button(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    """A pearl button with a torn thread, half in a puddle that ripples."""
    low = y - 0.02 * u

    def disc(a: float, b: float, fill: tuple[int, int, int, int]) -> None:
        d.ellipse([x - a * u, low - 0.05 * u - b * u, x + a * u, low - 0.05 * u + b * u], fill=fill)

    d.ellipse([x - 0.44 * u, low - 0.13 * u, x + 0.46 * u, low + 0.13 * u], fill=(30, 44, 66, 235))
    for part in (1.0, 0.8):
        box = [x - 0.4 * part * u, low - 0.11 * part * u, x + 0.42 * part * u, low + 0.11 * part * u]
        d.ellipse(box, outline=(150, 178, 206, 200), width=int(0.006 * u))
    d.ellipse([x - 0.25 * u, low - 0.1 * u, x + 0.25 * u, low + 0.1 * u], fill=(16, 24, 40, 170))
    for grow, fill in ((0.0, (150, 140, 158, 255)), (0.012, (240, 234, 236, 255)), (0.05, (214, 208, 222, 255))):
        disc(0.21 - grow, 0.115 - grow * 0.62, fill)
    d.arc(
        [x - 0.19 * u, low - 0.155 * u, x + 0.19 * u, low + 0.055 * u],
        200,
        285,
        fill=(255, 255, 255, 255),
        width=int(0.016 * u),
    )
    thread = [(x - 0.05 * u, low - 0.07 * u), (x + 0.05 * u, low - 0.03 * u), (x + 0.05 * u, low - 0.07 * u)]
    for dx, dy in ((-0.05, -0.07), (0.05, -0.07), (-0.05, -0.028), (0.05, -0.028)):
        cx, cy = x + dx * u, low + dy * u
        d.ellipse([cx - 0.02 * u, cy - 0.012 * u, cx + 0.02 * u, cy + 0.012 * u], fill=(92, 84, 104, 255))
    thread += [(x + 0.16 * u, low - 0.15 * u), (x + 0.25 * u, low - 0.12 * u), (x + 0.3 * u, low + 0.03 * u)]
    d.line(thread, fill=(186, 52, 60, 255), width=int(0.009 * u), joint="curve")


def _watch(d: ImageDraw.ImageDraw, x: float, y: float, u: float, lamp: Colour) -> None:
    cy, r = y - 0.14 * u, 0.18 * u
    d.rectangle([x - 0.02 * u, cy - r - 0.06 * u, x + 0.02 * u, cy - r], fill=(196, 150, 76, 255))
    d.ellipse([x - r, cy - r, x + r, cy + r], fill=(206, 160, 84, 255))
    d.ellipse([x - r * 0.86, cy - r * 0.86, x + r * 0.86, cy + r * 0.86], fill=(244, 236, 218, 255))
    for n in range(12):
        angle = n * 0.5236
        c, s = float(np.cos(angle)), float(np.sin(angle))
        d.line(
            [x + c * r * 0.7, cy + s * r * 0.7, x + c * r * 0.8, cy + s * r * 0.8],
            fill=(50, 40, 40, 255),
            width=int(0.008 * u),
        )
    d.line([x, cy, x + r * 0.42, cy - r * 0.3], fill=(40, 32, 34, 255), width=int(0.014 * u))
    d.line([x, cy, x - r * 0.18, cy - r * 0.66], fill=(40, 32, 34, 255), width=int(0.009 * u))


_THINGS = {
    "letter": _letter,
    "key": _key,
    "lantern": _lantern,
    "cup": _cup,
    "flower": _flower,
    "blue flower": _blue_flower,
    "watch": _watch,
    "ticket": _ticket,
    "button": _button,
}
