"""Inside: a corridor seen down its length, and a room with a large window."""

from collections.abc import Callable
from itertools import pairwise

from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.prompts.mood import Mood


def corridor(stage: Stage, mood: Mood) -> Scenery:
    """Walls, doors and lamps running to one point, light lying on the floor."""
    palette, unit = stage.palette, stage.unit
    wall: Colour = mix(palette.near, (92, 84, 96), 0.42 if palette.dark else 0.75)
    width, height = stage.size
    cx, cy = stage.x(0.5 + stage.random.uniform(-0.12, 0.12)), stage.y(0.44)
    picture = Image.new("RGB", stage.size, wall)
    brush = ImageDraw.Draw(picture)
    reach = [0.13 * 1.42**n for n in range(9)]

    def corner(part: float, sx: int, sy: int) -> tuple[float, float]:
        return cx + sx * part * unit * 1.05, cy + sy * part * unit * (0.7 if sy < 0 else 0.9)

    for part_far, part_near in reversed(list(pairwise(reach))):
        share = min(1.0, part_near / 1.6)
        side = mix(mix(wall, palette.lamp, 0.28), mix(palette.near, (0, 0, 0), 0.3), share)
        floor = mix(mix(wall, palette.lamp, 0.2), (8, 8, 12), min(1, share * 1.1))
        roof = mix(mix(wall, (0, 0, 0), 0.25), (6, 6, 10), share)
        for sx, sy, ex, ey, colour in (
            (-1, -1, -1, 1, side),
            (1, -1, 1, 1, side),
            (-1, 1, 1, 1, floor),
            (-1, -1, 1, -1, roof),
        ):
            shape = [
                corner(part_far, sx, sy),
                corner(part_near, sx, sy),
                corner(part_near, ex, ey),
                corner(part_far, ex, ey),
            ]
            brush.polygon(shape, fill=colour)
        for sx in (-1, 1):
            _door(brush, part_far, part_near, sx, corner, side, palette.near)
    far = [*corner(reach[0], -1, -1), *corner(reach[0], 1, 1)]
    brush.rectangle(far, fill=mix(palette.lamp, wall, 0.35))
    door = (far[2] - far[0]) * 0.22
    brush.rectangle(
        [cx - door, far[1] + (far[3] - far[1]) * 0.24, cx + door, far[3]], fill=mix(palette.lamp, (255, 255, 255), 0.6)
    )
    lamps = []
    for part in reach[1:7:2]:
        x, y = corner(part, 0, -1)
        stage.glow(picture, x, y, unit * part * 0.8, palette.lamp, 0.55)
        wide, high = unit * part * 0.11, max(2.0, unit * part * 0.012)
        ImageDraw.Draw(picture).rectangle(
            [x - wide, y - high, x + wide, y + high], fill=mix(palette.lamp, (255, 255, 255), 0.7)
        )
        fx, fy = corner(part * 1.15, 0, 1)
        stage.glow(picture, fx, fy, unit * part * 0.55, palette.lamp, 0.22)
        lamps.append((x, y, unit * part * 0.5))
    stage.glow(picture, cx, cy, unit * 0.5, palette.lamp, 0.5)
    edge = Image.new("L", stage.size)
    ImageDraw.Draw(edge).rectangle([0, 0, width * 0.1, height], fill=255)
    frame = stage.layer(stage.blurred(edge, 9), mix(palette.near, (0, 0, 0), 0.6), (4, 4, 8), depth=1.7)
    return Scenery([Layer(picture, None, 0.8), frame], ground=stage.y(0.8), front=1, lamps=lamps[:2], lamp_depth=0.8)


def _door(
    brush: ImageDraw.ImageDraw,
    far: float,
    near: float,
    sx: int,
    corner: Callable[[float, int, int], tuple[float, float]],
    wall: Colour,
    dark: Colour,
) -> None:
    """A door between two steps of the wall."""
    a, b = far + (near - far) * 0.28, far + (near - far) * 0.74
    shape = []
    for part, share in ((a, 0.5), (b, 0.5)):
        top, low = corner(part, sx, -1), corner(part, sx, 1)
        shape.append((top[0], top[1] + (low[1] - top[1]) * (1 - share) * 0.62))
    for part in (b, a):
        shape.append(corner(part, sx, 1))
    brush.polygon(shape, fill=mix(wall, dark, 0.55), outline=mix(wall, (255, 240, 210), 0.16))


