"""A small station: a platform, a wooden house with a lamp, and a train that stands, comes in, leaves or passes."""

import math

from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop, plant_firs
from blocks.emulator.render.places.trains import (
    CARRIAGE,
    ENGINE,
    add_glow,
    arriving,
    beam,
    leaving,
    passing,
    rolling,
    steam,
    train,
)
from blocks.emulator.render.places.water import glitter
from blocks.emulator.render.prompts.mood import Mood

SNOW: Colour = (232, 238, 248)


def platform(stage: Stage, mood: Mood) -> Scenery:
    """A train behind a platform under lamps; mountains, or the sea, beyond."""
    unit, palette = stage.unit, stage.palette
    far = mood.size == "wide"
    edge = stage.y(0.71)
    picture = _beyond(stage, mood)
    tall = unit * (0.23 if far else 0.36)
    layers = [stage.still(picture)]
    if mood.view != "sea":
        hill = stage.below(stage.swell(stage.y(0.62), unit * 0.08))
        plant_firs(stage, hill, stage.y(0.6), 30, 0.11)
        white = mix(SNOW, palette.far, 0.72 if palette.dark else 0.3) if mood.weather == "snow" else palette.far
        layers.append(stage.layer(hill, mix(palette.far, palette.near, 0.5), mix(white, palette.near, 0.2), depth=0.6))
    layers.append(_train(stage, mood, tall, edge + unit * 0.012))
    layers.append(_platform(stage, mood, edge))
    lamps: list[tuple[float, float, float]] = []
    if far:
        layers.append(
            _house(
                stage, mood, stage.x(0.14 if mood.motion == "leave" else 0.84), edge + unit * 0.06, unit * 0.34, lamps
            )
        )
    else:
        layers.append(_fence(stage, edge))
    front = len(layers)
    layers.append(_lamp_post(stage, stage.x(0.1 if far and mood.motion != "leave" else 0.9), lamps))
    return Scenery(layers, ground=edge + unit * 0.1, front=front, lamps=lamps[-1:], lamp_depth=1.25)


def _beyond(stage: Stage, mood: Mood) -> Image.Image:
    palette, unit = stage.palette, stage.unit
    if mood.view == "sea":
        picture = backdrop(stage, mood, horizon=0.5, side=0.66)
        horizon = stage.y(0.5)
        deep = mix(palette.near, palette.far, 0.55)
        water = stage.gradient([mix(palette.sky[2], palette.far, 0.35), deep], horizon)
        picture.paste(water.crop((0, int(horizon), *stage.size)), (0, int(horizon)))
        glitter(stage, picture, stage.x(0.66), horizon)
        return picture
    picture = backdrop(stage, mood, horizon=0.6)
    for step, (base, height) in enumerate(((0.56, 0.34), (0.62, 0.2))):
        ridge = stage.ridge(stage.y(base), unit * height, 0.5, 3 + step)
        tone = mix(palette.far, palette.near, 0.18 + 0.2 * step)
        stage.over(picture, stage.below(ridge), mix(tone, palette.light, 0.1), mix(palette.sky[2], tone, 0.4))
    return picture


def _train(stage: Stage, mood: Mood, tall: float, rail: float) -> Layer:
    """The train on its track, doing what the words say."""
    palette, unit = stage.palette, stage.unit
    snow = mood.weather == "snow"
    long = CARRIAGE * tall

    def drawn(reach: float, *, engine: bool = True) -> Image.Image:
        """As many carriages as fill the frame and the way the train goes."""
        count = math.ceil((stage.size[0] + reach - (ENGINE * tall if engine else 0)) / long) + 1
        return add_glow(train(palette, tall, max(1, count), engine=engine, snow=snow), palette.lamp, tall * 0.16)

    if mood.motion == "pass":
        coaches = drawn(long * 1.3, engine=False)
        return rolling(stage, coaches, -long * 0.3, rail, passing(unit * 0.55, round(long)), long, depth=0.85)
    if not mood.motion and mood.size != "wide":
        coaches = drawn(long * 0.6, engine=False)
        return rolling(stage, coaches, -long * 0.6, rail, arriving(0.0), 0.0, depth=0.85)
    coaches = drawn(0.0)
    plume = steam(stage, tall * 4.6, tall * 1.5)
    light = beam(unit * 0.95, tall * 1.3, mix(palette.lamp, (255, 255, 255), 0.4))
    whole = Image.new("RGBA", (coaches.width + round(unit), coaches.height + round(tall)))
    whole.paste(plume, (round(coaches.width - ENGINE * tall * 0.2) - plume.width, 0))
    shone = round(coaches.width - 0.8 * tall), round(whole.height - 0.62 * tall - light.height / 2)
    whole.alpha_composite(light, shone)
    whole.alpha_composite(coaches, (0, whole.height - coaches.height))
    head, path, reach = {
        "arrive": (0.8, arriving(unit * 0.9), unit * 0.9),
        "leave": (1.25, leaving(unit * 0.6), unit * 0.6),
    }.get(mood.motion, (0.92, arriving(0.0), 0.0))
    return rolling(stage, whole, stage.x(head) - coaches.width, rail, path, reach, depth=0.85)


