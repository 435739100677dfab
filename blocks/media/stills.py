"""Pictures out of a film, at times one names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
from PIL import Image

from .clip import Clip, describe
from .errors import MediaError
from .frames import to_picture
from .probe import MediaInfo, picture_stream
from .reel import INDEXED, length_of
from .saving import save_picture
from .sources import Source, name_of, opened

_NEAR_SECONDS = 5.0
"""A picture within this of the one before is reached by decoding on, one further off by seeking."""

_ROUNDING = 0.001
"""Seconds by which a time may be written too short and still mean the picture that begins there."""


def still(source: Source, dst: str | os.PathLike[str], *, at: float) -> MediaInfo:
    """Saves the picture that a film shows at a time, as PNG.

    Args:
        source: the film.
        dst: the PNG to write.
        at: seconds from its start.

    Raises:
        MediaError: the film is over by then, or cannot be decoded.
    """
    clip = describe(source)
    length = length_of(clip)
    if at >= length:
        raise MediaError(f"is {length:.2f} s long; there is no picture at {at:g} s", name_of(source))
    [picture] = _pictures(clip, [at])
    return save_picture(picture, dst)


def stills(
    source: Source, folder: str | os.PathLike[str], *, count: int | None = None, every: float | None = None
) -> list[Path]:
    """Saves several pictures of a film as PNG, numbered in its order.

    Args:
        source: the film.
        folder: where to write them.
        count: how many, spread evenly.
        every: or one each so many seconds, from the first picture on.

    Raises:
        MediaError: it cannot be decoded.
    """
    clip = describe(source)
    times = still_times(length_of(clip), count=count, every=every)
    digits = max(2, len(str(len(times))))
    paths = []
    for number, picture in enumerate(_pictures(clip, times), 1):
        paths.append(Path(folder) / f"frame-{number:0{digits}d}.png")
        save_picture(picture, paths[-1])
    return paths


def still_times(seconds: float, *, count: int | None = None, every: float | None = None) -> list[float]:
    """When the pictures are taken: each in the middle of its share of the film, or one each so many seconds."""
    if every is not None:
        return [number * every for number in range(max(1, int((seconds - 1e-6) / every) + 1))]
    shares = count or 1
    return [(number + 0.5) * seconds / shares for number in range(shares)]


def _pictures(clip: Clip, times: Sequence[float]) -> Iterator[Image.Image]:
    """What the film shows at some times, in rising order."""
    with opened(clip.source) as container:
        stream = picture_stream(container)
        assert stream is not None and stream.time_base is not None
        stream.thread_type = "AUTO"
        frames = container.decode(stream)
        shown: av.VideoFrame | None = None
        following: av.VideoFrame | None = None
        before = 0.0
        for time in times:
            target = round((float(clip.start) + time + _ROUNDING) / stream.time_base)
            if time - before > _NEAR_SECONDS and container.format.name.startswith(INDEXED):
                container.seek(target, stream=stream, backward=True)
                frames, shown, following = container.decode(stream), None, None
            before = time
            while True:
                following = following or next(frames, None)
                if following is None or (shown is not None and following.pts is not None and following.pts > target):
                    break
                shown, following = following, None
            if shown is None:
                raise MediaError("holds no picture that can be decoded", name_of(clip.source))
            yield to_picture(shown, stream)
