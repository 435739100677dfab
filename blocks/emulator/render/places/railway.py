"""A train seen from afar: on a bridge of stone arches over a river, and along the sea out of a tunnel."""

import math
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop, plant_firs
from blocks.emulator.render.places.trains import ENGINE, add_glow, beam, crossing, rolling, steam, train
from blocks.emulator.render.places.water import glitter, wave_layer
from blocks.emulator.render.prompts.mood import Mood


def railway(stage: Stage, mood: Mood) -> Scenery:
    """A bridge of arches over a frozen or flowing river; a train with lit windows goes across."""
    unit, palette = stage.unit, stage.palette
    low = mood.angle == "low"
    deck, shore = (stage.y(0.26), stage.y(0.7)) if low else (stage.y(0.46), stage.y(0.72))
    moonlit = replace(mood, weather="clear") if mood.weather == "snow" and mood.hour == "night" else mood
    picture = backdrop(stage, moonlit, horizon=0.66, side=0.78)
    for step, (base, height) in enumerate(((0.64, 0.36), (0.69, 0.22))):
        ridge = stage.ridge(stage.y(base), unit * height, 0.5, 3 + step)
        tone = mix(palette.far, palette.near, 0.14 + 0.18 * step)
        stage.over(picture, stage.below(ridge), mix(tone, palette.light, 0.12), mix(palette.sky[2], tone, 0.45))
    ice = mix(palette.ground, palette.light, 0.22)
    river = stage.gradient([mix(ice, palette.sky[2], 0.3), mix(ice, palette.near, 0.5)], shore)
    picture.paste(river.crop((0, int(shore), *stage.size)), (0, int(shore)))
    glitter(stage, picture, stage.x(0.78), shore)
    tall = unit * (0.13 if low else 0.06)
    moving = _crossing(stage, mood, tall, deck + 2, 3 if low else 8, travel=unit * (0.8 if low else 0.42))
    bridge = _bridge(stage, deck, shore, unit * (0.42 if low else 0.16), unit * (0.06 if low else 0.022))
    banks = _banks(stage, mood)
    _mirror(stage, picture, bridge, shore)
    layers = [stage.still(picture), moving, bridge]
    if not low:
        layers.append(stage.mist(shore, unit * 0.05, 0.45, depth=0.7))
    front = len(layers)
    return Scenery([*layers, banks], ground=stage.y(0.76), front=front)


def coast(stage: Stage, mood: Mood) -> Scenery:
    """The sea to the horizon; along its shore a train comes out of a tunnel in the cliff."""
    unit, palette = stage.unit, stage.palette
    horizon, rail = stage.y(0.5), stage.y(0.735)
    picture = backdrop(stage, mood, horizon=0.5, side=0.62)
    isles = stage.ridge(horizon + unit * 0.01, unit * 0.07, 0.4, 3)
    stage.over(picture, stage.below(isles), mix(palette.far, palette.near, 0.2), mix(palette.sky[2], palette.far, 0.4))
    deep = mix(palette.far, palette.near, 0.45)
    water = stage.gradient([mix(palette.sky[2], palette.far, 0.3), deep], horizon)
    picture.paste(water.crop((0, int(horizon), *stage.size)), (0, int(horizon)))
    glitter(stage, picture, stage.x(0.62), horizon)
    layers = [stage.still(picture), stage.clouds(stage.y(0.36), 0.45)]
    layers += [wave_layer(stage, step, base) for step, base in enumerate((0.6, 0.68))]
    bank = stage.below(stage.swell(rail + unit * 0.02, unit * 0.012))
    ImageDraw.Draw(bank).rectangle([0, rail, *stage.size], fill=255)
    stone = mix((120, 108, 104), palette.near, 0.5)
    layers.append(stage.layer(bank, mix(stone, palette.light, 0.2), mix(stone, (0, 0, 0), 0.4), depth=0.9))
    moving = _crossing(stage, mood, unit * 0.115, rail + 3, 3, travel=unit * 0.8)
    layers += [moving, _cliff(stage, rail)]
    front = len(layers)
    layers.append(_rocks(stage))
    return Scenery(layers, ground=stage.y(0.74), front=front)


