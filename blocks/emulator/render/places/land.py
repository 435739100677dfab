"""Open land: mountains, fields, deserts."""

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.drawing.stage import Floats, Scenery, Stage
from blocks.emulator.render.prompts.mood import Mood


def backdrop(stage: Stage, mood: Mood, *, horizon: float = 0.7, side: float | None = None) -> Image.Image:
    """The sky with sun or moon and stars; ``side`` is where the light stands, 0 left to 1 right."""
    palette = stage.palette
    picture = stage.sky(palette.sky, 0, stage.y(horizon))
    covered = mood.weather in ("rain", "snow", "fog")
    where = stage.random.choice([0.24, 0.34, 0.68, 0.78]) if side is None else side
    height = {"night": 0.24, "day": 0.2, "dawn": horizon - 0.16, "sunset": horizon - 0.12}[mood.hour]
    if palette.dark and not covered:
        stage.stars(picture, stage.y(horizon))
    if covered:
        stage.glow(picture, stage.x(where), stage.y(height), stage.unit * 0.7, palette.light, 0.22)
    else:
        stage.body(picture, stage.x(where), stage.y(height), stage.unit * (0.045 if palette.dark else 0.055))
    return picture


def mountains(stage: Stage, mood: Mood) -> Scenery:
    """Ridges behind ridges, mist between them."""
    palette = stage.palette
    picture = backdrop(stage, mood, horizon=0.66)
    haze = mix(palette.sky[2], palette.far, 0.3)
    for step, (base, height) in enumerate(((0.60, 0.34), (0.66, 0.24))):
        line = stage.ridge(stage.y(base), stage.unit * height, 0.52, 3 + step)
        top = mix(palette.far, palette.near, 0.12 + 0.16 * step)
        stage.over(picture, stage.below(line), top, mix(haze, top, 0.25))
        if step == 0:
            _snow_caps(stage, picture, line, mix(palette.light, top, 0.25))
    middle = stage.ridge(stage.y(0.76), stage.unit * 0.2, 0.5, 4)
    near = stage.swell(stage.y(0.84), stage.unit * 0.1)
    front = stage.below(stage.swell(stage.y(1.06), stage.unit * 0.12))
    plant_firs(stage, front, stage.y(1.0), 26, 0.11)
    return Scenery(
        [
            stage.still(picture),
            stage.clouds(stage.y(0.45), 0.42),
            stage.layer(
                stage.below(middle), mix(palette.far, palette.near, 0.5), mix(haze, palette.far, 0.4), depth=0.6
            ),
            stage.mist(stage.y(0.74), stage.unit * 0.09, 0.75),
            stage.layer(stage.below(near), mix(palette.far, palette.near, 0.78), palette.near, depth=1.0),
            stage.layer(front, palette.near, mix(palette.near, (0, 0, 0), 0.4), depth=1.7),
        ],
        ground=float(near[int(stage.x(0.55))]) + stage.unit * 0.015,
        front=5,
    )


def field(stage: Stage, mood: Mood) -> Scenery:
    """A meadow with one great tree and grass in the wind."""
    palette = stage.palette
    picture = backdrop(stage, mood, horizon=0.64, side=0.3)
    hills = stage.swell(stage.y(0.66), stage.unit * 0.12)
    stage.over(picture, stage.below(hills), mix(palette.far, palette.near, 0.25), mix(palette.sky[2], palette.far, 0.5))
    meadow = stage.swell(stage.y(0.74), stage.unit * 0.07, 1)
    ground = mix(mix(palette.ground, (186, 158, 66), 0.15 if palette.dark else 0.45), palette.near, 0.2)
    mask = stage.below(meadow)
    tree_x = stage.x(0.74)
    crown = stage.mask(lambda d, s: _tree(stage, d, s, tree_x, float(meadow[int(tree_x)]) + 4, stage.unit * 0.4))
    front = Image.new("L", stage.size)
    _grass(stage, front, stage.y(1.02), 520, 0.17)
    return Scenery(
        [
            stage.still(picture),
            stage.clouds(stage.y(0.5), 0.5),
            stage.layer(mask, mix(ground, palette.light, 0.12), mix(ground, palette.near, 0.55), depth=0.8),
            stage.layer(crown, mix(palette.near, palette.light, 0.1), palette.near, depth=0.85),
            stage.layer(front, mix(palette.near, palette.accent, 0.08), mix(palette.near, (0, 0, 0), 0.3), depth=1.7),
        ],
        ground=float(meadow[int(stage.x(0.45))]) + stage.unit * 0.06,
        front=4,
    )


