"""Small pictures of what a job refers to, in the upper right corner of its video."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageOps

from blocks.emulator.render.drawing.layers import Canvas, Stamp

SHOWN = 5


class Insets:
    """Reference pictures as cards.

    Args:
        pictures: The references, in order.
        size: Frame width and height in pixels.
    """

    def __init__(self, pictures: Sequence[Image.Image], size: tuple[int, int]) -> None:
        self.size = size
        unit = min(size)
        self.side = max(48, round(unit * 0.2) // 2 * 2)
        self.margin = max(12, round(unit * 0.035))
        self.cards = [_card(picture, self.side) for picture in pictures[:SHOWN]]

    def draw(self, canvas: Canvas, at: float) -> None:
        """Draw them at a moment; they slide in during the first half second."""
        come = min(1.0, at / 0.5)
        step = self.side + self.margin // 2
        for number, card in enumerate(self.cards):
            left = self.size[0] - self.margin - self.side + (1 - come) ** 2 * step * 2
            card.put(canvas, left, self.margin + number * step * 0.8)


def _card(picture: Image.Image, side: int) -> Stamp:
    edge = max(2, side // 28)
    card = Image.new("RGB", (side, round(side * 0.75) // 2 * 2), (246, 244, 238))
    card.paste(ImageOps.fit(picture, (card.width - 2 * edge, card.height - 2 * edge)), (edge, edge))
    mask = Image.new("L", card.size)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, card.width - 1, card.height - 1], edge * 2, fill=238)
    card.putalpha(mask)
    return Stamp.of(card)
