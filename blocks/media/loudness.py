"""How loud a sound is to the ear (ITU-R BS.1770, EBU R128), and making it as loud as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import log10

from .aac import AudioFormat
from .sound import Samples, SoundReader, gain
from .sound_file import format_for
from .sound_filter import filtered, frames_through
from .sources import Source

TARGET_LUFS = -16.0
"""The usual loudness of speech and film on phones and in browsers; broadcast wants -23 (EBU R128), music sites -14."""

PEAK_DB = -1.5
"""The highest true peak. EBU R128 allows -1; AAC may add half a dB."""

_SILENT_LUFS = -69.0
"""FFmpeg's meter gives -70 to silence, and to sound shorter than its window of 0.4 s."""

_CLOSE_DB = 0.3
_ROUNDS = 5
_LIMITER_RATE = 192_000
"""Peaks between samples are seen, and so limited, at four times the rate."""


@dataclass(frozen=True)
class Loudness:
    """How loud a sound is.

    Attributes:
        lufs: integrated loudness; None for silence, and for less than 0.4 s of sound.
        peak_db: true peak, dB of full scale; -66 at least.
    """

    lufs: float | None
    peak_db: float


def loudness(source: Source) -> Loudness:
    """Measures the sound of a file.

    Raises:
        MediaError: it has no sound or cannot be decoded.
    """
    audio = format_for([source])
    with SoundReader(source, rate=audio.sample_rate, channels=audio.channels) as sound:
        return loudness_of(sound.blocks(), audio)


def loudness_of(pieces: Iterable[Samples], audio: AudioFormat) -> Loudness:
    """Measures a sound that comes piece by piece."""
    said: dict[str, str] = {}
    for frame in frames_through(pieces, ["ebur128=peak=true:metadata=1"], audio):
        said = frame.metadata or said
    lufs = float(said.get("lavfi.r128.I", "-inf"))
    peak = float(said.get("lavfi.r128.true_peak", "0")) + 0.0005  # it has three decimals
    return Loudness(lufs if lufs > _SILENT_LUFS else None, 20 * log10(peak))


def levelled(
    sound: Callable[[], Iterable[Samples]], audio: AudioFormat, *, lufs: float = TARGET_LUFS
) -> Iterator[Samples]:
    """A sound made as loud as wanted: one gain for all of it; only peaks that would pass `PEAK_DB` are limited.

    Silence, and sound too short to be measured, stays as it is.

    Args:
        sound: gives the sound from its start each time it is called; it is called at least twice.
        audio: its rate and channels.
        lufs: the integrated loudness wanted.
    """
    before = loudness_of(sound(), audio)
    if before.lufs is None:
        yield from sound()
        return
    raise_db = lufs - before.lufs
    if before.peak_db + raise_db <= PEAK_DB:
        yield from (piece * gain(raise_db) for piece in sound())
        return
    for _ in range(_ROUNDS):
        after = loudness_of(_raised(sound(), audio, raise_db), audio).lufs
        if after is None or abs(lufs - after) < _CLOSE_DB:
            break
        raise_db += lufs - after  # what the limiter took away
    yield from _raised(sound(), audio, raise_db)


def _raised(pieces: Iterable[Samples], audio: AudioFormat, raise_db: float) -> Iterator[Samples]:
    steps = [
        f"volume={raise_db:.3f}dB:precision=double",
        f"aresample={_LIMITER_RATE}",
        f"alimiter=limit={gain(PEAK_DB):.5f}:attack=5:release=60:level=false:latency=true",
    ]
    return filtered(pieces, steps, audio)
