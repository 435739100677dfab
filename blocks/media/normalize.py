"""A sound or a film as loud as wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from .clip import describe
from .concatenate import concatenate
from .errors import MediaError
from .loudness import TARGET_LUFS, levelled
from .probe import MediaInfo, picture_stream, probe
from .remux import with_sound
from .sound import Samples, SoundReader, Tape
from .sound_file import format_for, stream_sound
from .sources import Source, keep_sources, name_of, opened


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

    def sound(start: float = 0.0) -> Iterator[Samples]:
        with SoundReader(source, rate=audio.sample_rate, channels=audio.channels, start=start) as reader:
            yield from reader.blocks()

    with opened(source) as container:
        is_film = picture_stream(container) is not None
    if not is_film:
        return stream_sound(dst, levelled(sound, audio, lufs=lufs), audio)
    film = describe(source)
    if film.look is None:
        with TemporaryDirectory(prefix="wanflow-") as scratch:
            fitting = Path(scratch) / "film.mp4"
            concatenate([source], fitting)
            return normalize(fitting, dst, lufs=lufs)
    if not film.seconds:
        raise MediaError("does not tell how long it is", name_of(source))
    tape = Tape(levelled(lambda: sound(float(film.start)), audio, lufs=lufs), audio.channels)
    with_sound(source, dst, tape.read, seconds=film.seconds, audio=audio)
    return probe(dst)
