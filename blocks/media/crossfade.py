"""Films one after the other, each fading into the next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Literal

import av
import numpy as np

from .aac import AudioFormat
from .clip import Clip, describe
from .errors import MediaError
from .filming import even, film, sound_format
from .filtering import together
from .framing import look
from .probe import MediaInfo
from .reel import count_of, length_of, rate_of, reel
from .sound import Samples, SoundReader, limited
from .sources import Source, keep_sources, name_of

Transition = Literal[
    "fade",
    "fadeblack",
    "fadewhite",
    "dissolve",
    "wipeleft",
    "wiperight",
    "wipeup",
    "wipedown",
    "slideleft",
    "slideright",
    "slideup",
    "slidedown",
    "circleopen",
    "circleclose",
]
"""How one film gives way to the next: names of FFmpeg's `xfade`."""


def crossfade(
    sources: Sequence[Source],
    dst: str | os.PathLike[str],
    *,
    seconds: float = 1.0,
    transition: Transition = "fade",
) -> MediaInfo:
    """Puts films one after the other, each overlapping the next; their sound fades over as well.

    Size and frame rate are those of the first film; others are shown whole within it.

    Args:
        sources: the films in order, two or more.
        dst: the MP4 to write.
        seconds: how long two films overlap.
        transition: how the pictures give way.

    Raises:
        MediaError: one of them is too short or cannot be read, or the file cannot be written.
    """
    where = os.fspath(dst)
    if len(sources) < 2:
        raise MediaError(f"{len(sources)} films cannot fade into each other; at least 2 are needed", where)
    keep_sources(sources, dst)
    clips = [describe(source) for source in sources]
    fps, size = rate_of(clips[0]), (even(clips[0].info.width or 2), even(clips[0].info.height or 2))
    overlap = count_of(seconds, fps)
    counts = [count_of(length_of(clip), fps) for clip in clips]
    for number, (clip, count) in enumerate(zip(clips, counts, strict=True)):
        sides = 2 if 0 < number < len(clips) - 1 else 1
        if count < sides * overlap:
            longest = float(count / sides / fps)
            raise MediaError(
                f"is {float(count / fps):.2f} s long; films can overlap by {longest:.2f} s there, not {seconds:g} s",
                name_of(clip.source),
            )
    pictures = _pictures(clips, counts, overlap, fps, look(size, "pad"), transition)
    audio = sound_format(clips)
    if audio is None:
        return film(pictures, dst, size, fps)
    with _Sound(clips, counts, overlap, fps, audio) as sound:
        return film(pictures, dst, size, fps, sound.read, audio)


def _pictures(
    clips: Sequence[Clip], counts: Sequence[int], overlap: int, fps: Fraction, shape: str, transition: str
) -> Iterator[av.VideoFrame]:
    blend = f"[0][1]xfade=transition={transition}:duration={float(overlap / fps):.6f}:offset=0"
    current = reel(clips[0], fps, shape)
    for number, count in enumerate(counts):
        begins, ends = number == 0, number == len(clips) - 1
        yield from islice(current, count - (0 if begins else overlap) - (0 if ends else overlap))
        if not ends:
            following = reel(clips[number + 1], fps, shape)
            yield from together([islice(current, overlap), islice(following, overlap)], blend, fps)
            current = following


@dataclass
class _Part:
    """A film's place in the whole, in samples."""

    clip: Clip
    begin: int
    end: int
    rise: int
    fall: int
    reader: SoundReader | None = None


class _Sound:
    """The films' sound, each at its place; where two overlap they cross at equal power."""

    def __init__(
        self, clips: Sequence[Clip], counts: Sequence[int], overlap: int, fps: Fraction, audio: AudioFormat
    ) -> None:
        self._audio = audio
        self._position = 0
        self._parts: list[_Part] = []
        crossing = self._samples(overlap, fps)
        first = 0
        for number, (clip, count) in enumerate(zip(clips, counts, strict=True)):
            if clip.info.has_audio:
                begin, end = self._samples(first, fps), self._samples(first + count, fps)
                rise, fall = crossing if number else 0, crossing if number < len(clips) - 1 else 0
                self._parts.append(_Part(clip, begin, end, rise, fall))
            first += count - overlap

    def _samples(self, pictures: int, fps: Fraction) -> int:
        return round(pictures / fps * self._audio.sample_rate)

    def read(self, count: int) -> Samples:
        """The next `count` samples."""
        block: Samples = np.zeros((count, self._audio.channels), np.float32)
        begin, end = self._position, self._position + count
        for part in self._parts:
            first, last = max(begin, part.begin), min(end, part.end)
            if first < last:
                block[first - begin : last - begin] += self._of(part, first, last)
            elif part.end <= begin:
                self._close(part)
        self._position = end
        return limited(block)

    def _of(self, part: _Part, first: int, last: int) -> Samples:
        if part.reader is None:
            part.reader = SoundReader(
                part.clip.source,
                rate=self._audio.sample_rate,
                channels=self._audio.channels,
                start=float(part.clip.start),
            ).__enter__()
        at = np.arange(first, last, dtype=np.float32)
        level = np.ones(len(at), np.float32)
        if part.rise:
            level *= np.sin(np.clip((at - part.begin) / part.rise, 0, 1) * np.pi / 2)
        if part.fall:
            level *= np.sin(np.clip((part.end - at) / part.fall, 0, 1) * np.pi / 2)
        faded: Samples = part.reader.read(last - first) * level[:, None]
        return faded

    def _close(self, part: _Part) -> None:
        if part.reader is not None:
            part.reader.__exit__(None, None, None)
            part.reader = None

    def __enter__(self) -> _Sound:
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts:
            self._close(part)
