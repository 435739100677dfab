"""A modern city: lit windows, neon, a wet street at night."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import NEON, mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.prompts.mood import Mood

Box = tuple[float, float, float, float]


def city(stage: Stage, mood: Mood) -> Scenery:
    """A street between tall houses; lit windows, signs and a wet shining street at night."""
    palette, unit = stage.palette, stage.unit
    horizon = stage.y(0.7)
    picture = backdrop(stage, mood, horizon=0.7, side=0.5 if mood.hour != "day" else None)
    stage.glow(
        picture,
        stage.x(0.5),
        horizon,
        unit * 0.8,
        mix(palette.lamp, palette.accent, 0.35),
        0.4 if palette.dark else 0.12,
    )
    haze = mix(palette.sky[2], palette.far, 0.45)
    for step, (low, high) in enumerate(((0.16, 0.42), (0.1, 0.3))):
        tone = mix(palette.far, palette.near, 0.15 + 0.3 * step)
        boxes = _row(stage, horizon, low, high, 0.05 + 0.02 * step)
        stage.over(picture, _boxes(stage, boxes), tone, mix(haze, tone, 0.3))
        _windows(stage, picture, boxes, unit * (0.008 + 0.004 * step), 0.4 if palette.dark else 0.12)
    near = Image.new("RGB", stage.size, palette.near)
    solid = Image.new("L", stage.size)
    sides = _street_sides(stage, horizon)
    solid.paste(255, (0, 0), _boxes(stage, sides))
    near.paste(stage.gradient([mix(palette.far, palette.near, 0.62), palette.near], 0, horizon), (0, 0), solid)
    _windows(stage, near, sides, unit * 0.024, 0.34 if palette.dark else 0.1)
    lamps: list[tuple[float, float, float]] = []
    if palette.dark:
        for box in sides:
            lamps += _sign(stage, near, box)
    road = Image.new("L", stage.size)
    road.paste(255, (0, int(horizon), stage.size[0], stage.size[1]))
    _road(stage, picture, near, solid, int(horizon), wet=palette.dark or mood.weather == "rain")
    solid.paste(255, (0, 0), road)
    front, post = _lamp_post(stage, stage.x(0.93 if stage.random.random() < 0.5 else 0.08))
    return Scenery(
        [stage.still(picture), Layer(near, solid, 0.8), stage.mist(horizon, unit * 0.06, 0.35, depth=0.9), front],
        ground=horizon + unit * 0.1,
        front=3,
        lamps=[post],
        lamp_depth=1.6,
    )


def _row(stage: Stage, base: float, low: float, high: float, width: float) -> list[Box]:
    boxes: list[Box] = []
    x = -stage.unit * 0.05
    while x < stage.size[0]:
        wide = stage.unit * width * stage.random.uniform(0.7, 1.8)
        tall = stage.unit * stage.random.uniform(low, high)
        boxes.append((x, base - tall, x + wide, base))
        x += wide + stage.unit * stage.random.uniform(0, 0.012)
    return boxes


def _street_sides(stage: Stage, horizon: float) -> list[Box]:
    """Houses that grow towards the edges of the frame and leave the middle open."""
    boxes: list[Box] = []
    for side in (-1, 1):
        edge = stage.size[0] / 2 + side * stage.frame[0] * stage.random.uniform(0.13, 0.2)
        tall = stage.unit * 0.26
        while 0 < edge < stage.size[0]:
            wide = tall * stage.random.uniform(0.36, 0.6)
            left, right = sorted((edge, edge + side * wide))
            boxes.append(
                (
                    left,
                    horizon - tall * stage.random.uniform(0.9, 1.15),
                    right,
                    horizon + (tall - stage.unit * 0.2) * 0.12,
                )
            )
            edge += side * wide * 1.02
            tall *= 1.34
    return boxes


def _boxes(stage: Stage, boxes: list[Box]) -> Image.Image:
    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        for number, (left, top, right, bottom) in enumerate(boxes):
            brush.rectangle([left * s, top * s, right * s, bottom * s], fill=255)
            if number % 3 == 0:
                middle, thin = (left + right) / 2, max(1.0, stage.unit * 0.0016)
                brush.rectangle(
                    [(middle - thin) * s, (top - stage.unit * 0.04) * s, (middle + thin) * s, top * s], fill=255
                )
            elif number % 3 == 1:
                inset = (right - left) * 0.25
                brush.rectangle(
                    [(left + inset) * s, (top - stage.unit * 0.014) * s, (right - inset) * s, top * s], fill=255
                )

    return stage.mask(paint)


def _windows(stage: Stage, picture: Image.Image, boxes: list[Box], size: float, lit: float) -> None:
    """Rows of windows, some of them lit in colours close to one another."""
    brush = ImageDraw.Draw(picture, "RGBA")
    for left, top, right, bottom in boxes:
        step_x, step_y = size * 1.9, size * 2.3
        columns, rows = int((right - left - size) / step_x), int((bottom - top - size * 2) / step_y)
        share = lit * stage.random.uniform(0.3, 1.6)
        inset = (right - left - columns * step_x + size * 0.9) / 2
        for row in range(rows):
            for column in range(columns):
                if stage.random.random() > share:
                    continue
                x, y = left + inset + column * step_x, top + size * 1.4 + row * step_y
                colour = mix(stage.palette.lamp, (255, 246, 222), float(stage.random.random()) * 0.7)
                if stage.random.random() < 0.12:
                    colour = mix(colour, (120, 200, 255), 0.6)
                brush.rectangle([x, y, x + size, y + size * 1.35], fill=(*colour, int(stage.random.uniform(90, 235))))


def _sign(stage: Stage, picture: Image.Image, box: Box) -> list[tuple[float, float, float]]:
    """A vertical neon sign on a house; returns its light."""
    left, top, right, bottom = box
    wide = (right - left) * 0.2
    if wide < stage.unit * 0.018 or stage.random.random() < 0.25:
        return []
    colour = NEON[int(stage.random.integers(len(NEON)))]
    x = left + (right - left) * stage.random.uniform(0.15, 0.65)
    high = min((bottom - top) * 0.34, wide * 4)
    y = bottom - (bottom - top) * stage.random.uniform(0.45, 0.6)
    stage.glow(picture, x + wide / 2, y + high / 2, high * 1.1, colour, 0.75)
    brush = ImageDraw.Draw(picture, "RGBA")
    brush.rounded_rectangle(
        [x, y, x + wide, y + high],
        wide * 0.2,
        fill=(*mix(colour, (0, 0, 0), 0.72), 235),
        outline=(*colour, 255),
        width=max(2, int(wide * 0.07)),
    )
    for part in range(int(high / wide)):
        cy = y + wide * (part + 0.62)
        stroke = max(2, int(wide * 0.09))
        bright = (*mix(colour, (255, 255, 255), 0.55), 255)
        a, b = x + wide * 0.26, x + wide * 0.74
        kind = int(stage.random.integers(3))
        brush.line([a, cy - wide * 0.2, b, cy - wide * 0.2], fill=bright, width=stroke)
        if kind != 1:
            brush.line([x + wide * 0.5, cy - wide * 0.3, x + wide * 0.5, cy + wide * 0.28], fill=bright, width=stroke)
        if kind != 0:
            brush.rectangle([a, cy - wide * 0.06, b, cy + wide * 0.26], outline=bright, width=stroke)
    return [(x + wide / 2, y + high / 2, high * 0.8)]


def _road(stage: Stage, back: Image.Image, near: Image.Image, solid: Image.Image, horizon: int, *, wet: bool) -> None:
    """The street, drawn onto the near picture: asphalt, or a blurred mirror of what stands over it."""
    palette = stage.palette
    height = stage.size[1] - horizon
    seen = back.copy()
    seen.paste(near, (0, 0), solid)
    asphalt = stage.gradient([mix(palette.ground, palette.near, 0.35), mix(palette.near, (0, 0, 0), 0.3)], horizon)
    near.paste(asphalt.crop((0, horizon, stage.size[0], stage.size[1])), (0, horizon))
    if wet:
        mirror = seen.crop((0, max(0, horizon - int(height * 1.6)), stage.size[0], horizon))
        mirror = mirror.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((stage.size[0], height))
        mirror = (
            mirror.reduce((2, 8))
            .filter(ImageFilter.GaussianBlur(2))
            .resize((stage.size[0], height), Image.Resampling.BICUBIC)
        )
        mirror = mirror.filter(ImageFilter.GaussianBlur(2))
        near.paste(mirror, (0, horizon), Image.new("L", mirror.size, 150))
    brush = ImageDraw.Draw(near, "RGBA")
    middle = stage.size[0] / 2
    for step in range(7):
        top = horizon + height * (step / 7) ** 1.7
        low = horizon + height * ((step + 0.55) / 7) ** 1.7
        half_top, half_low = 2 + (top - horizon) * 0.022, 2 + (low - horizon) * 0.022
        brush.polygon(
            [(middle - half_top, top), (middle + half_top, top), (middle + half_low, low), (middle - half_low, low)],
            fill=(*mix(palette.lamp, palette.near, 0.3), 70),
        )


def _lamp_post(stage: Stage, x: float) -> tuple[Layer, tuple[float, float, float]]:
    unit, palette = stage.unit, stage.palette
    side = 1 if x < stage.size[0] / 2 else -1
    top, arm = stage.y(0.2), unit * 0.16 * side

    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        w = unit * 0.009
        brush.rectangle([(x - w) * s, top * s, (x + w) * s, stage.size[1] * s], fill=255)
        brush.rectangle([(min(x, x + arm)) * s, (top - w) * s, (max(x, x + arm)) * s, (top + w) * s], fill=255)
        brush.polygon(
            [
                ((x + arm - unit * 0.03) * s, (top + w * 2.4) * s),
                ((x + arm + unit * 0.03) * s, (top + w * 2.4) * s),
                ((x + arm + unit * 0.015) * s, (top - w) * s),
                ((x + arm - unit * 0.015) * s, (top - w) * s),
            ],
            fill=255,
        )

    mask = stage.mask(paint)
    layer = stage.layer(mask, mix(palette.near, (0, 0, 0), 0.35), mix(palette.near, (0, 0, 0), 0.6), depth=1.6)
    bulb = x + arm, top + unit * 0.03
    if palette.dark:
        halo = Image.new("RGB", stage.size)
        stage.glow(halo, *bulb, unit * 0.3, (255, 255, 255), 0.85)
        lit = halo.getchannel("R")
        layer.picture.paste(mix(palette.lamp, (255, 255, 255), 0.35), (0, 0), lit)
        layer.alpha = ImageChops.lighter(mask, lit)
    return layer, (*bulb, unit * (0.3 if palette.dark else 0.0))
