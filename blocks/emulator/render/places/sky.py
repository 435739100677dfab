"""Above everything: gardens on floating islands, and space."""

import math

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.places.woods import FLOWERS
from blocks.emulator.render.prompts.mood import Mood


def floating_islands(stage: Stage, mood: Mood) -> Scenery:
    """Islands with trees and waterfalls in a sea of clouds; the subject stands on the nearest."""
    unit = stage.unit
    picture = backdrop(stage, mood, horizon=0.95, side=0.3)
    layers = [stage.still(picture), stage.clouds(stage.y(0.6), 0.5)]
    spots = [(0.16, 0.42, 0.2, 0.35), (0.62, 0.3, 0.15, 0.45), (0.87, 0.54, 0.3, 0.6)]
    if stage.random.random() < 0.5:
        spots = [(1 - x, y, wide, depth) for x, y, wide, depth in spots]
    for x, y, wide, depth in spots:
        layers.append(_island(stage, stage.x(x), stage.y(y), unit * wide, depth))
    layers.append(_cloud_sea(stage, 0.74, 0.75))
    ground = stage.y(0.76)
    layers.append(_island(stage, stage.x(0.5), ground, unit * 0.95, 1.0))
    layers.append(_cloud_sea(stage, 1.0, 1.5))
    return Scenery(layers, ground=ground + unit * 0.022, front=len(layers) - 1)


