"""The pen that silhouettes are drawn with."""

from PIL import ImageDraw

Point = tuple[float, float]


class Pen:
    """Draws in parts of a square, y downwards.

    Args:
        brush: Of a mask.
        side: Of the square in pixels.
        held: What the person carries: "umbrella", "lantern" or nothing.
    """

    def __init__(self, brush: ImageDraw.ImageDraw, side: float, held: str = "") -> None:
        self.brush, self.side, self.held = brush, side, held
        self.lights: list[Point] = []

    def shape(self, *points: Point) -> None:
        """A polygon."""
        self.brush.polygon([(x * self.side, y * self.side) for x, y in points], fill=255)

    def oval(self, x: float, y: float, rx: float, ry: float) -> None:
        """An ellipse around a point."""
        s = self.side
        self.brush.ellipse([(x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s], fill=255)

    def dome(self, x: float, y: float, rx: float, ry: float) -> None:
        """The upper half of an ellipse around a point."""
        s = self.side
        self.brush.chord([(x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s], 180, 360, fill=255)

    def limb(self, width: float, *points: Point) -> None:
        """A line with round ends."""
        line = [(x * self.side, y * self.side) for x, y in points]
        thick = max(1, round(width * self.side))
        self.brush.line(line, fill=255, width=thick, joint="curve")
        for x, y in (line[0], line[-1]):
            r = thick / 2
            self.brush.ellipse([x - r, y - r, x + r, y + r], fill=255)

    def lantern(self, x: float, y: float) -> None:
        """A small lantern hanging from a hand at a point."""
        self.limb(0.006, (x, y), (x, y + 0.03))
        self.shape((x - 0.022, y + 0.04), (x, y + 0.022), (x + 0.022, y + 0.04))
        self.shape((x - 0.02, y + 0.038), (x + 0.02, y + 0.038), (x + 0.024, y + 0.092), (x - 0.024, y + 0.092))
        self.lights.append((x, y + 0.064))
