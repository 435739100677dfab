"""A caption as it is laid over a picture: white letters with a dark outline, at the bottom, away from the edges."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from .fonts import font
from .lettering import LINE_HEIGHT, wrap

_WIDEST = 0.84
"""Of the picture's width; what lies outside may be cut off by a screen (EBU R95 keeps 5% clear on each side)."""

_TALLEST = 0.3
_LOWEST = 0.06
"""Of the height, clear below the letters; upright films keep twice as much, where phones lay their buttons."""

_SMALLEST = 9
_BLACK, _WHITE, _GREY = 16, 235, 128
"""Of Y and of U and V in the limited range."""

_SHADOW = 0.6


@dataclass(frozen=True)
class Plate:
    """What a caption changes in a picture of 4:2:0: from 0 (nothing) to 1, rows x columns, from an even row and column.

    Attributes:
        top: its first row.
        left: its first column.
        dark: the outline, with a soft shadow around it.
        light: the letters.
    """

    top: int
    left: int
    dark: NDArray[np.float32]
    light: NDArray[np.float32]

    def on(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A copy of a picture (yuv420p, limited range) with the caption on it; outside of it nothing changes."""
        pixels = frame.to_ndarray().copy()
        rows, columns = self.dark.shape
        area = np.s_[self.top : self.top + rows, self.left : self.left + columns]
        luma = pixels[: frame.height]
        darkened = luma[area] * (1 - self.dark) + _BLACK * self.dark
        luma[area] = np.rint(darkened * (1 - self.light) + _WHITE * self.light)
        cover = 1 - (1 - self.dark) * (1 - self.light)
        cover = cover.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
        half = np.s_[self.top // 2 : (self.top + rows) // 2, self.left // 2 : (self.left + columns) // 2]
        size = frame.width // 2 * (frame.height // 2)
        rest = pixels[frame.height :].reshape(-1)
        for first in (0, size):
            chroma = rest[first : first + size].reshape(frame.height // 2, frame.width // 2)
            chroma[half] = np.rint(chroma[half] * (1 - cover) + _GREY * cover)
        made = av.VideoFrame.from_ndarray(pixels, format="yuv420p")
        made.colorspace, made.color_range = frame.colorspace, frame.color_range
        return made


def plate(text: str, width: int, height: int) -> Plate | None:
    """Sets a caption for pictures of this size; None when it has nothing that can be drawn.

    Args:
        text: its lines; longer ones are broken, and all are made smaller when they would fill too much of the picture.
        width: of the pictures in pixels, even.
        height: of the pictures in pixels, even.
    """
    size = max(_SMALLEST, round(min(height * 0.055, width * 0.06)))
    lines = _lines(text, size, width)
    while size > _SMALLEST and len(lines) * size * LINE_HEIGHT > _TALLEST * height:
        size -= 1
        lines = _lines(text, size, width)
    if not lines:
        return None
    stroke = max(1, round(size / 11))
    outline, letters = Image.new("L", (width, height)), Image.new("L", (width, height))
    bottom = height - height * (_LOWEST if width >= height else 2 * _LOWEST)
    for number, line in enumerate(reversed(lines)):
        middle = (width / 2, bottom - (number + 0.5) * size * LINE_HEIGHT)
        ImageDraw.Draw(outline).text(middle, line, 255, font(size), anchor="mm", stroke_width=stroke)
        ImageDraw.Draw(letters).text(middle, line, 255, font(size), anchor="mm")
    blurred = outline.filter(ImageFilter.GaussianBlur(stroke * 1.5)).point(lambda value: value * _SHADOW)
    dark = np.maximum(np.asarray(outline), np.asarray(blurred))
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    top, left = rows[0] // 2 * 2, columns[0] // 2 * 2
    area = np.s_[top : rows[-1] // 2 * 2 + 2, left : columns[-1] // 2 * 2 + 2]
    shares = [np.asarray(mask, np.float32)[area] / np.float32(255) for mask in (dark, letters)]
    return Plate(int(top), int(left), *shares)


def _lines(text: str, size: int, width: int) -> list[str]:
    """The lines as they are set: none too wide, and those of one broken line about equally long."""
    set_lines: list[str] = []
    for line in text.split("\n"):
        room = _WIDEST * width
        broken = wrap(line, size, room)
        while len(broken) > 1 and len(narrower := wrap(line, size, room - size / 2)) == len(broken):
            room, broken = room - size / 2, narrower
        set_lines += broken
    return set_lines
