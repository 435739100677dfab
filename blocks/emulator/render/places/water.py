"""Water: the sea under the sky, and the world below its surface."""

import math

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import mix
from blocks.emulator.render.drawing.stage import Floats, Scenery, Stage
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.prompts.mood import Mood


def sea(stage: Stage, mood: Mood) -> Scenery:
    """Waves drifting over one another, a path of light on the water, islands and a lighthouse."""
    palette, unit = stage.palette, stage.unit
    horizon = stage.y(0.6)
    side = float(stage.random.choice([0.3, 0.66]))
    picture = backdrop(stage, mood, horizon=0.6, side=side)
    islands = stage.ridge(horizon + unit * 0.04, unit * 0.13, 0.45, 4)
    stage.over(
        picture, stage.below(islands), mix(palette.far, palette.near, 0.25), mix(palette.sky[2], palette.far, 0.35)
    )
    water = stage.gradient([mix(palette.sky[2], palette.far, 0.3), mix(palette.near, palette.ground, 0.3)], horizon)
    picture.paste(water.crop((0, int(horizon), *stage.size)), (0, int(horizon)))
    glitter(stage, picture, stage.x(side), horizon)
    lamps = []
    layers = [stage.still(picture), stage.clouds(stage.y(0.42), 0.45)]
    rock_x = stage.x(0.86 if side < 0.5 else 0.14)
    rock = stage.mask(lambda d, s: _lighthouse(d, s, rock_x, horizon + unit * 0.1, unit * 0.34))
    layers.append(stage.layer(rock, mix(palette.far, palette.near, 0.6), palette.near, depth=0.55))
    lamps.append((rock_x, horizon + unit * 0.1 - unit * 0.31, unit * 0.2))
    for step, base in enumerate((0.7, 0.78, 0.88, 1.0)):
        layers.append(wave_layer(stage, step, base))
    return Scenery(layers, ground=stage.y(0.79), front=5, lamps=lamps, lamp_depth=0.55)


def wave_layer(stage: Stage, step: int, base: float) -> Layer:
    """A row of drifting waves; ``step`` counts from the far ones, ``base`` is its height in the frame."""
    palette, unit = stage.palette, stage.unit
    line = _waves(stage, stage.y(base), unit * (0.008 + 0.006 * step), 15 - 3 * step)
    tone = mix(mix(palette.far, palette.ground, 0.4), palette.near, 0.2 + 0.22 * step)
    layer = stage.layer(
        stage.below(line),
        mix(tone, palette.light, 0.14),
        mix(tone, palette.near, 0.7),
        depth=0.6 + 0.3 * step,
        drift=(5 + 5 * step) * (-1) ** step * unit / 720,
    )
    _crest(layer, line, mix(tone, palette.light, 0.5), unit)
    return layer


def underwater(stage: Stage, mood: Mood) -> Scenery:
    """Rays from the surface, coral and weed, blue depth."""
    palette, unit = stage.palette, stage.unit
    picture = stage.sky([palette.sky[2], palette.sky[1], palette.sky[0]])
    stage.glow(picture, stage.x(0.45), stage.y(-0.1), unit * 1.1, (210, 255, 250), 0.7)
    rays = Image.new("L", stage.size)
    brush = ImageDraw.Draw(rays)
    for _ in range(9):
        x, lean, wide = (
            stage.x(stage.random.uniform(0, 1)),
            stage.random.uniform(-0.2, 0.3) * unit,
            stage.random.uniform(0.02, 0.08) * unit,
        )
        brush.polygon([(x, 0), (x + wide, 0), (x + wide * 3 + lean, stage.size[1]), (x + lean, stage.size[1])], fill=36)
    fade = Image.fromarray(
        np.repeat(np.linspace(255, 0, stage.size[1]).astype(np.uint8)[:, None], stage.size[0], axis=1)
    )
    light = Image.new("L", stage.size)
    light.paste(stage.blurred(rays, 8), (0, 0), fade)
    shafts = Layer(Image.new("RGB", stage.size, (190, 250, 240)), light, 0.4, 7 * unit / 720)
    floor = stage.ridge(stage.y(0.86), unit * 0.16, 0.5, 4)
    near = stage.mask(lambda d, s: _weed(stage, d, s))
    bed = stage.layer(stage.below(floor), mix(palette.far, palette.near, 0.3), palette.near, depth=0.8)
    return Scenery(
        [
            stage.still(picture),
            shafts,
            bed,
            stage.layer(near, mix(palette.near, palette.far, 0.15), palette.near, depth=1.6),
        ],
        ground=stage.y(0.56),
        front=3,
    )


