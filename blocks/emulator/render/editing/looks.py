"""Ways to redraw a picture: the filters of the video presets, colours laid over, and what else makes a style."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from blocks.emulator.render.drawing.layers import Canvas, to_planes
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.editing.scenes import even, rgb
from blocks.emulator.render.videos.styles import Restyle

Filter = Literal["manga", "comic", "fresh", "3d", "eastern", "paper", "flat", "ink", "plain"]
_FILTERS: dict[str, int] = {
    name: at for at, name in enumerate(("manga", "comic", "fresh", "3d", "eastern", "paper", "flat", "ink"))
}
Finish = Literal["", "pixel", "clay", "crayon", "glow", "magnet", "badge", "frame", "brush"]


@dataclass(frozen=True)
class Look:
    """A style.

    Attributes:
        filter: How it is redrawn: one of the video presets' filters.
        dark: Colour of its shadows.
        mid: Colour between.
        light: Colour of its lights.
        share: How much of these colours is laid over, 0 to 1.
        finish: What is done last.
    """

    filter: Filter
    dark: Colour
    mid: Colour
    light: Colour
    share: float = 0.4
    finish: Finish = ""


def in_look(picture: Image.Image, look: Look, strength: float = 1.0) -> Image.Image:
    """The picture in a style; a strength below 1 leaves some of the picture as it was."""
    made = filtered(picture, look.filter)
    made = toned(made, look.dark, look.mid, look.light, look.share)
    if look.finish:
        made = _FINISHES[look.finish](made, look)
    return made if strength >= 1 else Image.blend(picture, made, max(0.0, strength))


def filtered(picture: Image.Image, name: Filter) -> Image.Image:
    """The picture through a filter of the video presets."""
    if name == "plain":
        return picture.copy()
    size = even(picture.width), even(picture.height)
    canvas = Canvas(*(Image.fromarray(plane) for plane in to_planes(picture.resize(size))))
    return rgb(Restyle(_FILTERS[name], size)(canvas)).resize(picture.size)


def toned(picture: Image.Image, dark: Colour, mid: Colour, light: Colour, share: float) -> Image.Image:
    """The picture with its shadows, middle and lights drawn to three colours."""
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=0.5)
    return Image.blend(picture, ImageOps.colorize(grey, dark, light, mid=mid), share)


def in_colours_of(picture: Image.Image, other: Image.Image) -> Image.Image:
    """The picture with the mean and the spread of another one's colours, transparent parts left out by the caller."""
    one = np.asarray(picture.convert("LAB")).astype(np.float32)
    two = np.asarray(other.convert("RGB").resize((256, 256)).convert("LAB")).astype(np.float32)
    # The two colour channels are signed and stored modulo 256.
    one[..., 1:], two[..., 1:] = ((part[..., 1:] + 128) % 256 for part in (one, two))
    spread = np.clip(two.std((0, 1)) / np.maximum(one.std((0, 1)), 1), 0.4, 2.5)
    made = np.clip((one - one.mean((0, 1))) * spread + two.mean((0, 1)), 0, 255)
    made[..., 1:] = (made[..., 1:] + 128) % 256
    return Image.fromarray(made.astype(np.uint8), "LAB").convert("RGB")


