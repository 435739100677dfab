"""image-out-painting: a picture turned and widened, the new area filled from its edges.

Facts: models-extra.yaml image-out-painting; the order of the three ways to widen as in the catalog's row.
"""

import io
import math

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from blocks.emulator.render.editing.given import picture_of
from blocks.emulator.render.editing.marking import marked_by_default
from blocks.emulator.render.job import RenderJob

Margins = tuple[int, int, int, int]
"""Pixels added left, above, right and below."""
_LARGEST_FILE = 5 * 1024 * 1024
_LONGEST_LIMITED = 10_000


def widen(job: RenderJob, number: int) -> Image.Image:
    """The picture with the pixels asked for around it.

    ``limit_image_size`` keeps the file below 5 MB and every side below 10000; how the service does it is not said.
    """
    asked = job.parameters
    picture = picture_of(job, "image_url")
    turned = _turned(picture, int(asked.get("angle") or 0))
    made = marked_by_default(
        extended(turned, _margins(job, turned.size), soft=not asked.get("best_quality", False)), job
    )
    return _limited(made) if asked.get("limit_image_size", True) else made


def extended(picture: Image.Image, margins: Margins, *, soft: bool = True) -> Image.Image:
    """The picture, unchanged, in a larger one that continues it: mirrored at its edges, softer with the distance."""
    left, above, right, below = margins
    width, height = picture.width + left + right, picture.height + above + below
    if (width, height) == picture.size:
        return picture.copy()
    made = Image.new("RGB", (width, height))
    for row in range(-math.ceil(above / picture.height), math.ceil(below / picture.height) + 1):
        for column in range(-math.ceil(left / picture.width), math.ceil(right / picture.width) + 1):
            tile = ImageOps.mirror(picture) if column % 2 else picture
            tile = ImageOps.flip(tile) if row % 2 else tile
            made.paste(tile, (left + column * picture.width, above + row * picture.height))
    scale = max(1, round(max(width, height) / 512))
    small = made.reduce(scale)
    reach = min(picture.size) / scale
    for strength, start in ((0.02, 0.0), (0.05, 0.12)) if soft else ((0.01, 0.5),):
        blurred = small.filter(ImageFilter.GaussianBlur(max(1.0, strength * reach)))
        share = _distance(small.size, margins, scale) / max(1.0, reach)
        mask = Image.fromarray((np.clip((share - start) / 0.25, 0, 1) * 255).astype(np.uint8))
        small = Image.composite(blurred, small, mask)
        made.paste(
            blurred.resize(made.size, Image.Resampling.BICUBIC),
            (0, 0),
            mask.resize(made.size, Image.Resampling.BILINEAR),
        )
    made.paste(picture, (left, above))
    return made


def _distance(size: tuple[int, int], margins: Margins, scale: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """How far every pixel of the smaller picture lies outside the inner one."""
    left, above, right, below = (margin / scale for margin in margins)
    x, y = np.arange(size[0]), np.arange(size[1])
    across = np.maximum(np.maximum(left - x, x - (size[0] - 1 - right)), 0)[None, :]
    down = np.maximum(np.maximum(above - y, y - (size[1] - 1 - below)), 0)[:, None]
    distance: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.hypot(across, down)
    return distance


def _turned(picture: Image.Image, angle: int) -> Image.Image:
    """Turned anticlockwise, as large as that needs; the corners are filled with the mirrored picture."""
    quarters = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
    if angle % 360 == 0:
        return picture
    if angle in quarters:
        return picture.transpose(quarters[angle])
    part = math.radians(angle)
    across, down = abs(math.cos(part)), abs(math.sin(part))
    width = round(picture.width * across + picture.height * down)
    height = round(picture.width * down + picture.height * across)
    room = math.ceil(math.hypot(width, height) / 2)
    add = max(0, room - picture.width // 2), max(0, room - picture.height // 2)
    around = extended(picture, (*add, *add)).rotate(angle, Image.Resampling.BICUBIC)
    left, top = (around.width - width) // 2, (around.height - height) // 2
    return around.crop((left, top, left + width, top + height))


def _margins(job: RenderJob, size: tuple[int, int]) -> Margins:
    """What is added: by ratio, else by factor, else by pixels."""
    asked, (width, height) = job.parameters, size
    if ratio := str(asked.get("output_ratio") or ""):
        across, down = (int(part) for part in ratio.split(":"))
        return _shared(size, (max(width, round(height * across / down)), max(height, round(width * down / across))))
    x_scale, y_scale = float(asked.get("x_scale") or 1), float(asked.get("y_scale") or 1)
    if x_scale > 1 or y_scale > 1:
        return _shared(size, (round(width * x_scale), round(height * y_scale)))
    left, above, right, below = (int(asked.get(f"{side}_offset") or 0) for side in ("left", "top", "right", "bottom"))
    return left, above, right, below


def _shared(size: tuple[int, int], wanted: tuple[int, int]) -> Margins:
    across, down = wanted[0] - size[0], wanted[1] - size[1]
    return across // 2, down // 2, across - across // 2, down - down // 2


def _limited(picture: Image.Image) -> Image.Image:
    """Below 5 MB: with 256 colours where all of them are too many, smaller only where that is not enough."""
    if max(picture.size) > _LONGEST_LIMITED:
        picture = ImageOps.contain(picture, (_LONGEST_LIMITED, _LONGEST_LIMITED))
    raw = picture.width * picture.height * 3
    if raw <= _LARGEST_FILE or (raw < 12 * _LARGEST_FILE and _bytes(picture) <= _LARGEST_FILE):
        return picture
    while True:
        few = picture.quantize(256, Image.Quantize.FASTOCTREE)
        if (size := _bytes(few)) <= _LARGEST_FILE:
            return few
        scale = min(0.95, math.sqrt(_LARGEST_FILE / size))
        picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))


def _bytes(picture: Image.Image) -> int:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.tell()
