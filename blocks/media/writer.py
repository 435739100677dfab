"""Writing a film picture by picture: H.264 and AAC in an MP4 that plays while it loads."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray

from .aac import AudioFormat, sound_frame
from .colours import colourspace_of
from .errors import MediaError
from .mp4 import Mp4


class VideoWriter:
    """Writes a film; a context manager. A film that was not finished is removed.

    Args:
        dst: where to write; by content always an MP4.
        width: pixels, even.
        height: pixels, even.
        fps: pictures a second.
        audio: the sound track's format; None for a silent film.
        preset: x264's speed, ``ultrafast`` to ``veryslow``.
        crf: x264's quality, lower is better; 18 looks like the original, 28 is rough.
        gop_seconds: at most this long between pictures one can seek to.
        threads: encoder threads; 0 takes all cores.

    Example:
        >>> with VideoWriter("clip.mp4", 1280, 720, 30) as film:
        ...     film.write(picture)
    """

    def __init__(
        self,
        dst: str | os.PathLike[str],
        width: int,
        height: int,
        fps: Fraction | float,
        *,
        audio: AudioFormat | None = None,
        preset: str = "ultrafast",
        crf: float = 23,
        gop_seconds: float = 2.0,
        threads: int = 0,
        options: dict[str, str] | None = None,
    ) -> None:
        self.path = Path(dst)
        self.width, self.height = width, height
        self.fps = Fraction(fps).limit_denominator(1001)
        self.frames = 0
        self.samples = 0
        self._audio_format = audio
        if width % 2 or height % 2:
            raise MediaError(f"{width}x{height} cannot be written: H.264 films need even sides", str(dst))
        self._file = Mp4(dst)
        self._video = self._add_video(preset, crf, gop_seconds, threads, options or {})
        self._audio = self._file.add_sound(audio) if audio else None

    @property
    def seconds(self) -> float:
        """How long the pictures written so far are."""
        return float(self.frames / self.fps)

    def write(self, picture: NDArray[np.uint8] | av.VideoFrame) -> None:
        """Adds one picture.

        Args:
            picture: rows x columns x RGB, or a decoded frame; scaled when its size is another.
        """
        if isinstance(picture, av.VideoFrame):
            frame, colours = picture, colourspace_of(picture)
        else:
            frame, colours = av.VideoFrame.from_ndarray(picture, format="rgb24"), None
        frame = frame.reformat(
            width=self.width,
            height=self.height,
            format="yuv420p",
            src_colorspace=colours,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts = self.frames
        frame.time_base = 1 / self.fps
        frame.pict_type = 0  # a decoded frame brings its own; the encoder is to choose
        self.frames += 1
        self._file.mux(self._video.encode(frame))

    def write_audio(self, samples: NDArray[Any]) -> None:
        """Adds sound after what was written before.

        Args:
            samples: floats from -1 to 1 (or 16-bit integers), samples x channels; one dimension for mono.
        """
        if self._audio is None or self._audio_format is None:
            raise MediaError("was opened without sound", str(self.path))
        block = samples.reshape(len(samples), -1)
        floats: NDArray[np.float32] = block.astype(np.float32)
        if block.dtype == np.int16:
            floats /= 32768
        if floats.shape[1] != self._audio_format.channels:
            floats = floats.mean(axis=1, keepdims=True).repeat(self._audio_format.channels, axis=1)
        for start in range(0, len(floats), self._audio_format.sample_rate):
            piece = floats[start : start + self._audio_format.sample_rate]
            frame = sound_frame(piece, self._audio_format, self.samples)
            self.samples += frame.samples
            self._file.mux(self._audio.encode(frame))

    def close(self) -> None:
        """Finishes the file."""
        try:
            if self.frames == 0:
                raise MediaError("no picture was written", str(self.path))
            self._file.mux(self._video.encode(None))
            if self._audio is not None:
                self._file.mux(self._audio.encode(None))
            self._file.finish()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Closes the file and removes it."""
        self._file.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _add_video(
        self, preset: str, crf: float, gop_seconds: float, threads: int, options: dict[str, str]
    ) -> VideoStream:
        stream = self._file.add_h264(self.fps, {"preset": preset, "crf": str(crf), **options})
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        context = stream.codec_context
        context.thread_count = threads
        context.gop_size = max(1, round(gop_seconds * self.fps))
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        context.color_range = ColorRange.MPEG
        return stream