def desert(stage: Stage, mood: Mood) -> Scenery:
    """Dunes with a lit and a shaded side."""
    palette = stage.palette
    picture = backdrop(stage, mood, horizon=0.62, side=0.7)
    sand = mix((222, 160, 104), palette.far, 0.55 if palette.dark else 0.2)
    mesas = stage.ridge(stage.y(0.63), stage.unit * 0.12, 0.3, 2, 3)
    stage.over(picture, stage.below(mesas), mix(palette.far, sand, 0.3), mix(palette.sky[2], sand, 0.4))
    layers = [stage.still(picture)]
    for step, base in enumerate((0.7, 0.8, 0.95)):
        line = stage.swell(stage.y(base), stage.unit * (0.09 + 0.03 * step), 1)
        lit = mix(sand, palette.light, 0.25 - 0.1 * step)
        slope = stage.layer(stage.below(line), lit, mix(sand, palette.near, 0.35 + 0.2 * step), depth=0.5 + 0.45 * step)
        fall = np.gradient(line)
        shade = np.clip(fall / (np.abs(fall).max() + 1e-6), 0, 1) ** 0.7 * 110
        dark = Image.fromarray(shade.astype(np.uint8)[None, :]).resize(stage.size)
        slope.picture.paste(mix(sand, palette.near, 0.7), (0, 0), dark)
        layers.append(slope)
    return Scenery(layers, ground=stage.y(0.76), front=3)


def plant_firs(stage: Stage, mask: Image.Image, base: float, count: int, height: float) -> None:
    """Add a row of firs to a mask."""

    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        for _ in range(count):
            x = stage.random.uniform(0, stage.size[0])
            tall = stage.unit * height * stage.random.uniform(0.5, 1.4)
            foot = base + stage.random.uniform(-0.01, 0.03) * stage.unit
            for tier in range(4):
                top = foot - tall + tier * tall * 0.2
                low = top + tall * 0.34
                half = tall * (0.09 + 0.06 * tier)
                brush.polygon([(x * s, top * s), ((x - half) * s, low * s), ((x + half) * s, low * s)], fill=255)
            brush.rectangle(
                [(x - tall * 0.02) * s, (foot - tall * 0.1) * s, (x + tall * 0.02) * s, (foot + tall * 0.2) * s],
                fill=255,
            )

    mask.paste(255, (0, 0), stage.mask(paint))


def _tree(stage: Stage, brush: ImageDraw.ImageDraw, s: float, x: float, foot: float, tall: float) -> None:
    """A broad tree: a trunk and a crown of many leaves."""
    trunk = tall * 0.035
    brush.polygon(
        [
            ((x - trunk * 1.6) * s, foot * s),
            ((x - trunk * 0.7) * s, (foot - tall * 0.6) * s),
            ((x + trunk * 0.7) * s, (foot - tall * 0.6) * s),
            ((x + trunk * 1.6) * s, foot * s),
        ],
        fill=255,
    )
    for _ in range(90):
        angle, far = stage.random.uniform(0, 6.283), stage.random.random() ** 0.6
        cx = x + np.cos(angle) * far * tall * 0.34
        cy = foot - tall * 0.68 + np.sin(angle) * far * tall * 0.25
        r = tall * stage.random.uniform(0.03, 0.085)
        brush.ellipse([(cx - r) * s, (cy - r) * s, (cx + r) * s, (cy + r) * s], fill=255)


def _grass(stage: Stage, mask: Image.Image, base: float, count: int, height: float) -> None:
    def paint(brush: ImageDraw.ImageDraw, s: float) -> None:
        brush.rectangle([0, (base + stage.unit * 0.05) * s, stage.size[0] * s, stage.size[1] * s], fill=255)
        for _ in range(count):
            x = stage.random.uniform(0, stage.size[0])
            tall = stage.unit * height * stage.random.uniform(0.4, 1.0)
            lean = tall * stage.random.uniform(-0.25, 0.4)
            wide = stage.unit * 0.004
            foot = base + stage.unit * 0.08
            brush.polygon(
                [((x - wide) * s, foot * s), ((x + wide) * s, foot * s), ((x + lean) * s, (foot - tall) * s)], fill=255
            )
            if stage.random.random() < 0.1:
                r = stage.unit * 0.007
                brush.ellipse(
                    [(x + lean - r) * s, (foot - tall - r) * s, (x + lean + r) * s, (foot - tall + r) * s], fill=255
                )

    mask.paste(255, (0, 0), stage.mask(paint))


def _snow_caps(stage: Stage, picture: Image.Image, line: Floats, colour: Colour) -> None:
    rows = np.arange(stage.size[1], dtype=np.float32)[:, None]
    limit = float(np.percentile(line, 38))
    zigzag = stage.ridge(limit, stage.unit * 0.07, 0.7, 24, 3)
    cap = (rows > line[None, :]) & (rows < zigzag[None, :])
    picture.paste(colour, (0, 0), Image.fromarray((cap * 190).astype(np.uint8)))
