"""Places drawn from words, without anybody in them and without writing; and colours named in words."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import replace

from PIL import Image, ImageOps

from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.drawing.palettes import Colour, Palette, palette_of
from blocks.emulator.render.drawing.titles import Titles
from blocks.emulator.render.prompts.mood import read_mood
from blocks.emulator.render.shots.animatic import DrawnShot

_LARGEST = 1280
"""Longest side that is drawn; larger scenes are enlarged."""
COLOURS: Mapping[str, Colour] = {
    r"\bred\b|crimson|scarlet|红": (206, 48, 44),
    r"\borange\b|橙|橘": (240, 138, 44),
    r"yellow|黄": (240, 200, 62),
    r"gold|金": (214, 168, 72),
    r"\bgreen\b|绿": (66, 150, 84),
    r"cyan|teal|turquoise|青": (48, 164, 168),
    r"\bblue\b|navy|蓝": (52, 104, 196),
    r"purple|violet|lilac|紫": (128, 78, 176),
    r"pink|rose|粉": (238, 140, 170),
    r"brown|wooden|\bwood\b|棕|褐|木": (132, 88, 56),
    r"\bwhite\b|白": (244, 242, 238),
    r"\bgr[ae]y\b|silver|灰|银": (150, 154, 162),
    r"\bblack\b|黑": (34, 34, 40),
}


def named_colours(text: str) -> list[Colour]:
    """The colours a text names, in its order."""
    found = [
        (match.start(), colour) for pattern, colour in COLOURS.items() if (match := re.search(pattern, text, re.I))
    ]
    return [colour for _, colour in sorted(found)]


def scene(text: str, size: tuple[int, int], seed: int) -> Image.Image:
    """A place as the words have it, empty; other seeds draw it otherwise."""
    scale = min(1.0, _LARGEST / max(size))
    drawn_size = even(size[0] * scale), even(size[1] * scale)
    mood = replace(read_mood(text, seed=seed), subject="", partner="", size="wide", held="")
    own = zlib.crc32(f"{seed}|{text}".encode()) & 0x7FFFFFFF
    shot = DrawnShot(mood, drawn_size, 1.0, own, Titles(drawn_size, "", "", (255, 255, 255)))
    picture = rgb(shot.draw(0.5))
    if seed % 2:
        picture = ImageOps.mirror(picture)
    return picture if picture.size == size else picture.resize(size, Image.Resampling.BICUBIC)


def colours_of(text: str, seed: int) -> Palette:
    """The colours that go with a text."""
    return palette_of(read_mood(text, seed=seed))


def rgb(canvas: Canvas) -> Image.Image:
    """A finished frame as an RGB picture."""
    return Image.fromarray(canvas.frame().to_ndarray(format="rgb24"))


def even(side: float) -> int:
    """The even number of pixels at or above a side."""
    return max(2, int(-(-side // 2)) * 2)
