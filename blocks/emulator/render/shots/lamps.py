"""Lights that flicker a little, so that a still shot lives."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from blocks.emulator.render.drawing.camera import Camera
from blocks.emulator.render.drawing.layers import Canvas

LEVELS = 10
BRIGHTEST = 34


@dataclass(frozen=True)
class _Lamp:
    x: float
    y: float
    phase: float
    glows: tuple[Image.Image, ...]


class Lamps:
    """The lights of a shot.

    Args:
        places: x, y and radius in layer pixels.
        depth: Depth of the layer they hang on.
        seed: No two shots flicker alike.
    """

    def __init__(self, places: Sequence[tuple[float, float, float]], depth: float, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.depth = depth
        self._lamps = [
            _Lamp(x, y, float(random.uniform(0, 6.28)), _glows(round(radius))) for x, y, radius in places if radius > 4
        ]

    def draw(self, canvas: Canvas, camera: Camera, at: float) -> None:
        """Add the light of a moment."""
        for lamp in self._lamps:
            beat = 0.5 + 0.3 * math.sin(at * 5.1 + lamp.phase) + 0.2 * math.sin(at * 13.7 + lamp.phase * 2)
            glow = lamp.glows[min(LEVELS - 1, max(0, int(beat * LEVELS)))]
            x, y, _ = camera.place(lamp.x, lamp.y, at, self.depth)
            box = (round(x) - glow.width // 2, round(y) - glow.height // 2)
            area = (*box, box[0] + glow.width, box[1] + glow.height)
            canvas.luma.paste(ImageChops.add(canvas.luma.crop(area), glow), box)


def _glows(radius: int) -> tuple[Image.Image, ...]:
    rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    shape = np.clip(1 - np.hypot(rows, columns) / radius, 0, 1) ** 2
    return tuple(
        Image.fromarray((shape * BRIGHTEST * level / (LEVELS - 1)).astype(np.uint8)) for level in range(LEVELS)
    )
