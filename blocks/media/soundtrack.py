"""A sound track put together from other films' AAC packets.

AAC comes in packets of 1,024 samples that a decoder plays without a gap, and a film seldom ends where a packet ends. So
packets are put on the new track's own grid: each clip's sound moves by at most half a packet (11 ms at 48 kHz), and the
difference never adds up. Where a clip has no sound, packets of silence fill the grid.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from math import ceil

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream

from .clip import AAC_FRAME, Tone
from .mp4 import Mp4


class Soundtrack:
    """Lays packets on the grid.

    Args:
        out: the file being written.
        stream: its sound track.
        tone: the parameters of all packets.
    """

    def __init__(self, out: Mp4, stream: AudioStream, tone: Tone) -> None:
        self._out, self._stream = out, stream
        self._rate = tone.sample_rate
        self._time_base = Fraction(1, tone.sample_rate)
        self._silence = silent_packet(tone)
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._next: int | None = None
        self._start = 0.0
        self._boundary = 0
        self._expected: int | None = None
        self._silent = False

    def begin(self, start: float, *, silent: bool) -> None:
        """A new clip begins.

        Args:
            start: where its first picture stands in the film, in seconds.
            silent: it has no sound.
        """
        self._start = start
        self._boundary = self._slot(start)
        self._expected = None
        self._silent = silent
        while self._waiting and self._waiting[-1][0] >= self._boundary:
            self._waiting.pop()  # sound that outlasts its pictures

    def add(self, at: float, data: bytes) -> None:
        """A packet of the clip's sound.

        One packet before the clip is kept: a decoder needs it to begin cleanly, and it takes the place of the previous
        clip's last packet.

        Args:
            at: seconds after the clip's first picture; negative before.
            data: the packet.
        """
        slot = self._slot(self._start + at)
        if self._expected is not None and abs(slot - self._expected) <= 1:
            slot = self._expected
        self._expected = slot + 1
        if slot < self._boundary - 1:
            return
        while self._waiting and self._waiting[-1][0] >= slot:
            self._waiting.pop()
        self._waiting.append((slot, data))

    def reach(self, time: float) -> None:
        """Pictures are written up to this time, in seconds of the film; the sound follows."""
        limit = int(time * self._rate / AAC_FRAME) - 2
        while self._waiting and self._waiting[0][0] < limit:
            self._put(*self._waiting.popleft())
        if self._silent and not self._waiting:
            self._fill(limit)

    def finish(self, end: Fraction) -> None:
        """The film ends here; so does its sound."""
        total = round(end * self._rate)
        last = ceil(Fraction(total, AAC_FRAME)) - 1
        while self._waiting and self._waiting[0][0] < last:
            self._put(*self._waiting.popleft())
        self._fill(last)
        data = self._waiting[0][1] if self._waiting and self._waiting[0][0] == last else self._silence
        self._put(last, data, total - last * AAC_FRAME)

    def _slot(self, time: float) -> int:
        return round(time * self._rate / AAC_FRAME)

    def _fill(self, end: int) -> None:
        if self._next is None:
            self._next = 0
        while self._next < end:
            self._write(self._next, self._silence, AAC_FRAME)

    def _put(self, slot: int, data: bytes, samples: int = AAC_FRAME) -> None:
        if self._next is None:
            self._next = min(slot, 0)
        if slot >= self._next:
            self._fill(slot)
            self._write(slot, data, samples)

    def _write(self, slot: int, data: bytes, samples: int) -> None:
        packet = av.Packet(data)
        packet.pts = packet.dts = slot * AAC_FRAME
        packet.duration = samples
        packet.time_base = self._time_base
        packet.is_keyframe = True
        packet.stream = self._stream
        self._out.mux(packet)
        self._next = slot + 1


def silent_packet(tone: Tone) -> bytes:
    """A packet of AAC-LC that decodes to silence."""
    codec = AudioCodecContext.create("aac", "w")
    codec.sample_rate = tone.sample_rate
    codec.layout = "mono" if tone.channels == 1 else "stereo"
    codec.format = "fltp"
    codec.open()
    frame = av.AudioFrame.from_ndarray(
        np.zeros((tone.channels, 4 * AAC_FRAME), np.float32), format="fltp", layout=codec.layout.name
    )
    frame.sample_rate = tone.sample_rate
    return bytes(codec.encode(frame)[-1])
