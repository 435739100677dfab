"""Whether a picture is a cut-out."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from blocks.media import MediaError, is_cut_out


def picture(folder: Path, mode: str, name: str, ground: object, **options: object) -> Path:
    """A disc on a ground, as a file."""
    image = Image.new(mode, (64, 48), ground)  # type: ignore[arg-type]
    ImageDraw.Draw(image).ellipse((16, 8, 48, 40), fill=1 if mode == "P" else (20, 60, 120, 255)[: len(mode)])
    image.save(folder / name, **options)  # type: ignore[arg-type]
    return folder / name


@pytest.mark.parametrize(
    ("mode", "name", "ground", "options", "cut_out"),
    [
        ("RGBA", "clear.png", (0, 0, 0, 0), {}, True),
        ("RGBA", "clear.webp", (0, 0, 0, 0), {"lossless": True}, True),
        ("P", "palette.png", 0, {"transparency": 0}, True),
        ("RGBA", "opaque.png", (200, 180, 160, 255), {}, False),
        ("RGBA", "veil.png", (200, 180, 160, 128), {}, False),
        ("RGB", "photo.jpg", (200, 180, 160), {}, False),
    ],
)
def test_a_cut_out_has_parts_that_are_fully_transparent(
    tmp_path: Path, mode: str, name: str, ground: object, options: dict[str, object], cut_out: bool
) -> None:
    """By what its pixels say: an alpha channel alone makes no cut-out, nor does a veil."""
    assert is_cut_out(picture(tmp_path, mode, name, ground, **options)) is cut_out


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    """Half a PNG tells nothing of the other half."""
    whole = picture(tmp_path, "RGBA", "clear.png", (0, 0, 0, 0)).read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match="damaged"):
        is_cut_out(tmp_path / "half.png")
