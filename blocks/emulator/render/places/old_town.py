"""An old town: tiled roofs over one another, a pagoda, strings of lanterns."""

from itertools import pairwise

from PIL import Image, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.prompts.mood import Mood


def old_town(stage: Stage, mood: Mood) -> Scenery:
    """Tiled roofs with lifted eaves over one another, a pagoda, strings of lanterns."""
    palette, unit = stage.palette, stage.unit
    picture = backdrop(stage, mood, horizon=0.62)
    hills = stage.ridge(stage.y(0.62), unit * 0.24, 0.45, 3)
    stage.over(picture, stage.below(hills), mix(palette.far, palette.near, 0.15), mix(palette.sky[2], palette.far, 0.4))
    tower = stage.mask(lambda d, s: _pagoda(d, s, stage.x(stage.random.choice([0.2, 0.76])), stage.y(0.66), unit * 0.4))
    stage.over(picture, tower, mix(palette.far, palette.near, 0.42), mix(palette.far, palette.near, 0.2))
    layers = [stage.still(picture), stage.mist(stage.y(0.6), unit * 0.08, 0.6)]
    rows = ((0.66, 0.12, 0.55, 0.45), (0.79, 0.17, 0.8, 0.75))
    for base, size, depth, part in rows:
        layers.append(_roofs(stage, stage.y(base), unit * size, depth, part))
    street = stage.y(0.82)
    ground = Image.new("L", stage.size)
    ground.paste(255, (0, int(street), stage.size[0], stage.size[1]))
    paving = stage.layer(ground, mix(palette.ground, palette.near, 0.4), mix(palette.near, (0, 0, 0), 0.2), depth=1.0)
    if palette.dark or mood.weather == "rain":
        _reflect(stage, paving.picture, layers[-1].picture, int(street))
    layers.append(paving)
    lamps: list[tuple[float, float, float]] = []
    layers.append(_lanterns(stage, lamps))
    return Scenery(layers, ground=street + unit * 0.05, front=5, lamps=lamps, lamp_depth=1.5)


def _roof(brush: ImageDraw.ImageDraw, s: float, x: float, y: float, half: float, high: float) -> None:
    """A tiled roof with lifted eaves; y is its lower edge."""
    left = [
        (x - half * 1.16, y - high * 0.3),
        (x - half * 0.8, y - high * 0.2),
        (x - half * 0.45, y - high * 0.62),
        (x - half * 0.3, y - high),
    ]
    right = [(2 * x - px, py) for px, py in reversed(left)]
    lower = [(x + half * 0.95, y), (x - half * 0.95, y)]
    brush.polygon([(px * s, py * s) for px, py in (*left, *right, *lower)], fill=255)
    brush.rectangle(
        [(x - half * 0.34) * s, (y - high * 1.07) * s, (x + half * 0.34) * s, (y - high * 0.94) * s], fill=255
    )


def _pagoda(brush: ImageDraw.ImageDraw, s: float, x: float, foot: float, tall: float) -> None:
    for tier in range(5):
        share = 1 - tier * 0.14
        y = foot - tall * (0.1 + tier * 0.17)
        brush.rectangle(
            [(x - tall * 0.12 * share) * s, y * s, (x + tall * 0.12 * share) * s, (y + tall * 0.18) * s], fill=255
        )
        _roof(brush, s, x, y, tall * 0.2 * share, tall * 0.07)
    brush.polygon(
        [((x - 2) * s, (foot - tall * 0.82) * s), ((x + 2) * s, (foot - tall * 0.82) * s), (x * s, (foot - tall) * s)],
        fill=255,
    )


