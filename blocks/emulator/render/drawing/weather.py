"""What falls or floats before the camera: rain, snow, petals, leaves, fireflies, dust, bubbles."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Canvas, Plane, Stamp
from blocks.emulator.render.drawing.palettes import Colour, Palette


@dataclass(frozen=True)
class Sheet:
    """A plane of light that repeats in both directions and slides over the frame.

    Attributes:
        light: Brightness to add, twice as high and twice as wide as the frame.
        down: Pixels a second.
        across: Pixels a second.
        sway: Pixels it swings sideways.
    """

    light: Plane
    down: float
    across: float
    sway: float = 0.0

    def draw(self, canvas: Canvas, at: float) -> None:
        """Add the light at a moment."""
        width, height = canvas.size
        y = int(-self.down * at) % height
        x = int(-self.across * at + self.sway * math.sin(at * 1.3)) % width
        canvas.add_light(self.light[y : y + height, x : x + width])


@dataclass(frozen=True)
class Flock:
    """Single things that float about.

    Attributes:
        looks: Their pictures.
        paths: Per thing: x, y (parts of the frame), speeds, phase and which picture.
        pulse: Whether they come and go like fireflies.
    """

    looks: tuple[Stamp, ...]
    paths: tuple[tuple[float, float, float, float, float, int], ...]
    pulse: bool = False

    def draw(self, canvas: Canvas, at: float) -> None:
        """Draw all of them at a moment."""
        width, height = canvas.size
        for x, y, right, down, phase, look in self.paths:
            if self.pulse and math.sin(at * 2.1 + phase * 3) < -0.25:
                continue
            px = (x + right * at + 0.018 * math.sin(at * 1.7 + phase)) % 1.1 - 0.05
            py = (y + down * at + 0.012 * math.cos(at * 1.2 + phase)) % 1.1 - 0.05
            self.looks[look].put(canvas, px * width, py * height)


def weather_of(kind: str, size: tuple[int, int], palette: Palette, seed: int) -> Sequence[Sheet | Flock]:
    """What floats in a kind of weather, or in a place: "bubbles", "dust"."""
    random = np.random.default_rng(seed)
    unit = min(size)
    match kind:
        case "rain":
            strength = 1.0 if palette.dark else 0.8
            return [
                _sheet(size, _streaks(random, 110, 0.05, 1, 34 * strength), 2.1 * unit, 0.22 * unit, 1.0),
                _sheet(size, _streaks(random, 70, 0.09, 2, 44 * strength), 3.1 * unit, 0.34 * unit, 1.0),
            ]
        case "snow":
            return [
                _sheet(size, _flakes(random, 150, 0.0018, 120), 0.1 * unit, 0.012 * unit, 0.6, 0.01 * unit),
                _sheet(size, _flakes(random, 80, 0.0032, 170), 0.17 * unit, 0.02 * unit, 0.9, 0.02 * unit),
                _sheet(size, _flakes(random, 22, 0.0075, 150), 0.3 * unit, 0.04 * unit, 2.5, 0.03 * unit),
            ]
        case "petals":
            return [_flock(_petals(unit, ((250, 190, 200), (255, 214, 220), (244, 160, 178))), random, 26, 0.05, 0.09)]
        case "leaves":
            return [
                _flock(_petals(unit * 1.3, ((206, 110, 52), (226, 160, 60), (168, 74, 44))), random, 22, 0.06, 0.12)
            ]
        case "fireflies":
            return [_flock([_spark(unit, (255, 236, 150))], random, 26, 0.006, -0.008, pulse=True)]
        case "bubbles":
            return [_sheet(size, _rings(random, 46), -0.12 * unit, 0.0, 0.6, 0.02 * unit)]
        case "dust":
            return [_sheet(size, _flakes(random, 60, 0.0016, 60), -0.02 * unit, 0.02 * unit, 0.8, 0.01 * unit)]
    return []


class _Scatter:
    """Marks that repeat at the edges of a frame."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.picture = Image.new("L", size)
        self.brush = ImageDraw.Draw(self.picture)

    def around(self, x: float, y: float) -> list[tuple[float, float]]:
        width, height = self.size
        return [(x + i * width, y + j * height) for i in (-1, 0, 1) for j in (-1, 0, 1)]


