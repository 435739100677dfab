"""A film's packets, every one with the time at which it is decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream


def packets_of(container: InputContainer, streams: Sequence[Stream]) -> Iterator[Packet[Any]]:
    """The packets of some tracks that hold something, in the order of the file.

    Matroska stores when a picture is shown but not when it is decoded; of the first pictures FFmpeg cannot tell. They
    are decoded one after the other just before the first of which it can.
    """
    held: list[Packet[Any]] = []
    for packet in container.demux(*streams):
        if not packet.size:
            continue
        unknown = packet.dts is None and packet.pts is not None
        if unknown or any(packet.stream is not one.stream for one in held if one.dts is None):
            held.append(packet)
        else:
            yield from _timed(held, packet.dts)
            held = []
            yield packet
    yield from _timed(held, min((one.pts for one in held if one.dts is None and one.pts is not None), default=None))


def _timed(held: list[Packet[Any]], first: int | None) -> list[Packet[Any]]:
    """Packets held back, decoded up to a time of which one knows."""
    time = first
    for packet in reversed(held):
        if packet.dts is None and time is not None:
            time -= max(1, packet.duration or 0)
            packet.dts = time
    return held