def _roofs(stage: Stage, base: float, size: float, depth: float, part: float) -> Layer:
    """A row of houses: walls, roofs, lit lattice windows."""
    palette = stage.palette
    houses: list[tuple[float, float, float]] = []
    x = -size * 0.3
    while x < stage.size[0] + size:
        half = size * stage.random.uniform(0.75, 1.25)
        houses.append((x + half, base - size * stage.random.uniform(0.5, 1.0), half))
        x += half * 2.05

    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        for cx, eave, half in houses:
            brush.rectangle([(cx - half * 0.82) * s, eave * s, (cx + half * 0.82) * s, (base + size) * s], fill=255)
            _roof(brush, s, cx, eave, half, size * 0.42)

    tone = mix(palette.far, palette.near, part)
    layer = stage.layer(stage.mask(paint), mix(tone, palette.light, 0.06), mix(tone, (0, 0, 0), 0.25), depth=depth)
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    for cx, eave, half in houses:
        for column in range(-2, 3):
            if stage.random.random() < (0.55 if palette.dark else 0.2):
                px, wide = cx + column * half * 0.31, half * 0.2
                top, low = eave + size * 0.12, eave + size * 0.42
                warm = mix(palette.lamp, (255, 140, 60), 0.35)
                brush.rectangle([px - wide / 2, top, px + wide / 2, low], fill=(*warm, 220 if palette.dark else 110))
                for bar in (px - wide / 6, px + wide / 6):
                    brush.line([bar, top, bar, low], fill=(*tone, 230), width=max(1, int(size * 0.012)))
                brush.line(
                    [px - wide / 2, (top + low) / 2, px + wide / 2, (top + low) / 2],
                    fill=(*tone, 230),
                    width=max(1, int(size * 0.012)),
                )
        if palette.dark and stage.random.random() < 0.6:
            stage.glow(layer.picture, cx, eave + size * 0.26, half * 1.1, palette.lamp, 0.45)
        edge = (*mix(tone, palette.light, 0.35), 120)
        brush.line(
            [cx - half * 0.34, eave - size * 0.44, cx + half * 0.34, eave - size * 0.44],
            fill=edge,
            width=max(1, int(size * 0.015)),
        )
    return layer


def _reflect(stage: Stage, paving: Image.Image, houses: Image.Image, street: int) -> None:
    height = stage.size[1] - street
    mirror = houses.crop((0, max(0, street - height), stage.size[0], street)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = (
        mirror.reduce((2, 8))
        .filter(ImageFilter.GaussianBlur(2))
        .resize((stage.size[0], mirror.height), Image.Resampling.BICUBIC)
    )
    paving.paste(mirror, (0, street), Image.new("L", mirror.size, 140))


def _lanterns(stage: Stage, lamps: list[tuple[float, float, float]]) -> Layer:
    """A string of red lanterns close to the camera."""
    unit, palette = stage.unit, stage.palette
    red: Colour = (226, 62, 40)
    mask, picture = Image.new("L", stage.size), Image.new("RGB", stage.size, mix(palette.near, (0, 0, 0), 0.4))
    points = [(stage.x(-0.08 + 0.29 * n), stage.y(0.04 + 0.07 * (n % 2))) for n in range(5)]
    halo = Image.new("RGB", stage.size)
    hung = [
        (x, y + unit * stage.random.uniform(0.03, 0.09), unit * stage.random.uniform(0.026, 0.04)) for x, y in points
    ]

    def cords(brush: ImageDraw.ImageDraw, s: float) -> None:
        for (x1, y1), (x2, y2) in pairwise(points):
            curve = [
                (x1 + (x2 - x1) * t, y1 + (y2 - y1) * t + unit * 0.05 * 4 * t * (1 - t))
                for t in [n / 14 for n in range(15)]
            ]
            brush.line([(px * s, py * s) for px, py in curve], fill=255, width=int(unit * 0.003 * s) + 1)
        for (x, y), (_, low, r) in zip(points, hung, strict=True):
            brush.line([x * s, y * s, x * s, low * s], fill=255, width=int(unit * 0.003 * s) + 1)
            brush.line([x * s, (low + r) * s, x * s, (low + r * 2.6) * s], fill=255, width=int(unit * 0.004 * s) + 1)

    def bodies(brush: ImageDraw.ImageDraw, s: float) -> None:
        for x, y, r in hung:
            brush.ellipse([(x - r * 1.15) * s, (y - r * 0.2) * s, (x + r * 1.15) * s, (y + r * 1.6) * s], fill=255)

    strings, globes = stage.mask(cords), stage.mask(bodies)
    if palette.dark:
        for x, y, r in hung:
            stage.glow(halo, x, y + r * 0.7, r * 5, (255, 255, 255), 0.5)
            lamps.append((x, y + r * 0.7, r * 4))
        lit = halo.getchannel("R")
        picture.paste(mix(red, palette.lamp, 0.4), (0, 0), lit.point(lambda v: min(255, v * 4)))
        mask.paste(lit, (0, 0))
    picture.paste(mix(red, palette.lamp, 0.25 if palette.dark else 0.0), (0, 0), globes)
    for x, y, r in hung:
        stage.glow(picture, x, y + r * 0.7, r * 0.9, palette.lamp, 0.8 if palette.dark else 0.25)
    picture.paste(mix(palette.near, (0, 0, 0), 0.4), (0, 0), strings)
    for piece in (strings, globes):
        mask.paste(255, (0, 0), piece)
    return Layer(picture, mask, 1.5)
