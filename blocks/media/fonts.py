"""A font that can write Chinese and English on any machine.

The system's own font is taken when it has one with the glyphs we need; otherwise the one that comes with the
``noto-cjk-sans-otc`` package (Noto Sans CJK, SIL Open Font License). A font is trusted only after it has been seen to
draw our sample characters as something else than its "missing" box.
"""

import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from PIL import ImageFont

SAMPLE = "的雨夜侦探镜头门灯园「」，。：Ag1"
"""Characters a font must draw to be used: simplified Chinese, its punctuation, Latin and digits."""

FOLDERS = {
    "linux": ("~/.local/share/fonts", "~/.fonts", "/usr/share/fonts", "/usr/local/share/fonts"),
    "darwin": ("~/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts", "/System/Library/AssetsV2"),
    "win32": ("~/AppData/Local/Microsoft/Windows/Fonts", "C:/Windows/Fonts"),
}
NAMES = (
    "NotoSansCJKsc-Regular",
    "NotoSansSC-Regular",
    "NotoSansCJK-Regular",
    "SourceHanSansSC-Regular",
    "SourceHanSansCN-Regular",
    "SourceHanSans",
    "PingFang",
    "Hiragino Sans GB",
    "msyh",
    "wqy-microhei",
    "wqy-zenhei",
    "STHeiti",
    "simhei",
    "DroidSansFallbackFull",
    "DroidSansFallback",
)
"""File names without suffix, best first."""

PACKAGE = "noto_cjk_sans_otc"
MISSING = "\U0010fffd"


class NoFont(RuntimeError):
    """No font on this machine draws Chinese; the text says what to install."""


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """A font with Chinese and Latin glyphs.

    Args:
        size: Height of the em square in pixels.

    Returns:
        The font, ready for Pillow.

    Raises:
        NoFont: Neither the system nor the package has one.
    """
    path, index = find_font()
    return ImageFont.FreeTypeFont(str(path), size, index)


@lru_cache(maxsize=1)
def find_font() -> tuple[Path, int]:
    """The font file in use, and the number of the face inside it.

    Raises:
        NoFont: Neither the system nor the package has one.
    """
    for path in (*_system_fonts(), *_packaged_fonts()):
        index = _simplified_face(path)
        if index is not None:
            return path, index
    package = PACKAGE.replace("_", "-")
    raise NoFont(f"No font with Chinese glyphs on this machine. Install Noto Sans CJK, or: pip install {package}")


@lru_cache(maxsize=8192)
def has_glyph(character: str) -> bool:
    """Whether the font in use really draws this character, and not an empty box."""
    return character.isspace() or _draws(font(24), character)


def _system_fonts() -> Iterator[Path]:
    found: dict[str, Path] = {}
    for folder in FOLDERS.get(sys.platform, FOLDERS["linux"]):
        root = Path(folder).expanduser()
        if root.is_dir():
            for path in root.rglob("*"):
                if path.suffix.lower() in {".ttf", ".ttc", ".otf"}:
                    found.setdefault(path.stem.lower(), path)
    for name in NAMES:
        if name.lower() in found:
            yield found[name.lower()]


def _packaged_fonts() -> Iterator[Path]:
    try:
        folder = files(PACKAGE)
    except ModuleNotFoundError:
        return
    yield from sorted(Path(str(folder)).glob("*.ttc"))


def _simplified_face(path: Path) -> int | None:
    """The face of a font file that draws the sample, the simplified Chinese one when a collection has several."""
    usable: list[int] = []
    for index in range(10 if path.suffix.lower() == ".ttc" else 1):
        try:
            face = ImageFont.FreeTypeFont(str(path), 24, index)  # truetype() would look for the name elsewhere
        except OSError:
            break
        if all(_draws(face, character) for character in SAMPLE):
            if "SC" in str(face.getname()[0]).split():
                return index
            usable.append(index)
    return usable[0] if usable else None


def _draws(face: ImageFont.FreeTypeFont, character: str) -> bool:
    mask = face.getmask(character)
    if mask.getbbox() is None:
        return False
    box = face.getmask(MISSING)
    return mask.size != box.size or bytes(mask) != bytes(box)
