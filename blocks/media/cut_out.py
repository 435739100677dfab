"""Whether a picture is a cut-out: something on a transparent ground."""

from __future__ import annotations

from .probe import looks_like_image, opened_image
from .sources import Source


def is_cut_out(source: Source) -> bool:
    """Whether some of a picture is fully transparent; an alpha channel in which nothing is does not count.

    Args:
        source: a local path or a seekable binary file; a film is no cut-out.

    Raises:
        MediaError: it is damaged.
    """
    if not looks_like_image(source):
        return False
    with opened_image(source) as image:
        if not image.has_transparency_data:
            return False
        lowest, _ = image.convert("RGBA").getchannel("A").getextrema()
        return lowest == 0
