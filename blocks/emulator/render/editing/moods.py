"""A given picture at the hour and in the weather that words ask for."""

import re

from PIL import Image, ImageChops

from blocks.emulator.render.drawing.layers import Canvas, to_planes
from blocks.emulator.render.drawing.palettes import mix, palette_of
from blocks.emulator.render.drawing.weather import weather_of
from blocks.emulator.render.editing.looks import toned
from blocks.emulator.render.editing.scenes import even, rgb
from blocks.emulator.render.prompts.mood import read_mood
from blocks.emulator.render.prompts.words import HOURS


def in_the_mood(picture: Image.Image, text: str, seed: int, share: float) -> Image.Image:
    """The picture in the colours of the words, dark at night, with their rain, snow or petals.

    Args:
        picture: The picture.
        text: The words.
        seed: Decides what they leave open.
        share: How much of it, 0 to 1.
    """
    mood = read_mood(text, seed=seed)
    palette = palette_of(mood)
    light = mix(palette.light, (255, 255, 255), 0.3)
    made = toned(picture, palette.near, palette.sky[1], light, share)
    if re.search(HOURS["night"], text, re.IGNORECASE):
        night = Image.new("RGB", picture.size, mix(palette.sky[2], (255, 255, 255), 0.15))
        made = Image.blend(made, ImageChops.multiply(made, night), min(1.0, 1.6 * share))
    if mood.weather not in ("rain", "snow", "petals", "leaves", "fireflies"):
        return made
    size = even(picture.width), even(picture.height)
    canvas = Canvas(*(Image.fromarray(plane) for plane in to_planes(made.resize(size))))
    for part in weather_of(mood.weather, size, palette, seed):
        part.draw(canvas, 0.5)
    return rgb(canvas).resize(picture.size)
