"""A sound or a film as loud as wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator

from .copyable import copyable
from .loudness import TARGET_LUFS, levelled
from .probe import MediaInfo, picture_stream, probe
from .remux import with_sound
from .sound import Samples, SoundReader, Tape
from .sound_file import format_for, stream_sound
from .sources import Source, keep_sources, opened


def normalize(source: Source, dst: str | os.PathLike[str], *, lufs: float = TARGET_LUFS) -> MediaInfo:
    """Writes a sound (M4A) or a film (MP4, pictures copied) with the loudness wanted, by EBU R128.

    Its sound gets one gain for the whole; only peaks above -1.5 dB (true peak) are limited. Silence, and less than
    0.4 s of sound, stays as it is.

    Args:
        source: a sound, or a film with sound.
        dst: the file to write.
        lufs: the integrated loudness wanted; broadcast wants -23, phones and browsers -16, music sites -14.

    Raises:
        MediaError: it has no sound, cannot be read, or the file cannot be written.
    """
    keep_sources([source], dst)
    audio = format_for([source])

    def sound(origin: Source, start: float = 0.0) -> Iterator[Samples]:
        with SoundReader(origin, rate=audio.sample_rate, channels=audio.channels, start=start) as reader:
            yield from reader.blocks()

    with opened(source) as container:
        is_film = picture_stream(container) is not None
    if not is_film:
        return stream_sound(dst, levelled(lambda: sound(source), audio, lufs=lufs), audio)
    with copyable(source) as film:
        tape = Tape(levelled(lambda: sound(film.source, float(film.start)), audio, lufs=lufs), audio.channels)
        with_sound(film.source, dst, tape.read, seconds=film.seconds, audio=audio)
    return probe(dst)
