"""A sound sent through FFmpeg's filters, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from .aac import AudioFormat
from .sound import Samples


def frames_through(pieces: Iterable[Samples], steps: Sequence[str], audio: AudioFormat) -> Iterator[av.AudioFrame]:
    """The frames that come out of a chain of filters.

    Args:
        pieces: the sound; samples x channels.
        steps: the filters as FFmpeg writes them: ``alimiter=limit=0.8``.
        audio: rate and channels of the pieces.
    """
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=audio.sample_rate, format="flt", layout=audio.layout, time_base=Fraction(1, audio.sample_rate)
    )
    before = source
    for step in [*steps, "abuffersink"]:
        name, _, arguments = step.partition("=")
        node = graph.add(name, arguments or None)
        before.link_to(node)
        before = node
    graph.configure()
    begin = 0
    for piece in pieces:
        if len(piece):
            flat = np.ascontiguousarray(piece, np.float32).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(flat, format="flt", layout=audio.layout)
            frame.sample_rate, frame.pts, frame.time_base = audio.sample_rate, begin, Fraction(1, audio.sample_rate)
            begin += len(piece)
            source.push(frame)
            yield from _pull(before)
    source.push(None)
    yield from _pull(before)


def filtered(pieces: Iterable[Samples], steps: Sequence[str], audio: AudioFormat) -> Iterator[Samples]:
    """A sound sent through filters that keep its length; given back at its own rate and exactly as long as it was."""
    given = taken = 0

    def counted() -> Iterator[Samples]:
        nonlocal taken
        for piece in pieces:
            taken += len(piece)
            yield piece

    back = f"aformat=sample_fmts=flt:sample_rates={audio.sample_rate}:channel_layouts={audio.layout}"
    for frame in frames_through(counted(), [*steps, back], audio):
        samples: Samples = (
            frame.to_ndarray().astype(np.float32, copy=False).reshape(-1, audio.channels)[: taken - given]
        )
        given += len(samples)
        yield samples
    if given < taken:
        yield np.zeros((taken - given, audio.channels), np.float32)


def _pull(sink: av.filter.context.FilterContext) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame
