"""Pictures and sound that are made one after the other become a film."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from .aac import AudioFormat
from .clip import Clip
from .probe import MediaInfo, probe
from .sound import Samples
from .writer import VideoWriter

Sound = Callable[[int], Samples]
"""Gives the next n samples each time it is called."""


def film(
    pictures: Iterable[av.VideoFrame | NDArray[np.uint8]],
    dst: str | os.PathLike[str],
    size: tuple[int, int],
    fps: Fraction,
    sound: Sound | None = None,
    audio: AudioFormat | None = None,
    *,
    options: dict[str, str] | None = None,
) -> MediaInfo:
    """Encodes a film whose sound is exactly as long as its pictures.

    Args:
        pictures: in order; frames, or rows x columns x RGB.
        dst: the MP4 to write.
        size: width and height, even.
        fps: pictures a second.
        sound: the sound; None for a silent film.
        audio: how the sound is encoded, and what `sound` gives.
        options: further ones of x264.

    Raises:
        MediaError: a picture cannot be made, or the file cannot be written.
    """
    audio = audio if sound is not None else None
    with VideoWriter(dst, *size, fps, audio=audio, preset="veryfast", crf=18, options=options) as writer:
        for picture in pictures:
            writer.write(picture)
            if sound is not None and audio is not None:
                writer.write_audio(sound(round(writer.seconds * audio.sample_rate) - writer.samples))
    return probe(dst)


def sound_format(clips: Sequence[Clip]) -> AudioFormat | None:
    """How sound made of these films' sound is encoded; None when they have none."""
    infos = [clip.info for clip in clips if clip.info.has_audio]
    if not infos:
        return None
    rate = 44_100 if all(info.sample_rate == 44_100 for info in infos) else 48_000
    return AudioFormat(rate, 1 if all(info.channels == 1 for info in infos) else 2, 192_000)


def even(length: float) -> int:
    """A number of pixels that a film can have: even, at least 2."""
    return max(2, 2 * round(length / 2))
