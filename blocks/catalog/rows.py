"""The catalog's rows by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType

from blocks.catalog import (
    animate,
    animate_anyone,
    background,
    chat,
    digital_human,
    emo,
    emoji,
    erasing,
    image_editing,
    image_to_video,
    image_to_video_silent,
    keyframe_to_video,
    live_portrait,
    out_painting,
    painting,
    portrait_restyling,
    poster,
    reference_to_video,
    segmentation,
    shoe_model,
    text_to_image,
    text_to_video,
    video_editing,
    video_retalk,
    video_style,
    virtual_model,
)
from blocks.catalog.errors import Problem, UnknownModel
from blocks.catalog.model import Model

_FAMILIES = (
    text_to_video.MODELS,
    image_to_video.MODELS,
    image_to_video_silent.MODELS,
    keyframe_to_video.MODELS,
    reference_to_video.MODELS,
    video_editing.MODELS,
    digital_human.MODELS,
    animate.MODELS,
    animate_anyone.MODELS,
    emo.MODELS,
    live_portrait.MODELS,
    video_retalk.MODELS,
    emoji.MODELS,
    video_style.MODELS,
    text_to_image.MODELS,
    image_editing.MODELS,
    portrait_restyling.MODELS,
    background.MODELS,
    out_painting.MODELS,
    virtual_model.MODELS,
    shoe_model.MODELS,
    poster.MODELS,
    segmentation.MODELS,
    erasing.MODELS,
    painting.MODELS,
    chat.MODELS,
)


def _rows() -> Iterator[Model]:
    for family in _FAMILIES:
        for row in family:
            yield row
            for region, name in row.also.items():
                yield replace(row, id=name, regions=(region,), also={}, same_as=row.id)


MODELS: Mapping[str, Model] = MappingProxyType({row.id: row for row in _rows()})
"""Every model by id, family by family."""


def find(model: str) -> Model:
    """The row of a model.

    Args:
        model: the id as on the wire.

    Raises:
        UnknownModel: no such id; its text names the nearest ones.
    """
    row = MODELS.get(model) if isinstance(model, str) else None
    if row is None:
        near = get_close_matches(str(model), MODELS, n=3, cutoff=0.5)
        hint = f"; the nearest: {', '.join(near)}" if near else "; `wanflow models` lists them"
        raise UnknownModel([Problem("model", f"is no model of the catalog: {str(model)[:80]!r}{hint}", model)])
    return row


def at_once(model: str) -> bool:
    """Whether a model answers at once; of one without a row nobody knows, and most do not."""
    row = MODELS.get(model)
    return row is not None and row.at_once
