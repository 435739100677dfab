"""Several sounds at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from .aac import AudioFormat
from .errors import MediaError
from .probe import MediaInfo
from .sound import Samples, SoundReader, gain, limited
from .sound_file import format_for, stream_sound
from .sources import Source, keep_sources

_BLOCK = 4096


@dataclass(frozen=True)
class Part:
    """One of the sounds of a mix.

    Attributes:
        source: a sound, or a film with sound.
        gain_db: louder or quieter than it is, dB.
        offset_seconds: silence before it.
    """

    source: Source
    gain_db: float = 0.0
    offset_seconds: float = 0.0


def mix(parts: Sequence[Part], dst: str | os.PathLike[str]) -> MediaInfo:
    """Writes several sounds at once into one, as long as the one that ends last, as AAC in an M4A.

    It takes the highest of their sample rates and is mono only when all of them are. Loud peaks are bent, not clipped.

    Args:
        parts: the sounds, each with its gain and its beginning.
        dst: the M4A to write.

    Raises:
        MediaError: one of them has no sound or cannot be read, or the file cannot be written.
        ValueError: one is to begin before the start.
    """
    if not parts:
        raise MediaError("there are no sounds to mix", os.fspath(dst))
    if any(part.offset_seconds < 0 for part in parts):
        raise ValueError("a sound cannot begin before the mix does: its offset must be 0 s or more")
    keep_sources([part.source for part in parts], dst)
    audio = format_for(part.source for part in parts)
    return stream_sound(dst, _mixed(parts, audio), audio)


def _mixed(parts: Sequence[Part], audio: AudioFormat) -> Iterator[Samples]:
    with ExitStack() as stack:
        sounds = [
            (
                stack.enter_context(SoundReader(part.source, rate=audio.sample_rate, channels=audio.channels)),
                gain(part.gain_db),
                round(part.offset_seconds * audio.sample_rate),
            )
            for part in parts
        ]
        at = 0
        while not all(sound.ended for sound, _, _ in sounds):
            block: Samples = np.zeros((_BLOCK, audio.channels), np.float32)
            for sound, factor, offset in sounds:
                skip = min(_BLOCK, max(0, offset - at))
                if skip < _BLOCK and not sound.ended:
                    block[skip:] += sound.read(_BLOCK - skip) * factor
            end = max(offset + sound.given for sound, _, offset in sounds)
            if all(sound.ended for sound, _, _ in sounds):
                block = block[: max(0, end - at)]
            at += _BLOCK
            yield limited(block)
