"""A film's sound as a file of its own."""

from __future__ import annotations

import os

from .clip import describe
from .errors import MediaError
from .mp4 import Mp4
from .probe import MediaInfo, probe
from .sound import SoundReader
from .sound_file import format_for, stream_sound
from .sources import Source, keep_sources, name_of, opened


def extract_audio(source: Source, dst: str | os.PathLike[str]) -> MediaInfo:
    """Writes a film's sound into an M4A; second 0 is the film's first picture.

    AAC is copied packet by packet, other sound is encoded at its own sample rate.

    Args:
        source: a film with sound.
        dst: the M4A to write.

    Raises:
        MediaError: it is no film or has no sound, or the file cannot be written.
    """
    keep_sources([source], dst)
    film = describe(source)
    if not film.info.has_audio:
        raise MediaError("has no sound", name_of(source))
    if film.tone is None or film.start != 0:
        audio = format_for([source])
        with SoundReader(source, rate=audio.sample_rate, channels=audio.channels, start=float(film.start)) as sound:
            return stream_sound(dst, sound.blocks(), audio)
    with opened(source) as container, Mp4(dst, format="ipod") as out:
        voice = container.streams.audio[0]
        copy = out.add_sound_copy(voice)
        for packet in container.demux(voice):
            if packet.size:
                packet.stream = copy
                out.mux(packet)
    return probe(dst)
