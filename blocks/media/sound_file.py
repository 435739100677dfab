"""Writing a sound file."""

from __future__ import annotations

import os
from pathlib import Path

import av

from .aac import AudioFormat, add_aac, sound_frame
from .errors import MediaError
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
    try:
        with av.open(where, "w", format="ipod", options={"movflags": "+faststart"}) as container:
            stream = add_aac(container, audio)
            for first in range(0, len(samples), _BLOCK):
                container.mux(stream.encode(sound_frame(samples[first : first + _BLOCK], audio, first)))
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        Path(dst).unlink(missing_ok=True)
        raise MediaError(f"cannot be written: {error.strerror}", where) from error
    return probe(dst)