Paint = Callable[[_Scatter], None]
Random = np.random.Generator


def _sheet(size: tuple[int, int], paint: Paint, down: float, across: float, blur: float, sway: float = 0.0) -> Sheet:
    scatter = _Scatter(size)
    paint(scatter)
    around = np.pad(np.asarray(scatter.picture), 16, mode="wrap")
    soft = Image.fromarray(around).filter(ImageFilter.GaussianBlur(blur * min(size) / 720))
    return Sheet(np.tile(np.asarray(soft)[16:-16, 16:-16], (2, 2)), down, across, sway)


def _streaks(random: Random, count: int, length: float, width: float, light: float) -> Paint:
    def paint(scatter: _Scatter) -> None:
        unit = min(scatter.size)
        for _ in range(int(count * scatter.size[0] / unit)):
            x, y = random.uniform(0, scatter.size[0]), random.uniform(0, scatter.size[1])
            long, bright = unit * length * random.uniform(0.5, 1.3), int(light * random.uniform(0.5, 1.5))
            for px, py in scatter.around(x, y):
                scatter.brush.line(
                    [px, py, px + long * 0.11, py + long], fill=bright, width=max(1, round(width * unit / 720))
                )

    return paint


def _flakes(random: Random, count: int, radius: float, light: float) -> Paint:
    def paint(scatter: _Scatter) -> None:
        unit = min(scatter.size)
        for _ in range(int(count * scatter.size[0] / unit)):
            x, y = random.uniform(0, scatter.size[0]), random.uniform(0, scatter.size[1])
            r, bright = max(0.6, unit * radius * random.uniform(0.6, 1.5)), int(light * random.uniform(0.5, 1.2))
            for px, py in scatter.around(x, y):
                scatter.brush.ellipse([px - r, py - r, px + r, py + r], fill=bright)

    return paint


def _rings(random: Random, count: int) -> Paint:
    def paint(scatter: _Scatter) -> None:
        unit = min(scatter.size)
        for _ in range(count):
            x, y = random.uniform(0, scatter.size[0]), random.uniform(0, scatter.size[1])
            r = unit * random.uniform(0.003, 0.013)
            for px, py in scatter.around(x, y):
                scatter.brush.ellipse(
                    [px - r, py - r, px + r, py + r], fill=26, outline=100, width=max(1, int(unit * 0.002))
                )
                scatter.brush.ellipse([px - r * 0.5, py - r * 0.6, px, py - r * 0.1], fill=140)

    return paint


def _petals(unit: float, colours: Sequence[Colour]) -> list[Stamp]:
    looks = []
    for n, colour in enumerate((*colours, *colours)):
        side = max(6, int(unit * 0.02 * (0.7 + 0.12 * n)) // 2 * 2)
        picture = Image.new("RGBA", (side * 3, side * 3), (*colour, 0))
        ImageDraw.Draw(picture).ellipse([side * 0.6, side * 1.05, side * 2.4, side * 1.95], fill=(*colour, 215))
        looks.append(Stamp.of(picture.rotate(31 * n, Image.Resampling.BICUBIC).reduce(3)))
    return looks


def _spark(unit: float, colour: Colour) -> Stamp:
    side = max(8, int(unit * 0.034) // 2 * 2)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    far = np.hypot(rows - side / 2 + 0.5, columns - side / 2 + 0.5) / (side / 2)
    alpha = np.clip(np.clip(1 - far, 0, 1) ** 2.4 + (far < 0.16), 0, 1) * 255
    picture = Image.new("RGB", (side, side), colour)
    picture.putalpha(Image.fromarray(alpha.astype(np.uint8)))
    return Stamp.of(picture)


def _flock(
    looks: Sequence[Stamp], random: np.random.Generator, count: int, right: float, down: float, *, pulse: bool = False
) -> Flock:
    paths = []
    for n in range(count):
        x, y, phase = random.uniform(0, 1.1), random.uniform(0, 1.1), random.uniform(0, 6.28)
        paths.append((x, y, right * random.uniform(0.5, 1.5), down * random.uniform(0.5, 1.5), phase, n % len(looks)))
    return Flock(tuple(looks), tuple(paths), pulse)