def space(stage: Stage, mood: Mood) -> Scenery:
    """Stars, a nebula, a ringed planet and the curve of a world below."""
    palette, unit = stage.palette, stage.unit
    picture = stage.sky(palette.sky)
    for colour in ((150, 60, 160), (40, 110, 190)):
        cloud = np.clip(stage.noise(3, 5, 2) * 1.9 - 0.95, 0, 1) * 150
        picture.paste(colour, (0, 0), Image.fromarray(cloud.astype(np.uint8)))
    stage.stars(picture, stage.size[1], 420)
    x, y, r = stage.x(0.7), stage.y(0.32), unit * 0.17
    stage.glow(picture, x, y, r * 2.4, (255, 190, 140), 0.35)
    planet = stage.mask(lambda d, s: d.ellipse([(x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s], fill=255))
    stage.over(picture, planet, (240, 190, 150), (120, 66, 96))
    shade = stage.mask(
        lambda d, s: d.ellipse([(x - r * 0.4) * s, (y - r * 0.6) * s, (x + r * 1.9) * s, (y + r * 1.7) * s], fill=150)
    )
    dark = Image.new("L", stage.size)
    dark.paste(stage.blurred(shade, 10), (0, 0), planet)
    picture.paste((20, 10, 34), (0, 0), dark)
    brush = ImageDraw.Draw(picture, "RGBA")
    for n in range(5):
        ring = r * (1.45 + 0.1 * n)
        box = [x - ring, y - ring * 0.24, x + ring, y + ring * 0.24]
        brush.arc(box, 335, 205, fill=(255, 224, 190, 150 - 20 * n), width=max(2, int(unit * 0.006)))
    big = unit * 2.2
    top = stage.y(0.8)
    world = stage.mask(
        lambda d, s: d.ellipse(
            [(stage.x(0.4) - big) * s, top * s, (stage.x(0.4) + big) * s, (top + 2 * big) * s], fill=255
        )
    )
    ground = stage.layer(world, (90, 150, 220), (10, 22, 60), depth=0.9)
    return Scenery([stage.still(picture), ground], ground=top + unit * 0.05, front=2)


def _island(stage: Stage, x: float, y: float, wide: float, depth: float) -> Layer:
    """An island: grass on rock that ends in points, trees, flowers, a fall of water."""
    palette = stage.palette
    part = 0.25 + 0.6 * depth
    rock = mix(mix(palette.far, (120, 98, 108), 0.4), palette.near, 0.55 * part)
    grass: Colour = mix(
        mix((112, 172, 104), palette.far, 0.55 - 0.45 * depth), palette.near, 0.4 if palette.dark else 0.05
    )
    below = [(x + wide * 0.5, y)]
    for n in range(15):
        share = 1 - n / 7
        deep = (1 - abs(share) ** 1.5) * wide * 0.42 * stage.random.uniform(0.7, 1.15)
        below.append((x + share * wide * 0.48, y + deep + wide * 0.03))
    below.append((x - wide * 0.5, y))
    trees = [(x + wide * stage.random.uniform(-0.44, 0.44), wide * stage.random.uniform(0.1, 0.24)) for _ in range(7)]
    if depth == 1.0:
        trees = [
            (x + wide * share, wide * tall)
            for share, tall in ((-0.44, 0.2), (-0.38, 0.28), (0.42, 0.26), (0.36, 0.16), (0.47, 0.14))
        ]
    falls = [x + wide * stage.random.choice([-0.3, 0.27]), wide * 0.022]

    stone = stage.mask(lambda d, s: d.polygon([(px * s, py * s) for px, py in below], fill=255))
    lawn = stage.mask(
        lambda d, s: d.ellipse(
            [(x - wide * 0.505) * s, (y - wide * 0.035) * s, (x + wide * 0.505) * s, (y + wide * 0.06) * s], fill=255
        )
    )

    def wood(brush: ImageDraw.ImageDraw, s: float) -> None:
        for tx, tall in trees:
            w = tall * 0.035
            brush.rectangle([(tx - w) * s, (y - tall * 0.6) * s, (tx + w) * s, (y + wide * 0.01) * s], fill=255)
            for _ in range(46):
                angle, far = stage.random.uniform(0, 2 * math.pi), stage.random.random() ** 0.6
                cx, cy = tx + math.cos(angle) * far * tall * 0.3, y - tall * 0.7 + math.sin(angle) * far * tall * 0.26
                r = tall * stage.random.uniform(0.04, 0.1)
                brush.ellipse([(cx - r) * s, (cy - r) * s, (cx + r) * s, (cy + r) * s], fill=255)

    leaves = stage.mask(wood)
    alpha = Image.new("L", stage.size)
    for mask in (stone, lawn, leaves):
        alpha.paste(255, (0, 0), mask)
    layer = Layer(Image.new("RGB", stage.size, rock), alpha, depth)
    stage.over(layer.picture, stone, mix(rock, palette.light, 0.15), mix(rock, palette.sky[2], 0.35))
    stage.over(
        layer.picture, leaves, mix(mix(grass, palette.accent, 0.2), palette.light, 0.2), mix(grass, palette.near, 0.55)
    )
    stage.over(layer.picture, lawn, mix(grass, palette.light, 0.28), mix(grass, palette.near, 0.3))
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    for _ in range(int(90 * depth)):
        fx, fy = x + wide * stage.random.uniform(-0.46, 0.46), y + wide * stage.random.uniform(-0.015, 0.035)
        r = max(1.0, wide * 0.005 * stage.random.uniform(0.6, 1.4))
        colour = FLOWERS[int(stage.random.integers(len(FLOWERS)))]
        brush.ellipse([fx - r, fy - r * 0.8, fx + r, fy + r * 0.8], fill=(*colour, 220))
    fall = stage.mask(
        lambda d, s: d.rectangle(
            [(falls[0] - falls[1]) * s, (y + wide * 0.03) * s, (falls[0] + falls[1]) * s, (y + wide * 0.5) * s],
            fill=190,
        )
    )
    faded = np.asarray(fall, np.float32) * np.clip(1 - (np.arange(stage.size[1])[:, None] - y) / (wide * 0.5), 0, 1)
    fall = Image.fromarray(faded.astype(np.uint8))
    layer.picture.paste(mix((255, 255, 255), palette.sky[2], 0.3), (0, 0), fall.point(lambda v: min(255, v * 2)))
    alpha.paste(255, (0, 0), fall)
    return layer


def _cloud_sea(stage: Stage, part: float, depth: float) -> Layer:
    """A bank of round clouds along the lower edge, drifting."""
    palette = stage.palette

    def puffs(brush: ImageDraw.ImageDraw, s: float) -> None:
        for _ in range(70):
            x, r = (
                stage.random.uniform(0, stage.size[0]),
                stage.unit * stage.random.uniform(0.03, 0.11) * (0.6 + depth * 0.4),
            )
            y = stage.y(part) + stage.unit * stage.random.uniform(0.0, 0.08) + r * 0.6
            brush.ellipse([(x - r * 1.5) * s, (y - r) * s, (x + r * 1.5) * s, (y + r * 1.4) * s], fill=235)
        brush.rectangle(
            [0, min(stage.y(part + 0.14), stage.size[1]) * s, stage.size[0] * s, stage.size[1] * s], fill=235
        )

    mask = stage.blurred(stage.mask(puffs), 3 + 3 * depth)
    light = mix(mix(palette.sky[2], (255, 255, 255), 0.2 if palette.dark else 0.6), palette.light, 0.1)
    return stage.layer(
        mask, light, mix(palette.sky[1], palette.sky[2], 0.5), depth=depth, drift=7 * depth * stage.unit / 720
    )
