"""How sharp a film or picture is: blurred ones have less detail from pixel to pixel."""

from __future__ import annotations

import numpy as np

from .frames import pictures_at
from .probe import looks_like_image
from .sources import Source

_MIDDLE = (0.35, 0.5, 0.65)


def sharpness(source: Source) -> float:
    """The variance of the Laplacian of a picture's brightness; of a film, the mean over pictures of its middle.

    Only comparable between pictures of one size and much the same content: more is sharper.

    Raises:
        MediaError: nothing can be decoded.
    """
    pictures = pictures_at(source, (0.5,) if looks_like_image(source) else _MIDDLE)
    return float(np.mean([_variance(np.asarray(picture.convert("L"), dtype=np.float32)) for picture in pictures]))


def _variance(grey: np.ndarray) -> float:
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    return float(laplacian.var()) if laplacian.size else 0.0
