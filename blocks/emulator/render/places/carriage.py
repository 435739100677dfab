"""In a train: seats by a row of windows with the land streaming by, and the same windows seen from outside."""

from PIL import Image, ImageChops, ImageDraw

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.places.passing import land_strips
from blocks.emulator.render.places.trains import livery, streaming
from blocks.emulator.render.places.water import glitter
from blocks.emulator.render.prompts.mood import Mood

TOP, SILL = 0.12, 0.55
WINDOWS = ((-0.24, 0.15), (0.2, 0.8), (0.85, 1.24))
"""Left and right edges of the windows, as parts of the frame's width."""


def carriage(stage: Stage, mood: Mood) -> Scenery:
    """Two benches, a small table with a lamp between them, the land or the sea going by outside."""
    unit, palette = stage.unit, stage.palette
    outside = backdrop(stage, mood, horizon=0.5, side=0.6)
    if mood.view == "sea":
        horizon = stage.y(0.42)
        water = stage.gradient([mix(palette.sky[2], palette.far, 0.3), mix(palette.near, palette.far, 0.5)], horizon)
        outside.paste(water.crop((0, int(horizon), *stage.size)), (0, int(horizon)))
        glitter(stage, outside, stage.x(0.6), horizon)
    layers = [stage.still(outside), *land_strips(stage, mood, stage.y(TOP - 0.05), stage.y(SILL + 0.03))]
    layers.append(_inside(stage, mood))
    lamp = stage.x(0.5), stage.y(0.54)
    layers.append(_table(stage, *lamp))
    seat = stage.y(0.73)
    return Scenery(
        layers,
        ground=stage.y(0.86),
        front=len(layers) - 1,
        lamps=[(*lamp, unit * 0.34)],
        seats=((stage.x(0.335), seat, False), (stage.x(0.665), seat, True)),
    )


def train_window(stage: Stage, mood: Mood) -> Scenery:
    """A lit window of the train from outside: who sits behind it, and what the glass mirrors."""
    unit, palette = stage.unit, stage.palette
    warm = mix(palette.lamp, (150, 84, 46), 0.45)
    inside = stage.gradient([mix(warm, (60, 34, 30), 0.35), warm, mix(warm, (70, 40, 34), 0.5)], 0, stage.y(0.7))
    brush = ImageDraw.Draw(inside, "RGBA")
    for x in (0.02, 0.98):
        _bench(brush, stage, stage.x(0.5 + (x - 0.5) * 0.62), -1 if x > 0.5 else 1, mix(warm, (50, 30, 34), 0.62))
    brush.rectangle([0, stage.y(0.17), stage.size[0], stage.y(0.185)], fill=(*mix(warm, (50, 30, 30), 0.5), 255))
    for x in (0.3, 0.72):
        stage.glow(inside, stage.x(x), stage.y(0.22), unit * 0.3, (255, 226, 160), 0.5)
    layers = [Layer(inside, None, 0.9), _outside(stage, mood), _mirrored(stage)]
    seat = stage.y(0.68)
    return Scenery(
        layers,
        ground=stage.y(0.9),
        front=1,
        lamps=[(stage.x(0.5), stage.y(0.55), unit * 0.3)],
        seats=((stage.x(0.4), seat, False), (stage.x(0.64), seat, True)),
    )


def _holes(stage: Stage, radius: float) -> Image.Image:
    """Mask of a wall with the windows left open."""
    r = stage.unit * radius

    def paint(d: ImageDraw.ImageDraw, s: float) -> None:
        d.rectangle([0, 0, stage.size[0] * s, stage.size[1] * s], fill=255)
        for left, right in WINDOWS:
            box = [stage.x(left) * s, stage.y(TOP) * s, stage.x(right) * s, stage.y(SILL) * s]
            d.rounded_rectangle(box, r * s, fill=0)

    return stage.mask(paint)


