"""Connected regions of a mask, and what stands out from the edges of a picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from blocks.emulator.render.editing.given import Mask, as_image

Labels = NDArray[np.int64]
_LOOKED_AT = 256
"""Longest side at which what stands out is looked for."""
_SMALLEST = 0.006
"""Share of the picture below which something that stands out is not a thing."""
_CONTRAST = 26.0
"""Levels something must differ from the edges to stand out."""
_EVEN = 8
"""Levels by which an even ground differs from itself, where a lossy format keeps it."""


def regions(mask: Mask) -> Labels:
    """Numbers of the connected regions, from 1 and from left to right; 0 outside."""
    labels: Labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        before = labels
        labels = _spread(_spread(labels).T).T
        if np.array_equal(labels, before):
            break
    numbers = np.unique(labels[labels > 0])
    if not numbers.size:
        return labels
    columns = np.broadcast_to(np.arange(mask.shape[1]), mask.shape)[mask]
    place = np.searchsorted(numbers, labels[mask])
    middle = np.bincount(place, columns) / np.bincount(place)
    rank = np.empty(len(numbers), np.int64)
    rank[np.argsort(middle, kind="stable")] = np.arange(1, len(numbers) + 1)
    made = np.zeros(mask.shape, np.int64)
    made[mask] = rank[place]
    return made


def things(picture: Image.Image) -> Labels:
    """What stands out from the colours along the edges, numbered from left to right; 0 is the ground.

    A plain stand-in for a trained model: it finds what differs from the left, right and upper edge.
    """
    scale = max(1.0, max(picture.size) / _LOOKED_AT)
    size = max(2, round(picture.width / scale)), max(2, round(picture.height / scale))
    small = picture.convert("RGB").resize(size, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(3))
    away = _distance(np.asarray(small).astype(np.float32))
    found = away > max(_CONTRAST, _split(away))
    found = np.asarray(as_image(found).filter(ImageFilter.MedianFilter(5))) > 0
    labels = regions(_closed(found))
    sizes = np.bincount(labels.ravel())
    kept = regions(np.isin(labels, [n for n in range(1, len(sizes)) if sizes[n] > _SMALLEST * labels.size]))
    parts = [np.zeros((picture.height, picture.width), np.float32)]
    for number in range(1, int(kept.max()) + 1):
        soft = as_image(kept == number).resize(picture.size, Image.Resampling.BICUBIC)
        soft = soft.filter(ImageFilter.GaussianBlur(scale * 0.8))
        parts.append(np.asarray(soft).astype(np.float32))
    parts[0] += 127.5
    numbers: Labels = np.argmax(parts, axis=0)
    return numbers


def on_plain_ground(picture: Image.Image) -> Mask | None:
    """All that stands before an even ground, pale parts on a pale ground as well; None when the ground is not even."""
    scale = max(1.0, max(picture.size) / _LOOKED_AT)
    size = max(2, round(picture.width / scale)), max(2, round(picture.height / scale))
    seen = np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX)).astype(np.int16)
    edge = np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]])
    ground = np.median(edge, axis=0)
    if np.abs(edge - ground).max() > _EVEN:
        return None
    found = as_image(_closed(np.abs(seen - ground).max(axis=-1) > _EVEN)).filter(ImageFilter.MedianFilter(3))
    mask: Mask = np.asarray(found.resize(picture.size, Image.Resampling.BICUBIC)) > 127
    return mask if mask.any() else None


def thing(picture: Image.Image) -> Mask | None:
    """The largest thing in a picture; None when nothing stands out."""
    labels = things(picture)
    sizes = np.bincount(labels.ravel())
    return None if len(sizes) < 2 else labels == 1 + int(sizes[1:].argmax())


def _spread(labels: Labels) -> Labels:
    """Along every row, each unbroken run gets its largest number."""
    flat = np.pad(labels, ((0, 0), (0, 1))).ravel()
    starts = np.flatnonzero(np.diff(flat > 0, prepend=False))
    if starts.size:
        most = np.maximum.reduceat(flat, starts)
        flat[starts[0] :] = np.repeat(most, np.diff(np.append(starts, flat.size)))
    return flat.reshape(labels.shape[0], -1)[:, :-1]


def _closed(mask: Mask) -> Mask:
    """The mask with its inner holes filled: what cannot be reached from the edge belongs to the thing."""
    outside = regions(np.pad(~mask, 1, constant_values=True))
    closed: Mask = (outside != outside[0, 0])[1:-1, 1:-1]
    return closed


def _distance(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far every pixel is from the colours of its row's ends and of the edges."""
    rows, columns, _ = pixels.shape
    deep = max(1, columns // 40)
    left, right = np.median(pixels[:, :deep], axis=1), np.median(pixels[:, -deep:], axis=1)
    along = np.linspace(0, 1, columns, dtype=np.float32)[None, :, None]
    ground = left[:, None] * (1 - along) + right[:, None] * along
    away: NDArray[np.float32] = np.linalg.norm(pixels - ground, axis=-1)
    edge = np.concatenate([left, right, np.median(pixels[: max(1, rows // 40)], axis=0)])
    for colour in edge[:: max(1, len(edge) // 48)]:
        away = np.minimum(away, np.linalg.norm(pixels - colour, axis=-1))
    return away


def _split(values: NDArray[np.float32]) -> float:
    """The level that parts the values best in two (Otsu)."""
    counts, edges = np.histogram(values, 128)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts).astype(np.float64)
    sums = np.cumsum(counts * middles)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(middles[int(np.nan_to_num(between).argmax())]) * 0.8
