"""Animals and boats in silhouette, drawn in parts of a square."""

import math
from collections.abc import Sequence

from blocks.emulator.render.drawing.pen import Pen


def _legs(
    pen: Pen,
    phase: float,
    legs: Sequence[tuple[float, float]],
    wide: float,
    *,
    hip: float,
    knee: float,
    stride: float,
    lift: float,
) -> None:
    """Four legs at a walk or a trot: where each hangs, and how far its turn is."""
    for x, turn in legs:
        swing = math.sin(2 * math.pi * (phase + turn)) * stride
        high = max(0.0, math.cos(2 * math.pi * (phase + turn))) * lift
        pen.limb(wide, (x, hip), (x + swing * 0.4, knee), (x + swing, 0.89 - high))


def cat(pen: Pen, phase: float) -> None:
    """A cat with its tail up."""
    _legs(
        pen,
        phase,
        ((0.33, 0.0), (0.37, 0.5), (0.62, 0.25), (0.66, 0.75)),
        0.05,
        hip=0.66,
        knee=0.78,
        stride=0.06,
        lift=0.03,
    )
    pen.oval(0.5, 0.62, 0.22, 0.1)
    pen.oval(0.34, 0.63, 0.1, 0.1)
    pen.oval(0.74, 0.5, 0.1, 0.09)
    pen.shape((0.66, 0.46), (0.67, 0.34), (0.74, 0.43))
    pen.shape((0.76, 0.42), (0.81, 0.34), (0.83, 0.47))
    pen.limb(0.1, (0.64, 0.58), (0.72, 0.52))
    tip = math.sin(2 * math.pi * phase) * 0.04
    pen.limb(0.04, (0.28, 0.6), (0.17, 0.54), (0.14, 0.4), (0.18 + tip, 0.28))


def dog(pen: Pen, phase: float) -> None:
    """A dog at a trot."""
    _legs(
        pen,
        phase,
        ((0.3, 0.0), (0.34, 0.5), (0.62, 0.5), (0.66, 0.0)),
        0.05,
        hip=0.6,
        knee=0.76,
        stride=0.09,
        lift=0.04,
    )
    pen.oval(0.48, 0.58, 0.22, 0.095)
    pen.limb(0.11, (0.64, 0.55), (0.74, 0.42))
    pen.oval(0.77, 0.38, 0.085, 0.07)
    pen.limb(0.06, (0.8, 0.4), (0.9, 0.42))
    pen.shape((0.7, 0.36), (0.68, 0.24), (0.77, 0.33))
    tip = math.sin(4 * math.pi * phase) * 0.03
    pen.limb(0.045, (0.28, 0.55), (0.2, 0.46), (0.16 + tip, 0.34))


def bird(pen: Pen, phase: float) -> None:
    """A small flock."""
    for x, y, size, turn in (
        (0.5, 0.5, 1.0, 0.0),
        (0.25, 0.38, 0.7, 0.3),
        (0.2, 0.62, 0.6, 0.55),
        (0.75, 0.34, 0.55, 0.8),
        (0.72, 0.68, 0.75, 0.2),
    ):
        flap = math.sin(2 * math.pi * (phase + turn)) * 0.09 * size
        w = 0.14 * size
        for wing in (-w, w):
            pen.shape(
                (x + wing, y - flap),
                (x + wing * 0.5, y - flap * 0.7 - 0.02 * size),
                (x, y),
                (x + wing * 0.4, y - flap * 0.3 + 0.015 * size),
            )
        pen.oval(x + 0.01 * size, y + 0.005, 0.05 * size, 0.016 * size)


def boat(pen: Pen, phase: float) -> None:
    """A boat with two sails, rocking."""
    rock = math.sin(2 * math.pi * phase) * 0.012
    pen.shape((0.16, 0.76 + rock), (0.88, 0.74 - rock), (0.76, 0.88), (0.28, 0.88))
    pen.limb(0.018, (0.5, 0.78), (0.5 + rock, 0.14))
    pen.shape((0.48, 0.72), (0.48 + rock, 0.16), (0.22, 0.68))
    pen.shape((0.53, 0.71), (0.52 + rock, 0.22), (0.8, 0.69))


