"""Many films or pictures on one sheet, to be judged at a glance."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import ceil, sqrt

from PIL import Image, ImageDraw

from .errors import MediaError
from .fonts import font
from .frames import representative
from .probe import MediaInfo
from .saving import save_picture
from .sources import Source

BACKGROUND = (22, 23, 26)
FRAME = (38, 40, 45)
TEXT = (214, 216, 221)
_PAPER = (58, 60, 66)
"""What shows through transparent pictures."""


def contact_sheet(
    sources: Sequence[Source],
    dst: str | os.PathLike[str],
    *,
    captions: Sequence[str] | None = None,
    columns: int | None = None,
    width: int = 1280,
    cell_width: int | None = None,
) -> MediaInfo:
    """Lays representative pictures of films, or pictures, out in a grid with captions.

    Args:
        sources: films and pictures, in reading order.
        dst: the sheet to write: a JPEG, or a PNG when the name ends so.
        captions: one under each; too long ones are cut.
        columns: pictures in a row; by default as many as look well.
        width: of the sheet, in pixels.
        cell_width: of one picture on it, in pixels, instead; the sheet is as wide as that asks for.

    Raises:
        MediaError: one of them cannot be read, or the sheet cannot be written.
    """
    where = os.fspath(dst)
    if not sources:
        raise MediaError("there is nothing to show", where)
    if captions is not None and len(captions) != len(sources):
        raise MediaError(f"has {len(captions)} captions for {len(sources)} pictures", where)
    first = representative(sources[0])
    ratio = min(max(first.width / first.height, 0.5), 2.4)
    columns = min(columns or _columns(len(sources), ratio), len(sources))
    if cell_width is None:
        gap = max(8, width // 80)
        cell_width = (width - gap * (columns + 1)) // columns
        text_size = min(max(12, cell_width // 20), 22)
    else:
        gap = max(8, cell_width // 40)
        width = columns * cell_width + gap * (columns + 1)
        text_size = max(12, cell_width // 24)
    cell_height = round(cell_width / ratio)
    caption_height = round(text_size * 1.9) if captions is not None else 0
    rows = ceil(len(sources) / columns)
    sheet = Image.new("RGB", (width, gap + rows * (cell_height + caption_height + gap)), BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    for index, source in enumerate(sources):
        left = gap + index % columns * (cell_width + gap)
        top = gap + index // columns * (cell_height + caption_height + gap)
        picture = first if index == 0 else representative(source)
        draw.rectangle((left, top, left + cell_width - 1, top + cell_height - 1), fill=FRAME)
        small = _fitted(picture, cell_width, cell_height)
        sheet.paste(small, (left + (cell_width - small.width) // 2, top + (cell_height - small.height) // 2))
        if captions is not None:
            line = _cut(draw, captions[index], text_size, cell_width)
            middle = top + cell_height + caption_height // 2
            draw.text((left + 1, middle), line, font=font(text_size), fill=TEXT, anchor="lm")
    return save_picture(sheet, dst, quality=88)


def _columns(count: int, ratio: float) -> int:
    """A grid about as wide as a screen."""
    return max(1, min(6, round(sqrt(count * 1.6 / ratio))))


def _fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture.resize(size, Image.Resampling.LANCZOS)
    if small.mode != "RGBA":
        return small.convert("RGB")
    paper = Image.new("RGB", size, _PAPER)
    paper.paste(small, mask=small.getchannel("A"))
    return paper


def _cut(draw: ImageDraw.ImageDraw, text: str, size: int, width: int) -> str:
    line = " ".join(text.split())
    if draw.textlength(line, font=font(size)) <= width:
        return line
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if draw.textlength(line[:middle].rstrip() + "…", font=font(size)) <= width:
            low = middle
        else:
            high = middle - 1
    return line[:low].rstrip() + "…"
