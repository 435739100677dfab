"""The subject of a given picture: where it stands, and what the picture is without it."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from blocks.emulator.render.cutouts.filling import filled, widened
from blocks.emulator.render.cutouts.person import find_person

SMALL = 240
"""Longer side of the picture a background is made up in; it is a blur anyway."""
GAP = 11
"""What is narrower in it is closed; odd."""
LEAST = 0.12
"""Half a subject's height, at least, as a part of the frame's."""


@dataclass(frozen=True)
class Subject:
    """Where something stands in a frame.

    Attributes:
        x: Its middle in pixels.
        y: The same, downwards.
        unit: Half its height in pixels; what moves is measured in it.
        head: Top of its head, from its middle, in units.
        shoulders: Height of its shoulders, from its middle, in units.
        build: How large a head and clothes are beside those of a half body: less, when all of a person is seen.
        alpha: Where it is opaque; None for a part of the picture that is not cut out.
    """

    x: float
    y: float
    unit: float
    head: tuple[float, float] = (0.0, -1.0)
    shoulders: float = 0.2
    build: float = 1.0
    alpha: Image.Image | None = None


def find_subject(picture: Image.Image) -> Subject:
    """The subject of a picture."""
    person = find_person(picture)
    left, top, right, bottom = person.box
    mask = np.asarray(_closed(person.mask))
    upper = mask[top : top + max(2, (bottom - top) // 6), left:right].sum(axis=0) + 1e-3
    unit = max(LEAST * picture.height, (bottom - top) / 2)
    whole = mask[top:bottom, left:right].sum(axis=0) + 1e-3
    columns = np.arange(left, right)
    x, y = float((whole * columns).sum() / whole.sum()), (top + bottom) / 2
    head = (float((upper * columns).sum() / upper.sum()) - x) / unit, (top - y) / unit
    standing = not person.cut and bottom - top > 1.6 * (right - left)
    return Subject(x, y, unit, head, -0.66 if standing else 0.2, 0.45 if standing else 1.0, _closed(person.mask))


def _closed(mask: Image.Image) -> Image.Image:
    """A mask without its narrow gaps: a face in half light is not to fall apart."""
    scale = SMALL / max(mask.size)
    small = mask.resize((max(2, round(mask.width * scale)), max(2, round(mask.height * scale))), Image.Resampling.BOX)
    wide = small.filter(ImageFilter.MaxFilter(GAP)).filter(ImageFilter.MinFilter(GAP)).filter(ImageFilter.BoxBlur(1))
    return ImageChops.lighter(mask, wide.resize(mask.size, Image.Resampling.BICUBIC))


def without(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    """The picture with its subject painted over by what lies around it."""
    scale = SMALL / max(picture.size)
    size = max(2, round(picture.width * scale)), max(2, round(picture.height * scale))
    hole = widened(alpha.resize(size, Image.Resampling.BOX), SMALL / 24)
    painted = filled(picture.resize(size, Image.Resampling.BOX), hole).resize(picture.size, Image.Resampling.BICUBIC)
    return Image.composite(painted, picture, hole.resize(picture.size, Image.Resampling.BICUBIC))
