"""A film whose pictures are copied packet by packet and whose sound is made anew."""

from __future__ import annotations

import os
from collections.abc import Callable

from .aac import AudioFormat, sound_frame
from .errors import MediaError
from .mp4 import Mp4
from .probe import picture_stream
from .sound import Samples
from .sources import Source, name_of, opened

_BLOCK = 4096


def with_sound(
    film: Source,
    dst: str | os.PathLike[str],
    sound: Callable[[int], Samples],
    *,
    seconds: float,
    audio: AudioFormat | None = None,
) -> None:
    """Copies a film's pictures and gives it another sound track of the same length.

    Args:
        film: whose pictures are copied.
        dst: the MP4 to write.
        sound: gives the next n samples each time it is called.
        seconds: length of the sound.
        audio: how to encode it.
    """
    audio = audio or AudioFormat()
    with opened(film) as container, Mp4(dst) as out:
        video = picture_stream(container)
        if video is None:
            raise MediaError("has no pictures", name_of(film))
        copy = out.add_copy(video)
        track = out.add_sound(audio)
        total = round(seconds * audio.sample_rate)
        written = 0
        start = video.start_time or 0

        def sound_until(limit: int) -> None:
            nonlocal written
            while written < limit:
                count = min(_BLOCK, total - written)
                frame = sound_frame(sound(count), audio, written)
                written += count
                out.mux(track.encode(frame))

        for packet in container.demux(video):
            if not packet.size:
                continue
            if packet.pts is not None:
                packet.pts -= start
                sound_until(min(total, int(packet.pts * packet.time_base * audio.sample_rate)))
            if packet.dts is not None:
                packet.dts -= start
            packet.stream = copy
            out.mux(packet)
        sound_until(total)
        out.mux(track.encode(None))
