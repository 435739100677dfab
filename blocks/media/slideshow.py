"""Pictures one after the other as a film."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .errors import MediaError
from .filming import film
from .frames import picture_at
from .framing import How, framed
from .probe import MediaInfo
from .reel import count_of
from .sources import Source, keep_sources

_RATE = Fraction(30)
"""Pictures a second."""

_ZOOM = 0.12
"""By how much a picture grows, or shrinks, while it shows."""

_DRIFTS = ((0.5, 0.5), (0.35, 0.4), (0.65, 0.4), (0.5, 0.65))
"""Where the zoom aims, picture by picture: parts of the width and height."""


def slideshow(
    sources: Sequence[Source],
    dst: str | os.PathLike[str],
    *,
    seconds: float = 4.0,
    overlap: float = 0.8,
    zoom: bool = True,
    size: tuple[int, int] = (1920, 1080),
    how: How = "pad",
    background: str = "blur",
) -> MediaInfo:
    """Shows pictures one after the other, each for the same time; silent.

    Args:
        sources: the pictures in order.
        dst: the MP4 to write.
        seconds: from one picture's beginning to the next one's.
        overlap: how long a picture fades into the next, at most `seconds`; 0 cuts.
        zoom: slowly move closer to every other picture, and back from the ones between.
        size: width and height of the film, even.
        how: how a picture of another shape fills the film.
        background: what shows where a picture does not reach: a colour, or ``blur`` for the picture out of focus.

    Raises:
        MediaError: one of them cannot be read, or the file cannot be written.
    """
    if not sources:
        raise MediaError("there are no pictures to show", os.fspath(dst))
    keep_sources(sources, dst)
    each = count_of(seconds, _RATE)
    fading = min(round(overlap * _RATE), each)
    slides = [
        _Slide(source, number, each + fading, size, how, background, zoom) for number, source in enumerate(sources)
    ]
    return film(_pictures(slides, each, fading), dst, size, _RATE)


class _Slide:
    """A picture and how it moves while it shows."""

    def __init__(
        self, source: Source, number: int, count: int, size: tuple[int, int], how: How, background: str, zoom: bool
    ) -> None:
        self._source, self._number, self._count, self._size = source, number, count, size
        self._how, self._background, self._zoom = how, background, zoom

    def pictures(self) -> Iterator[Image.Image]:
        """What it shows, picture by picture; the one object for all when it does not move."""
        grown = 1 + _ZOOM if self._zoom else 1
        size = round(self._size[0] * grown), round(self._size[1] * grown)
        whole = _opaque(picture_at(self._source, 0.0), self._background)
        ground = framed(whole, size, self._how, self._background).convert("RGB")
        if not self._zoom:
            for _ in range(self._count):
                yield ground
            return
        x, y = _DRIFTS[self._number % len(_DRIFTS)]
        for at in range(self._count):
            part = at / max(1, self._count - 1)
            scale = 1 / (1 + _ZOOM * (part if self._number % 2 == 0 else 1 - part))
            width, height = size[0] * scale, size[1] * scale
            left, top = (size[0] - width) * x, (size[1] - height) * y
            box = (left, top, left + width, top + height)
            yield ground.resize(self._size, Image.Resampling.BILINEAR, box=box)


def _opaque(picture: Image.Image, background: str) -> Image.Image:
    """A transparent picture on its background; blurred, it stands on black."""
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "black" if background == "blur" else background)
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _pictures(slides: Sequence[_Slide], each: int, fading: int) -> Iterator[NDArray[np.uint8]]:
    leaving: Iterator[Image.Image] = iter(())
    for slide in slides:
        coming = slide.pictures()
        for at in range(each):
            picture = next(coming)
            before = next(leaving, None) if at < fading else None
            yield np.asarray(picture if before is None else Image.blend(before, picture, (at + 0.5) / fading))
        leaving = coming
