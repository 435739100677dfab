"""virtualmodel-v2 and wanx-virtualmodel: the product of a photo is kept, the person and the place are new.

Facts: models-extra.yaml, both ids: white of the mask is kept, the short side is as asked, aspect_ratio stands in input.
"""

import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from blocks.emulator.render.drawing.palettes import Colour
from blocks.emulator.render.editing.given import Mask, as_image, painted, picture_of
from blocks.emulator.render.editing.looks import in_colours_of, toned
from blocks.emulator.render.editing.regions import regions, things
from blocks.emulator.render.editing.scenes import named_colours, scene
from blocks.emulator.render.job import RenderJob
from blocks.emulator.render.stills import load

SKINS: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((92, 54, 40), (222, 168, 138), (255, 232, 214)),
    ((52, 30, 22), (150, 98, 68), (226, 178, 144)),
    ((96, 66, 48), (236, 192, 160), (255, 244, 232)),
    ((60, 38, 26), (188, 134, 96), (248, 214, 178)),
)
"""Shadows, middle and lights of some skins."""
HAIRS: tuple[Colour, ...] = ((36, 26, 24), (92, 58, 36), (186, 142, 84), (20, 20, 28))


def dress(job: RenderJob, number: int) -> Image.Image:
    """What the mask keeps as it was, on another person in another place."""
    photo = picture_of(job, "base_image_url")
    kept = painted(job.media("mask_image_url")[0], photo.size)
    seed = job.seed + number
    size = _size(job, photo.size)
    scale = min(size[0] / photo.width, size[1] / photo.height)
    inner = round(photo.width * scale), round(photo.height * scale)
    at = (size[0] - inner[0]) // 2, size[1] - inner[1]
    place = _place(job, size, seed)
    person = _person(photo, kept)
    if person.any():
        new = _new_person(job, photo, kept, person, seed)
        place.paste(new.resize(inner, Image.Resampling.LANCZOS), at, _soft(person, inner))
    place.paste(
        photo.resize(inner, Image.Resampling.LANCZOS), at, as_image(kept).resize(inner, Image.Resampling.BILINEAR)
    )
    return place


def _size(job: RenderJob, given: tuple[int, int]) -> tuple[int, int]:
    short = int(job.parameters.get("short_side_size") or 1024)
    across, _, down = str(job.input.get("aspect_ratio") or "").partition(":")
    ratio = int(across) / int(down) if across.isdigit() and down.isdigit() else given[0] / given[1]
    return (short, round(short / ratio)) if ratio < 1 else (round(short * ratio), short)


def _place(job: RenderJob, size: tuple[int, int], seed: int) -> Image.Image:
    """The place of the words; with a background picture mostly that, as ``bgstyle_scale`` says."""
    drawn = scene(job.prompt, size, seed)
    if pictures := job.media("background_image_url"):
        share = float(job.input.get("bgstyle_scale", 0.7))
        guide = ImageOps.fit(load(pictures[0]), size, Image.Resampling.LANCZOS)
        drawn = Image.blend(in_colours_of(drawn, guide), guide, min(1.0, max(0.0, share)))
    if job.input.get("style", "portrait") == "portrait":
        drawn = drawn.filter(ImageFilter.GaussianBlur(min(size) / 120))
    return drawn


def _person(photo: Image.Image, kept: Mask) -> Mask:
    """What stands out from the photo's ground and touches what is kept."""
    labels = regions((things(photo) > 0) | kept)
    return np.isin(labels, np.unique(labels[kept & (labels > 0)])) & ~kept


def _new_person(job: RenderJob, photo: Image.Image, kept: Mask, person: Mask, seed: int) -> Image.Image:
    face_words = str(job.input.get("face_prompt") or "")
    said = str(job.input.get("predefined_face_id") or "")
    chance = zlib.crc32(f"{seed}|{face_words}|{said}".encode())
    new = toned(photo.filter(ImageFilter.GaussianBlur(1)), *SKINS[chance % len(SKINS)], 0.8)
    top = int(np.argmax((person | kept).any(axis=1)))
    product_top = int(np.argmax(kept.any(axis=1)))
    if product_top - top < photo.height * 0.05:
        return new  # no head in the photo
    columns = np.flatnonzero(person[top:product_top].any(axis=0))
    left, right = _head(person, top, product_top) if columns.size else (0, photo.width)
    _draw_head(job, new, (left, top, right, product_top), chance, named_colours(face_words))
    return new


def _head(person: Mask, top: int, bottom: int) -> tuple[int, int]:
    """Left and right of the head: as wide as its upper half."""
    columns = np.flatnonzero(person[top : top + max(1, (bottom - top) // 2)].any(axis=0))
    return int(columns.min()), int(columns.max()) + 1


def _draw_head(
    job: RenderJob, new: Image.Image, box: tuple[int, int, int, int], chance: int, named: list[Colour]
) -> None:
    """Another face: the given one, or a plain one with other hair."""
    left, top, right, bottom = box
    wide = right - left
    tall = min(bottom - top, round(wide * 1.25))
    shape = Image.new("L", (wide * 2, tall * 2))
    ImageDraw.Draw(shape).ellipse([wide * 0.16, tall * 0.14, wide * 1.84, tall * 1.96], fill=255)
    shape = shape.reduce(2)
    if (faces := job.media("face_image_url")) and "predefined_face_id" not in job.input:
        face = ImageOps.fit(load(faces[0]), (wide, tall), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
        new.paste(face, (left, top), shape.filter(ImageFilter.GaussianBlur(max(1, wide / 40))))
        return
    hair = named[0] if named else HAIRS[chance // 7 % len(HAIRS)]
    skin = SKINS[chance % len(SKINS)]
    drawn = Image.new("RGB", (wide * 2, tall * 2), hair)
    brush = ImageDraw.Draw(drawn)
    u, v = wide * 2, tall * 2
    brush.ellipse([u * 0.2, v * 0.2, u * 0.8, v * 0.98], fill=skin[1])
    brush.chord([u * 0.14, v * 0.02, u * 0.86, v * 0.62], 180, 360, fill=hair)
    for side in (0.36, 0.64):
        brush.ellipse([u * (side - 0.05), v * 0.52, u * (side + 0.05), v * 0.575], fill=(252, 250, 248))
        brush.ellipse([u * (side - 0.024), v * 0.518, u * (side + 0.024), v * 0.577], fill=(40, 30, 30))
        brush.arc(
            [u * (side - 0.08), v * 0.44, u * (side + 0.08), v * 0.53], 200, 340, fill=hair, width=max(2, u // 60)
        )
    brush.line([u * 0.5, v * 0.58, u * 0.475, v * 0.68, u * 0.51, v * 0.69], fill=skin[0], width=max(1, u // 90))
    brush.chord([u * 0.4, v * 0.74, u * 0.6, v * 0.83], 10, 170, fill=(196, 84, 84))
    new.paste(drawn.reduce(2), (left, top))


def _soft(mask: Mask, size: tuple[int, int]) -> Image.Image:
    return as_image(mask).resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(min(size) / 700))
