"""Filling holes of a picture from what is around them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from blocks.emulator.render.cutouts.filling import run_in
from blocks.emulator.render.editing.given import Mask, as_image
from blocks.emulator.render.editing.regions import regions

Floats = NDArray[np.float32]
Levels = NDArray[np.uint8]
_COARSE = 128
"""Longest side at which the place to copy from is looked for."""
_MOST = 24
"""Holes filled by copying; the smaller ones beyond get smooth colour."""


def fill(picture: Image.Image, hole: Mask, *, detail: bool = True, without: Mask | None = None) -> Image.Image:
    """The picture with the hole filled; outside the hole it is unchanged.

    Every hole is filled with the part of the picture whose surroundings look most like its own, its colours bent so
    that no seam shows; where no part fits, and without ``detail``, with smooth colour.

    Args:
        picture: The picture.
        hole: What is filled.
        detail: Whether parts of the picture are copied.
        without: What is left alone, and not taken as an example either.
    """
    pixels = np.asarray(picture.convert("RGB"))
    if not hole.any():
        return picture.convert("RGB")
    unknown = hole if without is None or (hole | without).all() else hole | without
    made = pixels.copy()
    box = _box(hole, 16 + max(hole.shape) // 8)
    made[box] = _levels(smooth_fill(pixels[box].astype(np.float32), unknown[box]))
    if detail:
        _copy_in(pixels, made, hole, unknown)
    return Image.fromarray(np.where(hole[..., None], made, pixels))


def smooth_fill(pixels: Floats, hole: Mask) -> Floats:
    """Rows x columns x channels with the hole in colours that run smoothly from edge to edge; known pixels stay."""
    if not hole.any() or hole.all():
        return pixels.copy()
    return run_in(pixels, (~hole).astype(np.float32)).astype(np.float32)


def grown(mask: Mask, by: int) -> Mask:
    """A mask, larger by some pixels on every side."""
    made = np.asarray(as_image(mask).filter(ImageFilter.BoxBlur(by)))
    return made > 0 if by else mask


def _copy_in(pixels: Levels, made: Levels, hole: Mask, unknown: Mask) -> None:
    rows, columns = hole.shape
    scale = max(1.0, max(hole.shape) / _COARSE)
    small_size = max(1, round(columns / scale)), max(1, round(rows / scale))
    small = np.asarray(Image.fromarray(made).resize(small_size, Image.Resampling.BOX)).astype(np.float32)
    small_hole, small_unknown = (
        np.asarray(as_image(mask).resize(small_size, Image.Resampling.BOX)) > 0 for mask in (hole, unknown)
    )
    labels = regions(small_hole)
    for label in np.bincount(labels.ravel())[1:].argsort()[::-1][:_MOST] + 1:
        away = _place_like(small, small_unknown, labels == label)
        if away is not None:
            whole = as_image(labels == label).resize((columns, rows), Image.Resampling.NEAREST)
            part = hole & (np.asarray(whole) > 0)
            if part.any():
                _copy(pixels, made, unknown, part, (round(away[0] * scale), round(away[1] * scale)))


def _copy(pixels: Levels, made: Levels, hole: Mask, part: Mask, away: tuple[int, int]) -> None:
    """Take the part from ``away`` rows and columns off, bent to the colours around it."""
    box = _box(part, 6)
    rows, columns = (
        np.clip(np.arange(side.start, side.stop) + off, 0, length - 1)
        for side, off, length in zip(box, away, part.shape, strict=True)
    )
    source = made[np.ix_(rows, columns)].astype(np.float32)
    bend = smooth_fill(pixels[box].astype(np.float32) - source, hole[box])
    made[box][part[box]] = _levels(source + bend)[part[box]]


def _box(mask: Mask, room: int) -> tuple[slice, slice]:
    """The rows and columns a mask lies in, and some around them."""
    down, across = (
        slice(max(0, int(found[0]) - room), min(length, int(found[-1]) + 1 + room))
        for found, length in ((np.flatnonzero(mask.any(axis=1 - at)), length) for at, length in enumerate(mask.shape))
    )
    return down, across


def _levels(values: Floats) -> Levels:
    levels: Levels = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    return levels


def _place_like(pixels: Floats, hole: Mask, part: Mask) -> tuple[int, int] | None:
    """How many rows and columns off the picture looks most like the surroundings of a part; None when nowhere."""
    around = grown(part, 2) & ~hole
    inner, ring = np.argwhere(part), np.argwhere(around)
    if not len(ring):
        return None
    inner, ring = inner[:: max(1, len(inner) // 150)], ring[:: max(1, len(ring) // 150)]
    rows, columns = part.shape
    step = 2 if max(part.shape) > 64 else 1
    dy, dx = np.meshgrid(np.arange(-rows, rows, step), np.arange(-columns, columns, step), indexing="ij")
    offsets = np.stack([dy.ravel(), dx.ravel()], axis=-1)
    low, high = np.argwhere(part).min(axis=0), np.argwhere(part).max(axis=0)
    fits = ((offsets + low >= 0) & (offsets + high < (rows, columns))).all(axis=1) & (offsets != 0).any(axis=1)
    offsets = offsets[fits]
    there = inner[None] + offsets[:, None]
    offsets = offsets[~hole[there[..., 0], there[..., 1]].any(axis=1)]
    if not len(offsets):
        return None
    there = np.clip(ring[None] + offsets[:, None], 0, (rows - 1, columns - 1))
    difference = pixels[there[..., 0], there[..., 1]] - pixels[ring[:, 0], ring[:, 1]][None]
    cost = (np.abs(difference).mean(axis=(1, 2))) + 0.02 * np.abs(offsets).sum(axis=1)
    cost += 40.0 * hole[there[..., 0], there[..., 1]].mean(axis=1)
    best = offsets[int(cost.argmin())]
    return int(best[0]), int(best[1])
