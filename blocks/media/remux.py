"""An MP4 whose pictures are copied packet by packet and whose sound is made anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.stream import VideoStream

from .aac import AudioFormat, add_aac, sound_frame
from .errors import MediaError
from .probe import picture_stream
from .sound import Samples
from .sources import Source, name_of, opened

_BLOCK = 4096


class Mp4:
    """An MP4 being written; plays while it loads. A context manager; removed when it was not finished."""

    def __init__(self, dst: str | os.PathLike[str]) -> None:
        self.path = Path(dst)
        try:
            self._container = av.open(str(dst), "w", format="mp4", options={"movflags": "+faststart"})
        except av.FFmpegError as error:
            raise MediaError(f"cannot be written: {error.strerror}", str(dst)) from error

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
        """A sound track encoded to AAC."""
        return add_aac(self._container, audio)

    def mux(self, packets: Packet[Any] | list[Packet[Any]]) -> None:
        """Writes packets."""
        try:
            self._container.mux(packets)
        except av.FFmpegError as error:
            raise MediaError(f"cannot be written: {error.strerror}", str(self.path)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self._container.close()
            except av.FFmpegError as broken:
                self.path.unlink(missing_ok=True)
                raise MediaError(f"cannot be written: {broken.strerror}", str(self.path)) from broken
            return
        with suppress(av.FFmpegError):
            self._container.close()
        self.path.unlink(missing_ok=True)


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
