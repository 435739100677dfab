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
    sound: Callable[[int], Samples] | None,
    *,
    seconds: float,
    audio: AudioFormat | None = None,
    part: tuple[int, int] | None = None,
) -> None:
    """Copies a film's pictures and gives it another sound track of the same length.

    Args:
        film: whose pictures are copied.
        dst: the MP4 to write.
        sound: gives the next n samples each time it is called; None for a silent film.
        seconds: length of the sound.
        audio: how to encode it.
        part: copy only the pictures from one tick of their track, where one can seek to, up to another.
    """
    audio = audio or AudioFormat()
    with opened(film) as container, Mp4(dst) as out:
        video = picture_stream(container)
        if video is None:
            raise MediaError("has no pictures", name_of(film))
        copy = out.add_copy(video)
        track = out.add_sound(audio) if sound is not None else None
        total = round(seconds * audio.sample_rate) if sound is not None else 0
        written = 0
        start = part[0] if part is not None else video.start_time or 0
        if part is not None:
            container.seek(start, stream=video, backward=True)

        def sound_until(limit: int) -> None:
            nonlocal written
            while sound is not None and track is not None and written < limit:
                count = min(_BLOCK, total - written)
                frame = sound_frame(sound(count), audio, written)
                written += count
                out.mux(track.encode(frame))

        for packet in container.demux(video):
            if not packet.size:
                continue
            if part is not None and packet.pts is not None and not start <= packet.pts < part[1]:
                if packet.dts is not None and packet.dts >= part[1]:
                    break
                continue
            if packet.pts is not None:
                packet.pts -= start
                sound_until(min(total, int(packet.pts * packet.time_base * audio.sample_rate)))
            if packet.dts is not None:
                packet.dts -= start
            packet.stream = copy
            out.mux(packet)
        sound_until(total)
        if track is not None:
            out.mux(track.encode(None))
