"""wan2.5-i2i-preview: one picture edited by words, or what several pictures show put together.

Facts: models-extra.yaml wan2.5-i2i-preview: without ``size`` about 1280*1280 pixels in the ratio of the last picture.
"""

import math

from PIL import Image, ImageFilter, ImageOps

from blocks.emulator.render.editing.captions import captioned
from blocks.emulator.render.editing.marking import marked
from blocks.emulator.render.editing.moods import in_the_mood
from blocks.emulator.render.editing.scenes import colours_of, even
from blocks.emulator.render.editing.shoes import cut_out
from blocks.emulator.render.job import RenderJob
from blocks.emulator.render.sizes import asked_size
from blocks.emulator.render.stills import load

PIXELS = 1280 * 1280


def merge(job: RenderJob, number: int) -> Image.Image:
    """The last picture in the colours of the words; what the others show stands in it; the words stand below."""
    *others, last = job.media("images")
    seed = job.seed + number
    ground = load(last)
    scale = math.sqrt(PIXELS / (ground.width * ground.height))
    size = asked_size(job.parameters, default=(even(ground.width * scale - 1), even(ground.height * scale - 1)))
    made = ImageOps.fit(ground, size, Image.Resampling.LANCZOS)
    for place, path in enumerate(others):
        _put_in(made, cut_out(path), (place + 0.5 + 0.18 * ((seed + place) % 3 - 1)) / len(others), seed)
    palette = colours_of(job.prompt, seed)
    made = in_the_mood(made, job.prompt, seed, (0.2 if others else 0.42) + 0.05 * (seed % 4))
    return marked(captioned(made, job.prompt, palette.accent), job)


def _put_in(made: Image.Image, figure: Image.Image, across: float, seed: int) -> None:
    """Stand a cut-out in a picture, with a shadow."""
    scale = min(made.height * 0.52 / figure.height, made.width * 0.42 / figure.width)
    size = max(2, round(figure.width * scale)), max(2, round(figure.height * scale))
    figure = figure.resize(size, Image.Resampling.LANCZOS)
    if seed % 2:
        figure = ImageOps.mirror(figure)
    left = min(made.width - size[0], max(0, round(made.width * across - size[0] / 2)))
    top = round(made.height * 0.84) - size[1]
    shadow = Image.new("L", made.size)
    flat = figure.getchannel("A").transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((size[0], max(3, size[1] // 9)))
    shadow.paste(flat, (left, top + size[1] - flat.height // 2))
    soft = shadow.filter(ImageFilter.GaussianBlur(max(1.5, size[0] / 24)))
    made.paste((12, 12, 18), (0, 0), soft.point(lambda v: v * 6 // 10))
    made.paste(figure.convert("RGB"), (left, top), figure.getchannel("A"))
