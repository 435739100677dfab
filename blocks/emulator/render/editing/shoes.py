"""shoemodel-v1: the shoes of product pictures on the feet of a model.

Facts: models-extra.yaml shoemodel-v1; the result has the template's size, which is our reading.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from blocks.emulator.render.editing.given import as_image, picture_of, with_alpha
from blocks.emulator.render.editing.regions import on_plain_ground, regions, thing
from blocks.emulator.render.job import RenderJob

_LEGS = 0.85
"""Share of the height below which a model that stands has its feet."""

Foot = tuple[float, float, float]
"""Middle, sole and length in pixels."""


def put_on(job: RenderJob, number: int) -> Image.Image:
    """The template with the shoes on its feet; two pictures of the shoe are used one for each foot."""
    made = picture_of(job, "template_image_url")
    shoes = [cut_out(path) for path in job.media("shoe_image_url")]
    strength = 0.75 + 0.1 * (float(job.input.get("scale") or 5.0) - 2.0)
    feet = _feet(made)
    apart = feet[1][0] - feet[0][0]
    outwards = (job.seed + number) % 3 != 2
    for at, (middle, sole, length) in enumerate(feet):
        shoe = shoes[at % len(shoes)]
        length *= 1.0 + 0.06 * ((job.seed + number) % 4)
        # Product pictures mostly show a shoe that points to the right: the leg goes into its left part.
        aside = 0.2 * length
        if outwards:
            shoe = ImageOps.mirror(shoe) if at == 0 else shoe
            aside = (at - 0.5) * max(0.0, length - apart)
        _put(made, shoe, (middle + aside, sole, length), strength)
    return made


def _put(made: Image.Image, shoe: Image.Image, foot: Foot, strength: float) -> None:
    middle, sole, length = foot
    size = max(4, round(length)), max(4, round(length * shoe.height / shoe.width))
    worn = shoe.resize(size, Image.Resampling.LANCZOS)
    left, top = round(middle - size[0] / 2), round(sole - size[1])
    shadow = Image.new("L", made.size)
    flat = worn.getchannel("A").resize((size[0], max(3, size[1] // 6)))
    shadow.paste(flat, (left, round(sole - flat.height * 0.6)))
    soft = shadow.filter(ImageFilter.GaussianBlur(max(1.5, length / 30))).point(lambda v: v * 5 // 10)
    made.paste((16, 14, 18), (0, 0), soft)
    made.paste(ImageEnhance.Color(worn.convert("RGB")).enhance(strength), (left, top), worn.getchannel("A"))


def cut_out(path: Path) -> Image.Image:
    """What a picture shows, without its ground, cropped to it; all of it when nothing stands out."""
    picture = with_alpha(path)
    alpha = picture.getchannel("A")
    if alpha.getextrema()[0] == 255:
        seen = picture.convert("RGB")
        found = on_plain_ground(seen)
        found = thing(seen) if found is None else found
        if found is None:
            return picture
        alpha = as_image(found).filter(ImageFilter.GaussianBlur(1))
        alpha = ImageChops.subtract(alpha, alpha.point(lambda v: 60 if v < 255 else 0))
        picture.putalpha(alpha)
    return picture.crop(alpha.point(lambda v: 255 if v > 30 else 0).getbbox())


def _feet(template: Image.Image) -> list[Foot]:
    """The two lowest parts of the model, from left to right; where no feet are seen, where they would stand."""
    width, height = template.size
    figure = thing(template)
    rows = np.nonzero(figure)[0] if figure is not None else np.zeros(1)
    if figure is None or rows.max() < height * _LEGS:
        return [(width * part, height * 0.94, width * 0.22) for part in (0.44, 0.56)]
    low, tall = int(rows.max()), int(rows.max() - rows.min() + 1)
    feet = figure.copy()
    feet[: max(0, low - round(tall * 0.07))] = False
    labels = regions(feet)
    sizes = np.bincount(labels.ravel())
    length = max(width * 0.08, tall * 0.17)
    found: list[Foot] = []
    for number in sorted(sizes[1:].argsort()[::-1][:2] + 1):
        ys, xs = np.nonzero(labels == number)
        found.append((float(xs.mean()), float(ys.max() + 1), max(length, float(np.ptp(xs)) * 1.15)))
    if len(found) == 1:
        middle, sole, _ = found[0]
        found = [(middle - length * 0.45, sole, length), (middle + length * 0.45, sole, length)]
    return [(x, min(height - 1.0, sole + length * 0.04), long) for x, sole, long in found]