def _crossing(stage: Stage, mood: Mood, tall: float, rail: float, carriages: int, *, travel: float) -> Layer:
    """The train on its way: light from its windows, its headlamp before it, steam behind."""
    palette = stage.palette
    drawn = add_glow(train(palette, tall, carriages, snow=mood.weather == "snow"), palette.lamp, tall * 0.3)
    light = beam(tall * 6, tall * 1.6, mix(palette.lamp, (255, 255, 255), 0.4))
    plume = steam(stage, tall * 9, tall * 1.8)
    whole = Image.new("RGBA", (drawn.width + light.width, drawn.height + round(tall * 1.2)))
    funnel = round(drawn.width - ENGINE * tall + 4.3 * tall)
    whole.paste(plume, (funnel - plume.width, round(whole.height - drawn.height - plume.height * 0.55)))
    if palette.dark:
        whole.alpha_composite(
            light, (round(drawn.width - 0.75 * tall), round(whole.height - 0.62 * tall - light.height / 2))
        )
    whole.alpha_composite(drawn, (0, whole.height - drawn.height))
    head = 0.86 if carriages > 4 else 1.0
    return rolling(stage, whole, stage.x(head) - drawn.width, rail, crossing(travel), travel, depth=0.7)


def _bridge(stage: Stage, deck: float, foot: float, span: float, pillar: float) -> Layer:
    """Arches of cut stone from edge to edge."""
    unit, palette = stage.unit, stage.palette
    rim = max(unit * 0.018, span * 0.06)

    def paint(d: ImageDraw.ImageDraw, s: float) -> None:
        d.rectangle([0, (deck - rim * 0.25) * s, stage.size[0] * s, (foot + pillar) * s], fill=255)
        x = stage.size[0] / 2 - span * 12
        while x < stage.size[0] + span:
            left, right = x + pillar / 2, x + span - pillar / 2
            top = deck + rim
            radius = (right - left) / 2
            d.ellipse([left * s, top * s, right * s, (top + radius * 2) * s], fill=0)
            d.rectangle([left * s, (top + radius) * s, right * s, (foot + pillar * 2) * s], fill=0)
            x += span

    mask = stage.mask(paint)
    tone = mix((116, 110, 116), palette.near, 0.55 if palette.dark else 0.3)
    layer = stage.layer(mask, mix(tone, palette.light, 0.16), mix(tone, (0, 0, 0), 0.35), depth=0.7)
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    thin = max(1, int(unit * 0.0022))
    brush.line([0, deck, stage.size[0], deck], fill=(*mix(tone, palette.light, 0.55), 255), width=thin * 2)
    brush.line(
        [0, deck + rim * 0.6, stage.size[0], deck + rim * 0.6], fill=(*mix(tone, (0, 0, 0), 0.4), 200), width=thin
    )
    x = stage.size[0] / 2 - span * 12
    while x < stage.size[0] + span:
        left, right = x + pillar / 2, x + span - pillar / 2
        box = [left - thin * 2, deck + rim - thin * 2, right + thin * 2, deck + rim + (right - left) + thin * 2]
        brush.arc(box, 180, 360, fill=(*mix(tone, palette.light, 0.35), 220), width=thin * 2)
        if span > unit * 0.3:
            y = deck + rim + span * 0.3
            while y < foot:
                brush.line([x - pillar / 2, y, x + pillar / 2, y], fill=(0, 0, 0, 70), width=thin)
                y += pillar * 0.45
            side = x + pillar * 0.22
            brush.rectangle([side, deck + rim + span * 0.16, x + pillar / 2, foot], fill=(0, 0, 0, 60))
        x += span
    return layer


