"""A film played faster or slower."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from math import ceil, log

import av
import numpy as np
from av.filter import Graph

from .aac import AudioFormat, sound_frame
from .clip import describe
from .filming import Sound, even, film, sound_format
from .framing import look
from .probe import MediaInfo
from .reel import length_of, rate_of, reel
from .sound import Samples, SoundReader
from .sources import Source, keep_sources

_BLOCK = 4096
_SLOWEST = 0.5
"""One `atempo` slows down to this; several in a row go on."""


def speed(source: Source, dst: str | os.PathLike[str], *, factor: float) -> MediaInfo:
    """Plays a film faster or slower; its sound keeps its pitch, its frame rate stays.

    Args:
        source: the film.
        dst: the MP4 to write.
        factor: 2 plays it in half its time, 0.5 in twice its time.

    Raises:
        MediaError: it cannot be read, or the file cannot be written.
    """
    keep_sources([source], dst)
    clip = describe(source)
    length_of(clip)
    fps, audio = rate_of(clip), sound_format([clip])
    size = even(clip.info.width or 2), even(clip.info.height or 2)
    with ExitStack() as stack:
        sound: Sound | None = None
        if audio is not None:
            reader = SoundReader(source, rate=audio.sample_rate, channels=audio.channels, start=float(clip.start))
            sound = _Stretched(stack.enter_context(reader), audio, factor).read
        pictures = reel(clip, fps, look(size, "stretch"), tempo=factor)
        return film(pictures, dst, size, fps, sound, audio)


class _Stretched:
    """Sound played faster or slower at its own pitch; silence after its end."""

    def __init__(self, reader: SoundReader, audio: AudioFormat, factor: float) -> None:
        self._left: Samples = np.zeros((0, audio.channels), np.float32)
        self._blocks = _stretched(reader, audio, factor)
        self._channels = audio.channels

    def read(self, count: int) -> Samples:
        """The next `count` samples."""
        pieces, have = [self._left], len(self._left)
        while have < count:
            block = next(self._blocks, None)
            if block is None:
                block = np.zeros((count - have, self._channels), np.float32)
            pieces.append(block)
            have += len(block)
        joined: Samples = np.concatenate(pieces)
        self._left = joined[count:]
        return joined[:count]


def _stretched(reader: SoundReader, audio: AudioFormat, factor: float) -> Iterator[Samples]:
    graph = Graph()
    before = graph.add_abuffer(sample_rate=audio.sample_rate, format="fltp", layout=audio.layout)
    steps = max(1, ceil(log(factor) / log(_SLOWEST))) if factor < 1 else 1
    tempo = ("atempo", f"{factor ** (1 / steps):.8f}")
    for name, argument in [*[tempo] * steps, ("aformat", "fltp"), ("abuffersink", None)]:
        node = graph.add(name, argument)
        before.link_to(node)
        before = node
    graph.configure()
    given = 0
    while not reader.ended:
        graph.push(sound_frame(reader.read(_BLOCK), audio, given))
        given += _BLOCK
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        samples: Samples = frame.to_ndarray().T.astype(np.float32, copy=False)
        yield samples
