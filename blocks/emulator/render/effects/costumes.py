"""Larger things an effect brings: what is put on, what comes into the picture; each drawn in a square."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PIL import ImageDraw

from blocks.emulator.render.drawing.palettes import Colour, mix

Draw = Callable[[ImageDraw.ImageDraw, float], None]
Point = tuple[float, float]
WHITE, INK = (255, 255, 255), (18, 18, 26)


def _shape(brush: ImageDraw.ImageDraw, s: float, colour: Colour, points: Sequence[Point], opacity: int = 255) -> None:
    brush.polygon([(x * s, y * s) for x, y in points], fill=(*colour, opacity))


def _line(brush: ImageDraw.ImageDraw, s: float, colour: Colour, points: Sequence[Point], wide: float) -> None:
    brush.line([(x * s, y * s) for x, y in points], fill=(*colour, 255), width=max(1, int(wide * s)), joint="curve")


def _oval(brush: ImageDraw.ImageDraw, s: float, colour: Colour, x: float, y: float, rx: float, ry: float) -> None:
    brush.ellipse([(x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s], fill=(*colour, 255))


def _hand(flip: bool, brush: ImageDraw.ImageDraw, s: float) -> None:
    """An open hand from the side of the frame, its fingers to the middle."""
    skin, dark = (232, 184, 154), (206, 150, 122)
    way: Callable[[float], float] = (lambda x: 1 - x) if flip else (lambda x: x)
    _shape(brush, s, dark, [(way(x), y) for x, y in ((0, 0.38), (0.4, 0.34), (0.4, 0.72), (0, 0.7))])
    for n in range(4):
        y = 0.3 + 0.115 * n
        _line(brush, s, skin, [(way(0.34), y + 0.03), (way(0.82 - 0.05 * abs(n - 1)), y)], 0.1)
        _oval(brush, s, skin, way(0.82 - 0.05 * abs(n - 1)), y, 0.05, 0.05)
    _oval(brush, s, skin, way(0.34), 0.5, 0.16, 0.22)
    _line(brush, s, skin, [(way(0.3), 0.4), (way(0.52), 0.2)], 0.1)
    _oval(brush, s, skin, way(0.52), 0.2, 0.05, 0.05)


def _finger(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A pointing finger from the right."""
    skin = (232, 184, 154)
    _line(brush, s, skin, [(0.1, 0.5), (0.6, 0.5)], 0.12)
    _oval(brush, s, skin, 0.1, 0.5, 0.06, 0.06)
    _oval(brush, s, (250, 214, 200), 0.08, 0.48, 0.03, 0.025)
    _shape(brush, s, skin, ((0.5, 0.42), (1, 0.36), (1, 0.76), (0.58, 0.76)))
    for n in range(3):
        _oval(brush, s, mix(skin, INK, 0.06 + 0.03 * n), 0.58, 0.58 + 0.08 * n, 0.09, 0.05)


