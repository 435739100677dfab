"""Green places: a forest and a garden."""

import math

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.prompts.mood import Mood

FLOWERS: tuple[Colour, ...] = ((255, 120, 130), (255, 196, 84), (250, 236, 240), (196, 130, 240), (255, 150, 90))


def forest(stage: Stage, mood: Mood) -> Scenery:
    """Trunks dissolving in light, rays through the crowns, ferns in front."""
    palette, unit = stage.palette, stage.unit
    green: Colour = mix(palette.far, (70, 140, 104), 0.45)
    picture = stage.sky(
        [mix(palette.sky[1], green, 0.5), mix(palette.sky[2], green, 0.15), mix(green, palette.near, 0.35)]
    )
    stage.glow(picture, stage.x(0.5), stage.y(0.42), unit * 0.8, mix(palette.light, palette.sky[2], 0.3), 0.6)
    for step in range(2):
        tone = mix(mix(palette.sky[2], green, 0.5), palette.near, 0.12 + 0.2 * step)
        trunks = stage.mask(lambda d, s, k=step: _trunks(stage, d, s, 26 - 8 * k, 0.007 + 0.006 * k, 0.72 + 0.05 * k))  # type: ignore[misc]
        stage.over(picture, trunks, tone, mix(tone, green, 0.4))
    rays = Image.new("L", stage.size)
    brush = ImageDraw.Draw(rays)
    for _ in range(7):
        x, wide = stage.x(stage.random.uniform(0.1, 1.0)), unit * stage.random.uniform(0.03, 0.09)
        brush.polygon(
            [(x, 0), (x + wide, 0), (x - unit * 0.35 + wide * 2, stage.size[1]), (x - unit * 0.35, stage.size[1])],
            fill=44,
        )
    shafts = Layer(
        Image.new("RGB", stage.size, mix(palette.light, (255, 255, 255), 0.2)),
        stage.blurred(rays, 12),
        0.5,
        4 * unit / 720,
    )
    middle = stage.mask(lambda d, s: _trunks(stage, d, s, 8, 0.026, 0.84))
    path = stage.swell(stage.y(0.78), unit * 0.05, 2)
    middle.paste(255, (0, 0), stage.below(path))
    crowns = stage.mask(lambda d, s: _crown(stage, d, s))
    crowns.paste(255, (0, 0), stage.mask(lambda d, s: _ferns(stage, d, s)))
    return Scenery(
        [
            stage.still(picture),
            shafts,
            stage.layer(middle, mix(green, palette.near, 0.72), mix(palette.near, (0, 0, 0), 0.1), depth=0.9),
            stage.mist(stage.y(0.76), unit * 0.07, 0.5, depth=0.9),
            stage.layer(crowns, mix(palette.near, (0, 0, 0), 0.25), mix(palette.near, (0, 0, 0), 0.45), depth=1.7),
        ],
        ground=stage.y(0.79),
        front=4,
    )


