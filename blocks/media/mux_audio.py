"""Music under a film."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import repeat

import numpy as np

from .aac import AudioFormat
from .clip import Clip
from .copyable import copyable
from .ducking import ducking
from .loudness import levelled
from .probe import MediaInfo, probe
from .remux import with_sound
from .sound import Samples, SoundReader, Tape, faded, gain, limited
from .sources import Source, keep_sources

RATE = 48_000
UNDER_SOUND_DB = -9.0
"""How much quieter music is by default when the film has a sound of its own."""

_AUDIO = AudioFormat(RATE, 2, 192_000)
_BLOCK = 4096


def mux_audio(
    video: Source,
    audio: Source,
    dst: str | os.PathLike[str],
    *,
    loop: bool = False,
    fade_seconds: float = 1.0,
    gain_db: float | None = None,
    sound_gain_db: float = 0.0,
    keep_sound: bool = True,
    duck_db: float = 0.0,
    lufs: float | None = None,
) -> MediaInfo:
    """Puts music under a film. The film keeps its length, the sound becomes AAC.

    The pictures are copied; only those in a codec that players do not expect in an MP4 are encoded to H.264.

    Args:
        video: the film.
        audio: the music; longer music is cut at the film's end, shorter music is followed by silence or repeated.
        dst: the MP4 to write.
        loop: repeat the music to the film's end.
        fade_seconds: the music fades out over the film's last seconds.
        gain_db: loudness of the music; by default 0, and -9 under a film with sound of its own.
        sound_gain_db: loudness of the film's own sound.
        keep_sound: mix with the film's own sound; False replaces it.
        duck_db: how much quieter still the music gets while the film's own sound is heard.
        lufs: the loudness wanted of both together, as `normalize` makes it; None leaves it.

    Raises:
        MediaError: one of the two cannot be read, or the file cannot be written.
    """
    keep_sources((video, audio), dst)
    with copyable(video) as film:
        total = round(film.seconds * RATE)
        own = film.info.has_audio and keep_sound
        music_db = gain_db if gain_db is not None else UNDER_SOUND_DB if own else 0.0
        fade = round(fade_seconds * RATE)

        def mixed() -> Iterator[Samples]:
            with ExitStack() as stack:
                music = stack.enter_context(SoundReader(audio, rate=RATE, loop=loop))
                done = 0
                for speech, factor in _beside_the_music(film if own else None, sound_gain_db, duck_db, stack):
                    if done >= total:
                        return
                    piece = faded(music.read(len(factor)) * gain(music_db), done, total, 0, fade) * factor
                    done += len(piece)
                    yield piece + speech

        with SoundReader(audio, rate=RATE):
            pass  # it has sound, before work begins
        pieces = (limited(piece) for piece in mixed()) if lufs is None else levelled(mixed, _AUDIO, lufs=lufs)
        with_sound(film.source, dst, Tape(pieces, 2).read, seconds=film.seconds, audio=_AUDIO)
    return probe(dst)


def _beside_the_music(
    film: Clip | None, gain_db: float, duck_db: float, stack: ExitStack
) -> Iterator[tuple[Samples, Samples]]:
    """The film's own sound, and the factor for the music under it, piece by piece without end."""
    if film is None:
        yield from repeat((np.zeros((_BLOCK, 2), np.float32), np.ones((_BLOCK, 1), np.float32)))
        return
    own = stack.enter_context(SoundReader(film.source, rate=RATE, start=float(film.start)))

    def speech(count: int) -> Samples:
        return own.read(count) * gain(gain_db)

    if duck_db:
        yield from ducking(speech, RATE, duck_db)
    while True:
        yield speech(_BLOCK), np.ones((_BLOCK, 1), np.float32)
