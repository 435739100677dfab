"""An MP4 being written."""

from __future__ import annotations

import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.audio.stream import AudioStream
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from .aac import AudioFormat, add_aac
from .errors import MediaError


class Mp4:
    """An MP4 that plays while it loads. A context manager; removed when it was not finished.

    Args:
        dst: the file to write.
        format: FFmpeg's writer: ``mp4``, or ``ipod`` for sound alone.

    Raises:
        MediaError: it cannot be written.
    """

    def __init__(self, dst: str | os.PathLike[str], format: str = "mp4") -> None:
        self.path = Path(dst)
        try:
            self.path.open("wb").close()  # FFmpeg would only notice at the first packet
        except OSError as error:
            raise MediaError(f"cannot be written: {error.strerror}", str(dst)) from error
        self._container = av.open(str(dst), "w", format=format, options={"movflags": "+faststart"})

    def add_h264(self, fps: Fraction, options: dict[str, str]) -> VideoStream:
        """A picture track to encode."""
        return self._container.add_stream("libx264", rate=fps, options=options)

    def add_copy(self, template: VideoStream, extradata: bytes | None = None) -> VideoStream:
        """A picture track like another one, for its packets; `extradata` replaces the decoder's configuration."""
        stream = self._container.add_stream_from_template(template)
        if extradata is not None:
            stream.codec_context.extradata = extradata
        if template.codec_context.name == "hevc":
            stream.codec_context.codec_tag = "hvc1"  # the tag that Apple's players know
        return stream

    def add_sound_copy(self, template: AudioStream) -> AudioStream:
        """A sound track like another one, for its packets."""
        return self._container.add_stream_from_template(template)

    def add_sound(self, audio: AudioFormat) -> AudioStream:
        """A sound track to encode."""
        return add_aac(self._container, audio)

    def add_captions(self, language: str | None = None) -> SubtitleStream:
        """A track of captions, for packets of 3GPP timed text."""
        stream = self._container.add_stream("mov_text")
        stream.time_base = Fraction(1, 1000)
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.subtitle_header = b"[Script Info]\n"  # the encoder wants one to describe the track
        if language is not None:
            stream.metadata["language"] = language
        return stream

    def mux(self, packets: Packet[Any] | list[Packet[Any]]) -> None:
        """Writes packets."""
        try:
            self._container.mux(packets)
        except av.FFmpegError as error:
            raise MediaError(f"cannot be written: {error.strerror}", str(self.path)) from error

    def finish(self) -> None:
        """Completes the file."""
        try:
            self._container.close()
        except av.FFmpegError as error:
            self.path.unlink(missing_ok=True)
            raise MediaError(f"cannot be written: {error.strerror}", str(self.path)) from error

    def discard(self) -> None:
        """Closes the file and removes it."""
        with suppress(av.FFmpegError):
            self._container.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.discard()