def _platform(stage: Stage, mood: Mood, edge: float) -> Layer:
    """Boards or snow, a bright edge, and the light of the windows lying on it."""
    palette, unit = stage.palette, stage.unit
    mask = Image.new("L", stage.size)
    mask.paste(255, (0, int(edge), *stage.size))
    if mood.weather == "snow":
        top: Colour = mix(SNOW, palette.far, 0.62 if palette.dark else 0.15)
        low: Colour = mix(top, palette.near, 0.55)
    else:
        top = mix(palette.ground, (170, 130, 100), 0.3)
        low = mix(top, palette.near, 0.6)
    layer = stage.layer(mask, top, low, depth=1.0)
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    line = edge + unit * 0.022
    brush.rectangle([0, edge, stage.size[0], line], fill=(*mix(top, palette.near, 0.75), 255))
    brush.line(
        [0, edge, stage.size[0], edge], fill=(*mix(top, (255, 255, 255), 0.35), 255), width=max(2, int(unit * 0.005))
    )
    shine = Image.new("L", stage.size)
    d = ImageDraw.Draw(shine)
    strength = 70 if palette.dark else 26
    for n in range(-1, 9):
        x = stage.x(n * 0.14)
        d.polygon(
            [(x, line), (x + unit * 0.1, line), (x + unit * 0.02, stage.size[1]), (x - unit * 0.18, stage.size[1])],
            fill=strength,
        )
    layer.picture.paste(palette.lamp, (0, 0), stage.blurred(shine, 16))
    if mood.weather != "snow":
        for n in range(1, 7):
            y = line + (stage.size[1] - line) * (n / 7) ** 1.5
            brush.line(
                [0, y, stage.size[0], y], fill=(*mix(low, (0, 0, 0), 0.35), 110), width=max(1, int(unit * 0.003))
            )
    return layer


def _house(
    stage: Stage, mood: Mood, x: float, foot: float, tall: float, lamps: list[tuple[float, float, float]]
) -> Layer:
    """The station house: boards, a steep roof, a lit window and door, a lamp on a hook."""
    palette, unit = stage.palette, stage.unit
    half, eave = tall * 0.5, foot - tall * 0.56

    def paint(d: ImageDraw.ImageDraw, s: float) -> None:
        d.rectangle([(x - half) * s, eave * s, (x + half) * s, foot * s], fill=255)
        d.polygon([(px * s, py * s) for px, py in roof], fill=255)
        d.rectangle(
            [(x + half * 0.4) * s, (foot - tall * 1.12) * s, (x + half * 0.62) * s, (eave - tall * 0.1) * s], fill=255
        )
        d.line(
            [(x - half) * s, (eave + tall * 0.1) * s, hook[0] * s, (eave + tall * 0.1) * s],
            fill=255,
            width=int(unit * 0.006 * s),
        )

    roof = [
        (x - half * 1.35, eave + tall * 0.04),
        (x - half * 0.1, foot - tall * 1.04),
        (x + half * 0.1, foot - tall * 1.04),
        (x + half * 1.35, eave + tall * 0.04),
    ]
    hook = (x - half * 1.2, eave + tall * 0.12)
    wood = mix((96, 70, 58), palette.near, 0.5 if palette.dark else 0.2)
    layer = stage.layer(stage.mask(paint), wood, mix(wood, (0, 0, 0), 0.35), depth=1.0)
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    for n in range(1, 12):
        px = x - half + n * half / 6
        brush.line([px, eave, px, foot], fill=(0, 0, 0, 50), width=max(1, int(unit * 0.002)))
    top = mix(SNOW, palette.far, 0.45) if mood.weather == "snow" else mix((90, 60, 62), palette.near, 0.45)
    brush.polygon(roof, fill=(*mix(top, palette.near, 0.25), 255))
    brush.line(
        [roof[0], roof[1], roof[2], roof[3]],
        fill=(*mix(top, (255, 255, 255), 0.2), 255),
        width=max(2, int(unit * 0.008)),
    )
    glass = mix(palette.lamp, (255, 246, 220), 0.3)
    for px, wide, low, high in ((x - half * 0.62, 0.42, 0.2, 0.44), (x + half * 0.2, 0.4, 0.0, 0.44)):
        box = [px, foot - tall * high, px + half * wide, foot - tall * low]
        brush.rectangle(
            box, fill=(*glass, 255), outline=(*mix(wood, (0, 0, 0), 0.4), 255), width=max(2, int(unit * 0.005))
        )
        middle = (box[0] + box[2]) / 2
        brush.line(
            [middle, box[1], middle, box[3]], fill=(*mix(wood, (0, 0, 0), 0.4), 255), width=max(1, int(unit * 0.004))
        )
        stage.glow(layer.picture, middle, (box[1] + box[3]) / 2, half * 0.9, palette.lamp, 0.4)
    lamps.append((hook[0], hook[1] + tall * 0.05, unit * 0.2))
    _bulb(stage, layer, hook[0], hook[1] + tall * 0.06, unit * 0.014)
    return layer