def turtle(pen: Pen, phase: float) -> None:
    """A sea turtle."""
    beat = math.sin(2 * math.pi * phase)
    pen.oval(0.48, 0.5, 0.24, 0.14)
    pen.shape((0.26, 0.52), (0.7, 0.52), (0.6, 0.6), (0.34, 0.6))
    pen.oval(0.78, 0.46, 0.075, 0.055)
    pen.limb(0.07, (0.68, 0.5), (0.76, 0.47))
    pen.shape(
        (0.6, 0.5), (0.68, 0.54), (0.56 - 0.05 * beat, 0.82 - 0.16 * beat), (0.48 - 0.06 * beat, 0.84 - 0.16 * beat)
    )
    pen.shape((0.62, 0.46), (0.68, 0.48), (0.6 - 0.05 * beat, 0.26 + 0.1 * beat))
    pen.shape((0.28, 0.52), (0.36, 0.58), (0.16, 0.66 - 0.06 * beat))
    pen.shape((0.26, 0.49), (0.3, 0.53), (0.12, 0.5 + 0.03 * beat))


def fish(pen: Pen, phase: float) -> None:
    """A fish, and smaller ones behind."""
    beat = math.sin(2 * math.pi * phase) * 0.05
    for x, y, size in ((0.55, 0.5, 1.0), (0.2, 0.3, 0.4), (0.24, 0.72, 0.45), (0.85, 0.3, 0.3), (0.82, 0.74, 0.35)):
        pen.oval(x, y, 0.17 * size, 0.07 * size)
        pen.shape(
            (x - 0.13 * size, y),
            (x - 0.27 * size, y - 0.08 * size + beat * size),
            (x - 0.24 * size, y + beat * size),
            (x - 0.27 * size, y + 0.08 * size + beat * size),
        )
        pen.shape(
            (x - 0.03 * size, y - 0.05 * size), (x + 0.06 * size, y - 0.06 * size), (x - 0.06 * size, y - 0.12 * size)
        )


def drone(pen: Pen, phase: float) -> None:
    """A round flying machine the size of a kettle."""
    y = 0.5 + math.sin(2 * math.pi * phase) * 0.03
    pen.oval(0.5, y, 0.17, 0.16)
    for side in (-1, 1):
        pen.limb(0.03, (0.5 + side * 0.13, y - 0.08), (0.5 + side * 0.27, y - 0.2))
        pen.oval(0.5 + side * 0.27, y - 0.21, 0.13, 0.018)
        pen.limb(0.022, (0.5 + side * 0.09, y + 0.12), (0.5 + side * 0.12, y + 0.24))
    pen.lights.append((0.56, y))


def fox(pen: Pen, phase: float) -> None:
    """Low and long, with pointed ears and a bushy tail."""
    _legs(
        pen,
        phase,
        ((0.32, 0.0), (0.36, 0.5), (0.6, 0.5), (0.64, 0.0)),
        0.036,
        hip=0.66,
        knee=0.78,
        stride=0.08,
        lift=0.03,
    )
    pen.oval(0.47, 0.63, 0.2, 0.075)
    pen.limb(0.1, (0.6, 0.62), (0.7, 0.52))
    pen.oval(0.735, 0.5, 0.07, 0.055)
    pen.shape((0.76, 0.46), (0.9, 0.535), (0.76, 0.55))
    for x in (0.68, 0.74):
        pen.shape((x, 0.48), (x + 0.01, 0.36), (x + 0.065, 0.46))
    tip = math.sin(2 * math.pi * phase) * 0.02
    pen.limb(0.05, (0.3, 0.62), (0.2, 0.66 + tip))
    pen.oval(0.16, 0.68 + tip, 0.12, 0.05)
    pen.shape((0.08, 0.65 + tip), (0.02, 0.7 + tip), (0.08, 0.71 + tip))
