"""The drawing table of one shot: gradients, ridges, mist, glows and silhouettes at the size of a layer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.camera import MARGIN
from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, Palette, mix

Floats = NDArray[np.float32]
SMOOTH = 2
"""Masks are drawn this much larger and reduced, for smooth edges."""


@dataclass
class Scenery:
    """A place as layers, back to front.

    Attributes:
        layers: The first is the backdrop and fills the frame.
        ground: Height in layer pixels where somebody in a wide shot stands.
        front: How many layers lie behind the subject.
        lamps: x, y, radius of lights that flicker a little, in layer pixels of depth ``lamp_depth``.
        lamp_depth: Depth of the layer that carries the lamps.
        seats: Where people sit, in layer pixels, and whether they look to the left; without seats they stand.
    """

    layers: list[Layer]
    ground: float
    front: int
    lamps: list[tuple[float, float, float]] = field(default_factory=list)
    lamp_depth: float = 1.0
    seats: Sequence[tuple[float, float, bool]] = ()


class Stage:
    """Draws one shot's layers.

    Args:
        size: Width and height of the frame, even.
        palette: The shot's colours.
        seed: The same seed draws the same picture.
    """

    def __init__(self, size: tuple[int, int], palette: Palette, seed: int) -> None:
        self.frame = size
        self.size = round(size[0] * MARGIN / 2) * 2, round(size[1] * MARGIN / 2) * 2
        self.palette = palette
        self.random = np.random.default_rng(seed)
        self.unit = float(min(size[1], size[0]))

    def x(self, part: float) -> float:
        """Layer pixels of a part of the frame's width, 0 left to 1 right, seen by a camera at rest."""
        return self.size[0] / 2 + (part - 0.5) * self.frame[0]

    def y(self, part: float) -> float:
        """Layer pixels of a part of the frame's height, 0 top to 1 bottom."""
        return self.size[1] / 2 + (part - 0.5) * self.frame[1]

    def gradient(self, stops: Sequence[Colour], top: float = 0.0, bottom: float | None = None) -> Image.Image:
        """A vertical gradient through colours, from one height to another."""
        return Image.fromarray(self._column(stops, top, bottom)[:, None, :].astype(np.uint8)).resize(
            self.size, Image.Resampling.NEAREST
        )

    def sky(self, stops: Sequence[Colour], top: float = 0.0, bottom: float | None = None) -> Image.Image:
        """A gradient with a fine grain, which keeps large smooth areas from showing steps."""
        width, height = self.size
        grain = self.random.random((height, width), np.float32)[..., None]
        picture = (self._column(stops, top, bottom)[:, None, :] + grain * 3 - 1).clip(0, 255)
        return Image.fromarray(picture.astype(np.uint8))

    def _column(self, stops: Sequence[Colour], top: float, bottom: float | None) -> Floats:
        end = self.size[1] if bottom is None else bottom
        rows = np.clip((np.arange(self.size[1]) - top) / max(1.0, end - top), 0, 1) * (len(stops) - 1)
        values = [np.interp(rows, range(len(stops)), [stop[channel] for stop in stops]) for channel in range(3)]
        return np.stack(values, axis=-1).astype(np.float32)

    def noise(self, cells: int, octaves: int = 4, stretch: float = 2.5) -> Floats:
        """Soft noise from 0 to 1 over the layer; ``cells`` across the height, ``stretch`` times wider than high."""
        width, height = self.size
        total = np.zeros((height, width), np.float32)
        for octave in range(octaves):
            rows = cells * 2**octave
            columns = max(2, int(rows * width / height / stretch))
            grid = self.random.random((rows + 2, columns + 2), np.float32)
            total += np.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)) / 2**octave
        low, high = float(total.min()), float(total.max())
        return (total - low) / (high - low)

    def ridge(self, base: float, height: float, roughness: float = 0.5, cells: int = 3, octaves: int = 6) -> Floats:
        """The line of a ridge: a height in pixels for every column."""
        width = self.size[0]
        line = np.zeros(width, np.float32)
        for octave in range(octaves):
            points = self.random.random(cells * 2**octave + 2)
            line += np.interp(np.linspace(0, len(points) - 1, width), range(len(points)), points) * roughness**octave
        line = (line - line.min()) / max(1e-6, float(np.ptp(line)))
        ridge: Floats = (base - line * height).astype(np.float32)
        return ridge

    def swell(self, base: float, height: float, waves: int = 2) -> Floats:
        """A soft line of hills."""
        x = np.linspace(0, 2 * math.pi, self.size[0])
        line = np.zeros_like(x)
        for n in range(1, waves + 2):
            line += np.sin(x * (n + self.random.uniform(0.4, 1.0)) + self.random.uniform(0, 6.3)) / (n + 1)
        line = (line - line.min()) / max(1e-6, float(np.ptp(line)))
        hills: Floats = (base - line * height).astype(np.float32)
        return hills

    def below(self, line: Floats) -> Image.Image:
        """Mask of everything under a line."""
        rows = np.arange(self.size[1], dtype=np.float32)[:, None]
        return Image.fromarray((np.clip(rows - line[None, :] + 0.5, 0, 1) * 255).astype(np.uint8))

    def mask(self, paint: Callable[[ImageDraw.ImageDraw, float], None]) -> Image.Image:
        """Mask painted with smooth edges; ``paint`` gets the brush and the factor for its coordinates."""
        picture = Image.new("L", (self.size[0] * SMOOTH, self.size[1] * SMOOTH))
        paint(ImageDraw.Draw(picture), float(SMOOTH))
        return picture.reduce(SMOOTH)

    def layer(
        self, mask: Image.Image, top: Colour, bottom: Colour | None = None, *, depth: float = 1.0, drift: float = 0.0
    ) -> Layer:
        """A silhouette, shaded from its upper to its lower edge."""
        box = mask.getbbox() or (0, 0, 1, 1)
        picture = self.gradient([top, bottom or top], box[1], box[3])
        return Layer(picture, mask, depth, drift)

    def over(self, picture: Image.Image, mask: Image.Image, top: Colour, bottom: Colour | None = None) -> None:
        """Paint a silhouette onto a picture for good."""
        box = mask.getbbox()
        if box:
            picture.paste(self.gradient([top, bottom or top], box[1], box[3]), (0, 0), mask)

    def glow(
        self, picture: Image.Image, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0
    ) -> None:
        """Add a soft light to a picture."""
        left, top = max(0, int(x - radius)), max(0, int(y - radius))
        right, bottom = min(picture.width, int(x + radius)), min(picture.height, int(y + radius))
        if right - left < 2 or bottom - top < 2:
            return
        rows = (np.arange(top, bottom, dtype=np.float32)[:, None] - y) / radius
        columns = (np.arange(left, right, dtype=np.float32)[None, :] - x) / radius
        light = np.clip(1 - np.sqrt(rows**2 + columns**2), 0, 1) ** 2.2 * strength
        region = np.asarray(picture.crop((left, top, right, bottom)), dtype=np.float32)
        lit = region + (255 - region * 0.55) * light[..., None] * (np.array(colour, np.float32) / 255)
        picture.paste(Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8)), (left, top))

    def disc(self, picture: Image.Image, x: float, y: float, radius: float, colour: Colour) -> None:
        """Paint a smooth disc: sun, moon, bokeh."""
        mask = self.mask(
            lambda d, s: d.ellipse([(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s], fill=255)
        )
        picture.paste(colour, (0, 0), mask)

    def still(self, picture: Image.Image) -> Layer:
        """The backdrop: all that lies so far away that it hardly moves."""
        return Layer(picture, None, 0.25)

    def mist(self, height: float, depth_of: float, strength: float = 0.6, *, depth: float = 0.6) -> Layer:
        """A drifting bank of mist around a height."""
        rows = (np.arange(self.size[1], dtype=np.float32)[:, None] - height) / depth_of
        veil = np.exp(-(rows**2)) * np.clip(self.noise(3, 3, 5) * 1.7 - 0.4, 0, 1) * strength
        mask = Image.fromarray((np.clip(veil, 0, 1) * 255).astype(np.uint8)).point([0, 0, 0, *range(3, 256)])
        colour = mix(self.palette.sky[2], self.palette.far, 0.25)
        return Layer(Image.new("RGB", self.size, colour), mask, depth, drift=6.0)

    def clouds(self, bottom: float, amount: float = 0.5) -> Layer:
        """Soft clouds in the upper part of the frame."""
        field_ = self.noise(4, 5, 3.0)
        rows = np.clip((bottom - np.arange(self.size[1], dtype=np.float32)) / bottom, 0, 1)[:, None]
        body = np.clip((field_ - (1 - amount)) * 3.2, 0, 1) * np.clip(rows * 3, 0, 1) * 0.75
        light = mix(self.palette.sky[2], (255, 255, 255), 0.1 if self.palette.dark else 0.45)
        shade = mix(self.palette.sky[1], light, 0.35)
        mask = Image.fromarray((body * 255).astype(np.uint8)).point([0, 0, 0, *range(3, 256)])
        return Layer(self.gradient([light, shade], 0, bottom), mask, 0.2, drift=5.0)

    def stars(self, picture: Image.Image, bottom: float, count: int = 150) -> None:
        """Scatter stars above a height."""
        brush = ImageDraw.Draw(picture, "RGBA")
        for _ in range(count):
            x, y = self.random.uniform(0, self.size[0]), self.random.uniform(0, 1) ** 1.4 * bottom
            radius = self.random.uniform(0.4, 1.5) * self.unit / 720
            bright = int(self.random.uniform(70, 230) * (1 - y / bottom * 0.7))
            brush.ellipse([x - radius, y - radius, x + radius, y + radius], fill=(230, 238, 255, bright))

    def body(self, picture: Image.Image, x: float, y: float, radius: float) -> None:
        """The sun or the moon with its halo."""
        colour = self.palette.light
        self.glow(picture, x, y, radius * 9, mix(colour, self.palette.sky[2], 0.4), 0.34)
        self.glow(picture, x, y, radius * 3, colour, 0.55)
        self.disc(picture, x, y, radius, mix(colour, (255, 255, 255), 0.4))

    def blurred(self, picture: Image.Image, radius: float) -> Image.Image:
        """The picture out of focus."""
        small = picture.reduce(4) if radius > 6 else picture
        soft = small.filter(ImageFilter.GaussianBlur(radius / 4 if radius > 6 else radius))
        return soft.resize(picture.size, Image.Resampling.BICUBIC) if radius > 6 else soft
