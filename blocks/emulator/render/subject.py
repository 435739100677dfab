"""The subject of a given picture: roughly where it stands, and what the background would be without it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Colours = NDArray[np.floating[Any]]
SMALL = 96
"""Side of the picture the subject is looked for in."""
LEAST, MOST = 0.05, 0.7
"""Share of the picture a subject may have; beyond it an oval in the middle is taken."""


@dataclass(frozen=True)
class Subject:
    """Where something stands in a frame.

    Attributes:
        x: Its middle in pixels.
        y: The same, downwards.
        unit: Half its height in pixels; what moves is measured in it.
        head: Top of its head, from its middle, in units.
        alpha: Where it is opaque; None for a part of the picture that is not cut out.
    """

    x: float
    y: float
    unit: float
    head: tuple[float, float] = (0.0, -1.0)
    alpha: Image.Image | None = None


def find_subject(picture: Image.Image) -> Subject:
    """The subject of a picture: what differs from the picture's edge and stands in the middle."""
    width, height = picture.size
    small = np.asarray(picture.resize((SMALL, SMALL), Image.Resampling.BOX), np.float32)
    rows, columns = np.mgrid[0:SMALL, 0:SMALL].astype(np.float32) / SMALL
    wide = 0.2 * min(1.0, 1.15 * height / width) * (1 + 1.2 * np.clip(rows - 0.55, 0, 1))  # shoulders below
    oval = np.hypot((columns - 0.5) / wide, (rows - 0.58) / 0.36)
    edge = (rows < 0.06) | ((rows < 0.8) & ((columns < 0.06) | (columns > 0.94)))
    score = _distance(small, small[edge]) - _distance(small, small[oval < 0.8])
    score += 22 * np.clip(1.3 - oval, 0, 1)
    likely = 1 / (1 + np.exp(-score / 12)) * np.clip((1.9 - oval) * 1.6, 0, 1)
    sides = np.maximum.accumulate(likely, axis=1), np.maximum.accumulate(likely[:, ::-1], axis=1)[:, ::-1]
    likely = np.minimum(*sides)  # no holes
    share = float(likely.mean())
    if not LEAST < share < MOST:
        likely = np.clip((1.35 - oval) * 5, 0, 1)
    mask = Image.fromarray((likely * 255).astype(np.uint8)).filter(ImageFilter.MedianFilter(7))
    mask = mask.filter(ImageFilter.GaussianBlur(1)).point(lambda v: min(255, max(0, (v - 60) * 255 // 110)))
    seen = np.asarray(mask, np.float32) / 255 + 1e-4
    x, y = float((seen * columns).sum() / seen.sum()), float((seen * rows).sum() / seen.sum())
    unit = min(0.5, max(0.22, 1.9 * float(np.sqrt((seen * (rows - y) ** 2).sum() / seen.sum()))))
    full = np.flatnonzero(seen.sum(axis=1) > 0.06 * SMALL)
    top = int(full[0]) if len(full) else int((y - unit) * SMALL)
    upper = seen[top : top + max(4, int(0.3 * unit * SMALL))]
    head_x = float((upper * columns[: len(upper)]).sum() / upper.sum())
    head = ((head_x - x) * width / (unit * height), (top / SMALL - y) / unit)
    alpha = mask.resize(picture.size, Image.Resampling.BICUBIC)
    return Subject(x * width, y * height, unit * height, head, alpha)


def without(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    """The picture with its subject painted over by what lies around it."""
    small = picture.resize((SMALL, SMALL), Image.Resampling.BOX)
    taken = alpha.resize((SMALL, SMALL), Image.Resampling.BOX).filter(ImageFilter.MaxFilter(13))
    free = 1 - np.asarray(taken, np.float32) / 255
    colours = np.asarray(small, np.float32) * free[..., None]
    filled, known = np.zeros_like(colours), np.zeros_like(free)
    for reach in (2, 6, 16, 40):
        weight = _blurred(free, reach)
        light = np.stack([_blurred(colours[..., n], reach) for n in range(3)], axis=-1)
        part = (1 - known) * np.clip(weight * 8, 0, 1)
        filled += part[..., None] * light / np.maximum(weight, 1e-3)[..., None]
        known += part
    filled /= np.maximum(known, 1e-3)[..., None]
    painted = Image.fromarray(filled.clip(0, 255).astype(np.uint8)).resize(picture.size, Image.Resampling.BICUBIC)
    return Image.composite(painted, picture, taken.resize(picture.size, Image.Resampling.BICUBIC))


def _blurred(plane: Colours, reach: int) -> Colours:
    """The mean of a square that reaches so far; Pillow blurs no planes of fractions."""
    for _ in range(2):
        sums = np.pad(plane, ((reach + 1, reach), (0, 0)), mode="edge").cumsum(axis=0)
        plane = ((sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)).T
    return plane


def _distance(pixels: Colours, of: Colours, kinds: int = 5) -> Colours:
    """How far each pixel is from the nearest of the main colours of some others."""
    order = of[np.argsort(of.sum(axis=1))]
    means = order[np.linspace(0, len(order) - 1, kinds).astype(int)]
    for _ in range(6):
        nearest = np.linalg.norm(of[:, None] - means, axis=-1).argmin(axis=1)
        means = np.stack([of[nearest == n].mean(axis=0) if (nearest == n).any() else means[n] for n in range(kinds)])
    gaps: Colours = np.linalg.norm(pixels[:, :, None] - means, axis=-1).min(axis=-1)
    return gaps
