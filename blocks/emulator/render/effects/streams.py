"""Many small things at once: falling, rising, bursting out, going round, floating up."""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.effects.subject import Subject
from blocks.emulator.render.effects.trinkets import stamp_of

Way = Literal["down", "up", "out", "round", "float", "across"]


@dataclass(frozen=True)
class Stream:
    """Things on their way.

    Attributes:
        looks: What they look like, in turn.
        way: Down or up through the frame, across it to the right, out of the subject, round it, or off it upwards.
        count: How many.
        size: Side as a part of the frame's smaller side.
        life: How long one is on its way, as a part of the clip.
        begin: When the first one comes.
        behind: Behind the subject; for "round" the far half is behind in any case.
        spread: How far sideways from the subject they come, in its units.
        x: Where from, beside the subject's middle, in its units; of "out" and "float".
        y: The same, downwards.
        tumbles: Whether they turn on their way.
    """

    looks: tuple[str, ...]
    way: Way
    count: int = 26
    size: float = 0.05
    life: float = 0.6
    begin: float = 0.06
    behind: bool = False
    spread: float = 0.7
    x: float = 0.0
    y: float = -0.2
    tumbles: bool = True


@dataclass(frozen=True)
class Flow:
    """A stream over a frame.

    Attributes:
        stream: What it is.
        subject: Where the subject stands.
        seed: Varies where each thing comes from.
    """

    stream: Stream
    subject: Subject
    seed: int
    _lots: list[tuple[float, ...]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        random = np.random.default_rng(self.seed)
        self._lots.extend(tuple(random.random(4)) for _ in range(self.stream.count))

    def draw(self, canvas: Canvas, at: float, *, behind: bool) -> None:
        """Draw what is behind the subject, or what is before it, at a moment from 0 to 1."""
        stream = self.stream
        unit = min(canvas.size)
        for n, (a, b, c, d) in enumerate(self._lots):
            age = at - stream.begin - b * stream.life
            if age < 0:
                continue
            part = age / stream.life % 1
            x, y, far = self._place(part, a, c, d, canvas.size)
            if behind != (far if stream.way == "round" else stream.behind):
                continue
            scale = (0.6 + 0.8 * d) * (min(1.0, 8 * part, 5 * (1 - part)) if stream.way in ("out", "float") else 1.0)
            side = max(4, round(unit * stream.size * scale / 2) * 2)
            turned = int(4 * part + 8 * a) % 8 if stream.tumbles and stream.way not in ("float", "round") else 0
            stamp_of(stream.looks[n % len(stream.looks)], side, turned).put(canvas, x - side / 2, y - side / 2)

    def _place(self, part: float, a: float, c: float, d: float, size: tuple[int, int]) -> tuple[float, float, bool]:
        """Where a thing is, in pixels, and whether that is behind the subject."""
        stream, subject = self.stream, self.subject
        width, height = size
        room = stream.size * 0.7
        sway = 0.03 * math.sin(2 * math.pi * (1.5 * part + c))
        x0, y0 = subject.x + stream.x * subject.unit, subject.y + stream.y * subject.unit
        match stream.way:
            case "down":
                return width * (a + sway), height * (-room + (1 + 2 * room) * part), False
            case "up":
                return width * (a + sway), height * (1 + room - (1 + 2 * room) * part), False
            case "across":
                return width * (-room + (1 + 2 * room) * part), height * (a + sway), False
            case "out":
                angle = 2 * math.pi * a
                reach = subject.unit * (0.2 + 1.7 * part**0.7 * (0.5 + c))
                return x0 + math.cos(angle) * reach, y0 + math.sin(angle) * reach, False
            case "round":
                angle = 2 * math.pi * (a + part)
                reach = subject.unit * (0.75 + 0.35 * c)
                tall = (d - 0.5) * 1.5 * subject.unit
                return (
                    subject.x + math.cos(angle) * reach,
                    subject.y + tall + math.sin(angle) * reach * 0.24,
                    math.sin(angle) < 0,
                )
            case "float":
                return (
                    x0 + ((2 * a - 1) * stream.spread + 2 * sway) * subject.unit,
                    y0 - (part * 1.5 - 0.2 * c) * subject.unit,
                    False,
                )
