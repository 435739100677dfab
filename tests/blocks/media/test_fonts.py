"""The font that writes on pictures."""

from pathlib import Path

import pytest
from PIL import ImageFont

from blocks.media import fonts

STORYBOARD = "雨夜的纽约街头霓虹灯闪烁一位身穿黑色风衣的侦探快步行走进入老旧建筑特写镜头全景中景猫花园云海晨光剪纸风格"
PUNCTUATION = "「」，。：；！？、（）《》…"
LATIN = "ABCDEFGHJKLMNabcdefghjkmn0123456789"


@pytest.mark.parametrize("characters", [STORYBOARD, PUNCTUATION, LATIN], ids=["chinese", "punctuation", "latin"])
def test_every_character_of_a_storyboard_has_a_shape_of_its_own(characters: str) -> None:
    """Storyboard words, their punctuation and Latin are drawn, each differently, and none as the empty box."""
    face = fonts.font(32)
    box = face.getmask(fonts.MISSING)
    shapes = {}
    for character in set(characters):
        mask = face.getmask(character)
        assert mask.getbbox() is not None, character
        shapes[character] = (mask.size, bytes(mask), face.getbbox(character))
        assert shapes[character][:2] != (box.size, bytes(box)), character
    assert len(set(shapes.values())) == len(shapes)


def test_a_font_without_chinese_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A font file that cannot draw the sample is passed over, whatever its name."""
    broken = tmp_path / "NotoSansCJK-Regular.ttc"
    broken.write_bytes(b"not a font")
    monkeypatch.setattr(fonts, "_system_fonts", lambda: iter([broken]))
    fonts.find_font.cache_clear()
    path, _ = fonts.find_font()
    assert path != broken


def test_the_packaged_font_serves_a_machine_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no font in the system, the one that comes with our packages draws the sample."""
    monkeypatch.setattr(fonts, "_system_fonts", lambda: iter([]))
    fonts.find_font.cache_clear()
    path, index = fonts.find_font()
    assert fonts.PACKAGE in path.parts
    assert "SC" in str(ImageFont.FreeTypeFont(str(path), 24, index).getname()[0])


def test_without_any_font_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with no Chinese font at all is told which package brings one."""
    monkeypatch.setattr(fonts, "_system_fonts", lambda: iter([]))
    monkeypatch.setattr(fonts, "_packaged_fonts", lambda: iter([]))
    fonts.find_font.cache_clear()
    with pytest.raises(fonts.NoFont, match="noto-cjk-sans-otc"):
        fonts.find_font()


def test_a_character_the_font_lacks_is_known() -> None:
    """What would come out as an empty box is told apart from what is drawn."""
    assert fonts.has_glyph("雨")
    assert not fonts.has_glyph("\U0010fffd")


@pytest.fixture(autouse=True)
def _fresh_search():  # type: ignore[no-untyped-def]
    yield
    fonts.find_font.cache_clear()
