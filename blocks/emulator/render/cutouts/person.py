"""Estimating which part of a picture is the person: what stands in its middle and has colours its rim has not."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from blocks.emulator.render.cutouts.hulls import hull
from blocks.emulator.render.cutouts.smoothing import Floats, smooth

_COARSE, _FINE = 96, 480
"""Long sides, in pixels, at which colours are learnt and at which the outline is drawn."""
_RARE = 1e-4
"""Share of the pixels below which a colour proves nothing."""
_FEET = 4
"""Pixels of the coarse picture a person may go on below what is surely the person."""
_APART = 24
"""How much a colour, 0 to 255, differs from what is at both sides of it to be unlike it."""
_FEW = 0.12
"""Share of the pixels at the sides of a row that may be like what stands before them."""
_LEAST, _MOST = 0.01, 0.75
"""Shares of a picture a person may cover; beyond them the shape of a person in the middle is taken."""


@dataclass(frozen=True)
class Person:
    """A person of a picture.

    Attributes:
        mask: Mode L, of the picture's size: white where the person is, soft at the edge.
        box: Left, top, right and bottom of what is white, in pixels.
    """

    mask: Image.Image
    box: tuple[int, int, int, int]

    @property
    def cut(self) -> bool:
        """Whether the picture ends before the person does: a head, a half body."""
        return self.box[3] > self.mask.height * 0.985


def find_person(picture: Image.Image) -> Person:
    """Where the person of an RGB picture is, as well as colours and the middle tell."""
    small = _scaled(picture, _COARSE)
    pixels = np.asarray(small)
    sure = _most_likely(pixels)
    fine = _scaled(picture, _FINE)
    grown = _FINE / _COARSE
    doubt = _doubt(sure)
    near = Image.fromarray(doubt).resize(fine.size, Image.Resampling.BICUBIC)
    before = np.asarray(near.filter(ImageFilter.GaussianBlur(grown * 0.8)), np.float32) / 255
    ratio = own_colours(colours_of(pixels), (doubt > 100) * (doubt / np.float32(255)), (doubt == 0).astype(np.float32))
    ratio = np.clip(ratio, 0.05, 0.95)
    likely = _joined(ratio[colours_of(np.asarray(fine))], before)
    likely *= main_part(likely > 0.35, likely)
    likely = np.where(closed(likely > 0.5), np.maximum(likely, 0.95), likely)
    drawn = Image.fromarray((likely * 255).astype(np.uint8))
    soft = drawn.filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.GaussianBlur(1.2))
    mask = soft.resize(picture.size, Image.Resampling.BICUBIC).point([_steep(v) for v in range(256)])
    return Person(mask, mask.point([0] * 64 + [255] * 192).getbbox() or (0, 0, *picture.size))


def colours_of(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """RGB pixels as numbers of 4096 colours."""
    parts = (pixels >> 4).astype(np.int64)
    return (parts[..., 0] << 8) | (parts[..., 1] << 4) | parts[..., 2]


def own_colours(colours: NDArray[np.int64], inside: Floats, outside: Floats) -> Floats:
    """For each of the 4096 colours how sure it is that it belongs inside, 0 to 1, from weights of pixels."""
    mine, others = (
        _smooth(np.bincount(colours.ravel(), weights.ravel(), 4096).astype(np.float64))
        / max(float(weights.sum()), 1e-6)
        for weights in (inside, outside)
    )
    return (mine / (mine + others + _RARE)).astype(np.float32)


def _smooth(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Neighbouring colours count a little."""
    cube = counts.reshape(16, 16, 16)
    for axis in range(3):
        padded = np.take(cube, [0, *range(16), 15], axis=axis)
        less, more = np.take(padded, range(16), axis=axis), np.take(padded, range(2, 18), axis=axis)
        cube = cube * 0.7 + (less + more) * 0.15
    return cube.ravel()


def main_part(mask: NDArray[np.bool_], weights: Floats) -> NDArray[np.bool_]:
    """The connected part of a mask that weighs most."""
    if not mask.any():
        return mask
    labels = _parts(mask)
    return np.asarray(labels == np.bincount(labels[mask], weights[mask]).argmax())