def _fence(stage: Stage, edge: float) -> Layer:
    """A low wooden fence along the back of the platform."""
    unit, palette = stage.unit, stage.palette
    left, right = stage.x(-0.1), stage.x(0.34)

    def paint(d: ImageDraw.ImageDraw, s: float) -> None:
        for y in (0.03, 0.085):
            d.rectangle([left * s, (edge - unit * y) * s, right * s, (edge - unit * (y - 0.018)) * s], fill=255)
        x = left
        while x < right:
            d.polygon(
                [
                    ((x + dx * unit) * s, (edge + dy * unit) * s)
                    for dx, dy in ((0, 0.06), (0, -0.11), (0.013, -0.13), (0.026, -0.11), (0.026, 0.06))
                ],
                fill=255,
            )
            x += unit * 0.062

    wood = mix((120, 92, 74), palette.near, 0.55 if palette.dark else 0.25)
    return stage.layer(stage.mask(paint), mix(wood, palette.light, 0.2), mix(wood, (0, 0, 0), 0.3), depth=1.0)


def _lamp_post(stage: Stage, x: float, lamps: list[tuple[float, float, float]]) -> Layer:
    """An iron post with a lamp hanging from its arm, near the camera."""
    unit, palette = stage.unit, stage.palette
    top = stage.y(0.2)
    side = 1 if x < stage.size[0] / 2 else -1
    arm = x + side * unit * 0.09

    def paint(d: ImageDraw.ImageDraw, s: float) -> None:
        w = unit * 0.008
        d.rectangle([(x - w) * s, top * s, (x + w) * s, stage.size[1] * s], fill=255)
        d.rectangle([(x - w * 1.8) * s, stage.y(0.66) * s, (x + w * 1.8) * s, stage.size[1] * s], fill=255)
        d.line([x * s, (top + w) * s, arm * s, (top + w) * s], fill=255, width=int(w * 1.2 * s))
        d.arc(
            [min(x, arm) * s, (top - unit * 0.02) * s, max(x, arm) * s, (top + unit * 0.1) * s],
            180,
            360,
            fill=255,
            width=int(w * 0.8 * s),
        )
        d.line([arm * s, top * s, arm * s, (top + unit * 0.04) * s], fill=255, width=int(w * 0.8 * s))
        d.polygon(
            [
                ((arm + dx * unit) * s, (top + dy * unit) * s)
                for dx, dy in ((-0.035, 0.065), (-0.012, 0.036), (0.012, 0.036), (0.035, 0.065))
            ],
            fill=255,
        )

    iron = mix(palette.near, (0, 0, 0), 0.3)
    layer = stage.layer(stage.mask(paint), mix(iron, palette.far, 0.2), iron, depth=1.25)
    _bulb(stage, layer, arm, top + unit * 0.075, unit * 0.016)
    lamps.append((arm, top + unit * 0.08, unit * 0.24))
    return layer


def _bulb(stage: Stage, layer: Layer, x: float, y: float, r: float) -> None:
    """A bulb with its halo, added to a layer's picture and transparency."""
    assert layer.alpha is not None
    halo = Image.new("RGB", stage.size)
    stage.glow(halo, x, y, r * (9 if stage.palette.dark else 5), (255, 255, 255), 0.55)
    lit = halo.getchannel("R")
    solid = layer.alpha.copy()
    layer.picture.paste(stage.palette.lamp, (0, 0), Image.composite(Image.new("L", stage.size, 0), lit, solid))
    layer.alpha.paste(255, (0, 0), lit)
    for mask, colour in ((layer.picture, mix(stage.palette.lamp, (255, 255, 255), 0.6)), (layer.alpha, 255)):
        ImageDraw.Draw(mask).ellipse([x - r, y - r, x + r, y + r * 1.3], fill=colour)
