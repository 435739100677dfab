"""Pictures as planes of brightness and colour, as the encoder takes them, and layers that move over each other.

A shot's picture is drawn once, larger than the frame; every frame is a window of each layer. Windows that only slide
are cut out of copies a quarter of a pixel apart, so that slow moves do not judder and cost next to nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.uint8]
STEPS = 4
"""Copies of a sliding layer per pixel."""
ROOM = 8
"""Empty pixels kept around the part of a layer that is seen."""


def to_planes(picture: Image.Image) -> tuple[Plane, Plane, Plane]:
    """An RGB picture as BT.709 planes of limited range; both sides must be even."""
    width, height = picture.size
    frame = av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24").reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG, interpolation="AREA"
    )
    luma, blue, red = (
        np.frombuffer(memoryview(plane), np.uint8)
        .reshape(-1, plane.line_size)[: height // part, : width // part]
        .copy()
        for plane, part in zip(frame.planes, (1, 2, 2), strict=True)
    )
    return luma, blue, red


@dataclass
class Canvas:
    """One frame being put together; the planes are Pillow pictures of mode L."""

    luma: Image.Image
    blue: Image.Image
    red: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.luma.size

    def frame(self) -> av.VideoFrame:
        """The frame for the encoder."""
        width, height = self.luma.size
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane, picture in zip(frame.planes, (self.luma, self.blue, self.red), strict=True):
            rows: Plane = np.asarray(picture)
            if plane.line_size != rows.shape[1]:
                padded = np.zeros((rows.shape[0], plane.line_size), np.uint8)
                padded[:, : rows.shape[1]] = rows
                rows = padded
            plane.update(np.ascontiguousarray(rows))  # type: ignore[arg-type]
        frame.colorspace = Colorspace.ITU709
        frame.color_range = ColorRange.MPEG
        return frame

    def zoomed(self, zoom: float) -> "Canvas":
        """The middle of the frame, as much larger."""
        planes = []
        for plane in (self.luma, self.blue, self.red):
            width, height = plane.size
            across, down = width * (1 - 1 / zoom) / 2, height * (1 - 1 / zoom) / 2
            box = (across, down, width - across, height - down)
            planes.append(plane.resize(plane.size, Image.Resampling.BILINEAR, box=box))
        return Canvas(*planes)

    def copy(self) -> "Canvas":
        """The same frame to draw on."""
        return Canvas(self.luma.copy(), self.blue.copy(), self.red.copy())

    def add_light(self, light: Plane) -> None:
        """Brighten the whole frame by a plane of the same size, without overflow."""
        luma = np.asarray(self.luma)
        self.luma = Image.fromarray(np.minimum(luma, 255 - light) + light)


@dataclass(frozen=True)
class Stamp:
    """A picture with transparency, put at whole even positions of a canvas: titles, figures, small lights."""

    planes: tuple[Image.Image, Image.Image, Image.Image]
    alpha: Image.Image

    @cached_property
    def half_alpha(self) -> Image.Image:
        """Transparency at the size of the colour planes."""
        return self.alpha.resize(self.planes[1].size, Image.Resampling.BOX)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.alpha.size

    @classmethod
    def of(cls, picture: Image.Image) -> "Stamp":
        """From an RGBA picture; odd sides are cut by one pixel."""
        picture = picture.crop((0, 0, picture.width // 2 * 2, picture.height // 2 * 2))
        luma, blue, red = (Image.fromarray(p) for p in to_planes(picture))
        return cls((luma, blue, red), picture.getchannel("A"))

    def resized(self, width: int, height: int) -> "Stamp":
        """The same picture at another size."""
        size = max(2, width // 2 * 2), max(2, height // 2 * 2)
        half = size[0] // 2, size[1] // 2
        luma, blue, red = self.planes
        method = Image.Resampling.BILINEAR
        return Stamp(
            (luma.resize(size, method), blue.resize(half, method), red.resize(half, method)),
            self.alpha.resize(size, method),
        )

    def put(self, canvas: Canvas, left: float, top: float) -> None:
        """Draw it with its upper left corner near a point; what lies outside is cut."""
        x, y = round(left / 2) * 2, round(top / 2) * 2
        canvas.luma.paste(self.planes[0], (x, y), self.alpha)
        canvas.blue.paste(self.planes[1], (x // 2, y // 2), self.half_alpha)
        canvas.red.paste(self.planes[2], (x // 2, y // 2), self.half_alpha)


@dataclass
class Layer:
    """A picture larger than the frame, seen through a moving window.

    Attributes:
        picture: RGB.
        alpha: Transparency of the same size; None for the backdrop, which fills the frame.
        depth: How much of the camera's move it makes: 0 stands still, 1 is the subject's plane, more is nearer.
        drift: Pixels a second it moves by itself to the left (clouds, mist, water).
        path: How far it has moved to the left at a moment of a shot of some seconds, for what rolls by on its own;
            the picture is as much wider as that takes.
    """

    picture: Image.Image
    alpha: Image.Image | None = None
    depth: float = 1.0
    drift: float = 0.0
    path: Callable[[float, float], float] | None = None
    _sheets: list["_Sheet"] = field(default_factory=list, repr=False)

    def draw(self, canvas: Canvas | None, window: tuple[float, float, float, float], size: tuple[int, int]) -> Canvas:
        """Draw the window (left, top, right, bottom in layer pixels) over a canvas of this size."""
        left, top, right, bottom = self._inside(window)
        width, height = size
        same = abs(right - left - width) < 0.01 and abs(bottom - top - height) < 0.01
        parts = []
        area = self._area(left, top, width / (right - left), size)
        if area[2] <= area[0] or area[3] <= area[1]:
            return canvas if canvas is not None else self._blank(size)
        for sheet in self.sheets:
            scale = sheet.scale
            box = (left / scale, top / scale, right / scale, bottom / scale)
            part = (area[0] // scale, area[1] // scale, area[2] // scale, area[3] // scale)
            parts.append(sheet.slide(box, part) if same else sheet.zoom(box, part, (width // scale, height // scale)))
        if canvas is None:
            return Canvas(*parts[:3])
        half = area[0] // 2, area[1] // 2
        canvas.luma.paste(parts[0], area[:2], parts[3])
        canvas.blue.paste(parts[1], half, parts[4])
        canvas.red.paste(parts[2], half, parts[4])
        return canvas

    @property
    def sheets(self) -> list["_Sheet"]:
        """The planes, and the transparency at both sizes; only of the part that is seen."""
        if not self._sheets:
            width, height = self.picture.size
            left, top, right, bottom = self._box
            box = (
                max(0, left // 2 * 2 - ROOM),
                max(0, top // 2 * 2 - ROOM),
                min(width, right // 2 * 2 + ROOM),
                min(height, bottom // 2 * 2 + ROOM),
            )
            luma, blue, red = to_planes(self.picture.crop(box))
            half = box[0] // 2, box[1] // 2
            self._sheets = [_Sheet(luma, 1, box[:2]), _Sheet(blue, 2, half), _Sheet(red, 2, half)]
            if self.alpha is not None:
                alpha = self.alpha.crop(box)
                small = alpha.resize((blue.shape[1], blue.shape[0]), Image.Resampling.BOX)
                self._sheets += [_Sheet(np.asarray(alpha), 1, box[:2]), _Sheet(np.asarray(small), 2, half)]
        return self._sheets

    @cached_property
    def _box(self) -> tuple[int, int, int, int]:
        """Where the layer is not empty."""
        if self.alpha is None:
            return 0, 0, self.picture.width, self.picture.height
        return self.alpha.getbbox() or (0, 0, 0, 0)

    def _area(self, left: float, top: float, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """The part of the frame the layer touches, in even numbers."""
        width, height = size
        if self.alpha is None:
            return 0, 0, width, height
        box = self._box
        return (
            max(0, int((box[0] - left) * scale) // 2 * 2 - 2),
            max(0, int((box[1] - top) * scale) // 2 * 2 - 2),
            min(width, int((box[2] - left) * scale) // 2 * 2 + 4),
            min(height, int((box[3] - top) * scale) // 2 * 2 + 4),
        )

    def _inside(self, window: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, top, right, bottom = window
        across = min(max(0.0, -left), 1e9) - max(0.0, right - self.picture.width)
        down = max(0.0, -top) - max(0.0, bottom - self.picture.height)
        return left + across, top + down, right + across, bottom + down

    def _blank(self, size: tuple[int, int]) -> Canvas:
        half = size[0] // 2, size[1] // 2
        return Canvas(Image.new("L", size, 16), Image.new("L", half, 128), Image.new("L", half, 128))


class _Sheet:
    """One plane of the seen part of a layer, which begins at ``origin``."""

    def __init__(self, plane: Plane, scale: int, origin: tuple[int, int]) -> None:
        self.origin = origin
        self.plane = np.ascontiguousarray(plane)
        self.scale = scale
        self._shifted: dict[tuple[int, int], Plane] = {(0, 0): self.plane}
        self._picture: Image.Image | None = None

    def slide(self, box: tuple[float, float, float, float], part: tuple[int, int, int, int]) -> Image.Image:
        """A part of the frame, cut out at quarters of a pixel."""
        x, across = divmod(round(box[0] * STEPS), STEPS)
        y, down = divmod(round(box[1] * STEPS), STEPS)
        plane = self._moved(across, down)
        wide, high = part[2] - part[0], part[3] - part[1]
        x = max(0, min(x + part[0] - self.origin[0], plane.shape[1] - wide))
        y = max(0, min(y + part[1] - self.origin[1], plane.shape[0] - high))
        return Image.fromarray(plane[y : y + high, x : x + wide])

    def zoom(
        self, box: tuple[float, float, float, float], part: tuple[int, int, int, int], frame: tuple[int, int]
    ) -> Image.Image:
        """A part of the frame, resampled."""
        if self._picture is None:
            self._picture = Image.fromarray(self.plane)
        across, down = (box[2] - box[0]) / frame[0], (box[3] - box[1]) / frame[1]
        left, top = box[0] - self.origin[0], box[1] - self.origin[1]
        cut = (
            max(0.0, left + part[0] * across),
            max(0.0, top + part[1] * down),
            min(float(self._picture.width), left + part[2] * across),
            min(float(self._picture.height), top + part[3] * down),
        )
        return self._picture.resize((part[2] - part[0], part[3] - part[1]), Image.Resampling.BILINEAR, box=cut)

    def _moved(self, across: int, down: int) -> Plane:
        """The plane moved by fractions of a pixel to the left and up."""
        if (across, down) not in self._shifted:
            plane = self.plane
            for steps, axis in ((across, 1), (down, 0)):
                if steps:
                    near, far = plane.astype(np.uint16), np.roll(plane, -1, axis=axis).astype(np.uint16)
                    plane = ((near * (STEPS - steps) + far * steps + STEPS // 2) // STEPS).astype(np.uint8)
            self._shifted[across, down] = plane
        return self._shifted[across, down]
