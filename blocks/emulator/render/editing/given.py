"""The pictures and masks a job was given, as this package takes them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from blocks.emulator.render.job import RenderJob
from blocks.emulator.render.stills import load

Mask = NDArray[np.bool_]


def picture_of(job: RenderJob, *fields: str) -> Image.Image:
    """The first picture of the first field of ``input`` that holds one, as RGB.

    Raises:
        ValueError: None of them does.
    """
    for field in fields:
        for path in job.media(field):
            return load(path)
    raise ValueError(f"{job.model} needs a picture in {' or '.join(fields)}")


def with_alpha(path: Path) -> Image.Image:
    """A picture as RGBA, upright; opaque where it has no transparency."""
    with Image.open(path) as opened:
        return ImageOps.exif_transpose(opened).convert("RGBA")


def painted(path: Path, size: tuple[int, int], over: int = 127) -> Mask:
    """Where a mask is brighter than a level, at a size."""
    mask = load(path).convert("L")
    if mask.size != size:
        mask = mask.resize(size, Image.Resampling.NEAREST)
    return np.asarray(mask) > over


def in_colours(path: Path, size: tuple[int, int], colours: Sequence[Sequence[int]], slack: int = 8) -> Mask:
    """Where a mask has one of some colours; ``slack`` levels off is still the colour."""
    mask = load(path)
    if mask.size != size:
        mask = mask.resize(size, Image.Resampling.NEAREST)
    pixels = np.asarray(mask).astype(np.int16)
    found: Mask = np.any([(np.abs(pixels - np.array(colour)) <= slack).all(axis=-1) for colour in colours], axis=0)
    return found


def as_image(mask: Mask) -> Image.Image:
    """A mask as a picture of mode L, 0 or 255."""
    return Image.fromarray(mask.astype(np.uint8) * 255)
