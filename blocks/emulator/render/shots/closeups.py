"""Close shots: a face in profile or a thing on a table, before the place out of focus."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Layer
from blocks.emulator.render.drawing.palettes import mix
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.people.faces import bust, cat_face
from blocks.emulator.render.shots.things import on_a_table


def close_up(stage: Stage, place: Scenery, subject: str, *, flip: bool, coat: str = "") -> Scenery:
    """The place out of focus with the subject large in front of it."""
    back = _flat(stage, place)
    soft = stage.blurred(back, stage.unit * 0.022)
    _bokeh(stage, soft, back)
    if subject.startswith("object:"):
        front = on_a_table(stage, soft, subject.removeprefix("object:"))
    elif subject == "cat":
        front = cat_face(stage, coat)
    else:
        front = bust(stage, subject, flip=flip)
    backdrop = Layer(soft, None, 0.5)
    return Scenery([backdrop, *front], ground=stage.y(0.8), front=1 + len(front))


def _flat(stage: Stage, place: Scenery) -> Image.Image:
    picture = place.layers[0].picture.copy()
    for layer in place.layers[1:]:
        if layer.depth < 1.4:
            picture.paste(layer.picture, (0, 0), layer.alpha)
    width, height = picture.size
    left, top = width * stage.random.uniform(0.05, 0.3), height * 0.12
    return picture.resize(
        picture.size, Image.Resampling.BILINEAR, box=(left, top, left + width * 0.65, top + height * 0.65)
    )


def _bokeh(stage: Stage, soft: Image.Image, sharp: Image.Image) -> None:
    """Bright points grow to discs of light."""
    small = sharp.reduce(16)
    values = np.asarray(small, np.float32)
    bright = values.max(axis=2) + stage.random.uniform(0, 40, values.shape[:2]).astype(np.float32)
    discs = Image.new("RGB", soft.size)
    for _ in range(26):
        row, column = np.unravel_index(int(bright.argmax()), bright.shape)
        bright[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = -1
        colour = mix((0, 0, 0), tuple(values[row, column]), stage.random.uniform(0.15, 0.45))
        r = int(stage.unit * stage.random.uniform(0.014, 0.05))
        x, y = int((column + stage.random.random()) * 16), int((row + stage.random.random()) * 16)
        spot = Image.new("RGB", (2 * r + 1, 2 * r + 1))
        ImageDraw.Draw(spot).ellipse([0, 0, 2 * r, 2 * r], fill=colour)
        there = (x - r, y - r, x + r + 1, y + r + 1)
        discs.paste(ImageChops.lighter(discs.crop(there), spot), there[:2])
    soft.paste(ImageChops.screen(soft, discs.filter(ImageFilter.GaussianBlur(1.5))))
