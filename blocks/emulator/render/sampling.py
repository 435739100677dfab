"""Reading videos frame by frame, as the renderers take them."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from blocks.emulator.render.layers import Canvas


def sampled(source: Path, size: tuple[int, int], fps: Fraction, count: int) -> Iterator[Canvas]:
    """The frames of a video at another rate: for every new moment the latest frame shown then."""
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        start: float | None = None
        last: Canvas | None = None
        given = 0
        for frame in container.decode(stream):
            time = float(frame.time or 0.0)
            start = time if start is None else start
            while last is not None and given < count and float(given / fps) < time - start - 1e-4:
                yield last
                given += 1
            if given >= count:
                return
            # A frame that is over before the next moment need not be converted.
            until = time - start + float(1 / (stream.average_rate or fps))
            if last is None or until > float(given / fps) - 1e-4:
                last = canvas_of(frame, size)
        while last is not None and given < count:
            yield last
            given += 1


def canvas_of(frame: av.VideoFrame, size: tuple[int, int]) -> Canvas:
    """A decoded frame at a size, both sides even."""
    scaled = frame.reformat(
        *size,
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation="BILINEAR",
    )
    planes = []
    for plane, part in zip(scaled.planes, (1, 2, 2), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        planes.append(Image.fromarray(rows[: size[1] // part, : size[0] // part]))
    return Canvas(*planes)


def facts(source: Path) -> tuple[int, int, float, Fraction]:
    """Width, height, seconds of picture and frame rate (30 at most) of a video."""
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        rate = Fraction(stream.average_rate or 25).limit_denominator(1001)
        if stream.duration and stream.time_base:
            seconds = float(stream.duration * stream.time_base)
        elif container.duration:
            seconds = container.duration / 1_000_000
        else:
            seconds = stream.frames / float(rate)
        return stream.width, stream.height, max(1 / 30, seconds), min(rate, Fraction(30))
