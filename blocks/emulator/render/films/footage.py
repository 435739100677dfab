"""Reading videos frame by frame, as the renderers take them."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray
from PIL import Image

from blocks.emulator.render.drawing.layers import Canvas


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


def rgb_frames(source: Path, side: int, fps: Fraction, count: int) -> NDArray[np.uint8]:
    """All frames of a video, small: frames x rows x columns x RGB, the long side as given.

    Args:
        source: The video.
        side: Pixels of the longer side.
        fps: Frames a second.
        count: How many frames; the last one is repeated where the video ends before.
    """
    width, height, _, _ = facts(source)
    scale = min(1.0, side / max(width, height))
    size = max(16, round(width * scale / 2) * 2), max(16, round(height * scale / 2) * 2)
    made = np.empty((count, size[1], size[0], 3), np.uint8)
    number = 0
    for number, canvas in enumerate(sampled(source, size, fps, count)):
        made[number] = canvas.frame().to_ndarray(format="rgb24")
    made[number + 1 :] = made[number]
    return made
