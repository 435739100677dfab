"""A part of a film."""

from __future__ import annotations

import os
from contextlib import ExitStack

from .clip import Clip, describe
from .errors import MediaError
from .filming import even, film, sound_format
from .framing import look
from .probe import MediaInfo, picture_stream, probe
from .reel import count_of, length_of, rate_of, reel
from .remux import with_sound
from .sound import SoundReader
from .sources import Source, keep_sources, name_of, opened


def trim(
    source: Source,
    dst: str | os.PathLike[str],
    *,
    begin: float = 0.0,
    end: float | None = None,
) -> MediaInfo:
    """Keeps a part of a film, exact to the picture.

    Its pictures are copied where those of the part can be decoded alone, and encoded anew elsewhere.

    Args:
        source: the film.
        dst: the MP4 to write.
        begin: seconds before the part.
        end: where the part ends, in seconds of the film; by default, or when it is later, at the film's end.

    Raises:
        MediaError: the film is over before the part begins, it cannot be read, or the file cannot be written.
    """
    keep_sources([source], dst)
    clip = describe(source)
    seconds, fps, audio = length_of(clip), rate_of(clip), sound_format([clip])
    end = min(end if end is not None else seconds, seconds)
    first, last = round(begin * fps), count_of(end, fps)
    if first >= last:
        raise MediaError(f"is {seconds:.2f} s long; there is nothing from {begin:g} to {end:g} s", name_of(source))
    begin, length = float(first / fps), float((last - first) / fps)
    part = _copyable(clip, begin, begin + length)
    with ExitStack() as stack:
        sound = None
        if audio is not None:
            reader = SoundReader(
                source, rate=audio.sample_rate, channels=audio.channels, start=float(clip.start) + begin
            )
            sound = stack.enter_context(reader).read
        if part is not None:
            with_sound(source, dst, sound, seconds=length, audio=audio, part=part)
            return probe(dst)
        size = even(clip.info.width or 2), even(clip.info.height or 2)
        pictures = reel(clip, fps, look(size, "stretch"), begin=begin, seconds=length)
        return film(pictures, dst, size, fps, sound, audio)


def _copyable(clip: Clip, begin: float, end: float) -> tuple[int, int] | None:
    """From which to which tick the packets can be copied; None when pictures of the part need others to be decoded."""
    if clip.look is None:
        return None
    half = 0.5 / (clip.info.fps or 30)
    with opened(clip.source) as container:
        video = picture_stream(container)
        assert video is not None and video.time_base is not None
        earliest = round((float(clip.start) + begin - half) / video.time_base)
        latest = round((float(clip.start) + begin + half) / video.time_base)
        over = round((float(clip.start) + end - half) / video.time_base)
        first: int | None = None
        after = False
        for packet in container.demux(video):
            if not packet.size or packet.pts is None:
                continue
            if first is None:
                if packet.is_keyframe and earliest <= packet.pts < latest:
                    first = packet.pts
                elif packet.dts is not None and packet.dts >= latest:
                    return None
            elif packet.pts < first:
                return None
            elif packet.pts >= over:
                after = True
            elif after:
                return None
        return None if first is None else (first, over)
