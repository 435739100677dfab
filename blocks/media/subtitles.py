"""Captions on a film: in its pictures, as a track that players show on request, or both."""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from av.packet import Packet
from av.stream import Stream

from .caption_plate import plate
from .captions import Caption, one_at_a_time
from .clip import Clip, Tone, describe
from .conform import conform_sound
from .copyable import copyable
from .errors import MediaError
from .filming import even
from .mp4 import Mp4
from .packets import packets_of
from .probe import MediaInfo, picture_stream, probe
from .reel import COLOURS, rate_of, reel
from .sources import Source, keep_sources, name_of, opened
from .writer import VideoWriter

_TICKS = 1000
"""A second of a caption track."""

_PRIMING_SECONDS = 0.05
"""Sound this long before the first picture is kept: a decoder needs a packet to begin cleanly."""


def subtitles(
    video: Source,
    dst: str | os.PathLike[str],
    captions: Sequence[Caption],
    *,
    burn: bool = True,
    track: bool = False,
    language: str | None = None,
) -> MediaInfo:
    """Writes a film with captions into an MP4; its sound is copied.

    Captions that begin after the film's end are left out, others end with it.

    Args:
        video: the film.
        dst: the MP4 to write.
        captions: what is to be read when.
        burn: write them into the pictures, which are encoded anew, upright; otherwise these are copied.
        track: add them as a track.
        language: of the track, ISO 639-2: ``eng``, ``zho``.

    Raises:
        MediaError: it is no film, no caption falls within it, or the file cannot be written.
        ValueError: the captions are neither to be burnt in nor to be a track.
    """
    if not burn and not track:
        raise ValueError("captions are to be burnt in, to be a track, or both")
    keep_sources([video], dst)
    with copyable(video) as film, TemporaryDirectory(prefix="wanflow-") as scratch:
        shown = one_at_a_time(captions, film.seconds)
        if not shown:
            raise MediaError(f"no caption begins within its {film.seconds:.1f} s", name_of(video))
        if film.info.has_audio and film.tone is None:
            conform_sound(film, Path(scratch) / "sound.mp4", Tone(48_000, 2))
            film = describe(Path(scratch) / "sound.mp4")
        pictures = film
        if burn:
            _burn(film, Path(scratch) / "pictures.mp4", shown)
            pictures = describe(Path(scratch) / "pictures.mp4")
        _put_together(pictures, film, dst, shown if track else [], language)
    return probe(dst)


def _burn(film: Clip, dst: Path, captions: Sequence[Caption]) -> None:
    size = even(film.info.width or 2), even(film.info.height or 2)
    look = f"scale={size[0]}:{size[1]}:flags=bicubic:{COLOURS},format=yuv420p"
    laid = lru_cache(maxsize=1)(lambda text: plate(text, *size))
    coming = list(reversed(captions))
    with VideoWriter(dst, *size, rate_of(film), preset="veryfast", crf=18) as writer:
        for frame in reel(film, rate_of(film), look):
            middle = writer.seconds + float(1 / writer.fps) / 2
            while coming and coming[-1].end <= middle:
                coming.pop()
            caption = coming[-1] if coming and coming[-1].start <= middle else None
            above = laid(caption.text) if caption is not None else None
            writer.write(frame if above is None else above.on(frame))


def _put_together(
    pictures: Clip, sound: Clip, dst: str | os.PathLike[str], captions: Sequence[Caption], language: str | None
) -> None:
    """Copies pictures and sound, in the order of their times, and adds the captions' track."""
    with ExitStack() as stack:
        container = stack.enter_context(opened(pictures.source))
        video = picture_stream(container)
        assert video is not None
        out = stack.enter_context(Mp4(dst))
        rows = [_moved(packets_of(container, [video]), pictures.start, out.add_copy(video))]
        if sound.info.has_audio:
            heard = stack.enter_context(opened(sound.source))
            voice = heard.streams.audio[0]
            packets = _moved(packets_of(heard, [voice]), sound.start, out.add_sound_copy(voice))
            rows.append(_within(packets, sound.seconds))
        if captions:
            rows.append(_written(captions, out.add_captions(language)))
        for packet in heapq.merge(*rows, key=_time):
            out.mux(packet)


def _moved(packets: Iterator[Packet[Any]], start: Fraction, stream: Stream) -> Iterator[Packet[Any]]:
    for packet in packets:
        if packet.dts is not None and packet.pts is not None:
            ticks = round(start / packet.time_base)
            packet.pts -= ticks
            packet.dts -= ticks
            packet.stream = stream
            yield packet


def _within(packets: Iterator[Packet[Any]], seconds: float) -> Iterator[Packet[Any]]:
    return (packet for packet in packets if -_PRIMING_SECONDS <= _time(packet) < seconds)


def _time(packet: Packet[Any]) -> float:
    return float((packet.dts or 0) * packet.time_base)


def _written(captions: Sequence[Caption], stream: Stream) -> Iterator[Packet[Any]]:
    """The captions as 3GPP timed text (TS 26.245): the length in bytes, then the text."""
    for caption in captions:
        text = caption.text.encode()
        packet = av.Packet(len(text).to_bytes(2, "big") + text)
        packet.pts = packet.dts = round(caption.start * _TICKS)
        packet.duration = round(caption.end * _TICKS) - packet.pts
        packet.time_base = Fraction(1, _TICKS)
        packet.stream = stream
        packet.is_keyframe = True
        yield packet
