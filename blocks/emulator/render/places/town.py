"""Towns: a modern city with lit windows and neon, and an old town of tiled roofs and lanterns."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.layers import Layer
from blocks.emulator.render.mood import Mood
from blocks.emulator.render.palettes import NEON, Colour, mix
from blocks.emulator.render.places.land import backdrop
from blocks.emulator.render.stage import Scenery, Stage

Box = tuple[float, float, float, float]


def city(stage: Stage, mood: Mood) -> Scenery:
    """A street between tall houses; lit windows, signs and a wet shining street at night."""
    palette, unit = stage.palette, stage.unit
    horizon = stage.y(0.7)
    picture = backdrop(stage, mood, horizon=0.7, side=0.5 if mood.hour != "day" else None)
    stage.glow(picture, stage.x(0.5), horizon, unit * 0.8, mix(palette.lamp, palette.accent, 0.35), 0.4 if palette.dark else 0.12)
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


def old_town(stage: Stage, mood: Mood) -> Scenery:
    """Tiled roofs with lifted eaves over one another, a pagoda, strings of lanterns."""
    palette, unit = stage.palette, stage.unit
    picture = backdrop(stage, mood, horizon=0.62)
    hills = stage.ridge(stage.y(0.62), unit * 0.24, 0.45, 3)
    stage.over(picture, stage.below(hills), mix(palette.far, palette.near, 0.15), mix(palette.sky[2], palette.far, 0.4))
    tower = stage.mask(lambda d, s: _pagoda(d, s, stage.x(stage.random.choice([0.2, 0.76])), stage.y(0.66), unit * 0.4))
    stage.over(picture, tower, mix(palette.far, palette.near, 0.42), mix(palette.far, palette.near, 0.2))
    layers = [stage.still(picture), stage.mist(stage.y(0.6), unit * 0.08, 0.6)]
    rows = ((0.66, 0.12, 0.55, 0.45), (0.79, 0.17, 0.8, 0.75))
    for base, size, depth, part in rows:
        layers.append(_roofs(stage, stage.y(base), unit * size, depth, part))
    street = stage.y(0.82)
    ground = Image.new("L", stage.size)
    ground.paste(255, (0, int(street), stage.size[0], stage.size[1]))
    paving = stage.layer(ground, mix(palette.ground, palette.near, 0.4), mix(palette.near, (0, 0, 0), 0.2), depth=1.0)
    if palette.dark or mood.weather == "rain":
        _reflect(stage, paving.picture, layers[-1].picture, layers[-1].alpha, int(street))
    layers.append(paving)
    lamps: list[tuple[float, float, float]] = []
    layers.append(_lanterns(stage, lamps))
    return Scenery(layers, ground=street + unit * 0.05, front=5, lamps=lamps, lamp_depth=1.5)


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
            boxes.append((left, horizon - tall * stage.random.uniform(0.9, 1.15), right, horizon + (tall - stage.unit * 0.2) * 0.12))
            edge += side * wide * 1.02
            tall *= 1.34
    return boxes


def _boxes(stage: Stage, boxes: list[Box]) -> Image.Image:
    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        for number, (left, top, right, bottom) in enumerate(boxes):
            brush.rectangle([left * s, top * s, right * s, bottom * s], fill=255)
            if number % 3 == 0:
                middle, thin = (left + right) / 2, max(1.0, stage.unit * 0.0016)
                brush.rectangle([(middle - thin) * s, (top - stage.unit * 0.04) * s, (middle + thin) * s, top * s], fill=255)
            elif number % 3 == 1:
                inset = (right - left) * 0.25
                brush.rectangle([(left + inset) * s, (top - stage.unit * 0.014) * s, (right - inset) * s, top * s], fill=255)

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
    brush.rounded_rectangle([x, y, x + wide, y + high], wide * 0.2, fill=(*mix(colour, (0, 0, 0), 0.72), 235),
                            outline=(*colour, 255), width=max(2, int(wide * 0.07)))  # fmt: skip
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
        mirror = mirror.reduce((2, 8)).filter(ImageFilter.GaussianBlur(2)).resize((stage.size[0], height), Image.Resampling.BICUBIC)
        mirror = mirror.filter(ImageFilter.GaussianBlur(2))
        near.paste(mirror, (0, horizon), Image.new("L", mirror.size, 150))
    brush = ImageDraw.Draw(near, "RGBA")
    middle = stage.size[0] / 2
    for step in range(7):
        top = horizon + height * (step / 7) ** 1.7
        low = horizon + height * ((step + 0.55) / 7) ** 1.7
        half_top, half_low = 2 + (top - horizon) * 0.022, 2 + (low - horizon) * 0.022
        brush.polygon([(middle - half_top, top), (middle + half_top, top), (middle + half_low, low), (middle - half_low, low)],
                      fill=(*mix(palette.lamp, palette.near, 0.3), 70))  # fmt: skip


def _lamp_post(stage: Stage, x: float) -> tuple[Layer, tuple[float, float, float]]:
    unit, palette = stage.unit, stage.palette
    side = 1 if x < stage.size[0] / 2 else -1
    top, arm = stage.y(0.2), unit * 0.16 * side

    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        w = unit * 0.009
        brush.rectangle([(x - w) * s, top * s, (x + w) * s, stage.size[1] * s], fill=255)
        brush.rectangle([(min(x, x + arm)) * s, (top - w) * s, (max(x, x + arm)) * s, (top + w) * s], fill=255)
        brush.polygon([((x + arm - unit * 0.03) * s, (top + w * 2.4) * s), ((x + arm + unit * 0.03) * s, (top + w * 2.4) * s),
                       ((x + arm + unit * 0.015) * s, (top - w) * s), ((x + arm - unit * 0.015) * s, (top - w) * s)], fill=255)  # fmt: skip

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


def _roof(brush: ImageDraw.ImageDraw, s: float, x: float, y: float, half: float, high: float) -> None:
    """A tiled roof with lifted eaves; y is its lower edge."""
    left = [(x - half * 1.16, y - high * 0.3), (x - half * 0.8, y - high * 0.2), (x - half * 0.45, y - high * 0.62), (x - half * 0.3, y - high)]
    right = [(2 * x - px, py) for px, py in reversed(left)]
    lower = [(x + half * 0.95, y), (x - half * 0.95, y)]
    brush.polygon([(px * s, py * s) for px, py in (*left, *right, *lower)], fill=255)
    brush.rectangle([(x - half * 0.34) * s, (y - high * 1.07) * s, (x + half * 0.34) * s, (y - high * 0.94) * s], fill=255)


def _pagoda(brush: ImageDraw.ImageDraw, s: float, x: float, foot: float, tall: float) -> None:
    for tier in range(5):
        share = 1 - tier * 0.14
        y = foot - tall * (0.1 + tier * 0.17)
        brush.rectangle([(x - tall * 0.12 * share) * s, y * s, (x + tall * 0.12 * share) * s, (y + tall * 0.18) * s], fill=255)
        _roof(brush, s, x, y, tall * 0.2 * share, tall * 0.07)
    brush.polygon([((x - 2) * s, (foot - tall * 0.82) * s), ((x + 2) * s, (foot - tall * 0.82) * s), (x * s, (foot - tall) * s)], fill=255)


def _roofs(stage: Stage, base: float, size: float, depth: float, part: float) -> Layer:
    """A row of houses: walls, roofs, lit lattice windows."""
    palette = stage.palette
    houses: list[tuple[float, float, float]] = []
    x = -size * 0.3
    while x < stage.size[0] + size:
        half = size * stage.random.uniform(0.75, 1.25)
        houses.append((x + half, base - size * stage.random.uniform(0.5, 1.0), half))
        x += half * 2.05

    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        for cx, eave, half in houses:
            brush.rectangle([(cx - half * 0.82) * s, eave * s, (cx + half * 0.82) * s, (base + size) * s], fill=255)
            _roof(brush, s, cx, eave, half, size * 0.42)

    tone = mix(palette.far, palette.near, part)
    layer = stage.layer(stage.mask(paint), mix(tone, palette.light, 0.06), mix(tone, (0, 0, 0), 0.25), depth=depth)
    brush = ImageDraw.Draw(layer.picture, "RGBA")
    for cx, eave, half in houses:
        for column in range(-2, 3):
            if stage.random.random() < (0.55 if palette.dark else 0.2):
                px, wide = cx + column * half * 0.31, half * 0.2
                top, low = eave + size * 0.12, eave + size * 0.42
                warm = mix(palette.lamp, (255, 140, 60), 0.35)
                brush.rectangle([px - wide / 2, top, px + wide / 2, low], fill=(*warm, 220 if palette.dark else 110))
                for bar in (px - wide / 6, px + wide / 6):
                    brush.line([bar, top, bar, low], fill=(*tone, 230), width=max(1, int(size * 0.012)))
                brush.line([px - wide / 2, (top + low) / 2, px + wide / 2, (top + low) / 2], fill=(*tone, 230), width=max(1, int(size * 0.012)))
        if palette.dark and stage.random.random() < 0.6:
            stage.glow(layer.picture, cx, eave + size * 0.26, half * 1.1, palette.lamp, 0.45)
        edge = (*mix(tone, palette.light, 0.35), 120)
        brush.line([cx - half * 0.34, eave - size * 0.44, cx + half * 0.34, eave - size * 0.44], fill=edge, width=max(1, int(size * 0.015)))
    return layer


def _reflect(stage: Stage, paving: Image.Image, houses: Image.Image, alpha: Image.Image | None, street: int) -> None:
    height = stage.size[1] - street
    mirror = houses.crop((0, max(0, street - height), stage.size[0], street)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = mirror.reduce((2, 8)).filter(ImageFilter.GaussianBlur(2)).resize((stage.size[0], mirror.height), Image.Resampling.BICUBIC)
    paving.paste(mirror, (0, street), Image.new("L", mirror.size, 140))


def _lanterns(stage: Stage, lamps: list[tuple[float, float, float]]) -> Layer:
    """A string of red lanterns close to the camera."""
    unit, palette = stage.unit, stage.palette
    red: Colour = (226, 62, 40)
    mask, picture = Image.new("L", stage.size), Image.new("RGB", stage.size, mix(palette.near, (0, 0, 0), 0.4))
    points = [(stage.x(-0.08 + 0.29 * n), stage.y(0.04 + 0.07 * (n % 2))) for n in range(5)]
    halo = Image.new("RGB", stage.size)
    hung = [(x, y + unit * stage.random.uniform(0.03, 0.09), unit * stage.random.uniform(0.026, 0.04)) for x, y in points]

    def cords(brush: ImageDraw.ImageDraw, s: float) -> None:
        for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
            curve = [(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t + unit * 0.05 * 4 * t * (1 - t)) for t in [n / 14 for n in range(15)]]
            brush.line([(px * s, py * s) for px, py in curve], fill=255, width=int(unit * 0.003 * s) + 1)
        for (x, y), (_, low, r) in zip(points, hung, strict=True):
            brush.line([x * s, y * s, x * s, low * s], fill=255, width=int(unit * 0.003 * s) + 1)
            brush.line([x * s, (low + r) * s, x * s, (low + r * 2.6) * s], fill=255, width=int(unit * 0.004 * s) + 1)

    def bodies(brush: ImageDraw.ImageDraw, s: float) -> None:
        for x, y, r in hung:
            brush.ellipse([(x - r * 1.15) * s, (y - r * 0.2) * s, (x + r * 1.15) * s, (y + r * 1.6) * s], fill=255)

    strings, globes = stage.mask(cords), stage.mask(bodies)
    if palette.dark:
        for x, y, r in hung:
            stage.glow(halo, x, y + r * 0.7, r * 5, (255, 255, 255), 0.5)
            lamps.append((x, y + r * 0.7, r * 4))
        lit = halo.getchannel("R")
        picture.paste(mix(red, palette.lamp, 0.4), (0, 0), lit.point(lambda v: min(255, v * 4)))
        mask.paste(lit, (0, 0))
    picture.paste(mix(red, palette.lamp, 0.25 if palette.dark else 0.0), (0, 0), globes)
    for x, y, r in hung:
        stage.glow(picture, x, y + r * 0.7, r * 0.9, palette.lamp, 0.8 if palette.dark else 0.25)
    picture.paste(mix(palette.near, (0, 0, 0), 0.4), (0, 0), strings)
    for piece in (strings, globes):
        mask.paste(255, (0, 0), piece)
    return Layer(picture, mask, 1.5)
