"""Writing a sound file."""

from __future__ import annotations

import os

from .aac import AudioFormat, sound_frame
from .errors import MediaError
from .mp4 import Mp4
from .probe import MediaInfo, probe
from .sound import Samples

_BLOCK = 48_000


def write_sound(dst: str | os.PathLike[str], samples: Samples, audio: AudioFormat | None = None) -> MediaInfo:
    """Writes AAC in an M4A.

    Args:
        dst: the file to write.
        samples: samples x channels, from -1 to 1.
        audio: how to encode; its channels must be those of the samples.

    Raises:
        MediaError: it cannot be written.
    """
    audio = audio or AudioFormat()
    where = os.fspath(dst)
    if samples.ndim != 2 or samples.shape[1] != audio.channels:
        raise MediaError(f"sound of shape {samples.shape} does not have {audio.channels} channels", where)
    with Mp4(dst, format="ipod") as file:
        track = file.add_sound(audio)
        for first in range(0, len(samples), _BLOCK):
            file.mux(track.encode(sound_frame(samples[first : first + _BLOCK], audio, first)))
        file.mux(track.encode(None))
    return probe(dst)