def _waves(stage: Stage, base: float, height: float, count: int) -> Floats:
    x = np.linspace(0, 2 * math.pi, stage.size[0]) * count
    bend = stage.random.uniform(0, 6.28, 3)
    line = np.sin(x + bend[0] + 0.8 * np.sin(x * 0.37 + bend[1])) * (0.7 + 0.3 * np.sin(x * 0.21 + bend[2]))
    waves: Floats = (base - np.clip((1 + line) / 2, 0, 1) ** 1.7 * height * 2).astype(np.float32)
    return waves


def _crest(layer: Layer, line: Floats, colour: tuple[int, int, int], unit: float) -> None:
    rows = np.arange(layer.picture.height, dtype=np.float32)[:, None] - line[None, :]
    light = np.clip(1 - rows / (unit * 0.008), 0, 1) * (rows >= 0) * 200
    layer.picture.paste(colour, (0, 0), Image.fromarray(light.astype(np.uint8)))


def glitter(stage: Stage, picture: Image.Image, x: float, horizon: float) -> None:
    """Broken light on the water under sun or moon."""
    brush = ImageDraw.Draw(picture, "RGBA")
    for _ in range(240):
        part = float(stage.random.random())
        y = horizon + part**1.3 * (stage.size[1] - horizon) * 0.7
        spread = stage.unit * (0.02 + 0.16 * part)
        cx = x + stage.random.normal(0, 1) * spread
        half = stage.unit * (0.004 + 0.018 * part) * stage.random.uniform(0.5, 1.6)
        thick = max(1.0, stage.unit * 0.0024 * (0.6 + part))
        brush.ellipse(
            [cx - half, y - thick, cx + half, y + thick],
            fill=(*stage.palette.light, int(stage.random.uniform(50, 190))),
        )


def _lighthouse(brush: ImageDraw.ImageDraw, s: float, x: float, foot: float, tall: float) -> None:
    low, top = tall * 0.075, tall * 0.045
    for y, share in ((foot, 1.0), (foot - tall * 0.05, 0.7)):
        brush.ellipse(
            [(x - tall * 0.6 * share) * s, (y - tall * 0.14) * s, (x + tall * 0.6 * share) * s, (y + tall * 0.2) * s],
            fill=255,
        )
    brush.polygon(
        [
            ((x - low) * s, foot * s),
            ((x - top) * s, (foot - tall * 0.85) * s),
            ((x + top) * s, (foot - tall * 0.85) * s),
            ((x + low) * s, foot * s),
        ],
        fill=255,
    )
    brush.rectangle(
        [(x - top * 1.5) * s, (foot - tall * 0.87) * s, (x + top * 1.5) * s, (foot - tall * 0.85) * s], fill=255
    )
    brush.rectangle(
        [(x - top * 0.8) * s, (foot - tall * 0.95) * s, (x + top * 0.8) * s, (foot - tall * 0.85) * s], fill=255
    )
    brush.polygon(
        [
            ((x - top * 1.2) * s, (foot - tall * 0.95) * s),
            ((x + top * 1.2) * s, (foot - tall * 0.95) * s),
            (x * s, (foot - tall * 1.03) * s),
        ],
        fill=255,
    )


def _weed(stage: Stage, brush: ImageDraw.ImageDraw, s: float) -> None:
    for _ in range(34):
        near_edge = stage.random.random() ** 0.6 * 0.34
        x = stage.x(near_edge - 0.06 if stage.random.random() < 0.5 else 1.06 - near_edge)
        tall = stage.unit * stage.random.uniform(0.15, 0.5)
        bend, wide = stage.random.uniform(0, 6.28), stage.unit * stage.random.uniform(0.006, 0.016)
        left, right = [], []
        for n in range(13):
            part = n / 12
            cx = x + math.sin(part * 5 + bend) * stage.unit * 0.022 * part
            y = stage.size[1] - part * tall
            left.append(((cx - wide * (1 - part)) * s, y * s))
            right.append(((cx + wide * (1 - part)) * s, y * s))
        brush.polygon([*left, *reversed(right)], fill=255)
