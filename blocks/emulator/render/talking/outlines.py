"""Finding a face in profile as this house draws them: by the edge from brow to chin."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageFilter

from blocks.emulator.render.drawing.stage import Floats
from blocks.emulator.render.people.profiles import FACE

_FACED = FACE[4:20]
"""Brow to throat: what no hat and no hair hides."""
_COARSE, _FINE = 128, 384
"""Long sides, in pixels, at which is searched and then measured."""
_BLUR = 1.2
"""Pixels the search sees blurred, so that it finds what lies between its steps."""
_TRIED = 6
"""How many finds are measured."""
_SURE = 0.86
_FAINT = 1.5
"""Steps of brightness from pixel to pixel that are no edge yet."""


@dataclass(frozen=True)
class Outline:
    """Where a profile lies: its crown's middle, its height from crown to chin, and 1 if it looks right, else -1."""

    x: float
    y: float
    tall: float
    side: int


def find_profile(luma: Image.Image) -> Outline | None:
    """The profile in a picture's brightness plane; None where no outline fits one."""
    scale = _COARSE / max(luma.size)
    width, height = luma.width * scale, luma.height * scale
    talls = (min(width, height) * 0.3 * 1.06 ** np.arange(20)).astype(np.float32)
    found = _search(_edges(luma, scale, _BLUR), talls)
    zoom = _FINE / _COARSE
    scale *= zoom
    edges = _edges(luma, scale)
    near = [(side, *_best(edges, _around(np.array(place) * zoom, 2.0), side)) for place, side in found]
    side, place, _ = max(near, key=lambda one: one[2])
    (x, y, tall), score = _best(edges, _around(place, 0.7), side)
    return Outline(float(x / scale), float(y / scale), float(tall / scale), side) if score > _SURE else None


def _around(place: Floats, step: float) -> Floats:
    """Places near a place, also smaller and larger ones."""
    moves = np.arange(-3, 4, dtype=np.float32) * np.float32(step)
    return np.stack(np.meshgrid(*(at + moves for at in place), indexing="ij"), axis=-1).reshape(-1, 3)


def _edges(luma: Image.Image, scale: float, blur: float = 0.0) -> tuple[Floats, Floats]:
    """How the brightness changes to the right and downwards, from -1 to 1 where it clearly does."""
    size = max(8, round(luma.width * scale)), max(8, round(luma.height * scale))
    small = luma.resize(size, Image.Resampling.BOX)
    shades = np.asarray(small.filter(ImageFilter.GaussianBlur(blur)) if blur else small, np.float32)
    down, across = np.gradient(shades)
    strength = np.sqrt(across**2 + down**2 + _FAINT**2)
    return across / strength, down / strength


def _search(edges: tuple[Floats, Floats], talls: Floats) -> list[tuple[Floats, int]]:
    """The few places, with their sides, at which the edges follow the outline best, looked for at every pixel."""
    points, normals = _contour()
    rows, columns = edges[0].shape
    room = int(talls.max()) + 2
    found: list[tuple[float, Floats, int]] = []
    for side in (1, -1):
        fits = [np.pad((edges[0] * side * nx + edges[1] * ny) ** 2, room) for nx, ny in normals]
        for tall in talls:
            top, bottom = -int(0.2 * tall), rows - int(0.6 * tall)
            score = np.zeros((bottom - top, columns), np.float32)
            for fit, (px, py) in zip(fits, points, strict=True):
                down, across = room + top + round(py * tall), room + round(side * px * tall)
                score += fit[down : down + bottom - top, across : across + columns]
            y, x = divmod(int(score.argmax()), columns)
            found.append((float(score.max()), np.array([x, y + top, tall], np.float32), side))
    found.sort(key=lambda one: -one[0])
    return [(place, side) for _, place, side in found[:_TRIED]]


def _best(edges: tuple[Floats, Floats], places: Floats, side: int) -> tuple[Floats, float]:
    """The one of some places at which the edges follow the outline best, and how well: 0 to 1."""
    points, normals = _contour()
    rows, columns = edges[0].shape
    x = (places[:, 0:1] + side * points[:, 0] * places[:, 2:]).astype(np.intp)
    y = (places[:, 1:2] + points[:, 1] * places[:, 2:]).astype(np.intp)
    inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    x, y = x.clip(0, columns - 1), y.clip(0, rows - 1)
    fits = inside * (edges[0][y, x] * side * normals[:, 0] + edges[1][y, x] * normals[:, 1]) ** 2
    score = fits.mean(axis=1)
    best: Floats = places[int(score.argmax())]
    return best, float(score.max())


@cache
def _contour() -> tuple[Floats, Floats]:
    """Points along the outline at equal distances, and the directions across it there."""
    corners = np.array(_FACED, np.float32)
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    at = np.linspace(0.02, lengths[-1] - 0.02, 36)
    points = np.stack([np.interp(at, lengths, corners[:, axis]) for axis in (0, 1)], axis=-1)
    along = np.gradient(points, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    return points.astype(np.float32), np.stack([along[:, 1], -along[:, 0]], axis=-1).astype(np.float32)
