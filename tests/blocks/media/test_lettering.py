"""Chinese and English set on pictures."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from blocks.media.fonts import font
from blocks.media.lettering import NOT_FIRST, NOT_LAST, drawable, fit, fit_text, wrap

CHINESE = "侦探进入一栋老旧建筑，雨水打湿了他的外套，「门」在他身后缓缓关闭。远处传来警笛声，他微微皱眉思考。"
ENGLISH = "A gardener walks between the floating islands, watering flowers while the morning light breaks through."


@pytest.mark.parametrize("text", [CHINESE, ENGLISH, CHINESE + ENGLISH], ids=["chinese", "english", "mixed"])
@pytest.mark.parametrize("width", [180, 333, 700])
def test_no_line_is_wider_than_its_box(text: str, width: int) -> None:
    """Every line fits, and nothing of the text is lost."""
    lines = wrap(text, 24, width)
    assert max(font(24).getlength(line) for line in lines) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_marks_stay_with_their_characters() -> None:
    """No line starts with a closing mark and none ends with an opening one."""
    for width in range(150, 420, 7):
        lines = wrap(CHINESE, 24, width)
        assert not any(line[0] in NOT_FIRST for line in lines[1:])
        assert not any(line[-1] in NOT_LAST for line in lines[:-1])


def test_english_breaks_between_words() -> None:
    """A word is not cut as long as it fits on a line."""
    assert [word for line in wrap(ENGLISH, 20, 260) for word in line.split()] == ENGLISH.split()


def test_a_word_longer_than_the_line_is_cut() -> None:
    """A word that fits no line is broken instead of running over the edge."""
    lines = wrap("W" * 60, 24, 200)
    assert len(lines) > 1
    assert max(font(24).getlength(line) for line in lines) <= 200


def test_a_long_text_is_set_smaller_and_then_cut() -> None:
    """Text shrinks to fit its box; at the smallest size the rest becomes an ellipsis."""
    roomy = fit(CHINESE, 600, 200, largest=40, smallest=16)
    tight = fit(CHINESE, 600, 80, largest=40, smallest=16)
    hopeless = fit(CHINESE * 10, 300, 60, largest=40, smallest=16)
    assert roomy.size > tight.size >= 16
    assert not tight.cut
    assert hopeless.cut and hopeless.lines[-1].endswith("…") and hopeless.height <= 60


def test_drawn_text_stays_inside_its_box() -> None:
    """Not one pixel is drawn outside the box, and something is drawn inside."""
    picture = Image.new("L", (640, 300))
    box = (100, 80, 500, 200)
    fit_text(ImageDraw.Draw(picture), CHINESE + ENGLISH, box, largest=60, smallest=12, fill=255)
    pixels = np.asarray(picture)
    assert pixels[80:200, 100:500].any()
    outside = pixels.copy()
    outside[80:200, 100:500] = 0
    assert not outside.any()


def test_what_the_font_lacks_is_left_out() -> None:
    """A character without a glyph disappears instead of showing as an empty box; line breaks become spaces."""
    assert drawable("猫\U0010fffd在\n窗台") == "猫在 窗台"


def test_nothing_gives_no_lines() -> None:
    """An empty text is no line."""
    assert wrap("  ", 20, 100) == []
