"""Setting text on a picture: Chinese and English wrapped by their own rules, made to fit a box, never past its edge."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import ImageDraw

from blocks.media.fonts import font, has_glyph

NOT_FIRST = frozenset("，。、；：？！”’」』）》】〉…—·,.;:?!%)]}")
"""Characters that may not start a line."""
NOT_LAST = frozenset("“‘「『（《【〈([{")
"""Characters that may not end a line."""

LINE_HEIGHT = 1.36
_WORD = re.compile(r"\s+|[^\s⺀-鿿豈-﫿＀-￯　-〿]+|.", re.DOTALL)


@dataclass(frozen=True)
class Setting:
    """A text as it was set.

    Attributes:
        lines: The text, line by line.
        size: Font size in pixels.
        width: Width of the longest line in pixels.
        height: Height of all lines in pixels.
        cut: Whether the end was replaced by an ellipsis.
    """

    lines: tuple[str, ...]
    size: int
    width: int
    height: int
    cut: bool


def drawable(text: str) -> str:
    """The text without the characters our font cannot draw, and with line breaks turned into spaces."""
    return re.sub(r"\s+", " ", "".join(c for c in text if has_glyph(c))).strip()


def wrap(text: str, size: int, width: float) -> list[str]:
    """Break a text into lines.

    Chinese breaks between any two characters but not before a closing or after an opening mark; other scripts break
    between words, and inside a word only when it is longer than a line.

    Args:
        text: What to set.
        size: Font size in pixels.
        width: Longest line in pixels.

    Returns:
        The lines; empty for an empty text.
    """
    face = font(size)
    lines: list[str] = []
    line = ""
    for piece in _pieces(drawable(text)):
        if face.getlength((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while face.getlength(line) > width and len(line) > 1:
            end = next((n for n in range(len(line) - 1, 1, -1) if face.getlength(line[:n]) <= width), 1)
            lines.append(line[:end])
            line = line[end:]
    if line.strip():
        lines.append(line.rstrip())
    return lines


def fit(text: str, width: float, height: float, *, largest: int, smallest: int) -> Setting:
    """The largest setting of a text that fits a box; at the smallest size the end is cut with an ellipsis.

    Args:
        text: What to set.
        width: Width of the box in pixels.
        height: Height of the box in pixels.
        largest: Font size to try first, in pixels.
        smallest: Font size to stop at, in pixels.

    Returns:
        How to set it.
    """
    for size in range(largest, smallest - 1, -1):
        lines = wrap(text, size, width)
        if len(lines) * size * LINE_HEIGHT <= height:
            return _setting(lines, size, cut=False)
    rows = max(1, int(height // (smallest * LINE_HEIGHT)))
    lines = wrap(text, smallest, width)
    if len(lines) <= rows:
        return _setting(lines, smallest, cut=False)
    kept = lines[:rows]
    face = font(smallest)
    while kept[-1] and face.getlength(kept[-1] + "…") > width:
        kept[-1] = kept[-1][:-1]
    kept[-1] = kept[-1].rstrip("，。、；：,.;: ") + "…"
    return _setting(kept, smallest, cut=True)


def draw_setting(
    draw: ImageDraw.ImageDraw,
    setting: Setting,
    at: tuple[float, float],
    fill: tuple[int, ...] | int | str,
) -> None:
    """Draw a setting with its upper left corner at a point."""
    face = font(setting.size)
    for number, line in enumerate(setting.lines):
        middle = at[1] + (number + 0.5) * setting.size * LINE_HEIGHT
        draw.text((at[0], middle), line, font=face, fill=fill, anchor="lm")


def fit_text(
    draw: ImageDraw.ImageDraw,
    text: str,
    box: tuple[float, float, float, float],
    *,
    largest: int = 36,
    smallest: int = 14,
    fill: tuple[int, ...] | int | str = "white",
) -> Setting:
    """Set and draw a text inside a box.

    Args:
        draw: Where to draw.
        text: What to set; Chinese, English or both.
        box: Left, top, right, bottom in pixels.
        largest: Font size to try first, in pixels.
        smallest: Font size to stop at, in pixels; what still does not fit is cut with an ellipsis.
        fill: Colour of the text.

    Returns:
        How the text was set.
    """
    left, top, right, bottom = box
    setting = fit(text, right - left, bottom - top, largest=largest, smallest=smallest)
    draw_setting(draw, setting, (left, top), fill)
    return setting


def _setting(lines: list[str], size: int, *, cut: bool) -> Setting:
    face = font(size)
    width = max((face.getlength(line) for line in lines), default=0.0)
    return Setting(tuple(lines), size, int(width + 0.999), int(len(lines) * size * LINE_HEIGHT + 0.999), cut)


def _pieces(text: str) -> Iterator[str]:
    """The unbreakable pieces of a text, marks kept with the character they belong to."""
    held = ""
    for piece in _WORD.findall(text):
        if held and (held[-1] in NOT_LAST or piece[0] in NOT_FIRST):
            held += piece
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held
