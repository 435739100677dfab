"""A picture or a film on top of a film."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import islice, repeat
from typing import Literal

import av
from PIL import Image

from .clip import Clip, describe
from .errors import MediaError
from .filming import even, film, sound_format
from .filtering import together
from .frames import picture_at
from .framing import frame_of, look
from .probe import MediaInfo, looks_like_image
from .reel import COLOURS, count_of, length_of, rate_of, reel
from .sound import SoundReader
from .sources import Source, keep_sources, name_of

Position = Literal["top_left", "top", "top_right", "left", "centre", "right", "bottom_left", "bottom", "bottom_right"]


def overlay(
    source: Source,
    over: Source,
    dst: str | os.PathLike[str],
    *,
    position: Position = "bottom_right",
    size: float = 0.25,
    margin: float = 0.03,
    opacity: float = 1.0,
    begin: float = 0.0,
    end: float | None = None,
) -> MediaInfo:
    """Lays a picture or a film over a film. What is transparent in it stays so. The film below keeps its sound.

    Args:
        source: the film below.
        over: what lies on it; a film ends when it ends and is not heard.
        dst: the MP4 to write.
        position: where it lies.
        size: its width as a part of the film's, 0 to 1; it never gets higher than the film.
        margin: its distance from the film's edges, as a part of the film's width.
        opacity: 1 hides what is below, 0 shows nothing of it.
        begin: when it appears, in seconds.
        end: when it goes, in seconds; by default with the film.

    Raises:
        MediaError: one of them cannot be read, it would appear after the film's end, or the file cannot be written.
    """
    keep_sources((source, over), dst)
    clip = describe(source)
    seconds, fps, audio = length_of(clip), rate_of(clip), sound_format([clip])
    width, height = even(clip.info.width or 2), even(clip.info.height or 2)
    first, last = round(begin * fps), count_of(min(end or seconds, seconds), fps)
    if first >= last:
        raise MediaError(f"is {seconds:.2f} s long; nothing can appear on it at {begin:g} s", name_of(source))
    on_top, count = _on_top(over, even(width * size), height, opacity, fps)
    last = min(last, first + count) if count else last
    below = reel(clip, fps, look((width, height), "stretch"))
    place = _place(position, round(width * margin))
    with ExitStack() as stack:
        sound = None
        if audio is not None:
            reader = SoundReader(source, rate=audio.sample_rate, channels=audio.channels, start=float(clip.start))
            sound = stack.enter_context(reader).read
        pictures = _pictures(below, on_top, first, last, place, fps)
        return film(pictures, dst, (width, height), fps, sound, audio)


def _pictures(
    below: Iterator[av.VideoFrame], on_top: Iterator[av.VideoFrame], first: int, last: int, place: str, fps: Fraction
) -> Iterator[av.VideoFrame]:
    yield from islice(below, first)
    yield from together([islice(below, last - first), islice(on_top, last - first)], f"[0][1]overlay={place}", fps)
    yield from below


def _place(position: str, margin: int) -> str:
    x = f"{margin}" if "left" in position else f"W-w-{margin}" if "right" in position else "(W-w)/2"
    y = f"{margin}" if "top" in position else f"H-h-{margin}" if "bottom" in position else "(H-h)/2"
    return f"x={x}:y={y}"


def _on_top(
    over: Source, width: int, height: int, opacity: float, fps: Fraction
) -> tuple[Iterator[av.VideoFrame], int | None]:
    """What lies on top, picture by picture, and how many there are; None: no end."""
    if looks_like_image(over):
        picture = picture_at(over, 0.0).convert("RGBA")
        scale = min(width / picture.width, height / picture.height)
        wanted = even(picture.width * scale), even(picture.height * scale)
        picture = picture.resize(wanted, Image.Resampling.LANCZOS)
        picture.putalpha(picture.getchannel("A").point([round(value * opacity) for value in range(256)]))
        return repeat(frame_of(picture, "yuva420p")), None
    clip: Clip = describe(over)
    shape = (
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic:{COLOURS}"
        f",format=yuva420p,lutyuv=a=val*{opacity}"
    )
    return reel(clip, fps, shape), count_of(length_of(clip), fps)