def room(stage: Stage, mood: Mood) -> Scenery:
    """A dim room, a tall window with the world behind it, a desk with a lamp."""
    palette, unit = stage.palette, stage.unit
    outside = backdrop(stage, mood, horizon=0.75, side=0.36)
    ridge = stage.ridge(stage.y(0.62), unit * 0.16, 0.5, 5)
    stage.over(outside, stage.below(ridge), mix(palette.far, palette.near, 0.3), palette.far)
    for _ in range(16 if palette.dark else 5):
        x, y = stage.x(stage.random.uniform(0, 0.7)), stage.y(stage.random.uniform(0.4, 0.66))
        stage.glow(
            outside,
            x,
            y,
            unit * stage.random.uniform(0.02, 0.05),
            mix(palette.lamp, palette.accent, stage.random.random()),
            0.7,
        )
    outside = stage.blurred(outside, 3)
    wall = mix(palette.near, (110, 84, 72), 0.3 if palette.dark else 0.55)
    left, right, top, low = stage.x(0.1), stage.x(0.58), stage.y(0.08), stage.y(0.64)
    middle = (left + right) / 2

    def walls(brush: ImageDraw.ImageDraw, s: float) -> None:
        brush.rectangle([0, 0, stage.size[0] * s, stage.size[1] * s], fill=255)
        brush.rectangle([left * s, top * s, right * s, low * s], fill=0)
        bar = unit * 0.008
        for x in (left + (right - left) / 4, middle, right - (right - left) / 4):
            brush.rectangle([(x - bar) * s, top * s, (x + bar) * s, low * s], fill=255)
        for y in (top + (low - top) * 0.3, top + (low - top) * 0.66):
            brush.rectangle([left * s, (y - bar * 0.7) * s, right * s, (y + bar * 0.7) * s], fill=255)

    inside = stage.layer(stage.mask(walls), mix(wall, (0, 0, 0), 0.15), mix(wall, (0, 0, 0), 0.55), depth=0.8)
    brush = ImageDraw.Draw(inside.picture, "RGBA")
    brush.rectangle(
        [left - unit * 0.03, low, right + unit * 0.03, low + unit * 0.028], fill=(*mix(wall, palette.light, 0.25), 255)
    )
    brush.rectangle([0, stage.y(0.86), stage.size[0], stage.size[1]], fill=(*mix(wall, (0, 0, 0), 0.6), 255))
    light = mix(palette.sky[2], palette.light, 0.5)
    shaft = Image.new("L", stage.size)
    ImageDraw.Draw(shaft).polygon(
        [(left, low), (right, low), (right + unit * 0.4, stage.size[1]), (left + unit * 0.25, stage.size[1])], fill=58
    )
    inside.picture.paste(light, (0, 0), stage.blurred(shaft, 12))
    frame_x = stage.x(0.8)
    brush.rectangle(
        [frame_x - unit * 0.09, stage.y(0.16), frame_x + unit * 0.09, stage.y(0.36)],
        fill=(*mix(palette.accent, wall, 0.55), 255),
        outline=(*mix(wall, (255, 230, 190), 0.35), 255),
        width=max(2, int(unit * 0.008)),
    )
    lamp = stage.x(0.86), stage.y(0.52)
    stage.glow(inside.picture, *lamp, unit * 0.55, palette.lamp, 0.7 if palette.dark else 0.3)
    desk = stage.mask(lambda d, s: _desk(stage, d, s, *lamp))
    front = stage.layer(desk, mix(palette.near, wall, 0.25), mix(palette.near, (0, 0, 0), 0.5), depth=1.25)
    stage.glow(front.picture, lamp[0], lamp[1] + unit * 0.2, unit * 0.3, palette.lamp, 0.4)
    return Scenery(
        [stage.still(outside), inside, front],
        ground=stage.y(0.88),
        front=2,
        lamps=[(*lamp, unit * 0.3)],
        lamp_depth=0.8,
    )


def _desk(stage: Stage, brush: ImageDraw.ImageDraw, s: float, x: float, y: float) -> None:
    """A desk with books, a cup and a lamp."""
    unit = stage.unit
    table = y + unit * 0.24
    brush.rectangle([(x - unit * 0.42) * s, table * s, stage.size[0] * s, (table + unit * 0.025) * s], fill=255)
    brush.rectangle([(x - unit * 0.36) * s, table * s, (x - unit * 0.33) * s, stage.size[1] * s], fill=255)
    brush.rectangle([(x - unit * 0.005) * s, y * s, (x + unit * 0.005) * s, table * s], fill=255)
    brush.ellipse(
        [(x - unit * 0.05) * s, (table - unit * 0.012) * s, (x + unit * 0.05) * s, (table + unit * 0.01) * s], fill=255
    )
    brush.polygon(
        [
            ((x - unit * 0.075) * s, (y + unit * 0.035) * s),
            ((x + unit * 0.075) * s, (y + unit * 0.035) * s),
            ((x + unit * 0.035) * s, (y - unit * 0.05) * s),
            ((x - unit * 0.035) * s, (y - unit * 0.05) * s),
        ],
        fill=255,
    )
    for number in range(4):
        left = x - unit * (0.3 - 0.004 * number * (-1) ** number)
        top = table - unit * 0.02 * (number + 1)
        brush.rectangle([left * s, top * s, (left + unit * 0.13) * s, (top + unit * 0.017) * s], fill=255)
    brush.rectangle([(x - unit * 0.14) * s, (table - unit * 0.045) * s, (x - unit * 0.1) * s, table * s], fill=255)
