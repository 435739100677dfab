"""People who sit on a bench, looking to the right."""

import math
from collections.abc import Callable

from blocks.emulator.render.drawing.pen import Pen

SEAT = 0.62
"""Height of the bench in the picture, as a part of its height."""


def sitting(kind: str) -> Callable[[Pen, float], None]:
    """How somebody of a kind is drawn sitting.

    Args:
        kind: One of figures.PEOPLE.
    """
    return lambda pen, phase: _sit(pen, 0.004 * math.sin(2 * math.pi * phase), kind)


def _sit(pen: Pen, breath: float, kind: str) -> None:
    small = kind in ("child", "girl")
    top = 0.25 + breath
    knee = 0.66 if small else 0.7
    pen.limb(0.085, (0.47, 0.58), (knee, 0.6))
    pen.limb(0.055, (knee, 0.6), (knee + 0.01, 0.74), (knee + 0.02, 0.84 if small else 0.92))
    pen.limb(0.045, (knee + 0.02, 0.84 if small else 0.92), (knee + 0.07, 0.85 if small else 0.925))
    pen.shape((0.38, top + 0.05), (0.53, top + 0.03), (0.56, 0.62), (0.38, 0.62))
    if kind in ("girl", "woman", "detective", "conductor"):
        pen.shape((0.4, 0.48), (0.55, 0.48), (0.7, 0.57), (0.7, 0.66), (0.38, 0.66))
    pen.oval(0.455, top + 0.06, 0.085, 0.05)
    pen.limb(0.05, (0.45, top + 0.08), (0.47, top + 0.24), (0.6, top + 0.28))
    pen.limb(0.046, (0.46, top + 0.05), (0.475, top - 0.01))
    _head(pen, kind, 0.485, top - 0.075, 1.22 if small else 1.0)


def _head(pen: Pen, kind: str, x: float, y: float, size: float) -> None:
    """The head around a point, with hair, cap or hat."""
    pen.oval(x, y, 0.062 * size, 0.074 * size)
    pen.shape(
        (x + 0.05 * size, y - 0.01 * size), (x + 0.08 * size, y + 0.018 * size), (x + 0.05 * size, y + 0.03 * size)
    )
    match kind:
        case "girl":
            pen.dome(x - 0.01 * size, y, 0.08 * size, 0.09 * size)
            pen.shape(
                (x - 0.088 * size, y),
                (x + 0.01, y - 0.02),
                (x - 0.015 * size, y + 0.08 * size),
                (x - 0.09 * size, y + 0.085 * size),
            )
        case "woman":
            pen.oval(x - 0.015, y - 0.005, 0.072, 0.078)
            pen.shape((x - 0.085, y - 0.02), (x, y - 0.03), (x - 0.02, y + 0.2), (x - 0.11, y + 0.24))
        case "conductor":
            pen.shape((x - 0.068, y - 0.03), (x + 0.065, y - 0.03), (x + 0.075, y - 0.09), (x - 0.078, y - 0.1))
            pen.shape((x + 0.05, y - 0.042), (x + 0.115, y - 0.018), (x + 0.05, y - 0.02))
            pen.shape((x + 0.045, y + 0.022), (x + 0.09, y + 0.042), (x + 0.05, y + 0.048))
        case "elder":
            pen.shape((x - 0.14, y - 0.025), (x, y - 0.13), (x + 0.14, y - 0.025))
            pen.shape((x + 0.03, y + 0.04), (x + 0.062, y + 0.03), (x + 0.05, y + 0.12), (x + 0.015, y + 0.07))
        case "detective":
            pen.oval(x, y - 0.042, 0.13, 0.02)
            pen.shape((x - 0.066, y - 0.045), (x + 0.066, y - 0.045), (x + 0.05, y - 0.12), (x - 0.05, y - 0.12))