def _most_likely(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The part of a small picture that is most like a person: upright, whole, in the middle, unlike what is around."""
    shape = _standing((pixels.shape[1], pixels.shape[0]))
    best, found = 0.0, shape > 0.5
    for mask in _candidates(pixels, shape):
        labels = _parts(mask)
        names, sizes = np.unique(labels[mask], return_counts=True)
        for name in names[(sizes > mask.size * _LEAST) & (sizes < mask.size * _MOST)]:
            part = closed(labels == name)
            if (score := _likeness(pixels, part)) > best:
                best, found = score, part
    return _whole(pixels, found)


def _whole(pixels: NDArray[np.uint8], found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All of a person of whom perhaps only what has one colour was found, such as the trousers.

    Most backgrounds look alike from side to side: what is like little at the sides of its rows belongs together.
    """
    side = max(1, pixels.shape[1] // 8)
    sides = np.concatenate([pixels[:, :side], pixels[:, -side:]], axis=1).astype(np.int16)
    alike = (np.abs(pixels[:, :, None] - sides[:, None]).max(axis=-1) < _APART).mean(axis=-1)
    labels = _parts(alike < _FEW)
    for name in np.unique(labels[found & (labels > 0)]):
        part = closed(labels == name)
        covered = (part & found).sum() > found.sum() * 0.8
        if covered and part.mean() < _MOST and _shapeliness(part) > _shapeliness(found) * 0.98:
            return part | found
    return found


def _candidates(pixels: NDArray[np.uint8], shape: Floats) -> Iterator[NDArray[np.bool_]]:
    """Parts that are darker, lighter or more colourful than the rest, or have colours the rim has not."""
    values = pixels.astype(np.float32)
    light = values.mean(axis=-1)
    for plane in (light, -light, -np.ptp(values, axis=-1)):
        for level in np.percentile(plane, (3, 6, 10, 15, 22, 30, 40)):
            yield plane <= level
    colours = colours_of(pixels)
    before = likely = shape
    for _ in range(6):
        ratio = own_colours(colours, likely * before, (1 - likely) * (1 - shape * 0.5))
        likely = smooth(_joined(ratio[colours], before), 1)
        before = np.clip(shape * 0.5 + smooth(likely, 3) * 0.5, 0.02, 0.97)
    yield likely > 0.5


def _likeness(pixels: NDArray[np.uint8], part: NDArray[np.bool_]) -> float:
    """How much a part is like a person, 0 to 1: its shape, and how its colour differs from what is around."""
    around = (smooth(part.astype(np.float32), 2) > 0.02) & ~part
    if not around.any():
        return 0.0
    apart = float(np.abs(pixels[part].mean(axis=0) - pixels[around].astype(np.float32)).mean())
    return _shapeliness(part) * min(1.0, apart / 50)


def _shapeliness(part: NDArray[np.bool_]) -> float:
    """How much a part is shaped like a person and stands like one, 0 to 1."""
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    height, width = part.shape
    tall, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    upright = min(1.0, tall / wide / 1.1) ** 2 * min(1.0, 5.5 * wide / tall) ** 2
    middle = float(np.exp(-(((columns.mean() / width - 0.5) / 0.2) ** 2) / 2))
    rim = np.concatenate([part[0], part[: height * 2 // 3, 0], part[: height * 2 // 3, -1]]).mean()
    solid = min(1.0, float(part.sum()) / (tall * wide) / 0.4)
    return float(upright * middle * solid * min(1.0, tall / height / 0.3) * (1 - rim) ** 8)


def _doubt(sure: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Likelihoods as bytes: what lies within the outline's reach, such as a face before dark hair, may belong to it."""
    reach = np.asarray(hull(Image.fromarray(sure.astype(np.uint8) * 255))) > 0
    beside = smooth(sure.astype(np.float32), 1) > 0.1
    for _ in range(_FEET):  # thin legs and feet go on below what is surely the person
        beside[1:] |= beside[:-1]
    return np.where(sure, 235, np.where(reach, 128, np.where(beside, 90, 0))).astype(np.uint8)


def _joined(ratio: Floats, before: Floats) -> Floats:
    yes, no = ratio * before, (1 - ratio) * (1 - before)
    return yes / np.maximum(yes + no, 1e-6)


def _standing(size: tuple[int, int]) -> Floats:
    """The shape of somebody in the middle of a picture, as likelihoods."""
    width, height = size
    shape = Image.new("L", size, 10)
    brush = ImageDraw.Draw(shape)
    unit = min(width, height * 0.8)
    middle, head = width / 2, unit * 0.17
    top = height * 0.14
    brush.ellipse([middle - head, top, middle + head, top + head * 2.5], fill=210)
    brush.rounded_rectangle(
        [middle - unit * 0.29, top + head * 2.3, middle + unit * 0.29, height * 1.2], unit * 0.14, fill=215
    )
    return np.asarray(shape.filter(ImageFilter.GaussianBlur(unit * 0.09)), np.float32) / 255


def closed(part: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A part without holes."""
    outside = _parts(~part)
    rim = np.concatenate([outside[0], outside[-1], outside[:, 0], outside[:, -1]])
    return part | ~np.isin(outside, rim[rim > 0])


def _parts(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Connected parts, each with a number of its own, that of its last pixel; 0 outside the mask."""
    labels: NDArray[np.int64] = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        grown = labels.copy()
        for here, there in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
            np.maximum(grown[here], labels[there], out=grown[here])
            np.maximum(grown[there], labels[here], out=grown[there])
        # What a pixel's leader has learnt, it knows as well: few rounds even for long parts.
        grown = np.where(mask, np.maximum(grown, grown.ravel()[grown - 1]), 0)
        if (grown == labels).all():
            return labels
        labels = grown


def _steep(value: int) -> int:
    """A soft edge made narrower."""
    return round(255 * min(1.0, max(0.0, (value / 255 - 0.3) / 0.4)))


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    scale = min(1.0, side / max(picture.size))
    size = max(8, round(picture.width * scale)), max(8, round(picture.height * scale))
    return picture.convert("RGB").resize(size, Image.Resampling.BOX)
