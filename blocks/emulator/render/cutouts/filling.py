"""What may lie behind a thing that was cut out: colours that run in from around it."""

import numpy as np
from PIL import Image, ImageFilter

from blocks.emulator.render.cutouts.smoothing import Floats


def filled(picture: Image.Image, hole: Image.Image) -> Image.Image:
    """A picture without what a mask covers.

    Args:
        picture: Any mode of whole bytes.
        hole: Mode L, of the same size, white where the picture is to be forgotten.
    """
    pixels = np.asarray(picture, np.float32)
    weights = 1 - np.asarray(hole, np.float32) / 255
    flat = pixels.ndim == 2
    made = run_in(pixels[..., None] if flat else pixels, weights)
    made = made.clip(0, 255).astype(np.uint8)
    return Image.fromarray(made[..., 0] if flat else made)


def widened(mask: Image.Image, by: float) -> Image.Image:
    """A mask grown by some pixels, its edge soft over as many."""
    if by < 0.5:
        return mask
    spread = mask.filter(ImageFilter.BoxBlur(by))
    return spread.point([min(255, v * 4) for v in range(256)])


def run_in(pixels: Floats, weights: Floats) -> Floats:
    """Pixels (rows x columns x channels) where they weigh 1, a blend of those around them where they weigh 0."""
    rows, columns = weights.shape
    if min(rows, columns) < 2 or weights.min() >= 1:
        total = max(float(weights.sum()), 1e-6)
        mean = (pixels * weights[..., None]).sum(axis=(0, 1)) / total
        return np.asarray(pixels * weights[..., None] + mean * (1 - weights[..., None]))
    tall, wide = rows // 2, columns // 2
    even = weights[: tall * 2, : wide * 2]
    heavy = (pixels[: tall * 2, : wide * 2] * even[..., None]).reshape(tall, 2, wide, 2, -1).sum(axis=(1, 3))
    sums = even.reshape(tall, 2, wide, 2).sum(axis=(1, 3))
    less = run_in(heavy / np.maximum(sums, 1e-6)[..., None], np.minimum(1, sums))
    more = np.stack(
        [
            np.asarray(Image.fromarray(less[..., n]).resize((columns, rows), Image.Resampling.BILINEAR))
            for n in range(less.shape[-1])
        ],
        axis=-1,
    )
    return pixels * weights[..., None] + more * (1 - weights[..., None])
