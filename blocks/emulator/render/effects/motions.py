"""Moves as data: each says where, in the picture at rest, the thing seen at a point comes from.

Points are measured from the subject's middle in half heights of the subject, y downwards: its head is near (0, -1),
its feet near (0, 1). Time runs from 0 to 1 over the clip. Every move begins at rest: a clip begins with its picture.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating[Any]]
Motion = Callable[[Points, float], Points]
FOOT = 1.0


def ease(at: float, begin: float = 0.0, end: float = 1.0) -> float:
    """From 0 before ``begin`` to 1 after ``end``, softly."""
    part = min(1.0, max(0.0, (at - begin) / (end - begin)))
    return part * part * (3 - 2 * part)


def swing(at: float, times: float) -> float:
    """-1 to 1, as often; 0 and still at the start."""
    return math.sin(2 * math.pi * times * at) * ease(at, 0, 0.12)


def beat(at: float, times: float) -> float:
    """0 to 1 and back, as often."""
    return math.sin(math.pi * times * at) ** 2


def after(at: Points, motions: Sequence[Motion], moment: float) -> Points:
    """Where points come from when several moves are made, the first of them first."""
    for motion in reversed(motions):
        at = motion(at, moment)
    return at


def _points(x: Points, y: Points) -> Points:
    return np.stack([x, y], axis=-1).astype(np.float32)


def squeeze(across: float, down: float, times: float, foot: float = FOOT) -> Motion:
    """Wider by a part and taller by a part, as often; the foot stays."""

    def move(p: Points, at: float) -> Points:
        k = beat(at, times)
        return _points(p[..., 0] / (1 + across * k), foot - (foot - p[..., 1]) / (1 + down * k))

    return move


def turn(degrees: float, times: float, x: float = 0.0, y: float = FOOT) -> Motion:
    """Leaning to one side and the other about a point."""

    def move(p: Points, at: float) -> Points:
        return _turned(p, math.radians(degrees) * swing(at, times), x, y)

    return move


def lean(degrees: float, begin: float, end: float, x: float = 0.0, y: float = FOOT) -> Motion:
    """Leaning over about a point, and staying so."""

    def move(p: Points, at: float) -> Points:
        return _turned(p, math.radians(degrees) * ease(at, begin, end), x, y)

    return move


def head(degrees: float, times: float, y: float = 0.0, sink: float = 0.0) -> Motion:
    """The part above a neck leans and sinks; the rest stays. No ``times``: it stays so."""

    def move(p: Points, at: float) -> Points:
        k = swing(at, times) if times else ease(at, 0.05, 0.4)
        weight = np.clip((y + 0.35 - p[..., 1]) / 0.7, 0, 1)
        angle = math.radians(degrees) * k * weight
        dx, dy = p[..., 0], p[..., 1] - y
        moved_x, moved_y = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
        return _points(moved_x, moved_y + y - sink * (abs(k) if times else k) * weight)

    return move


def _turned(p: Points, angle: float, x: float, y: float) -> Points:
    cos, sin = math.cos(angle), math.sin(angle)
    dx, dy = p[..., 0] - x, p[..., 1] - y
    return _points(x + dx * cos + dy * sin, y + dy * cos - dx * sin)


def spin(turns: float) -> Motion:
    """Round an upright axis."""

    def move(p: Points, at: float) -> Points:
        wide = math.cos(2 * math.pi * turns * (0.35 * at + 0.65 * ease(at)))
        return _points(p[..., 0] / (math.copysign(max(0.05, abs(wide)), wide)), p[..., 1])

    return move


def shift(across: float, down: float, times: float) -> Motion:
    """To and fro; down comes twice as often, so that both together are a figure of eight."""

    def move(p: Points, at: float) -> Points:
        return _points(p[..., 0] - across * swing(at, times), p[..., 1] - down * swing(at, 2 * times))

    return move


def carry(x: float, y: float, begin: float = 0.05, end: float = 0.6) -> Motion:
    """Somewhere else, and staying there."""

    def move(p: Points, at: float) -> Points:
        k = ease(at, begin, end)
        return _points(p[..., 0] - x * k, p[..., 1] - y * k)

    return move


def hop(height: float, times: float) -> Motion:
    """Up and down, as off the ground."""

    def move(p: Points, at: float) -> Points:
        return _points(p[..., 0], p[..., 1] + height * abs(math.sin(math.pi * times * at)) * ease(at, 0, 0.08))

    return move


def circle(reach: float, times: float) -> Motion:
    """Round a circle seen from the side: sideways, and larger in front than behind."""

    def move(p: Points, at: float) -> Points:
        angle = 2 * math.pi * times * ease(at, 0.02, 1.0)
        scale = 0.78 + 0.22 * math.cos(angle)
        return _points((p[..., 0] - reach * math.sin(angle)) / scale, (p[..., 1] - 1.3) / scale + 1.3)

    return move


def grow(factor: float, begin: float = 0.0, end: float = 1.0, x: float = 0.0, y: float = 0.0) -> Motion:
    """As much larger about a point, and staying so."""

    def move(p: Points, at: float) -> Points:
        scale = factor ** ease(at, begin, end)
        return _points(x + (p[..., 0] - x) / scale, y + (p[..., 1] - y) / scale)

    return move


def throb(factor: float, times: float) -> Motion:
    """As much larger about the middle, as often."""

    def move(p: Points, at: float) -> Points:
        scale = 1 + (factor - 1) * beat(at, times) ** 2
        return _points(p[..., 0] / scale, p[..., 1] / scale)

    return move


def bulge(x: float, y: float, reach: float, strength: float, times: float = 0.0, begin: float = 0.03) -> Motion:
    """A swelling (or a dent, below 0) around a point; no ``times``: it comes and stays."""

    def move(p: Points, at: float) -> Points:
        k = beat(at, times) if times else ease(at, begin, begin + 0.4)
        dx, dy = p[..., 0] - x, p[..., 1] - y
        near = np.clip(1 - (dx**2 + dy**2) / reach**2, 0, 1) ** 2
        kept = 1 - strength * k * near
        return _points(x + dx * kept, y + dy * kept)

    return move


def pinch(x: float, y: float, reach: float, across: float, down: float, times: float = 0.0) -> Motion:
    """A spot drawn in or out differently in each direction: an eye shut, a mouth open or wide."""

    def move(p: Points, at: float) -> Points:
        k = beat(at, times) if times else ease(at, 0.03, 0.3)
        dx, dy = p[..., 0] - x, p[..., 1] - y
        near = np.clip(1 - (dx**2 + dy**2) / reach**2, 0, 1) ** 2
        return _points(x + dx / (1 + across * k * near), y + dy / (1 + down * k * near))

    return move


def drag(x: float, y: float, reach: float, across: float, down: float, times: float = 0.0) -> Motion:
    """A spot pulled aside: a brow up, a corner of the mouth down."""

    def move(p: Points, at: float) -> Points:
        k = beat(at, times) if times else ease(at, 0.03, 0.3)
        near = np.clip(1 - ((p[..., 0] - x) ** 2 + (p[..., 1] - y) ** 2) / reach**2, 0, 1) ** 2 * k
        return _points(p[..., 0] - across * near, p[..., 1] - down * near)

    return move


def bend(amount: float, times: float) -> Motion:
    """Swaying more the higher, like grass."""

    def move(p: Points, at: float) -> Points:
        high = np.clip((FOOT - p[..., 1]) / 2, 0, 1.4) ** 1.6
        return _points(p[..., 0] - amount * swing(at, times) * high, p[..., 1])

    return move


def ripple(amount: float, waves: float, times: float) -> Motion:
    """Waves running down through the picture."""

    def move(p: Points, at: float) -> Points:
        k = amount * ease(at, 0, 0.25)
        phase = 2 * math.pi * (times * at - waves * p[..., 1])
        return _points(p[..., 0] + k * np.sin(phase), p[..., 1] + 0.4 * k * np.cos(phase * 0.7))

    return move


def drip(amount: float) -> Motion:
    """Running down in strands, each with a speed of its own, and spreading at the foot."""

    def move(p: Points, at: float) -> Points:
        x = p[..., 0]
        strand = 0.6 + 0.25 * np.sin(9 * x + 1) + 0.15 * np.sin(23 * x)
        fallen = amount * ease(at, 0.05, 1.0) * strand
        wide = 1 + 0.45 * ease(at, 0.3, 1.0) * np.clip((p[..., 1] + 0.2) / 1.2, 0, 1)
        return _points(x / wide, FOOT + 0.2 - (FOOT + 0.2 - p[..., 1]) * (1 + fallen))

    return move


def shake(amount: float, rate: float, begin: float = 0.0) -> Motion:
    """Trembling."""

    def move(p: Points, at: float) -> Points:
        k = amount * ease(at, begin, begin + 0.1)
        across, down = math.sin(2 * math.pi * rate * at), math.sin(2 * math.pi * rate * 1.37 * at + 1)
        return _points(p[..., 0] - k * across, p[..., 1] - 0.6 * k * down)

    return move


def together(amount: float, begin: float, end: float, tilt: float = 0.0) -> Motion:
    """The two halves come nearer to each other, and lean together."""

    def move(p: Points, at: float) -> Points:
        k = ease(at, begin, end)
        side = np.tanh(4 * p[..., 0])
        high = np.clip((FOOT - p[..., 1]) / 2, 0, 1)
        return _points(p[..., 0] + k * side * (amount + tilt * high), p[..., 1])

    return move


def slices(amount: float, rows: float, bursts: int) -> Motion:
    """Rows of the picture jump sideways, in bursts."""

    def move(p: Points, at: float) -> Points:
        if (at * bursts) % 1 > 0.45:
            return p
        band = np.floor(p[..., 1] * rows)
        jump = np.sin(band * 12.9898 + math.floor(at * 40) * 78.233) * 43758.5453
        return _points(p[..., 0] + amount * (jump - np.floor(jump) - 0.5) * ease(at, 0.02, 0.1), p[..., 1])

    return move
