"""The size of the picture a model gives back, from the request and the media it was given."""

import math
import re
from collections.abc import Mapping
from typing import Any

from blocks.catalog.wan import TIERS

STEP = 16


def widest_of(tier: str) -> tuple[int, int]:
    """The widest size of a tier.

    Raises:
        KeyError: no such tier.
    """
    sizes = [size.partition("*") for size, name in TIERS.items() if name == tier.upper()]
    if not sizes:
        raise KeyError(tier)
    return max((int(width), int(height)) for width, _, height in sizes)


def tier_pixels(tier: str) -> int:
    """Pixels of a tier, 720P's where there is no such tier; the ratio of the picture decides how they are shared out
    (models.yaml wan2.6-i2v)."""
    width, height = widest_of(tier if tier.upper() in TIERS.values() else "720P")
    return width * height


def tier_size(width: int, height: int, tier: str) -> tuple[int, int]:
    """Size of a tier in the ratio of a picture: the tier's pixels, each side cut down to a multiple of 16.

    750x1000 at 720P gives 816x1104 (models.yaml wan2.6-i2v output sizes).
    """
    pixels = tier_pixels(tier)
    ratio = min(8.0, max(0.125, width / height))
    return _step_down(math.sqrt(pixels * ratio)), _step_down(math.sqrt(pixels / ratio))


def capped_size(width: int, height: int, tier: str = "720P") -> tuple[int, int]:
    """Size in the ratio of a picture with at most a tier's pixels, both sides even; small pictures stay as they are."""
    scale = min(1.0, math.sqrt(tier_pixels(tier) / (width * height)))
    return _even(width * scale), _even(height * scale)


def short_side_size(width: int, height: int, short_side: int) -> tuple[int, int]:
    """Size in the ratio of a picture with the given short side, both sides even."""
    scale = short_side / min(width, height)
    return _even(width * scale), _even(height * scale)


def asked_size(parameters: Mapping[str, Any], *, default: tuple[int, int] = (1280, 720)) -> tuple[int, int]:
    """Size a request asks for: ``size`` as "W*H", or ``resolution`` as a tier, or a default."""
    match = re.fullmatch(r"\s*(\d{2,4})\s*[*xX×]\s*(\d{2,4})\s*", str(parameters.get("size") or ""))
    if match:
        return _even(int(match[1])), _even(int(match[2]))
    tier = str(parameters.get("resolution") or "").upper()
    return widest_of(tier) if tier in TIERS.values() else default


def _step_down(side: float) -> int:
    return max(STEP, int(side / STEP + 1e-6) * STEP)


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)
