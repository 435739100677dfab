"""Averages over neighbours, of planes and of what is measured frame by frame."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def smooth(values: Floats, radius: float, axes: Sequence[int] = (-2, -1)) -> Floats:
    """Each value averaged with those up to a radius away, twice over, along some axes; the rim counts as going on."""
    reach = max(1, round(radius))
    precise = np.float64 if values.ndim == 1 else np.float32  # long sums of many frames' planes need not be exact
    for axis in (*axes, *axes):
        length = values.shape[axis]
        near = np.clip(np.arange(-reach - 1, length + reach), 0, length - 1)
        sums = np.cumsum(np.take(values, near, axis=axis), axis=axis, dtype=precise)
        wide = 2 * reach + 1
        values = (np.take(sums, range(wide, wide + length), axis=axis) - np.take(sums, range(length), axis=axis)) / wide
    return values
