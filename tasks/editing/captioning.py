"""Captions on a film."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from blocks import media
from tasks.asset import Asset
from tasks.editing.checks import later_than
from tasks.editing.making import Video, make
from tasks.operations import OperationInput, Takes, operation


class CaptionInput(BaseModel):
    """A text and when it shows."""

    model_config = ConfigDict(extra="forbid")

    start: float = Field(ge=0, description="When it begins to show, seconds of the film.")
    end: Annotated[float, Field(description="When it no longer shows, seconds of the film."), later_than("start")]
    text: str = Field(min_length=1, max_length=1000, description="What is to be read; may have several lines.")


class SubtitlesInput(OperationInput):
    """A film and its captions: a file of them, its text, or a list."""

    video: Video
    file: Annotated[Asset | None, Takes(("file",))] = Field(default=None, description="An SRT or WebVTT file, UTF-8.")
    text: str | None = Field(default=None, description="In place of a file: what would stand in it.")
    captions: list[CaptionInput] | None = Field(
        default=None,
        min_length=1,
        validate_default=True,
        description="In place of a file: a list of {start, end, text}, times in seconds of the film.",
    )
    show: Literal["burnt_in", "track", "both"] = Field(
        default="burnt_in",
        description="burnt_in writes them into the pictures, track lets players show them on request, both does both.",
    )
    language: str | None = Field(
        default=None, pattern="^[a-z]{3}$", description="Language of the track, ISO 639-2: eng, zho."
    )

    @field_validator("text")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                media.parse_captions(text)
            except media.MediaError as error:
                raise ValueError(error.what) from None
        return text

    @field_validator("captions")
    @classmethod
    def _one_of_them(cls, captions: list[CaptionInput] | None, info: ValidationInfo) -> list[CaptionInput] | None:
        given = [captions, info.data.get("file"), info.data.get("text")]
        if "text" in info.data and sum(one is not None for one in given) != 1:
            raise ValueError("give one of these: a file, its text, or a list of captions")
        return captions


@operation("subtitles", SubtitlesInput, {"video": "video"}, version=2)
async def subtitles(given: SubtitlesInput) -> dict[str, Any]:
    """Put captions on a film: into its pictures, as a track, or both. Its sound is not touched."""
    sources = [given.video] if given.file is None else [given.video, given.file]
    return {"video": await make("film.mp4", sources, partial(_subtitled, given))}


def _subtitled(given: SubtitlesInput, paths: list[Path], to: Path) -> None:
    captions: Sequence[media.Caption]
    if given.captions is not None:
        captions = [media.Caption(one.start, one.end, one.text) for one in given.captions]
    elif given.text is not None:
        captions = media.parse_captions(given.text)
    else:
        captions = media.read_captions(paths[1])
    media.subtitles(
        paths[0], to, captions, burn=given.show != "track", track=given.show != "burnt_in", language=given.language
    )
