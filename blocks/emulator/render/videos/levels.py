"""Exposure for the styles: dark footage is lifted and flat footage stretched before it is redrawn."""

from PIL import Image

from blocks.emulator.render.drawing.layers import Canvas

MIDDLE = 0.38
"""Where half of the picture's brightness is brought."""
CUT = 0.09
"""A change of the measured values by this much at once is a cut: no easing."""
EASE = 0.12


class Levels:
    """Evens out brightness from frame to frame, without flicker inside a shot."""

    def __init__(self) -> None:
        self._state: tuple[float, float, float] | None = None

    def __call__(self, frame: Canvas) -> Canvas:
        """The frame at normal exposure."""
        measured = _measure(frame.luma)
        before = self._state
        if before is None or max(abs(a - b) for a, b in zip(before, measured, strict=True)) > CUT:
            self._state = measured
        else:
            low, middle, high = (a + (b - a) * EASE for a, b in zip(before, measured, strict=True))
            self._state = low, middle, high
        return Canvas(frame.luma.point(_table(*self._state)), frame.blue, frame.red)


def _measure(luma: Image.Image) -> tuple[float, float, float]:
    """Brightness below which 2, 50 and 98 percent of the picture lie, from 0 to 1."""
    histogram = luma.reduce(8).histogram()
    total = sum(histogram)
    found: list[float] = []
    seen = 0
    wanted = [0.02, 0.5, 0.98]
    for value, count in enumerate(histogram):
        seen += count
        while len(found) < 3 and seen >= wanted[len(found)] * total:
            found.append(min(1.0, max(0.0, (value - 16) / 219)))
    return found[0], found[1], found[2]


def _table(low: float, middle: float, high: float) -> list[int]:
    low = min(low, 0.2)
    high = max(high, low + 0.35)
    centre = min(0.9, max(0.06, (middle - low) / (high - low)))
    bend = 1.0
    while centre**bend < MIDDLE and bend > 0.5:
        bend -= 0.02
    values = []
    for value in range(256):
        part = min(1.0, max(0.0, ((value - 16) / 219 - low) / (high - low)))
        values.append(round(16 + 219 * part**bend))
    return values