def _snap(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A hand held up with two fingers."""
    skin = (232, 184, 154)
    for x, top in ((0.36, 0.12), (0.56, 0.1)):
        _line(brush, s, skin, [(0.46, 0.6), (x, top)], 0.1)
        _oval(brush, s, skin, x, top, 0.05, 0.05)
    _oval(brush, s, skin, 0.48, 0.64, 0.18, 0.17)
    _oval(brush, s, mix(skin, INK, 0.1), 0.42, 0.62, 0.13, 0.06)
    _shape(brush, s, skin, ((0.36, 0.7), (0.6, 0.7), (0.6, 1), (0.38, 1)))


def _robe(cloth: Colour, trim: Colour, sash: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    """A robe with a crossed collar and wide sleeves."""
    _shape(brush, s, cloth, ((0.36, 0.06), (0.64, 0.06), (0.88, 0.26), (0.99, 1), (0.01, 1), (0.12, 0.26)), 240)
    _shape(brush, s, mix(cloth, INK, 0.22), ((0.12, 0.26), (0.24, 0.4), (0.2, 1), (0.01, 1)), 240)
    _shape(brush, s, mix(cloth, INK, 0.22), ((0.88, 0.26), (0.76, 0.4), (0.8, 1), (0.99, 1)), 240)
    _line(brush, s, trim, ((0.64, 0.06), (0.34, 0.58)), 0.055)
    _line(brush, s, trim, ((0.36, 0.06), (0.66, 0.58)), 0.055)
    _shape(brush, s, sash, ((0.22, 0.56), (0.78, 0.56), (0.79, 0.7), (0.21, 0.7)))
    for n in range(7):
        x, y = 0.3 + 0.07 * n, 0.82 + 0.05 * (n % 2)
        _oval(brush, s, trim, x, y, 0.022, 0.022)


def _hairpin(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A golden comb with flowers and hanging beads."""
    for side in (-1, 1):
        for n in range(5):
            _oval(brush, s, (236, 190, 70), 0.5 + side * 0.36, 0.5 + 0.09 * n, 0.02, 0.025)
        _line(brush, s, (236, 190, 70), ((0.5, 0.42), (0.5 + side * 0.4, 0.46)), 0.03)
    for n in range(5):
        angle = math.pi * (1 + n / 4)
        _oval(brush, s, (214, 44, 74), 0.5 + 0.17 * math.cos(angle), 0.4 + 0.17 * math.sin(angle), 0.1, 0.1)
    _oval(brush, s, (250, 214, 100), 0.5, 0.36, 0.08, 0.08)


def _gown(brush: ImageDraw.ImageDraw, s: float) -> None:
    _robe((28, 30, 46), (214, 176, 70), (40, 44, 66), brush, s)


def _cap(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A square academic cap with a tassel."""
    _shape(brush, s, (22, 24, 38), ((0.28, 0.5), (0.72, 0.5), (0.7, 0.74), (0.3, 0.74)))
    _shape(brush, s, (40, 44, 66), ((0.5, 0.26), (0.98, 0.46), (0.5, 0.64), (0.02, 0.46)))
    _line(brush, s, (236, 190, 70), ((0.5, 0.45), (0.84, 0.5), (0.85, 0.74)), 0.02)
    _shape(brush, s, (236, 190, 70), ((0.82, 0.72), (0.88, 0.72), (0.9, 0.86), (0.8, 0.86)))


def _tail(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A fish's tail, scale by scale, the fin below to the right."""
    skin, light = (26, 140, 150), (120, 226, 206)
    _shape(brush, s, mix(skin, light, 0.4), ((0.68, 0.7), (0.98, 0.56), (0.88, 0.76), (0.99, 0.98), (0.7, 0.86)), 235)
    spine = [(0.4 + 0.34 * (n / 13) ** 1.4, 0.1 + 0.68 * n / 13) for n in range(14)]
    for n, (x, y) in enumerate(spine):
        _oval(brush, s, skin, x, y, 0.25 * (1 - n / 15), 0.08)
    for n, (x, y) in enumerate(spine):
        wide = 0.22 * (1 - n / 15)
        for k in range(-2, 3):
            at = [s * (x + k * wide * 0.42 - 0.035), s * (y - 0.03), s * (x + k * wide * 0.42 + 0.035), s * (y + 0.04)]
            brush.arc(at, 20, 160, fill=(*light, 220), width=max(1, int(s * 0.008)))


def _dragon(brush: ImageDraw.ImageDraw, s: float) -> None:
    """The head of a beast, its mouth open to the right."""
    hide, dark = (58, 22, 30), (30, 10, 18)
    _shape(brush, s, dark, ((0.05, 0.3), (0.3, 0.02), (0.34, 0.22), (0.56, 0.04), (0.5, 0.26), (0.1, 0.6)))
    _shape(brush, s, hide, ((0, 0.36), (0.36, 0.18), (0.62, 0.24), (0.96, 0.38), (0.98, 0.48), (0.5, 0.54), (0, 0.7)))
    _shape(brush, s, hide, ((0, 0.6), (0.42, 0.6), (0.86, 0.8), (0.8, 0.88), (0.3, 0.9), (0, 1)))
    _shape(brush, s, (250, 110, 30), ((0.34, 0.56), (0.92, 0.5), (0.8, 0.78), (0.42, 0.62)))
    for n in range(6):
        x = 0.5 + 0.08 * n
        _shape(brush, s, (240, 230, 208), ((x, 0.5), (x + 0.055, 0.49), (x + 0.03, 0.61)))
        _shape(
            brush, s, (240, 230, 208), ((x, 0.65 + 0.03 * n), (x + 0.055, 0.67 + 0.03 * n), (x + 0.03, 0.57 + 0.02 * n))
        )
    _oval(brush, s, (255, 206, 60), 0.48, 0.34, 0.055, 0.035)
    _oval(brush, s, INK, 0.49, 0.34, 0.012, 0.034)
    _oval(brush, s, dark, 0.9, 0.4, 0.025, 0.015)


def _plate(metal: Colour, lamp: Colour, part: str, brush: ImageDraw.ImageDraw, s: float) -> None:
    """A piece of armour: the chest, a shoulder, a visor."""
    light, dark = mix(metal, WHITE, 0.35), mix(metal, INK, 0.45)
    match part:
        case "chest":
            _shape(brush, s, dark, ((0.04, 0.16), (0.96, 0.16), (0.84, 0.98), (0.16, 0.98)))
            _shape(brush, s, metal, ((0.08, 0.2), (0.48, 0.3), (0.46, 0.94), (0.2, 0.94)))
            _shape(brush, s, light, ((0.92, 0.2), (0.52, 0.3), (0.54, 0.94), (0.8, 0.94)))
            _oval(brush, s, lamp, 0.5, 0.5, 0.14, 0.14)
            _oval(brush, s, WHITE, 0.5, 0.5, 0.07, 0.07)
            for y in (0.72, 0.8, 0.88):
                _line(brush, s, dark, ((0.24, y), (0.76, y)), 0.012)
        case "shoulder":
            _shape(brush, s, dark, ((0.06, 0.5), (0.3, 0.1), (0.8, 0.14), (0.96, 0.6), (0.6, 0.94), (0.16, 0.86)))
            _shape(brush, s, metal, ((0.12, 0.5), (0.34, 0.17), (0.76, 0.2), (0.88, 0.56), (0.5, 0.6)))
            _line(brush, s, lamp, ((0.2, 0.7), (0.8, 0.66)), 0.05)
        case "visor":
            _shape(brush, s, dark, ((0.02, 0.1), (0.5, 0.3), (0.98, 0.1), (0.86, 0.62), (0.14, 0.62)))
            _shape(brush, s, metal, ((0.1, 0.2), (0.5, 0.38), (0.9, 0.2), (0.84, 0.44), (0.16, 0.44)))
            _shape(brush, s, lamp, ((0.16, 0.46), (0.84, 0.46), (0.72, 0.57), (0.28, 0.57)))


def _awning(brush: ImageDraw.ImageDraw, s: float) -> None:
    """The striped roof of a roundabout, with lamps."""
    for n in range(12):
        colour = (206, 54, 70) if n % 2 else (250, 236, 206)
        x = n / 12
        _shape(brush, s, colour, ((0.5, -0.1), (x, 0.26), (x + 1 / 12, 0.26)))
        brush.pieslice([x * s, 0.2 * s, (x + 1 / 12) * s, 0.33 * s], 0, 180, fill=(*colour, 255))
        _oval(brush, s, (255, 236, 150), x + 1 / 24, 0.35, 0.013, 0.013)


def _horse(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A wooden horse on its pole."""
    coat = (246, 236, 226)
    _line(brush, s, (226, 182, 74), ((0.5, 0), (0.5, 1)), 0.035)
    _oval(brush, s, coat, 0.5, 0.54, 0.24, 0.12)
    _shape(brush, s, coat, ((0.6, 0.56), (0.72, 0.24), (0.9, 0.34), (0.86, 0.42), (0.76, 0.42), (0.74, 0.58)))
    _shape(brush, s, (206, 120, 140), ((0.7, 0.22), (0.58, 0.44), (0.64, 0.5), (0.74, 0.28)))
    for x, foot in ((0.34, 0.24), (0.4, 0.42), (0.6, 0.7), (0.66, 0.62)):
        _line(brush, s, coat, ((x, 0.6), (foot, 0.82)), 0.05)
    _line(brush, s, (206, 120, 140), ((0.28, 0.5), (0.16, 0.7)), 0.06)
    _shape(brush, s, (90, 150, 214), ((0.42, 0.42), (0.58, 0.42), (0.6, 0.56), (0.4, 0.56)))


def _cone(brush: ImageDraw.ImageDraw, s: float) -> None:
    """Ice cream in a cone."""
    _shape(brush, s, (222, 164, 92), ((0.28, 0.5), (0.72, 0.5), (0.5, 0.99)))
    for n in range(1, 5):
        _line(brush, s, (186, 124, 60), ((0.28 + 0.09 * n, 0.5), (0.5 + 0.04 * n - 0.06, 0.9 - 0.06 * n)), 0.012)
    for x, y, colour in ((0.38, 0.4, (255, 176, 196)), (0.62, 0.4, (178, 232, 206)), (0.5, 0.22, (255, 236, 198))):
        _oval(brush, s, colour, x, y, 0.17, 0.16)
        _oval(brush, s, mix(colour, WHITE, 0.6), x - 0.06, y - 0.06, 0.04, 0.03)


def _planet(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A scoop as large as a planet, with a ring."""
    _oval(brush, s, (255, 182, 206), 0.5, 0.5, 0.34, 0.34)
    for n, colour in enumerate(((255, 214, 224), (186, 232, 214), (255, 236, 200))):
        brush.arc(
            [s * 0.18, s * (0.26 + 0.12 * n), s * 0.82, s * (0.56 + 0.12 * n)],
            10,
            170,
            fill=(*colour, 255),
            width=int(s * 0.05),
        )
    brush.arc([s * 0.02, s * 0.4, s * 0.98, s * 0.62], 0, 180, fill=(255, 244, 226, 255), width=max(1, int(s * 0.03)))


def _iris(brush: ImageDraw.ImageDraw, s: float) -> None:
    """An iris, its pupil the middle half."""
    _oval(brush, s, (30, 22, 30), 0.5, 0.5, 0.5, 0.5)
    _oval(brush, s, (70, 110, 120), 0.5, 0.5, 0.47, 0.47)
    for n in range(72):
        angle = 2 * math.pi * n / 72
        far = 0.4 + 0.05 * math.sin(n * 5.1)
        inner = (0.5 + 0.24 * math.cos(angle), 0.5 + 0.24 * math.sin(angle))
        outer = (0.5 + far * math.cos(angle + 0.05), 0.5 + far * math.sin(angle + 0.05))
        _line(brush, s, (190, 206, 150) if n % 2 else (120, 160, 150), (inner, outer), 0.008)
    _oval(brush, s, (4, 4, 10), 0.5, 0.5, 0.25, 0.25)
    _oval(brush, s, (214, 226, 226), 0.36, 0.32, 0.045, 0.035)


def _cover(brush: ImageDraw.ImageDraw, s: float) -> None:
    """A magazine's front: border, lines of type, bar code; the middle is open."""
    brush.rectangle([0, 0, s - 1, s - 1], outline=(250, 248, 244, 255), width=int(s * 0.04))
    for x, wide in ((0.1, 0.06), (0.2, 0.1), (0.34, 0.04), (0.42, 0.12), (0.58, 0.06), (0.68, 0.1), (0.82, 0.08)):
        brush.rectangle([x * s, 0.07 * s, (x + wide) * s, 0.17 * s], fill=(206, 40, 62, 255))
    for n, wide in enumerate((0.22, 0.16, 0.19)):
        brush.rectangle(
            [0.08 * s, (0.62 + 0.05 * n) * s, (0.08 + wide) * s, (0.645 + 0.05 * n) * s], fill=(255, 255, 255, 240)
        )
        brush.rectangle(
            [(0.92 - wide) * s, (0.3 + 0.05 * n) * s, 0.92 * s, (0.315 + 0.05 * n) * s], fill=(255, 226, 120, 240)
        )
    brush.rectangle([0.74 * s, 0.84 * s, 0.92 * s, 0.93 * s], fill=(255, 255, 255, 255))
    for n in range(14):
        if n % 3:
            brush.rectangle(
                [(0.755 + 0.011 * n) * s, 0.85 * s, (0.761 + 0.011 * n) * s, 0.92 * s], fill=(10, 10, 10, 255)
            )


def _grid(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    """A floor of lines that run to the horizon."""
    for n in range(-8, 9):
        _line(brush, s, colour, ((0.5 + 0.03 * n, 0.62), (0.5 + 0.16 * n, 1)), 0.005)
    for n in range(7):
        y = 0.62 + 0.38 * (n / 6) ** 2
        _line(brush, s, colour, ((0, y), (1, y)), 0.005)


def _beam(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    """A level line of light."""
    for n in range(20, 0, -1):
        reach = 0.09 * n / 20
        brush.rectangle([0, (0.5 - reach) * s, s, (0.5 + reach) * s], fill=(*mix(WHITE, colour, n / 20), 235 - 11 * n))


LOOKS: Mapping[str, Draw] = {
    "hand-left": partial(_hand, False),
    "hand-right": partial(_hand, True),
    "finger": _finger,
    "snap": _snap,
    "hanfu": partial(_robe, (186, 40, 62), (242, 206, 120), (30, 110, 100)),
    "hairpin": _hairpin,
    "gown": _gown,
    "cap": _cap,
    "tail": _tail,
    "dragon": _dragon,
    "chest-gold": partial(_plate, (196, 60, 46), (255, 206, 80), "chest"),
    "shoulder-gold": partial(_plate, (196, 60, 46), (255, 206, 80), "shoulder"),
    "visor-gold": partial(_plate, (196, 60, 46), (255, 206, 80), "visor"),
    "chest-steel": partial(_plate, (120, 134, 150), (80, 220, 255), "chest"),
    "visor-neon": partial(_plate, (54, 40, 92), (255, 60, 200), "visor"),
    "awning": _awning,
    "horse": _horse,
    "cone": _cone,
    "planet": _planet,
    "iris": _iris,
    "cover": _cover,
    "grid": partial(_grid, (70, 240, 255)),
    "beam": partial(_beam, (80, 220, 255)),
}