def _inside(stage: Stage, mood: Mood) -> Layer:
    """The wall with its windows, curtains, frost, luggage rack and benches."""
    unit, palette = stage.unit, stage.palette
    wood: Colour = mix((112, 70, 46), palette.near, 0.42 if palette.dark else 0.15)
    wall = _holes(stage, 0.025)
    layer = stage.layer(wall, mix(wood, (0, 0, 0), 0.3), mix(wood, (0, 0, 0), 0.45), depth=0.9)
    assert layer.alpha is not None
    picture = layer.picture
    if mood.weather == "snow":
        _frost(stage, layer)
    brush = ImageDraw.Draw(picture, "RGBA")
    trim = mix(wood, (236, 196, 130), 0.3)
    thick = max(2, int(unit * 0.009))
    curtain = mix((150, 46, 48), palette.near, 0.35)
    cover = ImageDraw.Draw(layer.alpha)
    for left, right in WINDOWS:
        x1, x2, y1, y2 = stage.x(left), stage.x(right), stage.y(TOP), stage.y(SILL)
        for x, lean in ((x1, 1), (x2, -1)):
            shape = [
                (x, y1),
                (x + lean * unit * 0.075, y1),
                (x + lean * unit * 0.03, (y1 + y2) / 2),
                (x + lean * unit * 0.055, y2),
                (x, y2),
            ]
            brush.polygon(shape, fill=(*curtain, 255))
            cover.polygon(shape, fill=255)
            for part in (0.3, 0.65):
                line = [(x + (px - x) * part, py) for px, py in shape[1:4]]
                brush.line(line, fill=(*mix(curtain, (0, 0, 0), 0.35), 255), width=max(1, int(unit * 0.003)))
        brush.rounded_rectangle([x1, y1, x2, y2], unit * 0.025, outline=(*trim, 255), width=thick)
        cover.rounded_rectangle([x1, y1, x2, y2], unit * 0.025, outline=255, width=thick)
        brush.rectangle([x1 - unit * 0.02, y2 - thick, x2 + unit * 0.02, y2 + unit * 0.018], fill=(*trim, 255))
    for y in (0.045, 0.075):
        brush.rectangle([0, stage.y(y), stage.size[0], stage.y(y) + unit * 0.006], fill=(*trim, 255))
    for n in range(16):
        x = stage.x(-0.1 + n * 0.08)
        brush.line([x, 0, x, stage.size[1]], fill=(0, 0, 0, 26), width=max(1, int(unit * 0.003)))
    stage.glow(picture, stage.x(0.5), stage.y(0.5), unit * 0.85, palette.lamp, 0.42 if palette.dark else 0.2)
    stage.glow(picture, stage.x(0.5), stage.y(-0.08), unit * 0.6, palette.lamp, 0.4)
    back = mix((132, 44, 46), palette.near, 0.4 if palette.dark else 0.2)
    for side, x in ((1, 0.17), (-1, 0.83)):
        _bench(brush, stage, stage.x(x), side, back)
        _bench(cover, stage, stage.x(x), side, None)
    return layer


def _bench(brush: ImageDraw.ImageDraw, stage: Stage, x: float, side: int, colour: Colour | None) -> None:
    """A padded bench from the side; ``side`` is 1 when it looks to the right. Without a colour: on a mask."""
    unit = stage.unit
    seat = stage.y(0.73)

    def box(x1: float, y1: float, x2: float, y2: float, radius: float, light: float) -> None:
        left, right = sorted((x + side * x1 * unit, x + side * x2 * unit))
        tone = colour and mix(colour, (255, 220, 160) if light > 0 else (0, 0, 0), abs(light))
        brush.rounded_rectangle([left, y1, right, y2], radius * unit, fill=tone or 255)

    box(-0.03, stage.y(0.33), 0.075, stage.size[1], 0.03, 0.0)
    box(0.055, stage.y(0.35), 0.075, seat, 0.01, 0.22)
    box(0.0, seat, 0.4, seat + unit * 0.055, 0.025, 0.0)
    box(0.02, seat, 0.39, seat + unit * 0.01, 0.005, 0.22)
    box(0.02, seat + unit * 0.055, 0.37, stage.size[1], 0.0, -0.45)


