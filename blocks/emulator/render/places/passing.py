"""The land that goes by outside a train: far hills slowly, poles, trees and villages fast."""

import math

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import mix
from blocks.emulator.render.drawing.stage import Floats, Stage
from blocks.emulator.render.places.trains import streaming
from blocks.emulator.render.prompts.mood import Mood

FAR_SPEED, NEAR_SPEED = 0.09, 0.85
"""How fast they go by, in parts of the frame's shorter side per second."""
SMOOTH = 2


def land_strips(stage: Stage, mood: Mood, top: float, bottom: float) -> list[Layer]:
    """What rolls by between two heights of the layer, far to near; by the sea only poles."""
    strips = [] if mood.view == "sea" else [_hills(stage, top, bottom, snow=mood.weather == "snow")]
    return [*strips, _wayside(stage, mood, top, bottom)]


def _periodic(stage: Stage, period: int, base: float, height: float, waves: tuple[int, ...]) -> Floats:
    """A line of hills that ends as it begins."""
    x = np.linspace(0, 2 * math.pi, period, endpoint=False)
    line = sum(np.sin(x * n + stage.random.uniform(0, 6.3)) / n**0.8 for n in waves)
    line = (line - line.min()) / max(1e-6, float(np.ptp(line)))
    hills: Floats = (base - line * height).astype(np.float32)
    return hills


def _below(line: Floats, rows: int) -> Image.Image:
    grid = np.arange(rows, dtype=np.float32)[:, None]
    return Image.fromarray((np.clip(grid - line[None, :] + 0.5, 0, 1) * 255).astype(np.uint8))


def _layer(stage: Stage, picture: Image.Image, alpha: Image.Image, bottom: float, depth: float, speed: float) -> Layer:
    """One period repeated over the frame and cut off under the window."""
    period = picture.width
    wide = (stage.size[0] + period) // 2 * 2
    whole, mask = Image.new("RGB", (wide, stage.size[1])), Image.new("L", (wide, stage.size[1]))
    for left in range(0, wide, period):
        whole.paste(picture, (left, 0))
        mask.paste(alpha, (left, 0))
    mask.paste(0, (0, int(bottom), wide, stage.size[1]))
    return Layer(whole, mask, depth, path=streaming(speed * stage.unit, period))


def _hills(stage: Stage, top: float, bottom: float, *, snow: bool) -> Layer:
    unit, palette = stage.unit, stage.palette
    period = round(unit * 1.8) // 2 * 2
    line = _periodic(stage, period, bottom - unit * 0.1, unit * 0.2, (1, 2, 3, 5, 8, 13))
    tone = mix(palette.far, palette.near, 0.25)
    light = mix(tone, (230, 238, 250), 0.24 if snow else 0.05)
    shades = stage.gradient([light, mix(palette.sky[2], tone, 0.5)], top, bottom).crop((0, 0, period, stage.size[1]))
    return _layer(stage, shades, _below(line, stage.size[1]), bottom, 0.4, FAR_SPEED)


def _wayside(stage: Stage, mood: Mood, top: float, bottom: float) -> Layer:
    """A field with firs, houses with lit windows, and poles with sagging wires."""
    unit, palette = stage.unit, stage.palette
    period = round(unit * 3.2) // 2 * 2
    sea = mood.view == "sea"
    base = bottom - unit * (0.02 if sea else 0.045)
    line = _periodic(stage, period, base, unit * (0.02 if sea else 0.05), (1, 2, 3))
    mask = _below(line, stage.size[1])
    snow = mood.weather == "snow"
    near = mix(palette.far, palette.near, 0.72)
    field = (
        mix((226, 234, 248), palette.far, 0.6 if palette.dark else 0.25)
        if snow
        else mix(palette.ground, palette.near, 0.5)
    )
    picture = Image.new("RGB", mask.size, near)
    picture.paste(field, (0, 0), mask)
    drawn = Image.new("L", (period * SMOOTH, stage.size[1] * SMOOTH))
    brush = ImageDraw.Draw(drawn)
    houses: list[tuple[float, float, float]] = []
    for n in range(0 if sea else 7):
        x = (n + stage.random.uniform(0.1, 0.9)) / 7 * period
        foot = float(line[int(x) % period]) + unit * 0.01
        if n in (2, 3, 5):
            houses.append((x, foot, unit * stage.random.uniform(0.05, 0.08)))
        else:
            _firs(brush, x, foot, unit * stage.random.uniform(0.09, 0.17), period)
    for x, foot, half in houses:
        roof = [(x - half * 1.25, foot - half * 0.8), (x, foot - half * 1.7), (x + half * 1.25, foot - half * 0.8)]
        for shift in (-period, 0, period):
            brush.rectangle(
                [
                    (x - half + shift) * SMOOTH,
                    (foot - half * 0.85) * SMOOTH,
                    (x + half + shift) * SMOOTH,
                    foot * SMOOTH + 4,
                ],
                fill=255,
            )
            brush.polygon([((px + shift) * SMOOTH, py * SMOOTH) for px, py in roof], fill=255)
    _poles(stage, brush, period, top, bottom)
    solid = drawn.reduce(SMOOTH)
    picture.paste(near, (0, 0), solid)
    mask.paste(255, (0, 0), solid)
    for x, foot, half in houses:
        for side in (-0.5, 0.3):
            px = x + side * half
            ImageDraw.Draw(picture).rectangle(
                [px - half * 0.16, foot - half * 0.62, px + half * 0.2, foot - half * 0.24],
                fill=mix(palette.lamp, (255, 246, 220), 0.2),
            )
        stage.glow(picture, x, foot - half * 0.4, half * 1.6, palette.lamp, 0.5)
    return _layer(stage, picture, mask, bottom, 0.7, NEAR_SPEED)


def _firs(brush: ImageDraw.ImageDraw, x: float, foot: float, tall: float, period: int) -> None:
    for dx, share in ((-0.35, 0.75), (0.0, 1.0), (0.4, 0.6)):
        for shift in (-period, 0, period):
            cx, high = x + dx * tall + shift, tall * share
            for tier in range(4):
                y = foot - high + tier * high * 0.2
                half = high * (0.09 + 0.06 * tier)
                brush.polygon(
                    [
                        (cx * SMOOTH, y * SMOOTH),
                        ((cx - half) * SMOOTH, (y + high * 0.42) * SMOOTH),
                        ((cx + half) * SMOOTH, (y + high * 0.42) * SMOOTH),
                    ],
                    fill=255,
                )


def _poles(stage: Stage, brush: ImageDraw.ImageDraw, period: int, top: float, bottom: float) -> None:
    """Telegraph poles at even distances, three wires sagging between them."""
    unit = stage.unit
    step = period / 3
    high = top + unit * 0.1
    for n in range(-1, 4):
        x = (n + 0.4) * step
        w = unit * 0.006
        brush.rectangle([(x - w) * SMOOTH, (high - unit * 0.02) * SMOOTH, (x + w) * SMOOTH, bottom * SMOOTH], fill=255)
        for row in range(2):
            y = high + row * unit * 0.035
            brush.rectangle(
                [
                    (x - unit * 0.035) * SMOOTH,
                    (y - w * 0.6) * SMOOTH,
                    (x + unit * 0.035) * SMOOTH,
                    (y + w * 0.6) * SMOOTH,
                ],
                fill=255,
            )
            for side in (-0.03, 0.03):
                wire = []
                for k in range(13):
                    t = k / 12
                    wire.append(((x + side * unit + t * step) * SMOOTH, (y + unit * 0.05 * 4 * t * (1 - t)) * SMOOTH))
                brush.line(wire, fill=170, width=2)