def garden(stage: Stage, mood: Mood) -> Scenery:
    """Beds of flowers along a path, round trees, a glass house in the distance."""
    palette, unit = stage.palette, stage.unit
    picture = backdrop(stage, mood, horizon=0.62, side=0.72)
    hills = stage.swell(stage.y(0.62), unit * 0.1)
    stage.over(picture, stage.below(hills), mix(palette.far, palette.near, 0.2), mix(palette.sky[2], palette.far, 0.4))
    _glass_house(stage, picture, stage.x(0.3), stage.y(0.66), unit * 0.5)
    green = mix((86, 146, 92), palette.near, 0.5 if palette.dark else 0.12)
    hedge = stage.mask(lambda d, s: _bushes(stage, d, s, stage.y(0.68), 0.06, 46))
    lawn = stage.swell(stage.y(0.7), unit * 0.02)
    hedge.paste(255, (0, 0), stage.below(lawn))
    middle = stage.layer(hedge, mix(green, palette.light, 0.18), mix(green, palette.near, 0.55), depth=0.7)
    path = [
        (stage.x(0.46), stage.y(0.71)),
        (stage.x(0.5), stage.y(0.71)),
        (stage.x(0.74), stage.size[1]),
        (stage.x(0.22), stage.size[1]),
    ]
    road = stage.mask(lambda d, s: d.polygon([(x * s, y * s) for x, y in path], fill=255))
    middle.picture.paste(
        mix(mix((226, 206, 172), palette.near, 0.5 if palette.dark else 0.1), green, 0.15), (0, 0), road
    )
    _flowers(stage, middle.picture, 420, (0.74, 1.08), 0.009, road)
    trees = stage.mask(lambda d, s: _round_trees(stage, d, s))
    blossom = mix(mix(palette.accent, (255, 220, 226), 0.5), palette.near, 0.45 if palette.dark else 0.12)
    near = Image.new("L", stage.size)
    near.paste(255, (0, 0), stage.mask(lambda d, s: _bushes(stage, d, s, stage.y(1.04), 0.1, 34)))
    front = stage.layer(near, mix(green, palette.near, 0.65), mix(palette.near, (0, 0, 0), 0.25), depth=1.7)
    _flowers(stage, front.picture, 150, (0.9, 1.1), 0.016)
    return Scenery(
        [
            stage.still(picture),
            stage.clouds(stage.y(0.45), 0.5),
            middle,
            stage.layer(trees, mix(blossom, palette.light, 0.2), mix(blossom, palette.near, 0.4), depth=0.85),
            front,
        ],
        ground=stage.y(0.79),
        front=4,
    )


def _trunks(stage: Stage, brush: ImageDraw.ImageDraw, s: float, count: int, width: float, foot: float) -> None:
    for n in range(count):
        x = stage.size[0] * (n + stage.random.uniform(0.1, 0.9)) / count
        wide, lean = stage.unit * width * stage.random.uniform(0.6, 1.3), stage.unit * stage.random.uniform(-0.03, 0.03)
        low = stage.y(foot) + stage.unit * stage.random.uniform(0, 0.05)
        brush.polygon(
            [
                ((x - wide * 1.5) * s, low * s),
                ((x - wide * 0.9 + lean * 0.4) * s, (low * 0.7) * s),
                ((x - wide * 0.7 + lean) * s, 0),
                ((x + wide * 0.7 + lean) * s, 0),
                ((x + wide * 0.9 + lean * 0.4) * s, (low * 0.7) * s),
                ((x + wide * 1.5) * s, low * s),
            ],
            fill=255,
        )
        for _ in range(2):
            y, side = low * stage.random.uniform(0.2, 0.6), stage.random.choice([-1, 1])
            far = stage.unit * stage.random.uniform(0.04, 0.11) * side
            brush.line([x * s, y * s, (x + far) * s, (y - abs(far) * 0.8) * s], fill=255, width=int(wide * 0.4 * s) + 1)


def _crown(stage: Stage, brush: ImageDraw.ImageDraw, s: float) -> None:
    for _ in range(260):
        x, r = stage.random.uniform(0, stage.size[0]), stage.unit * stage.random.uniform(0.012, 0.04)
        edge = abs(x / stage.size[0] - 0.5) * 2
        y = stage.random.random() ** 1.6 * stage.y(0.08 + 0.16 * edge)
        brush.ellipse([(x - r) * s, (y - r * 0.7) * s, (x + r) * s, (y + r * 0.7) * s], fill=255)


def _ferns(stage: Stage, brush: ImageDraw.ImageDraw, s: float) -> None:
    base = stage.size[1]
    for _ in range(26):
        x = stage.random.uniform(0, stage.size[0])
        tall, lean = stage.unit * stage.random.uniform(0.12, 0.26), stage.unit * stage.random.uniform(-0.12, 0.12)
        for n in range(15):
            part = n / 14
            cx, cy = x + lean * part**1.5, base - tall * part
            leaf = stage.unit * 0.042 * (1 - part) + 2
            for side in (-1, 1):
                brush.polygon(
                    [
                        (cx * s, cy * s),
                        ((cx + side * leaf) * s, (cy - leaf * 0.45) * s),
                        (cx * s, (cy + stage.unit * 0.008) * s),
                    ],
                    fill=255,
                )


