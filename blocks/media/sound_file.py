"""Writing a sound file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack

from .aac import AudioFormat, sound_frame
from .errors import MediaError
from .mp4 import Mp4
from .probe import MediaInfo, probe
from .sound import Samples
from .sources import Source, name_of, opened

_BLOCK = 48_000
_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Samples a second that AAC knows, up to what films use."""


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
    return stream_sound(dst, (samples[first : first + _BLOCK] for first in range(0, len(samples), _BLOCK)), audio)


def stream_sound(dst: str | os.PathLike[str], pieces: Iterable[Samples], audio: AudioFormat) -> MediaInfo:
    """Writes a sound that comes piece by piece as AAC in an M4A.

    Args:
        dst: the file to write.
        pieces: samples x channels, from -1 to 1.
        audio: how to encode; its channels must be those of the pieces.

    Raises:
        MediaError: it is empty, or cannot be written.
    """
    where = os.fspath(dst)
    written = 0
    with Mp4(dst, format="ipod") as file:
        track = file.add_sound(audio)
        for piece in pieces:
            if piece.ndim != 2 or piece.shape[1] != audio.channels:
                raise MediaError(
                    f"sound of shape {piece.shape} does not have {audio.channels} channels", os.fspath(dst)
                )
            if len(piece):
                file.mux(track.encode(sound_frame(piece, audio, written)))
                written += len(piece)
        if not written:
            raise MediaError("there is no sound to write", where)
        file.mux(track.encode(None))
    return probe(dst)


def format_for(sources: Iterable[Source]) -> AudioFormat:
    """How to write what is made of these sounds: the highest of their rates, two channels when one of them has more
    than one; 2 bits a second for each sample, 192 kbit/s for stereo at 48 kHz.

    Raises:
        MediaError: one of them has no sound or cannot be read.
    """
    rate, channels = _RATES[0], 1
    with ExitStack() as stack:
        for source in sources:
            container = stack.enter_context(opened(source))
            if not container.streams.audio:
                raise MediaError("has no sound", name_of(source))
            codec = container.streams.audio[0].codec_context
            rate, channels = max(rate, codec.sample_rate), max(channels, min(2, codec.channels))
    rate = next((known for known in _RATES if known >= rate), _RATES[-1])
    return AudioFormat(rate, channels, 2 * rate * channels)
