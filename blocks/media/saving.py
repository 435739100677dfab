"""A picture as a file."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image

from .errors import MediaError
from .probe import MediaInfo, probe


def save_picture(picture: Image.Image, dst: str | os.PathLike[str], *, quality: int = 92) -> MediaInfo:
    """Writes a picture as a PNG or, when the name says so, a JPEG; behind what was transparent a JPEG is white.

    Args:
        quality: of a JPEG, 1 to 95.

    Raises:
        MediaError: it cannot be written.
    """
    try:
        if os.fspath(dst).lower().endswith((".jpg", ".jpeg")):
            on_white = Image.new("RGBA", picture.size, "white")
            on_white.alpha_composite(picture.convert("RGBA"))
            on_white.convert("RGB").save(dst, "JPEG", quality=quality, optimize=True)
        else:
            picture.save(dst, "PNG", compress_level=4)
    except OSError as error:
        Path(dst).unlink(missing_ok=True)
        raise MediaError(f"cannot be written: {error}", os.fspath(dst)) from error
    return probe(dst)