def _bushes(stage: Stage, brush: ImageDraw.ImageDraw, s: float, base: float, size: float, count: int) -> None:
    for n in range(count):
        x = stage.size[0] * n / (count - 1) + stage.unit * stage.random.uniform(-0.02, 0.02)
        r = stage.unit * size * stage.random.uniform(0.5, 1.1)
        brush.ellipse([(x - r) * s, (base - r * 0.9) * s, (x + r) * s, (base + r * 2) * s], fill=255)


def _round_trees(stage: Stage, brush: ImageDraw.ImageDraw, s: float) -> None:
    for part, tall in ((0.02, 0.62), (0.98, 0.56), (0.86, 0.38)):
        x, foot, high = stage.x(part), stage.y(0.78), stage.unit * tall
        w = high * 0.03
        brush.polygon(
            [
                ((x - w * 1.5) * s, foot * s),
                ((x - w * 0.6) * s, (foot - high * 0.6) * s),
                ((x + w * 0.6) * s, (foot - high * 0.6) * s),
                ((x + w * 1.5) * s, foot * s),
            ],
            fill=255,
        )
        for _ in range(120):
            angle, far = stage.random.uniform(0, 2 * math.pi), stage.random.random() ** 0.55
            cx, cy = x + math.cos(angle) * far * high * 0.36, foot - high * 0.7 + math.sin(angle) * far * high * 0.27
            r = high * stage.random.uniform(0.02, 0.07)
            brush.ellipse([(cx - r) * s, (cy - r) * s, (cx + r) * s, (cy + r) * s], fill=255)


def _flowers(
    stage: Stage,
    picture: Image.Image,
    count: int,
    rows: tuple[float, float],
    size: float,
    without: Image.Image | None = None,
) -> None:
    brush = ImageDraw.Draw(picture, "RGBA")
    blocked = np.asarray(without) if without is not None else None
    for _ in range(count):
        part = float(stage.random.random())
        x, y = (
            stage.random.uniform(0, stage.size[0] - 1),
            min(stage.y(rows[0] + (rows[1] - rows[0]) * part), stage.size[1] - 1),
        )
        if blocked is not None and blocked[int(y), int(x)]:
            continue
        r = stage.unit * size * (0.4 + part) * stage.random.uniform(0.6, 1.2)
        colour = mix(
            FLOWERS[int(stage.random.integers(len(FLOWERS)))], stage.palette.near, 0.4 if stage.palette.dark else 0.05
        )
        for n in range(5):
            angle = n * 1.2566 + part * 6
            cx, cy = x + math.cos(angle) * r * 0.6, y + math.sin(angle) * r * 0.45
            brush.ellipse([cx - r * 0.5, cy - r * 0.4, cx + r * 0.5, cy + r * 0.4], fill=(*colour, 235))
        brush.ellipse([x - r * 0.25, y - r * 0.2, x + r * 0.25, y + r * 0.2], fill=(255, 226, 130, 255))


def _glass_house(stage: Stage, picture: Image.Image, x: float, foot: float, wide: float) -> None:
    """A domed greenhouse, lit from inside."""
    palette = stage.palette
    shade = mix(palette.sky[2], (255, 255, 255), 0.4)
    high = wide * 0.5
    dome = [x - wide / 2, foot - high, x + wide / 2, foot + high]
    mask = stage.mask(lambda d, s: d.chord([v * s for v in dome], 180, 360, fill=150))
    picture.paste(mix(shade, palette.lamp, 0.5 if palette.dark else 0.15), (0, 0), mask)
    stage.glow(picture, x, foot - high * 0.3, wide * 0.6, palette.lamp, 0.4 if palette.dark else 0.15)
    brush = ImageDraw.Draw(picture, "RGBA")
    line, thin = (*mix(palette.far, palette.near, 0.35), 190), max(1, int(stage.unit * 0.003))
    brush.arc(dome, 180, 360, fill=line, width=thin * 2)
    for part in (0.3, 0.62, 0.88):
        brush.arc([x - wide / 2 * part, foot - high, x + wide / 2 * part, foot + high], 180, 360, fill=line, width=thin)
    for part in (0.35, 0.68):
        half = wide / 2 * math.sqrt(1 - part**2)
        brush.line([x - half, foot - high * part, x + half, foot - high * part], fill=line, width=thin)