def _mirror(stage: Stage, picture: Image.Image, bridge: Layer, shore: float) -> None:
    """The bridge upside down on the ice."""
    assert bridge.alpha is not None
    high = int(stage.size[1] - shore)
    top = max(0, int(shore) - high)
    box = (0, top, stage.size[0], int(shore))
    flip = Image.Transpose.FLIP_TOP_BOTTOM
    soft = ImageFilter.GaussianBlur(stage.unit * 0.006)
    shade = bridge.alpha.crop(box).transpose(flip).filter(soft).point(lambda v: v * 2 // 5)
    picture.paste(bridge.picture.crop(box).transpose(flip), (0, int(shore)), shade)


def _banks(stage: Stage, mood: Mood) -> Layer:
    """Banks at both sides close to the camera, with firs."""
    unit, palette = stage.unit, stage.palette
    x = np.linspace(-1, 1, stage.size[0], dtype=np.float32)
    line = stage.y(1.06) - unit * 0.26 * np.clip(np.abs(x + 0.12) * 1.5 - 0.75, 0, 1) ** 1.4
    mask = stage.below(line.astype(np.float32))
    firs = Image.new("L", stage.size)
    plant_firs(stage, firs, stage.y(0.95), 34, 0.22)
    sides = Image.fromarray((np.clip(np.abs(x) * 5 - 3.6, 0, 1) * 255).astype(np.uint8)[None, :]).resize(stage.size)
    mask.paste(
        255, (0, 0), Image.composite(firs, Image.new("L", stage.size), sides.point(lambda v: 255 if v > 90 else 0))
    )
    top = mix((226, 234, 246), palette.near, 0.72) if mood.weather == "snow" else palette.near
    return stage.layer(mask, mix(palette.near, palette.far, 0.12), mix(top, (0, 0, 0), 0.2), depth=1.5)


def _cliff(stage: Stage, rail: float) -> Layer:
    """A headland at the left with the mouth of a tunnel, which hides the end of the train."""
    unit, palette = stage.unit, stage.palette
    edge = stage.x(0.25)
    outline = [
        (0.0, 0.2),
        (0.06, 0.22),
        (0.1, 0.28),
        (0.15, 0.31),
        (0.18, 0.4),
        (0.215, 0.46),
        (0.235, 0.58),
        (0.25, 0.66),
    ]

    def paint(d: ImageDraw.ImageDraw, s: float) -> None:
        points = [
            (0.0, stage.y(0.2)),
            *((stage.x(px), stage.y(py)) for px, py in outline),
            (edge, rail + unit * 0.03),
            (0.0, rail + unit * 0.03),
        ]
        d.polygon([(px * s, py * s) for px, py in points], fill=255)

    rock = mix((110, 92, 98), palette.near, 0.55)
    layer = stage.layer(stage.mask(paint), mix(rock, palette.light, 0.22), mix(rock, (0, 0, 0), 0.4), depth=0.7)
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    mouth = [edge - unit * 0.075, rail - unit * 0.19, edge + unit * 0.085, rail + unit * 0.12]
    brush.chord(mouth, 180, 360, fill=(*mix(rock, palette.light, 0.38), 255))
    inner = [mouth[0] + unit * 0.018, mouth[1] + unit * 0.018, mouth[2], mouth[3]]
    brush.chord(inner, 180, 360, fill=(*mix(palette.near, (0, 0, 0), 0.55), 255))
    for _ in range(26):
        px, py = stage.x(stage.random.uniform(0, 0.2)), stage.y(stage.random.uniform(0.36, 0.72))
        brush.line(
            [px, py, px + unit * 0.03, py + unit * stage.random.uniform(0.02, 0.07)],
            fill=(0, 0, 0, 46),
            width=max(1, int(unit * 0.004)),
        )
    return layer


def _rocks(stage: Stage) -> Layer:
    """Rocks and grass before the camera."""
    unit, palette = stage.unit, stage.palette
    line = stage.ridge(stage.y(1.0), unit * 0.17, 0.5, 5)
    mask = stage.below(line)

    def blades(d: ImageDraw.ImageDraw, s: float) -> None:
        for _ in range(240):
            x = stage.random.uniform(0, stage.size[0] - 1)
            foot, tall = float(line[int(x)]) + unit * 0.01, unit * stage.random.uniform(0.02, 0.06)
            lean = tall * math.sin(x / unit * 5) * 0.4
            d.polygon(
                [
                    ((x - unit * 0.003) * s, foot * s),
                    ((x + unit * 0.003) * s, foot * s),
                    ((x + lean) * s, (foot - tall) * s),
                ],
                fill=255,
            )

    mask.paste(255, (0, 0), stage.mask(blades))
    return stage.layer(mask, mix(palette.near, palette.far, 0.1), mix(palette.near, (0, 0, 0), 0.4), depth=1.5)
