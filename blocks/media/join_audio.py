"""Sounds one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np

from .aac import AudioFormat
from .errors import MediaError
from .probe import MediaInfo
from .sound import Samples, SoundReader
from .sound_file import format_for, stream_sound
from .sources import Source, keep_sources


def join_audio(sources: Sequence[Source], dst: str | os.PathLike[str], *, pause_seconds: float = 0.0) -> MediaInfo:
    """Writes sounds end to end into one, as AAC in an M4A.

    It takes the highest of their sample rates and is mono only when all of them are.

    Args:
        sources: sounds, or films with sound, in order.
        dst: the M4A to write.
        pause_seconds: silence between one and the next.

    Raises:
        MediaError: one of them has no sound or cannot be read, or the file cannot be written.
    """
    if not sources:
        raise MediaError("there are no sounds to join", os.fspath(dst))
    keep_sources(sources, dst)
    audio = format_for(sources)
    return stream_sound(dst, _joined(sources, audio, pause_seconds), audio)


def _joined(sources: Sequence[Source], audio: AudioFormat, pause_seconds: float) -> Iterator[Samples]:
    pause = np.zeros((round(pause_seconds * audio.sample_rate), audio.channels), np.float32)
    for number, source in enumerate(sources):
        if number:
            yield pause
        with SoundReader(source, rate=audio.sample_rate, channels=audio.channels) as sound:
            yield from sound.blocks()
