"""Whether a file is whole and can really be decoded: the check of every download and every input."""

from __future__ import annotations

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from . import nal
from .errors import MediaError
from .probe import MediaInfo, looks_like_image, opened_image, picture_stream, probe
from .sources import Source, name_of, opened, size_of

_SLACK_SECONDS = 0.5
"""A track may end this much before the length its file states: sound and pictures seldom end together."""

_ESTIMATED = {"mp3", "aac", "amr", "mpegts", "mpeg"}
"""Formats that state no length; FFmpeg estimates it."""

_SOUND_PACKETS = 50


def check_decodable(source: Source) -> MediaInfo:
    """Checks that a file is whole and can be decoded.

    Pictures are decoded whole, captions read. Of sound and film every packet is read; of the pictures those one
    can seek to and the run up to the very last one are decoded.

    Args:
        source: a local path or a seekable binary file.

    Returns:
        What `probe` says about it.

    Raises:
        MediaError: it is cut off, damaged, or no media file at all.
    """
    info = probe(source)
    if info.kind == "image":
        _check_image(source)
    if info.kind not in ("video", "audio"):
        return info
    with opened(source) as container:
        _check_index(container, source)
        last_key = _check_packets(container, source)
    if last_key is not None:
        _check_tail(source, last_key)
    return info


def _check_image(source: Source) -> None:
    assert looks_like_image(source)
    with opened_image(source) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            image.load()


def _check_index(container: InputContainer, source: Source) -> None:
    """An MP4 lists where its packets are: one beyond the end of the file means the file is cut off."""
    if not container.format.name.startswith("mov"):
        return
    size = size_of(source)
    for stream in container.streams:
        if len(stream.index_entries):
            last = stream.index_entries[-1]
            if last.pos + last.size > size:
                raise MediaError(f"is cut off: {size} bytes of at least {last.pos + last.size}", name_of(source))


def _check_packets(container: InputContainer, source: Source) -> int | None:
    where = name_of(source)
    video = picture_stream(container)
    sound = container.streams.audio[0] if container.streams.audio else None
    wanted = [stream for stream in (video, sound) if stream is not None]
    end = 0.0
    pictures = sounds = sound_packets = 0
    last_key: int | None = None
    for packet in container.demux(wanted):
        if packet.size:
            end = max(end, _end_of(packet))
            if packet.is_corrupt or (packet.stream is video and not _is_whole(packet, video)):
                raise MediaError(f"is damaged or cut off at about {end:.1f} s", where)
        if packet.stream is video:
            if packet.size and not packet.is_keyframe:
                continue
            if packet.size and not packet.is_discard:
                last_key = packet.pts
            pictures += len(packet.decode())
        elif sound_packets < _SOUND_PACKETS:
            sound_packets += 1
            sounds += len(packet.decode())
    if video is not None and not pictures:
        raise MediaError("holds no picture that can be decoded", where)
    if video is None and not sounds:
        raise MediaError("holds no sound that can be decoded", where)
    stated = (container.duration or 0) / 1_000_000
    started = (container.start_time or 0) / 1_000_000
    if container.format.name.split(",")[0] not in _ESTIMATED and end - started < stated - _SLACK_SECONDS:
        raise MediaError(f"is cut off after {end - started:.1f} of {stated:.1f} seconds", where)
    return last_key


def _check_tail(source: Source, last_key: int) -> None:
    """Decodes from the last picture one can seek to; from the start where seeking fails."""
    if not _decodes(source, last_key) and not _decodes(source, None):
        raise MediaError("is damaged near its end", name_of(source))


def _decodes(source: Source, start: int | None) -> bool:
    with opened(source) as container:
        stream = picture_stream(container)
        assert stream is not None
        stream.thread_type = "AUTO"
        if start is not None:
            container.seek(start, stream=stream, backward=True)
        seen = False
        for frame in container.decode(stream):
            seen = True
            if frame.is_corrupt:
                raise MediaError(f"is damaged at about {frame.time:.1f} s", name_of(source))
    return seen


def _end_of(packet: Packet[Stream]) -> float:
    if packet.pts is None:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


def _is_whole(packet: Packet[Stream], video: VideoStream) -> bool:
    length_size = nal.length_size(video.codec_context.name, video.codec_context.extradata)
    return length_size is None or nal.is_whole(memoryview(packet), length_size)
