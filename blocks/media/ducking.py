"""Music that makes room: quieter while somebody speaks, by as much as asked, whatever the loudness of the speech.

A sidechain compressor would lower it by more under loud speech than under soft; here the depth is given. And since we
may look ahead, the music is down when the first word comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from .sound import Samples, gain

HEARD_DB = -40.0
"""Sound above this level (RMS, dB of full scale) counts as speech; rooms and hum lie below."""

ATTACK_SECONDS = 0.2
"""The music begins to fall this long before the speech begins, and is down when it does."""

HOLD_SECONDS = 0.5
"""It stays down through pauses as long as these."""

RELEASE_SECONDS = 0.8
"""How long it takes to rise again."""

_HOP_SECONDS = 0.02


def ducking(speech: Callable[[int], Samples], rate: int, depth_db: float) -> Iterator[tuple[Samples, Samples]]:
    """Speech, and the factor for the music under it, piece by piece without end.

    Args:
        speech: gives its next n samples each time it is called.
        rate: samples a second.
        depth_db: how much quieter the music gets.
    """
    hop = round(_HOP_SECONDS * rate)
    ahead, hold, release = (round(s / _HOP_SECONDS) for s in (ATTACK_SECONDS, HOLD_SECONDS, RELEASE_SECONDS))
    waiting: deque[Samples] = deque()
    quiet = ahead + hold + 1  # hops since speech was last heard, counted where we look ahead
    down = 0.0
    steps = np.linspace(0, 1, hop, endpoint=False, dtype=np.float32)[:, None]
    while True:
        piece = speech(hop)
        waiting.append(piece)
        quiet = 0 if float(np.square(piece).mean()) > gain(HEARD_DB) ** 2 else quiet + 1
        wanted = quiet <= ahead + hold
        before = down
        down = min(1.0, down + 1 / ahead) if wanted else max(0.0, down - 1 / release)
        if len(waiting) > ahead:
            factor: Samples = gain(-depth_db) ** (before + (down - before) * steps)
            yield waiting.popleft(), factor
