"""Materials that a part of a picture can turn into.

Facts: models.yaml wanx2.1-imageedit, the styles of stylization_local.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from blocks.emulator.render.drawing.palettes import Colour
from blocks.emulator.render.editing.looks import toned

Texture = NDArray[np.float32]
"""Rows x columns, levels added to the brightness."""


def material_of(text: str) -> str:
    """The material a text names; wood when it names none."""
    found = [
        (match.start(), name) for name, (words, _, _) in MATERIALS.items() if (match := re.search(words, text, re.I))
    ]
    # "turn the wooden house into ice": what it becomes stands last.
    return max(found)[1] if found else "wood"


def made_of(picture: Image.Image, material: str) -> Image.Image:
    """The picture as if everything in it were of a material."""
    _, colours, texture = MATERIALS[material]
    soft = picture.filter(ImageFilter.MedianFilter(3))
    body = np.asarray(toned(soft, *colours, 0.92)).astype(np.float32)
    grey = picture.convert("L").filter(ImageFilter.GaussianBlur(2))
    relief = np.asarray(ImageChops.subtract(grey, ImageChops.offset(grey, 3, 3), 1, 128)).astype(np.float32) - 128
    lit = body + (relief * 0.9 + texture(picture.size))[..., None]
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def _noise(size: tuple[int, int], across: float, down: float, seed: int = 4) -> Texture:
    """Soft noise around 0 whose grains are so many pixels wide and high."""
    random = np.random.default_rng(seed)
    cells = max(2, round(size[1] / down)), max(2, round(size[0] / across))
    grains = random.normal(0, 1, cells).astype(np.float32)
    return np.asarray(Image.fromarray(grains).resize(size, Image.Resampling.BICUBIC))


def _grid(size: tuple[int, int]) -> tuple[Texture, Texture]:
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    unit = max(1.0, min(size) / 512)
    return x / unit, y / unit


def _ice(size: tuple[int, int]) -> Texture:
    facets = np.abs(_noise(size, 34, 60)) + np.abs(_noise(size, 60, 24, 9))
    return (np.where(facets < 0.16, 70, 0) + (facets - 0.9) * 12).astype(np.float32)


def _planks(size: tuple[int, int]) -> Texture:
    _, y = _grid(size)
    rings = np.sin(y / 5 + _noise(size, 120, 26) * 3) * 9
    return (rings - np.where(y % 64 < 3, 60, 0)).astype(np.float32)


def _weave(size: tuple[int, int]) -> Texture:
    x, y = _grid(size)
    return (np.sin((x + np.abs((y % 12) - 6) * 0.9) * np.pi / 5) * 26 - np.where(y % 12 < 1.5, 34, 0)).astype(
        np.float32
    )


def _porcelain(size: tuple[int, int]) -> Texture:
    waves = np.sin(_noise(size, 46, 46) * 4)
    return np.where(waves > 0.86, -70, 6).astype(np.float32)


def _paper_folds(size: tuple[int, int]) -> Texture:
    x, _ = _grid(size)
    return (np.abs((x % 40) - 20) * -1.6 + 16).astype(np.float32)


def _shine(size: tuple[int, int]) -> Texture:
    x, y = _grid(size)
    return (np.clip(np.sin((x + y) / 46), 0.8, 1) * 300 - 240).astype(np.float32)


MATERIALS: Mapping[str, tuple[str, tuple[Colour, Colour, Colour], Callable[[tuple[int, int]], Texture]]] = {
    "ice": (r"\bice\b|冰", ((46, 110, 160), (168, 214, 238), (250, 255, 255)), _ice),
    "cloud": (r"cloud|云", ((176, 196, 222), (228, 236, 246), (255, 255, 255)), lambda s: _noise(s, 40, 30) * 10),
    "lantern": (r"lantern|灯", ((140, 10, 10), (236, 70, 34), (255, 224, 130)), _paper_folds),
    "wood": (r"wood|木", ((74, 42, 22), (166, 110, 64), (230, 188, 134)), _planks),
    "porcelain": (r"porcelain|青花|瓷", ((20, 50, 140), (196, 212, 236), (254, 254, 252)), _porcelain),
    "fluff": (r"fluff|fur|毛茸", ((150, 110, 84), (232, 200, 168), (255, 246, 232)), lambda s: _noise(s, 2.5, 9) * 24),
    "wool": (r"weav|wool|knit|毛线|编织", ((120, 50, 60), (220, 120, 110), (250, 222, 200)), _weave),
    "balloon": (r"balloon|气球", ((150, 20, 90), (244, 90, 150), (255, 220, 236)), _shine),
}
"""Words, colours and texture of each."""
