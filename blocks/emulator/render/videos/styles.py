"""Eight ways to redraw a frame: the presets of video-style-transform (models.yaml, style 0 to 7).

A filter gets a frame as brightness and colour planes and gives back a new one. What is costly (lines, smoothing) is
worked out at half size, where it does not show; patterns and papers are made once.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from blocks.emulator.render.drawing.layers import Canvas, Plane
from blocks.emulator.render.videos.levels import Levels

NAMES: Mapping[int, str] = {
    0: "manga",
    1: "american comic",
    2: "fresh comic",
    3: "3d cartoon",
    4: "chinese-style cartoon",
    5: "paper craft",
    6: "simple illustration",
    7: "chinese ink",
}
Table = list[int]


def table(change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Table:
    """A look-up table of 256 values from a function on 0..255."""
    return [int(v) for v in np.clip(np.round(change(np.arange(256, dtype=np.float64))), 0, 255)]


def steps(count: int, low: float = 16, high: float = 235, softness: float = 0.0) -> Table:
    """A brightness table with few levels; ``softness`` keeps that part of the original shading."""

    def change(v: NDArray[np.float64]) -> NDArray[np.float64]:
        level = np.clip(np.floor((v - 16) / 220 * count), 0, count - 1) / (count - 1)
        return low + (high - low) * (level * (1 - softness) + (v - 16) / 219 * softness)

    return table(change)


def curve(points: list[tuple[float, float]]) -> Table:
    """A brightness table through points."""
    return table(lambda v: np.interp(v, [p[0] for p in points], [p[1] for p in points]))


def chroma(gain: float, shift: float = 0.0, levels: float = 0.0) -> Table:
    """A colour table: stronger or weaker, moved, and in steps of a width when ``levels`` is set."""

    def change(v: NDArray[np.float64]) -> NDArray[np.float64]:
        d = (v - 128) * gain
        if levels:
            d = np.sign(d) * np.floor(np.abs(d) / levels + 0.5) * levels
        return np.clip(128 + d + shift, 20, 236)

    return table(change)


class Restyle:
    """A style prepared for one frame size.

    Args:
        style: 0 to 7.
        size: Frame width and height, even.
    """

    def __init__(self, style: int, size: tuple[int, int]) -> None:
        self.style = style
        self.size = size
        self.unit = min(size) / 720
        self._draw = (
            self._manga,
            self._comic,
            self._fresh,
            self._cartoon,
            self._eastern,
            self._paper,
            self._flat,
            self._ink,
        )[style]
        self._dots = _dots(size, max(4.0, (5.4 if style == 0 else 7.0) * self.unit))
        self._fibre = _fibre(size, 16 if style in (5, 7) else 9)
        self._edge_fade = _fade(size)
        self._levels = Levels()

    def __call__(self, frame: Canvas) -> Canvas:
        """The frame redrawn; small bright details such as lettering stay sharp."""
        frame = self._levels(frame)
        made = self._draw(frame)
        return Canvas(ImageChops.lighter(made.luma, self._fine(frame)), made.blue, made.red)

    def _fine(self, frame: Canvas) -> Image.Image:
        around = self._full(frame.luma.reduce(4).filter(ImageFilter.BoxBlur(2)))
        return ImageChops.darker(ImageChops.subtract(frame.luma, around), frame.luma.point(_BRIGHT)).point(_FINE)

    def _half(self, frame: Canvas) -> Image.Image:
        return frame.luma.reduce(2)

    def _full(self, small: Image.Image) -> Image.Image:
        return small.resize(self.size, Image.Resampling.BILINEAR)

    def _lines(self, half: Image.Image, strength: float, threshold: int, thick: int = 1) -> Image.Image:
        """Dark lines along edges, as a half-size picture: 0 no line, 255 full ink."""
        soft = np.asarray(half.filter(ImageFilter.BoxBlur(1))).astype(np.int16)
        across = np.abs(soft[:, 2:] - soft[:, :-2])
        down = np.abs(soft[2:, :] - soft[:-2, :])
        edge = np.zeros_like(soft)
        edge[:, 1:-1] = across
        edge[1:-1, :] += down
        ink = np.clip((edge - threshold) * strength, 0, 255).astype(np.uint8)
        for _ in range(thick - 1):
            ink[:, 1:] = np.maximum(ink[:, 1:], ink[:, :-1])
            ink[1:, :] = np.maximum(ink[1:, :], ink[:-1, :])
        return Image.fromarray(ink)

    def _manga(self, frame: Canvas) -> Canvas:
        half = self._half(frame)
        tone = np.asarray(self._full(half.filter(ImageFilter.BoxBlur(1)).point(_MANGA)))
        printed = np.where(tone > self._dots, np.uint8(235), np.uint8(24))
        ink = self._full(self._lines(half, 9, 20)).point(_INVERT)
        return Canvas(ImageChops.darker(Image.fromarray(printed), ink), *_grey(frame))

    def _comic(self, frame: Canvas) -> Canvas:
        half = self._half(frame)
        lines = self._full(self._lines(half, 10, 24, 2)).point(_INVERT)
        smooth = frame.luma.point(_COMIC)
        dark = np.asarray(self._full(half.filter(ImageFilter.BoxBlur(2)).point(_COMIC_SHADE)))
        dotted = np.where(dark > self._dots, np.uint8(34), np.uint8(0))
        luma = ImageChops.darker(ImageChops.subtract(smooth, Image.fromarray(dotted)), lines)
        return Canvas(luma, frame.blue.point(_COMIC_COLOUR), frame.red.point(_COMIC_COLOUR))

    def _fresh(self, frame: Canvas) -> Canvas:
        half = self._half(frame)
        bloom = self._full(half.reduce(2).filter(ImageFilter.BoxBlur(5)))
        luma = Image.blend(frame.luma, bloom, 0.35).point(_FRESH)
        lines = self._full(self._lines(half, 3.2, 16)).point(_TWO_FIFTHS)
        luma = ImageChops.subtract(luma, lines)
        soft = ImageFilter.BoxBlur(2)
        return Canvas(luma, frame.blue.filter(soft).point(_FRESH_BLUE), frame.red.filter(soft).point(_FRESH_RED))

    def _cartoon(self, frame: Canvas) -> Canvas:
        quarter = self._half(frame).reduce(2)
        smooth = quarter.filter(ImageFilter.MedianFilter(3))
        round_ = np.asarray(smooth.reduce(2).filter(ImageFilter.BoxBlur(3))).astype(np.int16)
        light = np.zeros_like(round_)
        light[2:, 2:] = round_[2:, 2:] - round_[:-2, :-2]
        shade = Image.fromarray(np.clip(128 + light * 1.3, 60, 200).astype(np.uint8)).resize(
            quarter.size, Image.Resampling.BICUBIC
        )
        body = self._full(ImageChops.add(smooth.point(_CARTOON), shade, 1, -128))
        luma = Image.blend(body, frame.luma.point(_CARTOON), 0.35)
        blue, red = (p.filter(ImageFilter.BoxBlur(1)).point(_CARTOON_COLOUR) for p in (frame.blue, frame.red))
        return Canvas(luma, blue, red)

    def _eastern(self, frame: Canvas) -> Canvas:
        half = self._half(frame)
        luma = self._textured(self._full(half.filter(ImageFilter.BoxBlur(1))).point(_EASTERN))
        lines = self._full(self._lines(half, 5, 20)).point(_THREE_FIFTHS)
        return Canvas(ImageChops.subtract(luma, lines), frame.blue.point(_EASTERN_BLUE), frame.red.point(_EASTERN_RED))

    def _paper(self, frame: Canvas) -> Canvas:
        half = self._half(frame)
        soft = half.filter(ImageFilter.BoxBlur(3))
        layers = soft.point(_PAPER)
        level = np.asarray(layers).astype(np.int16)
        away = max(2, round(4 * self.unit))
        lifted = np.zeros_like(level)
        lifted[away:, away:] = level[:-away, :-away] - level[away:, away:]
        shadow = Image.fromarray(np.clip(lifted * 0.9, 0, 90).astype(np.uint8)).filter(ImageFilter.BoxBlur(2))
        rim = np.zeros_like(level)
        rim[:-1, :-1] = level[:-1, :-1] - level[1:, 1:]
        bright = Image.fromarray(np.clip(np.abs(rim), 0, 40).astype(np.uint8))
        made = ImageChops.add(ImageChops.subtract(layers, shadow), bright)
        luma = self._textured(self._full(made))
        colour = ImageFilter.BoxBlur(4)
        return Canvas(
            luma, frame.blue.filter(colour).point(_PAPER_COLOUR), frame.red.filter(colour).point(_PAPER_COLOUR)
        )

    def _flat(self, frame: Canvas) -> Canvas:
        small = frame.luma.reduce(4).filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.BoxBlur(1))
        half = small.resize((self.size[0] // 2, self.size[1] // 2), Image.Resampling.BICUBIC)
        luma = self._full(half.point(_FLAT))
        blue, red = (
            p.reduce(2).filter(ImageFilter.BoxBlur(3)).resize(p.size, Image.Resampling.BICUBIC).point(_FLAT_COLOUR)
            for p in (frame.blue, frame.red)
        )
        return Canvas(luma, blue, red)

    def _ink(self, frame: Canvas) -> Canvas:
        half = self._half(frame)
        wash = half.reduce(2).filter(ImageFilter.BoxBlur(3)).point(_INK)
        body = wash.resize(half.size, Image.Resampling.BILINEAR)
        line = self._lines(half, 4, 20)
        bleed = (
            line.reduce(2)
            .filter(ImageFilter.BoxBlur(3))
            .resize(half.size, Image.Resampling.BILINEAR)
            .point(_TWO_FIFTHS)
        )
        drawn = ImageChops.subtract(ImageChops.subtract(body, bleed), line.point(_THREE_FIFTHS))
        luma = self._textured(self._full(drawn))
        luma = Image.composite(luma, Image.new("L", luma.size, 222), self._edge_fade)
        size = frame.blue.size
        return Canvas(luma, Image.new("L", size, 119), Image.new("L", size, 134))

    def _textured(self, luma: Image.Image) -> Image.Image:
        return ImageChops.add(luma, self._fibre, 1, -128)


_TWO_FIFTHS = [v * 2 // 5 for v in range(256)]
_THREE_FIFTHS = [v * 3 // 5 for v in range(256)]
_INVERT = [255 - v for v in range(256)]
_BRIGHT = table(lambda v: np.where(v > 150, 255.0, 0.0))
_FINE = curve([(0, 0), (40, 0), (90, 235), (255, 235)])
_MANGA = curve([(16, 0), (58, 20), (62, 78), (104, 96), (108, 150), (150, 165), (156, 255), (255, 255)])
_COMIC = steps(5, 20, 232, 0.12)
_COMIC_SHADE = curve([(16, 230), (70, 190), (120, 60), (150, 0), (255, 0)])
_COMIC_COLOUR = chroma(2.0, levels=14)
_FRESH = table(lambda v: 108 + 127 * np.clip((v - 16) / 219, 0, 1) ** 0.62)
_FRESH_BLUE = chroma(0.85, 2)
_FRESH_RED = chroma(0.85, 3)
_CARTOON = curve([(16, 24), (70, 82), (128, 152), (200, 222), (235, 235), (255, 240)])
_CARTOON_COLOUR = chroma(1.65)
_EASTERN = steps(7, 44, 228, 0.35)
_EASTERN_BLUE = chroma(0.85, -14)
_EASTERN_RED = chroma(1.1, 11)
_PAPER = steps(6, 52, 226)
_PAPER_COLOUR = chroma(1.3, levels=10)
_FLAT = steps(4, 70, 232)
_FLAT_COLOUR = chroma(1.5, levels=18)
_INK = table(lambda v: 66 + 166 * np.clip((v - 16) / 190, 0, 1) ** 0.8)


def _grey(frame: Canvas) -> tuple[Image.Image, Image.Image]:
    return Image.new("L", frame.blue.size, 128), Image.new("L", frame.red.size, 128)


def _dots(size: tuple[int, int], pitch: float) -> Plane:
    """A screen of round dots at 45 degrees: where a tone lies above it, the paper stays white."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    u, v = (x + y) * np.pi / pitch / 1.4142, (x - y) * np.pi / pitch / 1.4142
    screen = (np.cos(u) * np.cos(v) + 1) / 2
    dots: Plane = np.clip(20 + screen * 215, 0, 254).astype(np.uint8)
    return dots


def _fibre(size: tuple[int, int], depth: float) -> Image.Image:
    """The grain of paper around 128."""
    random = np.random.default_rng(5)
    fine = random.normal(0, 1, (size[1] // 2, size[0] // 2)).astype(np.float32)
    coarse = random.normal(0, 1, (size[1] // 16 + 1, size[0] // 40 + 1)).astype(np.float32)
    total = np.asarray(Image.fromarray(fine).resize(size, Image.Resampling.BILINEAR)) * 0.6
    total = total + np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)) * 0.5
    return Image.fromarray(np.clip(128 + total * depth * 0.5, 0, 255).astype(np.uint8))


def _fade(size: tuple[int, int]) -> Image.Image:
    """255 inside, falling to the paper at the edges, unevenly."""
    random = np.random.default_rng(9)
    x = np.minimum(np.arange(size[0]), np.arange(size[0])[::-1])[None, :] / min(size)
    y = np.minimum(np.arange(size[1]), np.arange(size[1])[::-1])[:, None] / min(size)
    rough = np.asarray(Image.fromarray(random.random((24, 40), np.float32)).resize(size, Image.Resampling.BICUBIC))
    near = np.minimum(x, y) + (rough - 0.5) * 0.06
    return Image.fromarray((np.clip(near / 0.07, 0, 1) * 255).astype(np.uint8))