def _table(stage: Stage, x: float, y: float) -> Layer:
    """A folding table under the window with a brass lamp on it."""
    unit, palette = stage.unit, stage.palette
    top = y + unit * 0.1
    brass = mix((206, 156, 84), palette.near, 0.2)
    dark = mix((84, 52, 38), palette.near, 0.35)

    def paint(d: ImageDraw.ImageDraw, s: float) -> None:
        d.rounded_rectangle(
            [(x - unit * 0.17) * s, top * s, (x + unit * 0.17) * s, (top + unit * 0.024) * s], unit * 0.01 * s, fill=255
        )
        d.polygon(
            [
                ((x + dx * unit) * s, (top + dy * unit) * s)
                for dx, dy in ((-0.02, 0.02), (0.02, 0.02), (0.012, 0.4), (-0.012, 0.4))
            ],
            fill=255,
        )
        d.rectangle([(x - unit * 0.006) * s, (y - unit * 0.01) * s, (x + unit * 0.006) * s, top * s], fill=255)
        d.ellipse(
            [(x - unit * 0.036) * s, (top - unit * 0.014) * s, (x + unit * 0.036) * s, (top + unit * 0.008) * s],
            fill=255,
        )
        d.polygon([((x + dx * unit) * s, (y + dy * unit) * s) for dx, dy in shade], fill=255)
        cup = x + unit * 0.1
        d.rectangle([(cup - unit * 0.016) * s, (top - unit * 0.034) * s, (cup + unit * 0.016) * s, top * s], fill=255)

    shade = ((-0.06, 0.02), (0.06, 0.02), (0.032, -0.06), (-0.032, -0.06))
    mask = stage.mask(paint)
    layer = stage.layer(mask, mix(brass, dark, 0.4), mix(dark, (0, 0, 0), 0.4), depth=1.0)
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    brush.rectangle(
        [x - unit * 0.17, top, x + unit * 0.17, top + unit * 0.006], fill=(*mix(dark, palette.lamp, 0.6), 255)
    )
    brush.polygon(
        [(x + dx * unit, y + dy * unit) for dx, dy in shade], fill=(*mix(palette.lamp, (255, 246, 220), 0.45), 255)
    )
    halo = Image.new("RGB", stage.size)
    stage.glow(halo, x, y, unit * 0.24, (255, 255, 255), 0.5)
    lit = halo.getchannel("R").point(lambda v: v * 3 // 5)
    layer.picture.paste(palette.lamp, (0, 0), ImageChops.subtract(lit, mask))
    assert layer.alpha is not None
    layer.alpha = ImageChops.lighter(layer.alpha, lit)
    return layer


def _frost(stage: Stage, layer: Layer) -> None:
    """Ice flowers in the corners of the panes: pale, and half seen through."""
    assert layer.alpha is not None
    ice = Image.new("L", stage.size)
    brush = ImageDraw.Draw(ice)
    for left, right in WINDOWS:
        for x, y in ((left, SILL), (right, SILL), (left, TOP), (right, TOP)):
            for _ in range(26):
                px = stage.x(x) + stage.random.normal(0, 0.055) * stage.unit
                py = stage.y(y) + stage.random.normal(0, 0.04) * stage.unit
                r = stage.unit * stage.random.uniform(0.01, 0.045)
                brush.ellipse([px - r, py - r * 0.8, px + r, py + r * 0.8], fill=int(stage.random.uniform(90, 210)))
    ice = stage.blurred(ice, 5)
    open_ = layer.alpha.point(lambda v: 255 - v)
    layer.picture.paste(
        mix((226, 236, 250), stage.palette.far, 0.2), (0, 0), ImageChops.darker(open_, Image.new("L", stage.size, 255))
    )
    layer.alpha = ImageChops.lighter(layer.alpha, ImageChops.darker(ice, open_))


def _outside(stage: Stage, mood: Mood) -> Layer:
    """The side of the carriage with its windows, painted and trimmed."""
    unit, palette = stage.unit, stage.palette
    body, roof = livery(palette)
    wall = _holes(stage, 0.035)
    layer = stage.layer(wall, mix(body, (0, 0, 0), 0.3), mix(body, (0, 0, 0), 0.5), depth=1.0)
    assert layer.alpha is not None
    brush, cover = ImageDraw.Draw(layer.picture, "RGBA"), ImageDraw.Draw(layer.alpha)
    trim = mix((222, 190, 120), body, 0.3)
    top = mix((232, 238, 248), palette.far, 0.5) if mood.weather == "snow" else roof
    brush.rectangle([0, 0, stage.size[0], stage.y(0.02)], fill=(*roof, 255))
    brush.rectangle([0, stage.y(0.015), stage.size[0], stage.y(0.03)], fill=(*top, 255))
    for y in (0.64, 0.66, 0.78):
        brush.rectangle([0, stage.y(y), stage.size[0], stage.y(y) + unit * 0.006], fill=(*trim, 255))
    for left, right in WINDOWS:
        box = [stage.x(left), stage.y(TOP), stage.x(right), stage.y(SILL)]
        for x in (box[0], box[2]):
            stage.glow(layer.picture, x, (box[1] + box[3]) / 2, unit * 0.2, palette.lamp, 0.3)
        stage.glow(layer.picture, (box[0] + box[2]) / 2, box[3], (box[2] - box[0]) * 0.5, palette.lamp, 0.28)
        for grow, colour, thick in ((0.0, mix(trim, (0, 0, 0), 0.5), 0.014), (0.012, trim, 0.006)):
            frame = [box[0] - grow * unit, box[1] - grow * unit, box[2] + grow * unit, box[3] + grow * unit]
            width = max(2, int(unit * thick))
            brush.rounded_rectangle(frame, unit * 0.035, outline=(*colour, 255), width=width)
            cover.rounded_rectangle(frame, unit * 0.035, outline=255, width=width)
        if mood.weather == "snow":
            brush.rounded_rectangle(
                [box[0], box[3] - unit * 0.006, box[2], box[3] + unit * 0.012], unit * 0.01, fill=(*top, 255)
            )
            cover.rounded_rectangle(
                [box[0], box[3] - unit * 0.006, box[2], box[3] + unit * 0.012], unit * 0.01, fill=255
            )
    return layer


def _mirrored(stage: Stage) -> Layer:
    """Slanting streaks of passing lights on the panes."""
    unit = stage.unit
    period = round(unit * 2.2)
    wide = (stage.size[0] + period) // 2 * 2
    streaks = Image.new("L", (wide, stage.size[1]))
    brush = ImageDraw.Draw(streaks)
    top, low = stage.y(TOP), stage.y(SILL)
    marks = [
        (stage.random.uniform(0, period), stage.random.uniform(0.02, 0.12) * unit, int(stage.random.uniform(16, 52)))
        for _ in range(9)
    ]
    for repeat in range(-1, wide // period + 2):
        for x, thick, light in marks:
            left = x + repeat * period
            brush.polygon(
                [(left, low), (left + thick, low), (left + thick + unit * 0.2, top), (left + unit * 0.2, top)],
                fill=light,
            )
    panes = Image.new("L", streaks.size)
    pane = ImageDraw.Draw(panes)
    pane.rectangle([0, top, wide, low], fill=255)
    colour = mix((200, 216, 250), stage.palette.lamp, 0.25)
    return Layer(
        Image.new("RGB", streaks.size, colour),
        ImageChops.darker(streaks, panes),
        1.0,
        path=streaming(unit * 0.7, period),
    )
