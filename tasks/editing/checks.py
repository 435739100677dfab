"""What one input of an operation must be, beside the others: checks that a field names beside its type."""

from __future__ import annotations

from typing import TypeVar

from pydantic import AfterValidator, ValidationInfo

from blocks import media
from tasks.asset import Asset

T = TypeVar("T")


def _within_video(value: float, info: ValidationInfo) -> float:
    video = info.data.get("video")
    if isinstance(video, Asset) and video.seconds is not None and value >= video.seconds:
        raise ValueError(f"must be within the video, which is {video.seconds:.2f} s long; got {value:g}")
    return value


WithinVideo = AfterValidator(_within_video)
"""A time before the end of the video, as far as its length is known."""


def later_than(name: str) -> AfterValidator:
    """A time later than the one in another input."""

    def check(value: float | None, info: ValidationInfo) -> float | None:
        start = info.data.get(name)
        if value is not None and start is not None and value <= start:
            raise ValueError(f"must be later than {name}, which is {start:g}; got {value:g}")
        return value

    return AfterValidator(check)


def one_for_each(name: str) -> AfterValidator:
    """A list as long as the one in another input."""

    def check(value: list[T] | None, info: ValidationInfo) -> list[T] | None:
        others = info.data.get(name)
        if value is not None and others is not None and len(value) != len(others):
            raise ValueError(f"must be one for each of {name}: {len(others)}; got {len(value)}")
        return value

    return AfterValidator(check)


def colour_or(*others: str) -> AfterValidator:
    """A colour, or one of some other words."""

    def check(value: str) -> str:
        if value not in others and not media.is_colour(value):
            also = "".join(f", '{other}'" for other in others)
            raise ValueError(f"must be a colour such as 'black' or '#20242c'{also}; got '{value}'")
        return value

    return AfterValidator(check)
