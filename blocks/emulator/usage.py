"""What the service counts for a finished job, model by model.

Facts: models.yaml `usage` of each model, models-extra.yaml `fills_of_models_yaml` and `usage` of the picture models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from blocks import catalog

_TOTALS = ("duration", "input_video_duration", "output_video_duration", "video_count", "SR")
_SIZED = (*_TOTALS, "size")
_BY_MODEL: dict[str, tuple[str, ...]] = {
    "wan2.6-t2v": _SIZED,
    "wan2.6-t2v-us": _SIZED,
    "wan2.6-i2v": _TOTALS,
    "wan2.6-i2v-us": _TOTALS,
    "wan2.6-i2v-flash": (*_TOTALS, "audio"),
    "wanx2.1-i2v-turbo": ("video_duration", "video_ratio", "video_count"),
    "wanx2.1-i2v-plus": ("video_duration", "video_ratio", "video_count"),
    "wanx2.1-kf2v-plus": ("video_duration", "video_ratio", "video_count"),
    "wan2.6-t2i": ("image_count", "size", "input_tokens", "output_tokens", "total_tokens"),
    "qwen-image-max": ("image_count", "width", "height"),
}
_BY_FAMILY: dict[str, tuple[str, ...]] = {
    "text-to-video": ("video_duration", "video_ratio", "video_count"),
    "image-to-video": ("duration", "SR", "video_count"),
    "keyframe-to-video": ("video_duration", "video_count", "SR"),
    "reference-to-video": _SIZED,
    "video-edit": ("video_duration", "video_ratio", "video_count"),
    "digital-human": ("duration", "video_count", "SR"),
    "video-style": ("duration", "SR"),
}
_BY_KIND: dict[str, tuple[str, ...]] = {
    "video": ("video_duration", "video_ratio"),
    "template": ("video_duration", "video_ratio"),
    "image": ("image_count",),
    "check": ("image_count",),
}


@dataclass(frozen=True)
class Made:
    """What a run made, as usage counts it.

    Attributes:
        width: Pixels.
        height: Pixels.
        seconds: Length of a film, 0 for pictures.
        sound: Whether a film has sound.
        pictures: How many pictures came out or were looked at.
        lengths: Seconds of the films and sounds that went in, by dotted field.
    """

    width: int
    height: int
    seconds: float
    sound: bool
    pictures: int = 1
    lengths: Mapping[str, float] = field(default_factory=dict)


def usage(request: catalog.Request, made: Made, *, at_once: bool = False) -> dict[str, Any]:
    """What the service counts for a finished job.

    Args:
        request: The request.
        made: What came of it.
        at_once: Whether it was made within the call.
    """
    row = request.row
    if at_once and row.sync_result is not None:
        return usage(request, made) | {"width": made.width, "height": made.height}
    names = _BY_MODEL.get(row.same_as or row.id) or (_BY_FAMILY.get(row.family) if row.kind == "video" else None)
    names = names or _BY_KIND[row.kind]
    if not set(names) & set(row.billing.quantity):  # a new model, counted as its row says
        names = (*row.billing.quantity, *(("SR",) if row.billing.by.startswith("tier") else ()))
    return {name: _COUNTS[name](request, made) for name in names}


def _whole(number: float | Decimal) -> float:
    """Hundredths of a second, a whole number where it is one."""
    number = round(float(number), 2)
    return int(number) if number.is_integer() else number


def _taken(request: catalog.Request, made: Made) -> Decimal:
    if not request.row.billing.input_seconds:
        return Decimal(0)
    return request.input_seconds_from(made.lengths) or Decimal(0)


def _total(request: catalog.Request, made: Made) -> float:
    return _whole(Decimal(str(round(made.seconds, 2))) + _taken(request, made))


def _ratio(request: catalog.Request, made: Made) -> str:
    """What the family calls a ratio: the size, the service mode, a ratio, or always the same word."""
    row = request.row
    if row.family == "text-to-video":
        return f"{made.width}*{made.height}"
    if row.billing.by == "mode":
        return next((word for word, mode in row.billing.words.items() if mode == request.mode), str(request.mode))
    if row.billing.by == "ratio" and request.ratio is not None:
        return request.ratio
    return "standard"


def _tier(request: catalog.Request, made: Made) -> int:
    """The tier asked for: style transform is billed by it, not by what came out (models.yaml video-style-transform)."""
    said = (request.tier or "").removesuffix("P")
    return int(said) if said.isdigit() else min(made.width, made.height)


_COUNTS: dict[str, Callable[[catalog.Request, Made], Any]] = {
    "duration": _total,
    "input_video_duration": lambda request, made: _whole(_taken(request, made)),
    "output_video_duration": lambda request, made: _whole(made.seconds),
    "video_duration": lambda request, made: _whole(made.seconds),
    "video_ratio": _ratio,
    "video_count": lambda request, made: 1,
    "SR": _tier,
    "size": lambda request, made: f"{made.width}*{made.height}",
    "audio": lambda request, made: made.sound,
    "image_count": lambda request, made: made.pictures,
    "width": lambda request, made: made.width,
    "height": lambda request, made: made.height,
    "input_tokens": lambda request, made: 0,
    "output_tokens": lambda request, made: 0,
    "total_tokens": lambda request, made: 0,
}
