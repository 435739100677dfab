"""Bending pictures: the planes of one, drawn as moves have it."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from blocks.emulator.render.drawing.layers import Canvas, to_planes
from blocks.emulator.render.effects.motions import Motion, Points, after
from blocks.emulator.render.effects.subject import Subject

CELLS = 24
"""Cells of the grid along the longer side; within a cell the picture is stretched evenly. Colours make do with half."""
RIM = 3
"""Pixels cut off all around what is cut out, so that nothing shows of what lies beyond the picture."""
GREY = 128
Quad = tuple[float, ...]
Mesh = list[tuple[tuple[int, int, int, int], Quad]]


class Sheet:
    """A picture of a frame's size that can be bent.

    Args:
        picture: RGB, both sides even.
        subject: What moves are measured by.
        alpha: Where it is opaque; None for a picture that fills the frame, whatever its moves.
    """

    def __init__(self, picture: Image.Image, subject: Subject, alpha: Image.Image | None = None) -> None:
        self.size = picture.size
        self.subject = subject
        self.alpha = alpha if alpha is None else ImageOps.expand(ImageOps.crop(alpha, RIM), RIM)
        self.planes = tuple(Image.fromarray(plane) for plane in to_planes(picture))
        width, height = picture.size
        step = max(8, -(-max(width, height) // CELLS) // 2 * 2)
        self._box = (alpha.getbbox() if alpha is not None else None) or (0, 0, width, height)
        self._columns = [*range(0, width, step), width]
        self._rows = [*range(0, height, step), height]
        x, y = np.meshgrid(np.array(self._columns, np.float32), np.array(self._rows, np.float32))
        self._at = np.stack([(x - subject.x) / subject.unit, (y - subject.y) / subject.unit], axis=-1)
        near = [x / width, 1 - x / width, y / height]
        self._held = np.clip(np.min(near, axis=0) / 0.16, 0, 1)[..., None]

    def draw(
        self, canvas: Canvas | None, motions: Sequence[Motion], at: float, gone: Image.Image | None = None
    ) -> Canvas:
        """Draw it at a moment, 0 to 1: over a canvas where it has transparency, else alone.

        Args:
            canvas: What lies below.
            motions: The moves.
            at: The moment.
            gone: Opacity of the same size; where it is 0 nothing is drawn.
        """
        if not motions and self.alpha is None:
            return Canvas(*(plane.copy() for plane in self.planes))
        mesh, half = self._meshes(after(self._at, motions, at))
        luma, blue, red = _bent(self.planes[0], mesh), *(_bent(plane, half, GREY) for plane in self.planes[1:])
        if canvas is None or self.alpha is None:
            return Canvas(luma, blue, red)
        alpha = self.alpha if gone is None else Image.composite(self.alpha, Image.new("L", self.size), gone)
        mask = _bent(alpha, mesh)
        canvas.luma.paste(luma, (0, 0), mask)
        small = mask.resize(blue.size, Image.Resampling.BOX)
        canvas.blue.paste(blue, (0, 0), small)
        canvas.red.paste(red, (0, 0), small)
        return canvas

    def _meshes(self, come: Points) -> tuple[Mesh, Mesh]:
        """The grid's cells and where they come from, for brightness and for the colours of half the size."""
        if self.alpha is None:
            come = self._at + (come - self._at) * self._held
        pixels = come * self.subject.unit + np.array([self.subject.x, self.subject.y], np.float32)
        if self.alpha is None:
            last = np.array(self.size, np.float32) - 1
            pixels = last - np.abs(last - np.abs(pixels))  # what lies beyond an edge is its mirror image
            pixels = np.clip(pixels, 0, last)
        return self._mesh(pixels, 1), self._mesh(pixels, 2)

    def _mesh(self, pixels: Points, part: int) -> Mesh:
        """Cells of a plane so many times smaller, and the corners they come from; only where there is something."""
        rows, columns = ([*range(0, len(lines) - 1, part), len(lines) - 1] for lines in (self._rows, self._columns))
        nodes = pixels[rows][:, columns] / part
        corners = np.concatenate([nodes[:-1, :-1], nodes[1:, :-1], nodes[1:, 1:], nodes[:-1, 1:]], axis=-1)
        xs, ys = corners[..., 0::2] * part, corners[..., 1::2] * part
        left, top, right, bottom = self._box
        seen = (xs.max(-1) >= left) & (xs.min(-1) <= right) & (ys.max(-1) >= top) & (ys.min(-1) <= bottom)
        mesh: Mesh = []
        for r, quads in enumerate(corners.tolist()):
            above, below = self._rows[rows[r]] // part, self._rows[rows[r + 1]] // part
            for c, quad in enumerate(quads):
                if seen[r, c]:
                    near, far = self._columns[columns[c]] // part, self._columns[columns[c + 1]] // part
                    mesh.append(((near, above, far, below), tuple(quad)))
        return mesh


def _bent(plane: Image.Image, mesh: Mesh, beyond: int = 0) -> Image.Image:
    return plane.transform(plane.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR, fillcolor=beyond)
