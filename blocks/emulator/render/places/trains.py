"""A train from the side: an engine with its headlamp and steam, carriages with lit windows, and how it moves."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, Palette, mix
from blocks.emulator.render.drawing.stage import Stage

CARRIAGE = 4.6
"""Length of a carriage, in heights."""
ENGINE = 5.4
"""Length of engine and tender, in heights."""
ROOM = 1.45
"""Height of a drawn train with its funnel, in heights of a carriage."""
Path = Callable[[float, float], float]


def arriving(travel: float) -> Path:
    """Comes from the left and slows down to where it is drawn, ``travel`` pixels on."""
    return lambda at, seconds: travel * (1 - min(1.0, at / seconds)) ** 1.7


def leaving(travel: float) -> Path:
    """Starts slowly to the right and ends where it is drawn, ``travel`` pixels on."""
    return lambda at, seconds: travel * (1 - min(1.0, at / seconds) ** 1.8)


def crossing(travel: float) -> Path:
    """Goes to the right at an even speed and ends where it is drawn, ``travel`` pixels on."""
    return lambda at, seconds: travel * (1 - min(1.0, at / seconds))


def passing(speed: float, period: float) -> Path:
    """Goes to the right for ever; the picture repeats after ``period`` pixels."""
    return lambda at, seconds: -speed * at % period


def streaming(speed: float, period: float) -> Path:
    """A landscape seen from a train going to the right; the picture repeats after ``period`` pixels."""
    return lambda at, seconds: speed * at % period


def train(palette: Palette, height: float, carriages: int, *, engine: bool = True, snow: bool = False) -> Image.Image:
    """A train going to the right, RGBA; it stands on the lower edge and is as long as it is.

    Args:
        palette: Colours of the shot.
        height: Of a carriage, in pixels.
        carriages: How many.
        engine: Whether one is in front.
        snow: Whether snow lies on the roofs.
    """
    scale = 2 if height > 90 else 4
    one = _carriage(palette, height * scale, snow=snow).reduce(scale)
    length = round(carriages * CARRIAGE * height)
    drawn = Image.new("RGBA", (length + (round(ENGINE * height) if engine else 0), one.height))
    for number in range(carriages):
        drawn.paste(one, (round(number * CARRIAGE * height), 0))
    if engine:
        drawn.paste(_engine(palette, height * scale, snow=snow).reduce(scale), (length, 0))
    return drawn


def rolling(
    stage: Stage, drawn: Image.Image, left: float, rail: float, path: Path, reach: float, *, depth: float = 1.0
) -> Layer:
    """A train as a layer.

    Args:
        stage: The shot's drawing table.
        drawn: The train; what lies outside the layer is cut.
        left: Where its left end is when the path is at 0, in layer pixels.
        rail: Height of the rail.
        path: How it moves.
        reach: The farthest it goes, in pixels.
        depth: Depth of the layer.
    """
    wide = stage.size[0] + round(reach)
    canvas = Image.new("RGBA", (wide // 2 * 2, stage.size[1]))
    canvas.paste(drawn, (round(left), round(rail) - drawn.height))
    return Layer(canvas.convert("RGB"), canvas.getchannel("A"), depth, path=path)


def add_glow(picture: Image.Image, colour: Colour, radius: float) -> Image.Image:
    """The drawn train (RGBA) with light spilling out of its windows.

    Args:
        picture: As `train` gives it.
        colour: Of the light.
        radius: How far it spills, in pixels.
    """
    warm = np.asarray(picture.convert("RGB"), np.int16)
    lit = ((warm[..., 0] > 190) & (warm[..., 2] < 215)).astype(np.uint8) * 255
    small = Image.fromarray(lit).reduce(4).filter(ImageFilter.GaussianBlur(radius / 4))
    halo = small.resize(picture.size, Image.Resampling.BILINEAR).point(lambda v: min(255, int(v * 1.28)))
    light = Image.new("RGBA", picture.size, (*colour, 0))
    light.putalpha(halo)
    light.alpha_composite(picture)
    veil = Image.new("RGBA", picture.size, (*colour, 0))
    veil.putalpha(halo.point(lambda v: v // 3))
    light.alpha_composite(veil)
    return light


def livery(palette: Palette) -> tuple[Colour, Colour]:
    """Body and roof colours: dark green and nearly black."""
    body = mix((38, 84, 66), palette.near, 0.42 if palette.dark else 0.12)
    return body, mix(body, (0, 0, 0), 0.55)


def _carriage(palette: Palette, h: float, *, snow: bool) -> Image.Image:
    body, roof = livery(palette)
    trim = mix((222, 190, 120), body, 0.35)
    picture = Image.new("RGBA", (round(CARRIAGE * h), round(ROOM * h)))
    d = ImageDraw.Draw(picture)
    low = picture.height

    def box(x1: float, y1: float, x2: float, y2: float, fill: Colour, radius: float = 0.0) -> None:
        d.rounded_rectangle([x1 * h, low - y2 * h, x2 * h, low - y1 * h], radius * h, fill=fill)

    end = CARRIAGE - 0.08
    iron = mix(palette.near, (0, 0, 0), 0.4)
    box(0, 0.2, CARRIAGE, 0.26, iron)
    for x in (0.55, 0.95, end - 0.87, end - 0.47):
        _wheel(d, x * h, low - 0.1 * h, 0.1 * h, iron, mix(iron, palette.far, 0.3))
    box(1.7, 0.08, end - 1.6, 0.2, iron)
    box(0.08, 0.78, end, 1.0, roof, 0.1)
    if snow:
        box(0.14, 0.95, end - 0.06, 1.02, mix((236, 242, 250), palette.far, 0.25), 0.03)
    else:
        box(0.2, 0.965, end - 0.12, 0.98, mix(roof, palette.light, 0.35), 0.008)
    box(0.08, 0.2, end, 0.9, body, 0.03)
    box(0.08, 0.84, end, 0.9, mix(body, (0, 0, 0), 0.35))
    for y in (0.38, 0.8):
        box(0.08, y, end, y + 0.018, trim)
    for x in (0.14, end - 0.3):
        box(x, 0.24, x + 0.24, 0.82, mix(body, (0, 0, 0), 0.35), 0.02)
        box(x + 0.06, 0.54, x + 0.18, 0.74, mix(palette.lamp, body, 0.2), 0.02)
    for number in range(7):
        x = 0.58 + number * 0.505
        _window(d, x * h, low - 0.75 * h, 0.37 * h, 0.27 * h, palette, number)
    return picture


def _window(
    d: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float, palette: Palette, number: int
) -> None:
    """A lit window: curtains, and sometimes somebody in it."""
    bright = mix(palette.lamp, (255, 246, 214), 0.35)
    edge = high * 0.07
    d.rounded_rectangle(
        [x - edge, y - edge, x + wide + edge, y + high + edge], edge * 2, fill=mix(bright, (60, 40, 20), 0.75)
    )
    d.rounded_rectangle([x, y, x + wide, y + high], edge * 1.5, fill=bright)
    d.rectangle([x, y + high * 0.55, x + wide, y + high * 0.98], fill=mix(palette.lamp, (214, 120, 50), 0.3))
    d.rectangle([x, y, x + wide, y + high * 0.2], fill=mix(bright, (255, 255, 255), 0.25))
    for side in (x, x + wide * 0.86):
        d.rectangle([side, y, side + wide * 0.14, y + high], fill=mix(palette.lamp, (170, 60, 40), 0.5))
    if number in (1, 4, 5):
        dark = (74, 44, 34)
        cx = x + wide * (0.4 if number != 4 else 0.58)
        d.ellipse([cx - high * 0.13, y + high * 0.34, cx + high * 0.13, y + high * 0.66], fill=dark)
        d.chord([cx - high * 0.26, y + high * 0.62, cx + high * 0.26, y + high * 1.34], 180, 360, fill=dark)


def _engine(palette: Palette, h: float, *, snow: bool) -> Image.Image:
    """Tender, cab, boiler, funnel and headlamp."""
    body, roof = livery(palette)
    iron = mix(palette.near, (0, 0, 0), 0.4)
    shine = mix(body, palette.light, 0.3)
    trim = mix((222, 190, 120), body, 0.3)
    picture = Image.new("RGBA", (round(ENGINE * h), round(ROOM * h)))
    d = ImageDraw.Draw(picture)
    low = picture.height

    def box(x1: float, y1: float, x2: float, y2: float, fill: Colour, radius: float = 0.0) -> None:
        d.rounded_rectangle([x1 * h, low - y2 * h, x2 * h, low - y1 * h], radius * h, fill=fill)

    box(0, 0.22, 4.75, 0.3, iron)
    box(0.08, 0.24, 1.25, 0.7, body, 0.03)
    d.polygon([(v * h, low - w * h) for v, w in ((0.16, 0.68), (0.4, 0.82), (0.9, 0.84), (1.18, 0.68))], fill=iron)
    box(0.08, 0.6, 1.25, 0.62, trim)
    box(1.36, 0.26, 2.1, 1.0, body, 0.03)
    box(1.28, 0.98, 2.2, 1.06, roof, 0.04)
    box(1.5, 0.64, 1.94, 0.88, mix(palette.lamp, (255, 240, 200), 0.2), 0.03)
    box(2.05, 0.4, 4.5, 0.86, mix(body, (0, 0, 0), 0.18), 0.14)
    box(2.1, 0.76, 4.4, 0.8, shine, 0.02)
    for x in (2.6, 3.3, 4.0):
        box(x, 0.4, x + 0.03, 0.86, trim)
    box(2.75, 0.84, 3.05, 0.99, iron, 0.08)
    box(3.45, 0.84, 3.65, 0.95, iron, 0.06)
    d.polygon([(v * h, low - w * h) for v, w in ((4.0, 0.84), (4.26, 0.84), (4.32, 1.24), (3.94, 1.24))], fill=iron)
    box(3.9, 1.21, 4.36, 1.27, roof, 0.02)
    if snow:
        box(1.3, 1.04, 2.18, 1.09, mix((236, 242, 250), palette.far, 0.25), 0.03)
    for x in (2.45, 2.95, 3.45):
        _wheel(d, x * h, low - 0.215 * h, 0.215 * h, iron, mix(iron, palette.far, 0.4))
    for x in (0.35, 0.95, 4.05, 4.4):
        _wheel(d, x * h, low - 0.12 * h, 0.12 * h, iron, mix(iron, palette.far, 0.4))
    d.line([2.45 * h, low - 0.2 * h, 3.45 * h, low - 0.2 * h], fill=shine, width=max(1, int(0.035 * h)))
    d.polygon([(v * h, low - w * h) for v, w in ((4.5, 0.3), (4.75, 0.3), (5.0, 0.05), (4.5, 0.05))], fill=iron)
    box(4.45, 0.5, 4.62, 0.74, trim, 0.03)
    box(4.54, 0.53, 4.66, 0.71, (255, 250, 226), 0.05)
    return picture


def _wheel(d: ImageDraw.ImageDraw, x: float, y: float, r: float, iron: Colour, rim: Colour) -> None:
    d.ellipse([x - r, y - r, x + r, y + r], fill=iron, outline=rim, width=max(1, int(r * 0.16)))
    d.ellipse([x - r * 0.2, y - r * 0.2, x + r * 0.2, y + r * 0.2], fill=rim)


def beam(length: float, high: float, colour: Colour) -> Image.Image:
    """The light of a headlamp, RGBA; it leaves from the middle of the left edge."""
    columns = np.linspace(0, 1, max(2, int(length)), dtype=np.float32)[None, :]
    rows = np.linspace(-1, 1, max(2, int(high)), dtype=np.float32)[:, None]
    spread = 0.08 + 0.92 * columns
    light = np.clip(1 - (np.abs(rows + 0.1 * columns) / spread) ** 2, 0, 1) * (1 - columns) ** 1.4 * 150
    picture = Image.new("RGBA", (light.shape[1], light.shape[0]), (*colour, 0))
    picture.putalpha(Image.fromarray(light.astype(np.uint8)))
    return picture


def steam(stage: Stage, wide: float, high: float) -> Image.Image:
    """A plume trailing to the left from its lower right corner, RGBA."""
    size = max(4, int(wide)), max(4, int(high))
    mask = Image.new("L", size)
    d = ImageDraw.Draw(mask)
    for n in range(26):
        part = n / 25
        x = size[0] * (0.95 - 0.85 * part) + stage.random.normal(0, 0.02) * wide
        y = size[1] * (0.86 - 0.5 * part**0.6) + stage.random.normal(0, 0.05) * high
        r = high * (0.08 + 0.24 * part) * stage.random.uniform(0.7, 1.1)
        d.ellipse([x - r * 1.3, y - r, x + r * 1.3, y + r], fill=int(190 * (1 - part) ** 0.7))
    mask = mask.filter(ImageFilter.GaussianBlur(high * 0.035))
    colour = mix(mix(stage.palette.sky[2], (255, 255, 255), 0.35), stage.palette.lamp, 0.12)
    picture = Image.new("RGBA", size, (*colour, 0))
    picture.putalpha(mask)
    return picture
