"""A film or a picture in another shape."""

from __future__ import annotations

import os
from contextlib import ExitStack

from .clip import describe
from .filming import even, film, sound_format
from .frames import picture_at
from .framing import How, frame_size, framed, look
from .probe import MediaInfo, looks_like_image
from .reel import rate_of, reel
from .saving import save_picture
from .sound import SoundReader
from .sources import Source, keep_sources


def fit(
    source: Source,
    dst: str | os.PathLike[str],
    *,
    ratio: float | None = None,
    width: int | None = None,
    height: int | None = None,
    how: How = "crop",
    background: str = "black",
) -> MediaInfo:
    """Brings a film, or a picture, into another shape.

    Args:
        source: the film or picture.
        dst: an MP4, or for a picture a PNG or JPEG by its name.
        ratio: width to height wanted; by default that of the source.
        width: wanted, in pixels; a film gets even sides.
        height: wanted, in pixels.
        how: cut off what stands out, add what is missing, or pull it into shape.
        background: what is added: a colour, ``blur`` for the picture itself out of focus, or, for pictures,
            ``transparent``.

    Raises:
        MediaError: it cannot be read, or the file cannot be written.
    """
    keep_sources([source], dst)
    if looks_like_image(source):
        picture = picture_at(source, 0.0)
        size = frame_size(picture.size, how, ratio=ratio, width=width, height=height)
        return save_picture(framed(picture, size, how, background), dst)
    clip = describe(source)
    shown = (clip.info.width or 2, clip.info.height or 2)
    wide, high = frame_size(shown, how, ratio=ratio, width=width, height=height)
    size = even(wide), even(high)
    fps, audio = rate_of(clip), sound_format([clip])
    with ExitStack() as stack:
        sound = None
        if audio is not None:
            reader = SoundReader(source, rate=audio.sample_rate, channels=audio.channels, start=float(clip.start))
            sound = stack.enter_context(reader).read
        return film(reel(clip, fps, look(size, how, background)), dst, size, fps, sound, audio)


def convert_picture(source: Source, dst: str | os.PathLike[str]) -> MediaInfo:
    """Saves a picture in the format that the name says, PNG or JPEG; behind what was transparent a JPEG is white.

    Raises:
        MediaError: it cannot be read, or the file cannot be written.
    """
    return save_picture(picture_at(source, 0.0), dst)
