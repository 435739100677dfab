"""Writing on the picture: a slate and the shot's text above, the mark that the service puts on generated pictures.

The lower part is left to the captions that a pipeline may burn in.
"""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.layers import Canvas, Stamp
from blocks.emulator.render.drawing.palettes import Colour
from blocks.media.fonts import font
from blocks.media.lettering import draw_setting, drawable, fit

MARK = "AI生成"
"""Text of the visible mark (models.yaml wan2.6-t2v watermark)."""


class Titles:
    """The writing of one shot.

    Args:
        size: Frame width and height in pixels.
        text: What the shot shows; empty for none.
        slate: Short text in the upper corner, before the time.
        accent: Colour of the bar beside the text.
        marked: Whether the generated-by mark is shown.
        heading: Shown under the text for the shot's first seconds.
        shaded: Whether the rows behind the writing are darkened, for pictures that may carry writing already.
    """

    def __init__(
        self,
        size: tuple[int, int],
        text: str,
        slate: str,
        accent: Colour,
        *,
        marked: bool = False,
        heading: str = "",
        shaded: bool = False,
    ) -> None:
        self.size = size
        self.slate = drawable(slate)
        self._fixed: list[tuple[Stamp, int, int]] = []
        self._slates: dict[int, Stamp] = {}
        self._shaded = shaded
        unit = min(size[1], round(size[0] * 1.1))
        self.unit = unit
        self.margin = max(12, round(unit * 0.035))
        self._slates[0] = self._slate(0)
        self._below = self.margin + self._slates[0].size[1] + self.margin // 3
        if marked:
            self._add_mark()
        if drawable(text):
            self._add_text(text, accent)
        self.heading = self._heading(heading) if drawable(heading) else None

    def draw(self, canvas: Canvas, at: float, into_shot: float) -> None:
        """Write on a frame.

        Args:
            canvas: The frame.
            at: Seconds from the start of the video, shown in the slate.
            into_shot: Seconds from the start of the shot.
        """
        for stamp, x, y in self._fixed:
            stamp.put(canvas, x, y)
        second = int(at + 1e-6)
        if second not in self._slates:
            self._slates[second] = self._slate(second)
        self._slates[second].put(canvas, self.margin, self.margin)
        if self.heading is not None and into_shot < 2.6:
            self.heading.put(canvas, self.margin, self._below)

    def _add_text(self, text: str, accent: Colour) -> None:
        width, height = self.size
        wide = width > height * 1.2
        room = width - 2 * self.margin
        room = min(room, round(width * 0.8)) if wide else room
        pad = round(self.unit * 0.022)
        largest, smallest = round(self.unit * 0.037), max(15, round(self.unit * 0.026))
        setting = fit(text, room - 3 * pad, height * 0.17, largest=largest, smallest=smallest)
        panel_w, panel_h = setting.width + 3 * pad, setting.height + round(1.3 * pad)
        panel = _panel(panel_w, panel_h, round(self.unit * 0.014), 150)
        brush = ImageDraw.Draw(panel)
        bar = max(3, round(self.unit * 0.006))
        brush.rounded_rectangle(
            [pad * 0.8, pad * 0.8, pad * 0.8 + bar, panel_h - pad * 0.8], bar / 2, fill=(*accent, 255)
        )
        draw_setting(brush, setting, (2 * pad, 0.65 * pad), (250, 250, 252, 255))
        if self._shaded:
            self._fixed.insert(0, (_shade(width, self._below + panel_h + 2 * self.margin), 0, 0))
        self._fixed.append((Stamp.of(panel), self.margin, self._below))
        self._below += panel_h + self.margin // 3

    def _add_mark(self) -> None:
        mark = mark_stamp(self.unit)
        x, y = self.size[0] - self.margin - mark.size[0], self.size[1] - self.margin - mark.size[1]
        self._fixed.append((mark, x, y))

    def _slate(self, second: int) -> Stamp:
        size = max(14, round(self.unit * 0.023))
        text = f"{self.slate} · {second // 60:02d}:{second % 60:02d}"
        setting = fit(text, self.size[0] - 4 * self.margin, size * 2, largest=size, smallest=max(9, size - 8))
        pad = round(size * 0.6)
        widest = font(setting.size).getlength(text.translate(str.maketrans("123456789", "000000000")))
        panel = _panel(
            round(max(widest, setting.width)) + round(3.2 * pad),
            setting.height + pad // 2,
            size,
            225 if self._shaded else 125,
        )
        brush = ImageDraw.Draw(panel)
        r, middle = size * 0.24, panel.height / 2
        brush.ellipse([pad - r * 0.2, middle - r, pad + r * 1.8, middle + r], fill=(255, 86, 74, 255))
        draw_setting(brush, setting, (pad + size * 0.75, pad // 4), (240, 242, 246, 235))
        return Stamp.of(panel)

    def _heading(self, text: str) -> Stamp:
        size = max(15, round(self.unit * 0.03))
        setting = fit(
            text, self.size[0] * 0.7, self.unit * 0.13, largest=size, smallest=max(14, round(self.unit * 0.022))
        )
        pad = round(size * 0.7)
        panel = _panel(setting.width + 2 * pad, setting.height + pad, round(self.unit * 0.012), 150)
        draw_setting(ImageDraw.Draw(panel), setting, (pad, pad / 2), (236, 238, 244, 240))
        return Stamp.of(panel)


@lru_cache(maxsize=16)
def mark_stamp(unit: int, text: str = MARK) -> Stamp:
    """The mark of generated pictures, white with a soft shadow, half transparent."""
    size = max(16, round(unit * 0.034))
    face = font(size)
    width, height = round(face.getlength(text)) + size // 2, round(size * 1.4)
    letters = Image.new("L", (width // 2 * 2 + 2, height // 2 * 2))
    ImageDraw.Draw(letters).text((size // 4, letters.height / 2), text, font=face, fill=205, anchor="lm")
    shadow = ImageChops.offset(letters, 1, 2).filter(ImageFilter.GaussianBlur(size / 14)).point(lambda v: v // 2)
    picture = Image.new("RGB", letters.size, (0, 0, 0))
    picture.paste((255, 255, 255), (0, 0), letters.point(lambda v: min(255, v * 2)))
    picture.putalpha(ImageChops.lighter(letters, shadow))
    return Stamp.of(picture)


def _shade(width: int, height: int) -> Stamp:
    """A band that grows dark upwards."""
    rows = (np.clip(np.linspace(3, 0, height // 2 * 2), 0, 1) ** 1.5 * 238).astype(np.uint8)
    band = Image.new("RGB", (width, len(rows)), (10, 12, 18))
    band.putalpha(Image.fromarray(np.repeat(rows[:, None], width, axis=1)))
    return Stamp.of(band)


def _panel(width: int, height: int, radius: int, opacity: int) -> Image.Image:
    width, height = (width + 1) // 2 * 2, (height + 1) // 2 * 2
    panel = Image.new("RGBA", (width * 2, height * 2), (10, 12, 18, 0))
    ImageDraw.Draw(panel).rounded_rectangle(
        [0, 0, width * 2 - 1, height * 2 - 1], radius * 2, fill=(10, 12, 18, opacity)
    )
    return panel.reduce(2)
