"""Painting a masked area anew, as words say: wanx-x-painting, and description_edit_with_mask.

Facts: models-extra.yaml wanx-x-painting (style, size, mask_color) and wanx2.1-imageedit (an empty prompt removes).
"""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from blocks.emulator.render.drawing.palettes import Colour
from blocks.emulator.render.editing.filling import fill, grown
from blocks.emulator.render.editing.given import Mask, as_image, in_colours, painted, picture_of
from blocks.emulator.render.editing.looks import Filter, filtered
from blocks.emulator.render.editing.marking import marked
from blocks.emulator.render.editing.scenes import named_colours, scene
from blocks.emulator.render.job import RenderJob
from blocks.emulator.render.sizes import asked_size
from blocks.media.lettering import draw_setting, drawable, fit

STYLES: Mapping[str, Filter] = {
    "<3d cartoon>": "3d",
    "<anime>": "fresh",
    "<oil painting>": "eastern",
    "<watercolor>": "flat",
    "<sketch>": "manga",
    "<chinese painting>": "ink",
    "<flat illustration>": "paper",
}


def paint(job: RenderJob, number: int) -> Image.Image:
    """wanx-x-painting: the masked area anew, the rest as it was; at the size asked for, cut to its ratio."""
    picture = picture_of(job, "base_image_url")
    path = job.media("mask_image_url")[0]
    colours = job.parameters.get("mask_color") or ()
    mask = in_colours(path, picture.size, colours) if colours else painted(path, picture.size)
    size = asked_size(job.parameters, default=(1024, 1024))
    if picture.size != size:
        picture = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
        mask = np.asarray(ImageOps.fit(as_image(mask), size, Image.Resampling.NEAREST)) > 127
    style = STYLES.get(str(job.parameters.get("style") or ""), "plain")
    return marked(repainted(picture, mask, job.prompt, job.seed + number, style), job)


def repainted(picture: Image.Image, mask: Mask, text: str, seed: int, style: Filter = "plain") -> Image.Image:
    """The masked area painted as the words say, with the words in it; without words, what stood there is gone."""
    if not mask.any():
        return picture.copy()
    if not drawable(text):
        return fill(picture, grown(mask, 2) & mask)
    rows, columns = np.nonzero(mask)
    box = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    size = box[2] - box[0], box[3] - box[1]
    shape = as_image(mask).crop(box)
    new = scene(text, (max(size[0], 64), max(size[1], 64)), seed).resize(size)
    if colours := named_colours(text):
        new = Image.blend(new, _shaded(colours, size, seed), 0.72)
    new = filtered(new, style)
    rim = ImageChops.subtract(shape, shape.filter(ImageFilter.BoxBlur(max(1, min(size) // 24))))
    new.paste((0, 0, 0), (0, 0), rim.point(lambda v: min(150, v)))
    _write(new, text, min(picture.size))
    made = picture.copy()
    made.paste(new, box[:2], shape)
    return made


def _shaded(colours: list[Colour], size: tuple[int, int], seed: int) -> Image.Image:
    """The colours side by side, lit from above; the light comes from another side for another seed."""
    strip = Image.new("RGB", (len(colours), 1))
    strip.putdata(colours)
    wide = strip.resize(size, Image.Resampling.NEAREST if len(colours) < 2 else Image.Resampling.BILINEAR)
    light = Image.linear_gradient("L").rotate((seed % 4) * 90).resize(size).point(lambda v: 70 - v * 70 // 255)
    dark = Image.linear_gradient("L").rotate((seed % 4) * 90).resize(size).point(lambda v: v * 80 // 255)
    return ImageChops.subtract(
        ImageChops.add(wide, Image.merge("RGB", [light] * 3)), Image.merge("RGB", [dark] * 3), 1, 0
    )


def _write(picture: Image.Image, text: str, unit: int) -> None:
    largest = max(12, min(round(unit * 0.05), picture.height // 3))
    setting = fit(text, picture.width * 0.8, picture.height * 0.7, largest=largest, smallest=11)
    at = (picture.width - setting.width) / 2, (picture.height - setting.height) / 2
    layer = Image.new("L", picture.size)
    draw_setting(ImageDraw.Draw(layer), setting, at, 255)
    picture.paste((20, 20, 26), (0, 0), layer.filter(ImageFilter.GaussianBlur(3)).point(lambda v: min(255, v * 2)))
    picture.paste((255, 255, 255), (0, 0), layer)
