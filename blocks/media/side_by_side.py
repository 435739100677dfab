"""Films beside each other in one film, to be compared."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain, islice, repeat
from math import ceil
from typing import Literal

import av
from PIL import Image, ImageDraw

from .clip import Clip, describe
from .contact_sheet import BACKGROUND, FRAME, TEXT
from .errors import MediaError
from .filming import even, film, sound_format
from .filtering import together
from .framing import frame_of
from .lettering import fit_text
from .probe import MediaInfo
from .reel import COLOURS, count_of, length_of, rate_of, reel
from .sound import SoundReader
from .sources import Source, keep_sources

MOST = 9


def side_by_side(
    sources: Sequence[Source],
    dst: str | os.PathLike[str],
    *,
    captions: Sequence[str] | None = None,
    columns: int | None = None,
    width: int = 1920,
    until: Literal["longest", "shortest"] = "longest",
    heard: int = 1,
) -> MediaInfo:
    """Shows films beside each other in a grid, all from their start.

    Args:
        sources: 2 to 9 films, in reading order; the first gives the cells their shape and the film its rate.
        dst: the MP4 to write.
        captions: one under each.
        columns: films in a row; by default as square a grid as looks well.
        width: of the whole, in pixels.
        until: which film's length it has; a film that ends before stays on its last picture.
        heard: whose sound is heard, counted from 1; 0 for none.

    Raises:
        MediaError: one of them cannot be read, there are too many or too few, or the file cannot be written.
    """
    where = os.fspath(dst)
    if not 2 <= len(sources) <= MOST:
        raise MediaError(f"{len(sources)} films cannot be compared; 2 to {MOST} can", where)
    if captions is not None and len(captions) != len(sources):
        raise MediaError(f"has {len(captions)} captions for {len(sources)} films", where)
    keep_sources(sources, dst)
    clips = [describe(source) for source in sources]
    fps = rate_of(clips[0])
    counts = [count_of(length_of(clip), fps) for clip in clips]
    total = max(counts) if until == "longest" else min(counts)
    ratio = (clips[0].info.width or 1) / (clips[0].info.height or 1)
    sheet, places, cell = _sheet(len(clips), ratio, columns, even(width), captions)
    speaker = clips[heard - 1] if 0 < heard <= len(clips) else None
    audio = sound_format([speaker]) if speaker is not None else None
    with ExitStack() as stack:
        sound = None
        if audio is not None and speaker is not None:
            start = float(speaker.start)
            reader = SoundReader(speaker.source, rate=audio.sample_rate, channels=audio.channels, start=start)
            sound = stack.enter_context(reader).read
        pictures = _pictures(clips, sheet, places, cell, fps, total)
        return film(pictures, dst, sheet.size, fps, sound, audio)


def _sheet(
    count: int, ratio: float, columns: int | None, width: int, captions: Sequence[str] | None
) -> tuple[Image.Image, list[tuple[int, int]], tuple[int, int]]:
    """The ground with its captions, where on it each film goes, and the size of a cell."""
    columns = min(columns or _columns(count, ratio), count)
    gap = even(max(4, width / 160))
    cell_width = (width - gap * (columns + 1)) // columns // 2 * 2
    cell_height = even(cell_width / ratio)
    strip = even(max(24, cell_width / 14)) if captions is not None else 0
    size = width, 2 * gap + ceil(count / columns) * (cell_height + strip + gap) - gap
    sheet = Image.new("RGB", size, BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    places = []
    for number in range(count):
        left = gap + number % columns * (cell_width + gap)
        top = gap + number // columns * (cell_height + strip + gap)
        places.append((left, top))
        draw.rectangle((left, top, left + cell_width - 1, top + cell_height - 1), fill=FRAME)
        if captions is not None:
            box = (left + 2, top + cell_height, left + cell_width - 2, top + cell_height + strip)
            fit_text(draw, captions[number], box, largest=round(strip / 1.5), smallest=round(strip / 2), fill=TEXT)
    return sheet, places, (cell_width, cell_height)


def _columns(count: int, ratio: float) -> int:
    if count == 3 or (count == 2 and ratio <= 2):
        return count if ratio < 2 else 1
    return 1 if count == 2 else 2 if count == 4 else 3


def _pictures(
    clips: Sequence[Clip],
    sheet: Image.Image,
    places: Sequence[tuple[int, int]],
    cell: tuple[int, int],
    fps: Fraction,
    total: int,
) -> Iterator[av.VideoFrame]:
    width, height = cell
    shape = (
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic:{COLOURS}"
        ",format=yuv420p"
    )
    steps = [
        f"[{'0' if number == 0 else f'on{number}'}][{number + 1}]overlay"
        f"=x={left}+({width}-w)/2:y={top}+({height}-h)/2[on{number + 1}]"
        for number, (left, top) in enumerate(places)
    ]
    description = f"{';'.join(steps)};[on{len(places)}]null"
    rows = [islice(_held(reel(clip, fps, shape)), total) for clip in clips]
    return together([islice(repeat(frame_of(sheet)), total), *rows], description, fps)


def _held(pictures: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """The pictures, the last of them for ever."""
    last: list[av.VideoFrame] = []
    for picture in pictures:
        last = [picture]
        yield picture
    yield from chain.from_iterable(repeat(last))
