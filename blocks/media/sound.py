"""Sound as numbers: decoded, resampled, looped, mixed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from .errors import MediaError
from .sources import Source, name_of, opened

Samples = NDArray[np.float32]
"""Samples x channels, from -1 to 1."""

_GAP_SECONDS = 0.04
"""Time stamps may be off by this much before they count as a gap or an overlap."""

_KNEE = 0.85


class Tape:
    """A sound that comes in pieces, read in any length; silence after its end.

    Args:
        pieces: the sound; samples x channels.
        channels: of the pieces.
    """

    def __init__(self, pieces: Iterator[Samples], channels: int) -> None:
        self._pieces, self._channels = pieces, channels
        self._left: Samples = np.zeros((0, channels), np.float32)
        self.ended = False
        """Nothing but silence is left."""
        self.given = 0
        """Samples handed out so far, without the silence after the end."""

    def read(self, count: int) -> Samples:
        """The next `count` samples."""
        pieces, have = [self._left], len(self._left)
        while have < count and not self.ended:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            else:
                pieces.append(piece)
                have += len(piece)
        joined: Samples = np.concatenate(pieces)
        self._left = joined[count:]
        self.given += min(count, len(joined))
        if len(joined) < count:
            return np.concatenate([joined, np.zeros((count - len(joined), self._channels), np.float32)])
        return joined[:count]

    def blocks(self) -> Iterator[Samples]:
        """What is left of the sound, piece by piece, without the silence after its end."""
        left, self._left = self._left, self._left[:0]
        if len(left):
            yield left
        yield from self._pieces
        self.ended = True


class SoundReader(Tape):
    """A file's sound, read in pieces of any length; silence after its end. A context manager.

    Args:
        source: a sound file, or a film with sound.
        rate: samples a second to deliver.
        channels: 1 or 2; others are mixed down.
        start: seconds of the file's clock that count as zero. Sound before is dropped, a later beginning is padded.
        loop: begin again at the end.

    Raises:
        MediaError: it has no sound or cannot be decoded.
    """

    def __init__(
        self, source: Source, *, rate: int = 48_000, channels: int = 2, start: float = 0.0, loop: bool = False
    ) -> None:
        super().__init__(iter(()), channels)
        self._source = source
        self._rate, self._start, self._loop = rate, start, loop
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        container = self._exit.enter_context(opened(self._source))
        try:
            if not container.streams.audio:
                raise MediaError("has no sound", name_of(self._source))
            self._pieces = self._all_blocks(container, container.streams.audio[0])
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._exit.__exit__(kind, error, traceback)

    def _all_blocks(self, container: InputContainer, stream: AudioStream) -> Iterator[Samples]:
        start = self._start
        while True:
            heard = False
            try:
                for block in self._one_pass(container, stream, start):
                    heard = heard or len(block) > 0
                    yield block
            except av.error.InvalidDataError as error:
                raise MediaError("has sound that cannot be decoded", name_of(self._source)) from error
            if not self._loop or not heard:
                return
            container.seek(0)
            start = float((stream.start_time or 0) * (stream.time_base or 0))

    def _one_pass(self, container: InputContainer, stream: AudioStream, start: float) -> Iterator[Samples]:
        left = self._length_after(container, stream, start)
        for block in self._decoded(container, stream, start):
            if left is None:
                yield block
            elif left > 0:
                yield block[:left]
                left -= len(block)

    def _length_after(self, container: InputContainer, stream: AudioStream, start: float) -> int | None:
        """Samples until the sound's end where the file states it exactly; encoders pad the last packet."""
        if stream.duration is None or stream.time_base is None or not container.format.name.startswith("mov"):
            return None
        end = ((stream.start_time or 0) + stream.duration) * stream.time_base
        return round((float(end) - start) * self._rate)

    def _decoded(self, container: InputContainer, stream: AudioStream, start: float) -> Iterator[Samples]:
        # FFmpeg makes a mono source quieter in stereo and a stereo source louder in mono; we change neither.
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        resampler = av.AudioResampler(format="flt", layout=layout, rate=self._rate, options={"rematrix_maxval": "1.0"})
        clock = start
        skip = 0
        for number, frame in enumerate(container.decode(stream)):
            if frame.time is not None and (number == 0 or abs(frame.time - clock) > _GAP_SECONDS):
                off = round((frame.time - clock) * self._rate)
                if off > 0:
                    yield np.zeros((off, self._channels), np.float32)
                skip += max(0, -off)
                clock = frame.time
            clock += frame.samples / frame.sample_rate
            frame.pts = None  # the resampler would make up for gaps in its own way
            for block in resampler.resample(frame):
                samples = self._floats(block)
                yield samples[skip:]
                skip = max(0, skip - len(samples))
        for block in resampler.resample(None):
            yield self._floats(block)[skip:]

    def _floats(self, frame: av.AudioFrame) -> Samples:
        samples: Samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels).astype(np.float32, copy=False)
        if samples.shape[1] > self._channels:
            samples = samples.mean(axis=1, keepdims=True)
        return samples if samples.shape[1] == self._channels else samples.repeat(self._channels, axis=1)


def gain(decibels: float) -> float:
    """The factor for a gain in dB."""
    return float(10 ** (decibels / 20))


def limited(samples: Samples) -> Samples:
    """The same sound, loud peaks bent so that none passes full scale."""
    size = np.abs(samples)
    if not len(size) or float(size.max()) <= _KNEE:
        return samples
    room = 1 - _KNEE
    bent = _KNEE + room * np.tanh((size - _KNEE) / room)
    result: Samples = np.where(size > _KNEE, np.sign(samples) * bent, samples).astype(np.float32)
    return result


def faded(samples: Samples, begin: int, total: int, fade_in: int, fade_out: int) -> Samples:
    """A stretch of a sound with its fades applied.

    Args:
        samples: the stretch.
        begin: where it begins in the whole, in samples.
        total: length of the whole, in samples.
        fade_in: length of the rise at the start, in samples.
        fade_out: length of the fall at the end, in samples.
    """
    position = np.arange(begin, begin + len(samples), dtype=np.float32)
    curve = np.ones(len(samples), np.float32)
    if fade_in:
        curve *= np.clip(position / fade_in, 0, 1)
    if fade_out:
        curve *= np.clip((total - position) / fade_out, 0, 1)
    result: Samples = samples * np.square(np.sin(curve * np.pi / 2))[:, None].astype(np.float32)
    return result