def lines(picture: Image.Image) -> Image.Image:
    """The lines of a picture, dark on white, mode L."""
    soft = picture.convert("L").filter(ImageFilter.GaussianBlur(max(1.0, min(picture.size) / 700)))
    reach = max(1, min(picture.size) // 500)
    edge = ImageChops.add(
        ImageChops.difference(soft, ImageChops.offset(soft, reach, 0)),
        ImageChops.difference(soft, ImageChops.offset(soft, 0, reach)),
    )
    made = edge.point(lambda v: 255 - min(255, max(0, (v - 6) * 12)))
    ImageDraw.Draw(made).rectangle([0, 0, made.width - 1, made.height - 1], outline=255, width=reach + 1)
    return made


def _pixel(picture: Image.Image, look: Look) -> Image.Image:
    side = max(4, min(picture.size) // 96)
    small = picture.resize((max(1, picture.width // side), max(1, picture.height // side)), Image.Resampling.BOX)
    return small.quantize(24, dither=Image.Dither.NONE).convert("RGB").resize(picture.size, Image.Resampling.NEAREST)


def _clay(picture: Image.Image, look: Look) -> Image.Image:
    """Soft and round: lit from the upper left."""
    scale = max(1, min(picture.size) // 360)
    soft = picture.reduce(scale).filter(ImageFilter.ModeFilter(9)).filter(ImageFilter.GaussianBlur(1.2))
    grey = soft.convert("L").filter(ImageFilter.GaussianBlur(2))
    relief = ImageChops.subtract(ImageChops.offset(grey, -2, -2), ImageChops.offset(grey, 2, 2), 1, 128)
    lit = ImageChops.overlay(soft, Image.merge("RGB", [relief] * 3))
    return lit.resize(picture.size, Image.Resampling.BICUBIC)


def _crayon(picture: Image.Image, look: Look) -> Image.Image:
    """Strokes along one direction on white paper."""
    random = np.random.default_rng(3)
    grain = random.random((picture.height // 3 + 1, picture.width // 14 + 1), np.float32)
    strokes = Image.fromarray((grain * 255).astype(np.uint8)).resize(picture.size, Image.Resampling.BILINEAR)
    strokes = strokes.rotate(35, Image.Resampling.BILINEAR, fillcolor=128).point(lambda v: 255 if v > 176 else 0)
    paper = Image.new("RGB", picture.size, (250, 246, 236))
    soft = strokes.filter(ImageFilter.GaussianBlur(1)).point(lambda v: v * 6 // 10)
    return Image.composite(paper, picture, soft)


def _brush(picture: Image.Image, look: Look) -> Image.Image:
    """Broad strokes."""
    scale = max(1, min(picture.size) // 320)
    return picture.reduce(scale).filter(ImageFilter.ModeFilter(7)).resize(picture.size, Image.Resampling.BICUBIC)


def _glow(picture: Image.Image, look: Look) -> Image.Image:
    small = picture.reduce(max(1, min(picture.size) // 200)).filter(ImageFilter.GaussianBlur(6))
    return ImageChops.screen(picture, small.resize(picture.size).point(lambda v: v * 4 // 10))


def _cut(picture: Image.Image, look: Look, *, round_: bool) -> Image.Image:
    """The picture as a small thing with a white rim that lies on a plain ground."""
    width, height = picture.size
    unit = min(picture.size)
    ground = Image.new("RGB", picture.size, mix(look.mid, (255, 255, 255), 0.55))
    side = unit * 0.46
    half = (side, side) if round_ else (width / 2 - unit * 0.07, height / 2 - unit * 0.07)
    shape = Image.new("L", picture.size)
    box = [width / 2 - half[0], height / 2 - half[1], width / 2 + half[0], height / 2 + half[1]]
    brush = ImageDraw.Draw(shape)
    if round_:
        brush.ellipse(box, fill=255)
    else:
        brush.rounded_rectangle(box, unit * 0.14, fill=255)
    shadow = ImageChops.offset(shape, round(unit * 0.012), round(unit * 0.02))
    soft = shadow.reduce(8).filter(ImageFilter.GaussianBlur(unit / 400)).resize(picture.size)
    ground.paste(mix(look.dark, (0, 0, 0), 0.3), (0, 0), soft.point(lambda v: v // 2))
    ground.paste((252, 252, 250), (0, 0), shape)
    thick = max(3, round(unit * 0.025))
    inner = Image.new("L", picture.size)
    inside = [box[0] + thick, box[1] + thick, box[2] - thick, box[3] - thick]
    brush = ImageDraw.Draw(inner)
    if round_:
        brush.ellipse(inside, fill=255)
    else:
        brush.rounded_rectangle(inside, unit * 0.12, fill=255)
    shine = Image.linear_gradient("L").rotate(180).resize(picture.size).point(lambda v: v // 4)
    ground.paste(ImageChops.screen(picture, Image.merge("RGB", [shine] * 3)), (0, 0), inner)
    return ground


def _frame(picture: Image.Image, look: Look) -> Image.Image:
    """A border of two lines in the light colour."""
    made = picture.copy()
    brush, unit = ImageDraw.Draw(made), min(picture.size)
    for inset, thick in ((0.0, 0.03), (0.045, 0.008)):
        at = round(unit * inset)
        box = [at, at, picture.width - 1 - at, picture.height - 1 - at]
        brush.rectangle(box, outline=look.light if inset else look.mid, width=max(2, round(unit * thick)))
    return made


_FINISHES = {
    "pixel": _pixel,
    "clay": _clay,
    "crayon": _crayon,
    "brush": _brush,
    "glow": _glow,
    "magnet": lambda picture, look: _cut(picture, look, round_=False),
    "badge": lambda picture, look: _cut(picture, look, round_=True),
    "frame": _frame,
}
