"""Music under a film."""

from __future__ import annotations

import os
from contextlib import ExitStack

from .aac import AudioFormat
from .errors import MediaError
from .probe import MediaInfo, picture_stream, probe, stream_seconds
from .remux import with_sound
from .sound import Samples, SoundReader, faded, gain, limited
from .sources import Source, name_of, opened

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
    """Puts music under a film. The pictures are copied, the film keeps its length, the sound becomes AAC.

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
    film = probe(video)
    if not film.has_video:
        raise MediaError("has no pictures", name_of(video))
    own = film.has_audio and keep_sound
    music_gain = gain(gain_db if gain_db is not None else UNDER_SOUND_DB if own else 0.0)
    with opened(video) as container:
        stream = picture_stream(container)
        assert stream is not None
        seconds = stream_seconds(container, stream)
        start = float((stream.start_time or 0) * (stream.time_base or 0))
    if not seconds:
        raise MediaError("does not tell how long it is", name_of(video))
    total = round(seconds * RATE)
    done = 0

    with ExitStack() as stack:
        music = stack.enter_context(SoundReader(audio, rate=RATE, loop=loop))
        speech = stack.enter_context(SoundReader(video, rate=RATE, start=start)) if own else None

        def mixed(count: int) -> Samples:
            nonlocal done
            samples = faded(
                music.read(count) * music_gain, done, total, round(fade_in_seconds * RATE), round(fade_seconds * RATE)
            )
            if speech is not None:
                samples = samples + speech.read(count) * gain(sound_gain_db)
            done += count
            return limited(samples)

        with_sound(video, dst, mixed, seconds=seconds, audio=AudioFormat(RATE, 2, 192_000))
    return probe(dst)
