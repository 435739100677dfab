"""A film played on past its end: backwards, forwards again, and so on; never more of it in memory than a stretch."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import cycle
from pathlib import Path

import av

from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.films.footage import canvas_of, sampled

_HELD = 96 * 1024 * 1024
"""Bytes of pictures held while playing backwards."""


def played(source: Path, size: tuple[int, int], fps: Fraction, count: int, length: int) -> Iterator[Canvas]:
    """The pictures of a film and, when more are asked for than it has, those pictures backwards and forwards again.

    Args:
        source: The film.
        size: Width and height in pixels, even.
        fps: Pictures a second to give.
        count: How many to give.
        length: How many the film has at this rate.
    """
    left = count
    for forwards in cycle((True, False)):
        for canvas in (sampled if forwards else _backwards)(source, size, fps, length):
            if not left:
                return
            yield canvas
            left -= 1


def _backwards(source: Path, size: tuple[int, int], fps: Fraction, length: int) -> Iterator[Canvas]:
    many = max(1, _HELD // (size[0] * size[1] * 3 // 2))
    for end in range(length, 0, -many):
        yield from reversed(_stretch(source, size, fps, max(0, end - many), end))


def _stretch(source: Path, size: tuple[int, int], fps: Fraction, begin: int, end: int) -> list[Canvas]:
    """The pictures number ``begin`` to ``end``, decoded from the last one before that can be sought to."""
    made: list[Canvas] = []
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        start = (stream.start_time or 0) * (stream.time_base or Fraction(1))
        container.seek(int((start + begin / fps) / (stream.time_base or Fraction(1))), stream=stream, backward=True)
        last: av.VideoFrame | None = None
        for frame in container.decode(stream):
            at = float(frame.time or 0.0) - float(start)
            while last is not None and begin + len(made) < end and float((begin + len(made)) / fps) < at - 1e-4:
                made.append(canvas_of(last, size))
            if begin + len(made) >= end:
                return made
            last = frame
        if last is not None:
            made += [canvas_of(last, size)] * (end - begin - len(made))
    return made
