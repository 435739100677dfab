"""The size of the picture a model gives back, from the request and the media it was given."""

import math
import re
from collections.abc import Mapping
from typing import Any

TIER_PIXELS = {"480P": 832 * 480, "720P": 1280 * 720, "1080P": 1920 * 1080}
"""Pixels of a tier; the ratio of the picture decides how they are shared out (models.yaml wan2.6-i2v)."""
STEP = 16
TIER_SIZES = {"480P": (832, 480), "720P": (1280, 720), "1080P": (1920, 1080)}


def tier_size(width: int, height: int, tier: str) -> tuple[int, int]:
    """Size of a tier in the ratio of a picture: the tier's pixels, each side cut down to a multiple of 16.

    750x1000 at 720P gives 816x1104 (models.yaml wan2.6-i2v output sizes).
    """
    pixels = TIER_PIXELS.get(tier.upper(), TIER_PIXELS["720P"])
    ratio = min(8.0, max(0.125, width / height))
    return _step_down(math.sqrt(pixels * ratio)), _step_down(math.sqrt(pixels / ratio))


def capped_size(width: int, height: int, tier: str = "720P") -> tuple[int, int]:
    """Size in the ratio of a picture with at most a tier's pixels, both sides even; small pictures stay as they are."""
    pixels = TIER_PIXELS[tier]
    scale = min(1.0, math.sqrt(pixels / (width * height)))
    return _even(width * scale), _even(height * scale)


def short_side_size(width: int, height: int, short_side: int) -> tuple[int, int]:
    """Size in the ratio of a picture with the given short side, both sides even."""
    scale = short_side / min(width, height)
    return _even(width * scale), _even(height * scale)


def asked_size(parameters: Mapping[str, Any], *, default: tuple[int, int] = (1280, 720)) -> tuple[int, int]:
    """Size a request asks for: ``size`` as "W*H", or ``resolution`` as a tier with a ``ratio``, or a default."""
    match = re.fullmatch(r"\s*(\d{2,4})\s*[*xX×]\s*(\d{2,4})\s*", str(parameters.get("size") or ""))
    if match:
        return _even(int(match[1])), _even(int(match[2]))
    tier = str(parameters.get("resolution") or "").upper()
    if tier not in TIER_SIZES:
        return default
    ratio = re.fullmatch(r"\s*(\d+)\s*:\s*(\d+)\s*", str(parameters.get("ratio") or "16:9"))
    if ratio is None or (ratio[1], ratio[2]) == ("16", "9"):
        return TIER_SIZES[tier]
    if (ratio[1], ratio[2]) == ("9", "16"):
        return TIER_SIZES[tier][1], TIER_SIZES[tier][0]
    return tier_size(int(ratio[1]), int(ratio[2]), tier)


def _step_down(side: float) -> int:
    return max(STEP, int(side / STEP + 1e-6) * STEP)


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)
