"""The polygon around what a mask covers."""

import numpy as np
from PIL import Image, ImageDraw


def hull(mask: Image.Image) -> Image.Image:
    """The smallest polygon without inward corners around what is white in a mask of mode L; black when nothing is."""
    rows, columns = np.nonzero(np.asarray(mask) > 127)
    made = Image.new("L", mask.size)
    if len(rows) == 0:
        return made
    ends = sorted({(int(columns[rows == row].min()), int(row)) for row in np.unique(rows)})
    ends = sorted({*ends, *((int(columns[rows == row].max()), int(row)) for row in np.unique(rows))})
    polygon = _half(ends) + _half(ends[::-1])
    if len(polygon) > 2:
        ImageDraw.Draw(made).polygon(polygon, fill=255)
    return Image.composite(Image.new("L", mask.size, 255), made, mask.point([0] * 128 + [255] * 128))


def _half(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One side of the polygon (Andrew's monotone chain)."""
    side: list[tuple[int, int]] = []
    for x, y in points:
        while len(side) > 1 and _turn(side[-2], side[-1], (x, y)) <= 0:
            side.pop()
        side.append((x, y))
    return side[:-1]


def _turn(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
