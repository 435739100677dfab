"""Music under a film."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from .aac import AudioFormat
from .clip import describe
from .concatenate import concatenate
from .errors import MediaError
from .probe import MediaInfo, probe
from .remux import with_sound
from .sound import Samples, SoundReader, faded, gain, limited
from .sources import Source, keep_sources, name_of

RATE = 48_000
UNDER_SOUND_DB = -9.0
"""How much quieter music is by default when the film has a sound of its own."""


def mux_audio(
    video: Source,
    audio: Source,
    dst: str | os.PathLike[str],
    *,
    loop: bool = False,
    fade_seconds: float = 1.0,
    fade_in_seconds: float = 0.0,
    gain_db: float | None = None,
    sound_gain_db: float = 0.0,
    keep_sound: bool = True,
) -> MediaInfo:
    """Puts music under a film. The film keeps its length, the sound becomes AAC.

    The pictures are copied; only those in a codec that players do not expect in an MP4 are encoded to H.264.

    Args:
        video: the film.
        audio: the music; longer music is cut at the film's end, shorter music is followed by silence or repeated.
        dst: the MP4 to write.
        loop: repeat the music to the film's end.
        fade_seconds: the music fades out over the film's last seconds.
        fade_in_seconds: the music rises over the film's first seconds.
        gain_db: loudness of the music; by default 0, and -9 under a film with sound of its own.
        sound_gain_db: loudness of the film's own sound.
        keep_sound: mix with the film's own sound; False replaces it.

    Raises:
        MediaError: one of the two cannot be read, or the file cannot be written.
    """
    keep_sources((video, audio), dst)
    film = describe(video)
    if film.look is None:
        with TemporaryDirectory(prefix="wanflow-") as scratch:
            fitting = Path(scratch) / "film.mp4"
            concatenate([video], fitting)
            return mux_audio(
                fitting,
                audio,
                dst,
                loop=loop,
                fade_seconds=fade_seconds,
                fade_in_seconds=fade_in_seconds,
                gain_db=gain_db,
                sound_gain_db=sound_gain_db,
                keep_sound=keep_sound,
            )
    if not film.seconds:
        raise MediaError("does not tell how long it is", name_of(video))
    own = film.info.has_audio and keep_sound
    music_gain = gain(gain_db if gain_db is not None else UNDER_SOUND_DB if own else 0.0)
    total = round(film.seconds * RATE)
    done = 0

    with ExitStack() as stack:
        music = stack.enter_context(SoundReader(audio, rate=RATE, loop=loop))
        speech = stack.enter_context(SoundReader(video, rate=RATE, start=float(film.start))) if own else None

        def mixed(count: int) -> Samples:
            nonlocal done
            samples = faded(
                music.read(count) * music_gain, done, total, round(fade_in_seconds * RATE), round(fade_seconds * RATE)
            )
            if speech is not None:
                samples = samples + speech.read(count) * gain(sound_gain_db)
            done += count
            return limited(samples)

        with_sound(video, dst, mixed, seconds=film.seconds, audio=AudioFormat(RATE, 2, 192_000))
    return probe(dst)
