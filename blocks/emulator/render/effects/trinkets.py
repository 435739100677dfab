"""Small things that fly, fall and glitter in an effect, each drawn in a square."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Stamp
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.effects import costumes

Draw = Callable[[ImageDraw.ImageDraw, float], None]
WHITE, INK = (255, 255, 255), (24, 24, 34)
SMOOTH = 3
"""Drawn as much larger, then reduced."""


@lru_cache(maxsize=256)
def stamp_of(look: str, side: int, quarter: int = 0) -> Stamp:
    """A look at a size in pixels, turned by so many eighths."""
    large = side * SMOOTH
    picture = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    LOOKS[look](ImageDraw.Draw(picture, "RGBA"), large)
    if quarter:
        picture = picture.rotate(45 * quarter, Image.Resampling.BICUBIC)
    return Stamp.of(picture.reduce(SMOOTH))


def _heart(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    angles = [2 * math.pi * n / 60 for n in range(60)]
    points = [
        (
            s * (0.5 + 0.029 * 16 * math.sin(t) ** 3),
            s * (0.46 - 0.029 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t))),
        )
        for t in angles
    ]
    brush.polygon(points, fill=(*colour, 235))
    brush.ellipse([s * 0.2, s * 0.2, s * 0.34, s * 0.31], fill=(*mix(colour, WHITE, 0.45), 235))


def _oval(colour: Colour, wide: float, brush: ImageDraw.ImageDraw, s: float) -> None:
    brush.ellipse([s * (0.5 - wide / 2), s * 0.08, s * (0.5 + wide / 2), s * 0.92], fill=(*colour, 225))
    brush.line(
        [s * 0.5, s * 0.15, s * 0.5, s * 0.85], fill=(*mix(colour, WHITE, 0.4), 225), width=max(1, int(s * 0.03))
    )


def _glow(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    for n in range(30, 0, -1):
        r, opacity = s * 0.5 * n / 30, round(250 * (1 - n / 31) ** 2)
        brush.ellipse([s / 2 - r, s / 2 - r, s / 2 + r, s / 2 + r], fill=(*mix(WHITE, colour, n / 30), opacity))


def _star(colour: Colour, points: int, inner: float, brush: ImageDraw.ImageDraw, s: float) -> None:
    corners = []
    for n in range(2 * points):
        r, angle = s * (0.48 if n % 2 == 0 else 0.48 * inner), math.pi * (n / points - 0.5)
        corners.append((s / 2 + r * math.cos(angle), s / 2 + r * math.sin(angle)))
    brush.polygon(corners, fill=(*colour, 240))


def _coin(brush: ImageDraw.ImageDraw, s: float) -> None:
    brush.ellipse([s * 0.06, s * 0.06, s * 0.94, s * 0.94], fill=(176, 122, 26, 255))
    brush.ellipse([s * 0.1, s * 0.06, s * 0.94, s * 0.9], fill=(250, 204, 74, 255))
    brush.rectangle([s * 0.38, s * 0.36, s * 0.64, s * 0.62], fill=(176, 122, 26, 255))


def _note(brush: ImageDraw.ImageDraw, s: float) -> None:
    brush.rectangle([0, s * 0.26, s, s * 0.74], fill=(206, 70, 78, 245))
    brush.rectangle([s * 0.05, s * 0.31, s * 0.95, s * 0.69], outline=(250, 214, 196, 230), width=max(1, int(s * 0.03)))
    brush.ellipse([s * 0.37, s * 0.36, s * 0.63, s * 0.64], fill=(250, 214, 196, 230))


def _tune(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    ink = (*colour, 245)
    brush.ellipse([s * 0.12, s * 0.66, s * 0.42, s * 0.9], fill=ink)
    brush.ellipse([s * 0.58, s * 0.58, s * 0.88, s * 0.82], fill=ink)
    brush.polygon([(s * 0.36, s * 0.16), (s * 0.88, s * 0.08), (s * 0.88, s * 0.24), (s * 0.36, s * 0.32)], fill=ink)
    for x, top, bottom in ((0.36, 0.2, 0.78), (0.82, 0.12, 0.7)):
        brush.rectangle([s * x, s * top, s * (x + 0.06), s * bottom], fill=ink)


def _ring(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    brush.ellipse(
        [s * 0.06, s * 0.06, s * 0.94, s * 0.94],
        fill=(*colour, 60),
        outline=(*colour, 210),
        width=max(1, int(s * 0.05)),
    )
    brush.ellipse([s * 0.24, s * 0.2, s * 0.42, s * 0.36], fill=(255, 255, 255, 210))


def _jellyfish(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    for n in range(5):
        x = s * (0.26 + 0.12 * n)
        line = [(x + s * 0.035 * math.sin(t * 1.1 + n), s * (0.42 + 0.055 * t)) for t in range(10)]
        brush.line(line, fill=(*mix(colour, WHITE, 0.3), 170), width=max(1, int(s * 0.022)), joint="curve")
    brush.chord([s * 0.14, s * 0.06, s * 0.86, s * 0.86], 180, 360, fill=(*colour, 190))
    brush.ellipse([s * 0.14, s * 0.4, s * 0.86, s * 0.53], fill=(*mix(colour, WHITE, 0.35), 200))
    brush.chord([s * 0.3, s * 0.14, s * 0.62, s * 0.6], 180, 300, fill=(*mix(colour, WHITE, 0.5), 200))


def _cloud(colour: Colour, opacity: int, brush: ImageDraw.ImageDraw, s: float) -> None:
    ink = (*colour, opacity)
    for x, y, r in ((0.22, 0.6, 0.16), (0.4, 0.46, 0.22), (0.62, 0.5, 0.2), (0.8, 0.61, 0.15), (0.5, 0.62, 0.18)):
        brush.ellipse([s * (x - r), s * (y - r), s * (x + r), s * (y + r)], fill=ink)


def _flame(brush: ImageDraw.ImageDraw, s: float) -> None:
    for k, colour in ((1.0, (220, 60, 24)), (0.7, (250, 150, 36)), (0.4, (255, 230, 130))):
        wide, tall = 0.3 * k, 0.86 * k
        brush.polygon(
            [
                (s * 0.5, s * (0.94 - tall)),
                (s * (0.5 + wide), s * 0.72),
                (s * 0.5, s * 0.94),
                (s * (0.5 - wide), s * 0.72),
            ],
            fill=(*colour, 235),
        )
        brush.ellipse([s * (0.5 - wide), s * (0.9 - wide), s * (0.5 + wide), s * 0.95], fill=(*colour, 235))


def _drop(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    brush.polygon([(s * 0.5, s * 0.04), (s * 0.74, s * 0.6), (s * 0.26, s * 0.6)], fill=(*colour, 235))
    brush.ellipse([s * 0.24, s * 0.44, s * 0.76, s * 0.96], fill=(*colour, 235))
    brush.ellipse([s * 0.36, s * 0.6, s * 0.48, s * 0.74], fill=(255, 255, 255, 190))


def _square(colour: Colour, share: float, brush: ImageDraw.ImageDraw, s: float) -> None:
    a = (1 - share) / 2
    brush.rectangle([s * a, s * 0.1, s * (1 - a), s * 0.9], fill=(*colour, 235))


def _gear(colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    _star(colour, 12, 0.82, brush, s)
    brush.ellipse([s * 0.14, s * 0.14, s * 0.86, s * 0.86], fill=(*colour, 255))
    brush.ellipse([s * 0.34, s * 0.34, s * 0.66, s * 0.66], fill=(*mix(colour, INK, 0.7), 255))


def _rose(petals: Colour, stem: Colour, opacity: int, brush: ImageDraw.ImageDraw, s: float) -> None:
    brush.line([(s * 0.5, s * 0.4), (s * 0.47, s * 0.7), (s * 0.52, s)], fill=(*stem, 255), width=int(s * 0.035))
    brush.ellipse([s * 0.5, s * 0.62, s * 0.72, s * 0.72], fill=(*stem, opacity))
    brush.ellipse([s * 0.27, s * 0.72, s * 0.49, s * 0.82], fill=(*stem, opacity))
    for n in range(18):
        r, angle = 0.2 * (1 - n / 20), 2.4 * n
        x, y = 0.5 + r * 0.75 * math.cos(angle), 0.27 + r * 0.7 * math.sin(angle)
        shade = mix(petals, INK if n % 3 == 0 else WHITE, 0.24 if n % 3 == 0 else 0.02 + 0.012 * n)
        brush.ellipse([s * (x - 0.1), s * (y - 0.09), s * (x + 0.1), s * (y + 0.09)], fill=(*shade, opacity))


def _lips(brush: ImageDraw.ImageDraw, s: float) -> None:
    ink = (214, 36, 74, 225)
    brush.polygon(
        [(s * x, s * y) for x, y in ((0.06, 0.5), (0.34, 0.3), (0.5, 0.38), (0.66, 0.3), (0.94, 0.5), (0.5, 0.48))],
        fill=ink,
    )
    brush.chord([s * 0.12, s * 0.22, s * 0.88, s * 0.76], 12, 168, fill=ink)


def _letter(shape: str, colour: Colour, brush: ImageDraw.ImageDraw, s: float) -> None:
    """Marks of comics, drawn as lines: a question, a snore, a cross of anger."""
    wide = max(1, int(s * 0.1))
    lines = {
        "z": [[(0.22, 0.2), (0.78, 0.2), (0.22, 0.8), (0.78, 0.8)]],
        "?": [[(0.26, 0.3), (0.34, 0.14), (0.62, 0.12), (0.74, 0.3), (0.5, 0.5), (0.5, 0.66)],
            [(0.5, 0.84), (0.5, 0.9)]],
        "#": [
            [(0.4, 0.1), (0.4, 0.36), (0.12, 0.4)], [(0.6, 0.1), (0.6, 0.36), (0.88, 0.4)],
            [(0.4, 0.9), (0.4, 0.64), (0.12, 0.6)], [(0.6, 0.9), (0.6, 0.64), (0.88, 0.6)],
        ],
        "|": [[(0.2 + 0.2 * n, 0.1), (0.2 + 0.2 * n, 0.6 + 0.1 * (n % 2))] for n in range(4)],
    }  # fmt: skip
    for line in lines[shape]:
        points = [(x * s, y * s) for x, y in line]
        brush.line(points, fill=(*colour, 245), width=wide, joint="curve")


def _blush(brush: ImageDraw.ImageDraw, s: float) -> None:
    for n in range(24, 0, -1):
        r, opacity = s * 0.5 * n / 24, round(130 * (1 - n / 25))
        brush.ellipse([s / 2 - r, s / 2 - 0.66 * r, s / 2 + r, s / 2 + 0.66 * r], fill=(240, 70, 96, opacity))


LOOKS: Mapping[str, Draw] = {
    **costumes.LOOKS,
    "heart": partial(_heart, (236, 62, 98)),
    "heart-pink": partial(_heart, (250, 140, 176)),
    "petal": partial(_oval, (246, 168, 186), 0.42),
    "petal-red": partial(_oval, (200, 30, 52), 0.6),
    "spark": partial(_star, (255, 250, 226), 4, 0.18),
    "spark-blue": partial(_star, (200, 236, 255), 4, 0.18),
    "spark-violet": partial(_star, (214, 160, 255), 4, 0.2),
    "star": partial(_star, (255, 222, 96), 5, 0.45),
    "ember": partial(_glow, (255, 120, 30)),
    "orb": partial(_glow, (255, 214, 120)),
    "orb-blue": partial(_glow, (90, 200, 255)),
    "flash": partial(_glow, (255, 255, 255)),
    "coin": _coin,
    "banknote": _note,
    "tune": partial(_tune, (255, 240, 200)),
    "bubble": partial(_ring, (190, 232, 255)),
    "jellyfish": partial(_jellyfish, (168, 140, 255)),
    "jellyfish-pink": partial(_jellyfish, (255, 150, 214)),
    "cloud": partial(_cloud, (250, 250, 255), 205),
    "steam": partial(_cloud, (245, 245, 245), 110),
    "flame": _flame,
    "tear": partial(_drop, (120, 190, 250)),
    "sweat": partial(_drop, (170, 216, 250)),
    "cream": partial(_drop, (255, 222, 214)),
    "sprinkle": partial(_square, (255, 120, 160), 0.22),
    "sprinkle-mint": partial(_square, (120, 230, 200), 0.22),
    "confetti": partial(_square, (250, 200, 70), 0.5),
    "confetti-blue": partial(_square, (90, 150, 250), 0.5),
    "speck": partial(_square, (255, 236, 214), 0.8),
    "circuit": partial(_square, (90, 230, 255), 0.12),
    "neon": partial(_square, (255, 60, 200), 0.14),
    "gear": partial(_gear, (150, 162, 176)),
    "rose": partial(_rose, (206, 26, 52), (46, 110, 58), 255),
    "rose-crystal": partial(_rose, (160, 216, 255), (170, 226, 240), 190),
    "lips": _lips,
    "zzz": partial(_letter, "z", (214, 226, 255)),
    "question": partial(_letter, "?", (255, 226, 120)),
    "anger": partial(_letter, "#", (230, 40, 40)),
    "gloom": partial(_letter, "|", (70, 84, 130)),
    "blush": _blush,
}
