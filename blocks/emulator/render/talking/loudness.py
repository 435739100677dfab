"""How loud a sound is, picture by picture: what opens a mouth."""

import math
from pathlib import Path

import numpy as np

from blocks.emulator.render.drawing.stage import Floats
from blocks.media.errors import MediaError
from blocks.media.sound import SoundReader

_RATE = 16_000
_QUIET = 0.003
"""A file no louder than this (-50 dB) is silent all through."""
_GATE = 0.08
"""Part of a file's own loud passages under which a mouth stays shut: breath and room."""


def loudness(path: Path, fps: float, count: int) -> Floats:
    """How far a voice opens a mouth in each picture of a film, 0 shut to 1 wide open.

    The root mean square of each picture's stretch of sound, against the loud passages of the same file, so that a
    quiet recording speaks as clearly as a loud one. Opening is quick, closing takes a little longer.

    Args:
        path: The sound.
        fps: Pictures a second.
        count: Number of pictures; after the end of the sound the mouth is shut.
    """
    heard = np.zeros(count, np.float32)
    try:
        with SoundReader(path, rate=_RATE, channels=1) as sound:
            end = 0
            for number in range(count):
                begin, end = end, math.floor((number + 1) / fps * _RATE + 0.5)
                heard[number] = math.sqrt(float(np.mean(np.square(sound.read(end - begin)))))
    except MediaError:
        return heard
    loud = heard[heard > _QUIET]
    if not len(loud):
        return np.zeros(count, np.float32)
    shares = np.clip((heard / float(np.percentile(loud, 90)) - _GATE) / (1 - _GATE), 0, 1) ** 0.8
    return _smoothed(shares.astype(np.float32), fps)


def _smoothed(shares: Floats, fps: float) -> Floats:
    rise, fall = (1 - math.exp(-1 / (fps * seconds)) for seconds in (0.025, 0.06))
    made = np.zeros_like(shares)
    at = 0.0
    for number, share in enumerate(shares):
        at += (float(share) - at) * (rise if share > at else fall)
        made[number] = at if at > 0.02 else 0.0
    return made
