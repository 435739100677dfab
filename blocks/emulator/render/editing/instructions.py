"""wanx2.1-imageedit: ten functions on one picture.

Facts: models.yaml wanx2.1-imageedit functions; models-extra.yaml, the same id, for the parameters. All scales of
``expand`` at 1.5 make 1.5 times the size (the guide), so each counts from the middle of the picture. The results of the
others have the size of the picture, which is our reading.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.editing.captions import captioned
from blocks.emulator.render.editing.filling import fill, grown
from blocks.emulator.render.editing.given import Mask, as_image, painted, picture_of
from blocks.emulator.render.editing.looks import Look, filtered, in_look, lines, toned
from blocks.emulator.render.editing.marking import marked
from blocks.emulator.render.editing.materials import made_of, material_of
from blocks.emulator.render.editing.moods import in_the_mood
from blocks.emulator.render.editing.regions import regions, thing
from blocks.emulator.render.editing.repainting import repainted
from blocks.emulator.render.editing.scenes import colours_of, named_colours, scene
from blocks.emulator.render.editing.widening import extended
from blocks.emulator.render.job import RenderJob

Function = Callable[[RenderJob, Image.Image, int], Image.Image]
STYLES: Mapping[str, Look] = {
    r"gold|金箔": Look("eastern", (60, 34, 12), (196, 142, 50), (255, 232, 150), 0.8, "glow"),
    r"ink|水墨|国画": Look("ink", (30, 34, 36), (146, 146, 138), (242, 238, 224), 0.3),
    r"manga|sketch|pencil|漫画|素描|线稿": Look("manga", (16, 16, 18), (128, 128, 128), (250, 250, 250), 0.8),
    r"comic|pop|波普|美漫": Look("comic", (60, 20, 80), (236, 90, 70), (255, 236, 120), 0.3),
    r"clay|3d|黏土|粘土": Look("3d", (84, 52, 40), (226, 150, 104), (255, 230, 196), 0.3, "clay"),
    r"pixel|像素": Look("flat", (34, 32, 72), (86, 160, 110), (250, 232, 150), 0.2, "pixel"),
    r"paper|origami|剪纸|折纸": Look("paper", (130, 16, 22), (214, 52, 44), (255, 224, 180), 0.5),
    r"oil|油画": Look("eastern", (50, 40, 60), (170, 130, 110), (250, 230, 190), 0.3, "brush"),
}
PICTURE_BOOK = Look("flat", (70, 60, 90), (226, 160, 120), (255, 246, 226), 0.35, "crayon")
"""French picture book: the first example of the guide, and what is drawn for words that are not known."""


def edit(job: RenderJob, number: int) -> Image.Image:
    """The picture after the function asked for."""
    function = FUNCTIONS[str(job.input.get("function"))]
    return marked(function(job, picture_of(job, "base_image_url"), job.seed + number), job)


def _strength(job: RenderJob) -> float:
    return float(job.parameters.get("strength", 0.5))


def _stylize(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    look = next((look for words, look in STYLES.items() if re.search(words, job.prompt, re.I)), PICTURE_BOOK)
    return in_look(_lit(picture, seed), look, 0.5 + 0.5 * _strength(job))


def _stylize_part(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    made = made_of(_lit(picture, seed), material_of(job.prompt))
    return Image.composite(made, picture, _subject(picture))


def _describe(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    """Colours the subject as the words name it, else all of it in the colours of the words; the words stand below."""
    strength = _strength(job)
    palette = colours_of(job.prompt, seed)
    if named := named_colours(job.prompt):
        dark, light = mix(named[0], (0, 0, 0), 0.7), mix(named[0], (255, 255, 255), 0.75)
        made = toned(picture, dark, named[0], light, 0.7 + 0.3 * strength)
        made = Image.composite(made, picture, _subject(picture))
    else:
        made = in_the_mood(picture, job.prompt, seed, 0.2 + 0.7 * strength)
    return captioned(_lit(made, seed), job.prompt, palette.accent)


def _repaint(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    mask = painted(job.media("mask_image_url")[0], picture.size)
    return repainted(picture, mask, job.prompt, seed)


def _without_writing(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    return fill(picture, writing(picture))


def writing(picture: Image.Image) -> Mask:
    """Where letters stand: thin grey strokes much brighter or darker than what is around them."""
    size = max(5, min(picture.size) // 24) // 2 * 2 + 1
    scale = max(1, size // 9)
    small = picture.reduce(scale)
    ground = small.filter(ImageFilter.MedianFilter(9)).resize(picture.size, Image.Resampling.BILINEAR)
    pixels, away = np.asarray(picture).astype(np.int16), np.asarray(picture).astype(np.int16) - np.asarray(ground)
    strong = np.abs(away).min(axis=-1) > 34
    grey = np.ptp(pixels, axis=-1) < 40
    strokes = strong & grey
    near = grown(strokes, max(2, size // 3))
    return grown(strokes, max(2, size // 8)) & near


def _expand(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    def added(one: str, other: str, length: int) -> tuple[int, int]:
        first, second = (float(job.parameters.get(f"{side}_scale") or 1.0) for side in (one, other))
        before = round(length * (first - 1) / 2)
        return before, round(length * (first + second) / 2) - length - before

    (left, right), (above, below) = added("left", "right", picture.width), added("top", "bottom", picture.height)
    return extended(picture, (left, above, right, below))


def _sharpen(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    factor = int(job.parameters.get("upscale_factor") or 1)
    large = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.LANCZOS)
    return large.filter(ImageFilter.UnsharpMask(1.2 * factor, 130 + 10 * (seed % 3), 2))


def _colour(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    """Colours for ground and subject: those the words name, else those of a fair day."""
    named = named_colours(job.prompt)
    palette = colours_of(job.prompt or "a sunny day", seed)
    ground = named[0] if named else mix(palette.sky[1], (96, 160, 220), 0.5)
    subject = named[1] if len(named) > 1 else (216, 150, 112)
    grey = picture.convert("L").convert("RGB")
    painted_ground, painted_subject = (
        toned(grey, mix(colour, (16, 14, 22), 0.6), colour, mix(colour, (255, 255, 255), 0.85), 0.9)
        for colour in (ground, subject)
    )
    return Image.composite(painted_subject, painted_ground, _subject(picture))


def _doodle(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    """Every area between the lines in a colour of the words, the lines over it."""
    drawing = picture.convert("L") if job.parameters.get("is_sketch") else lines(picture)
    palette = colours_of(job.prompt, seed)
    paints: list[Colour] = [
        *named_colours(job.prompt),
        palette.accent,
        palette.lamp,
        mix(palette.ground, (255, 255, 255), 0.2),
        palette.sky[1],
        mix(palette.far, (255, 255, 255), 0.3),
    ]
    scale = max(1, min(picture.size) // 384)
    small = drawing.reduce(scale).filter(ImageFilter.MinFilter(3))
    labels = regions(np.asarray(small) > 150)
    sizes = np.bincount(labels.ravel())
    table = np.array([paints[(number + seed) % len(paints)] for number in range(len(sizes))], np.uint8)
    table[0] = mix(palette.near, (255, 255, 255), 0.3)
    areas = Image.fromarray(table[labels]).filter(ImageFilter.ModeFilter(5))
    ground = int(sizes[1:].argmax()) + 1 if len(sizes) > 1 else 0
    place = scene(job.prompt, picture.size, seed)
    flats = areas.resize(picture.size, Image.Resampling.BICUBIC)
    made = Image.composite(place, Image.blend(flats, place, 0.2), as_image(labels == ground).resize(picture.size))
    return ImageChops.multiply(made, Image.merge("RGB", [drawing.filter(ImageFilter.GaussianBlur(0.6))] * 3))


def _cartoon(job: RenderJob, picture: Image.Image, seed: int) -> Image.Image:
    """The character, cut out, in the place the words describe."""
    place = scene(job.prompt, picture.size, seed).filter(ImageFilter.GaussianBlur(min(picture.size) / 200))
    subject = _subject(picture)
    box = subject.point(lambda v: 255 if v > 60 else 0).getbbox() or (0, 0, *picture.size)
    figure, alpha = filtered(picture, "3d").crop(box), subject.crop(box)
    scale = min(0.74 * place.height / figure.height, 0.6 * place.width / figure.width)
    size = max(2, round(figure.width * scale)), max(2, round(figure.height * scale))
    at = round((place.width - size[0]) * (0.3 + 0.4 * (seed % 3) / 2)), round(place.height * 0.94) - size[1]
    if seed % 2:
        figure, alpha = ImageOps.mirror(figure), ImageOps.mirror(alpha)
    shadow = Image.new("L", place.size)
    box_of_shadow = [at[0], at[1] + size[1] * 0.95, at[0] + size[0], at[1] + size[1] * 1.04]
    ImageDraw.Draw(shadow).ellipse(box_of_shadow, fill=150)
    place.paste((10, 12, 20), (0, 0), shadow.filter(ImageFilter.GaussianBlur(max(1, size[0] / 20))))
    place.paste(figure.resize(size, Image.Resampling.LANCZOS), at, alpha.resize(size, Image.Resampling.LANCZOS))
    return place


def _subject(picture: Image.Image) -> Image.Image:
    """What the picture is about, as a mask; its middle where nothing stands out."""
    found = thing(picture)
    soft = ImageFilter.GaussianBlur(max(1, min(picture.size) / 400))
    if found is not None:
        return as_image(found).filter(soft)
    mask = Image.new("L", picture.size)
    width, height = picture.size
    ImageDraw.Draw(mask).ellipse([width * 0.22, height * 0.18, width * 0.78, height * 0.86], fill=255)
    return mask.filter(ImageFilter.GaussianBlur(min(picture.size) / 30))


def _lit(picture: Image.Image, seed: int) -> Image.Image:
    """Light from another side for another seed: what tells several results apart."""
    ramp = Image.linear_gradient("L").rotate((seed % 4) * 90).resize(picture.size)
    return Image.composite(picture.point(lambda v: min(255, round(v * 1.14))), picture, ramp)


FUNCTIONS: Mapping[str, Function] = {
    "stylization_all": _stylize,
    "stylization_local": _stylize_part,
    "description_edit": _describe,
    "description_edit_with_mask": _repaint,
    "remove_watermark": _without_writing,
    "expand": _expand,
    "super_resolution": _sharpen,
    "colorization": _colour,
    "doodle": _doodle,
    "control_cartoon_feature": _cartoon,
}
