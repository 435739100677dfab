"""A storyboard: a film in words. Shots are camera takes; a scene is up to 15 seconds of them, sent as one request."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from flows.document import Document, InvalidInput, Problem, nearest, read_document, validate
from flows.pipeline import OnFailure

Language = Literal["zh", "en"]
Continuity = Literal["none", "last-frame"]

STYLES = {
    "none": None,
    "japanese manga": 0,
    "american comic": 1,
    "fresh comic": 2,
    "3d cartoon": 3,
    "chinese-style cartoon": 4,
    "paper craft": 5,
    "simple illustration": 6,
    "chinese ink": 7,
}
"""The presets of ``video-style-transform`` by name (models.yaml video-style-transform.parameters.style)."""


class Style(BaseModel):
    """A look the whole film is given after it was shot: a preset, or free text through video repainting.

    Attributes:
        preset: 0 to 7, a preset of video-style-transform; the names are in `STYLES`.
        prompt: the look in free words (wanx2.1-vace-plus, at most 5 seconds a scene).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: int | None = Field(default=None, ge=0, le=7)
    prompt: str | None = Field(default=None, min_length=1)
    parameters: dict[str, Any] = Field(default={}, description="Further parameters of the model that restyles.")

    @model_validator(mode="after")
    def _one_way(self) -> Style:
        if (self.preset is None) == (self.prompt is None):
            raise ValueError("a style is either a `preset` or a `prompt`")
        return self

    @property
    def name(self) -> str:
        """What people call it."""
        names = {number: name for name, number in STYLES.items()}
        return names[self.preset].title() if self.preset is not None else str(self.prompt)


def style_of(value: Any) -> Any:
    """A style given by number, by a preset's name, or in free words."""
    if value is None or isinstance(value, Style | dict | bool):
        return value
    if isinstance(value, int) or (isinstance(value, str) and value.strip().isdigit()):
        number = int(value)
        if not 0 <= number <= 7:
            raise ValueError(f"style presets are 0 to 7, got {number}")
        return {"preset": number}
    if isinstance(value, str):
        name = re.sub(r"[_\s]+", " ", value.strip().lower())
        if name in STYLES:
            return None if STYLES[name] is None else {"preset": STYLES[name]}
        hint = nearest(name, STYLES)
        if hint and len(name.split()) <= 3:
            raise ValueError(f"there is no style preset '{value}'.{hint} For a look in free words: {{prompt: ...}}")
        return {"prompt": value}
    return value


StyleChoice = Annotated[
    Style | None, Field(description="Preset 0-7 or its name, or free words; none to leave as shot.")
]


class Shot(BaseModel):
    """One camera take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str = Field(min_length=1, description="What is seen and how: shot size, subject, action, camera, light.")
    seconds: int = Field(default=3, ge=1, description="How long it plays, whole seconds.")

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("an empty prompt: say what the shot shows")
        return value.strip()


class Scene(BaseModel):
    """Shots that belong together; longer than a model can make, they are split at shot borders.

    Everything but ``title`` and ``shots`` overrides the storyboard's own for this scene.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = None
    shots: list[Shot] = Field(min_length=1)
    look: str | None = None
    language: Language | None = None
    model: str | None = None
    size: str | None = None
    style: StyleChoice = None
    seed: int | None = None
    negative_prompt: str | None = None
    audio_url: str | None = None
    take: int = Field(default=1, ge=1)

    _read_style = field_validator("style", mode="before", json_schema_input_type=int | str | Style | None)(style_of)


class Brief(BaseModel):
    """A film in a sentence or two; the chat model writes the storyboard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1, description="What the film is about.")
    scenes: int = Field(default=3, ge=1, le=20)
    seconds: int = Field(default=30, ge=4, le=300, description="Length of the whole film.")
    language: Language = "en"
    model: str = Field(default="qwen-plus", description="The chat model that writes.")

    @model_validator(mode="after")
    def _room_for_scenes(self) -> Brief:
        if not self.scenes * 2 <= self.seconds <= self.scenes * 15:
            raise ValueError(f"{self.scenes} scenes hold {self.scenes * 2} to {self.scenes * 15} seconds")
        return self


class Storyboard(BaseModel):
    """A whole film. Give ``scenes``, or a ``brief`` from which they are written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=120, description="Of the film and of its folder.")
    look: str = Field(default="", description="The overall look; said at the start of every scene's prompt.")
    brief: Brief | None = Field(default=None, description="Instead of scenes: what the film is about.")
    scenes: list[Scene] = Field(default=[], description="In the order they play.")
    style: StyleChoice = None
    size: str | None = Field(
        default=None, description="Width*height in pixels, e.g. 1280*720; the model's default if absent."
    )
    model: str = Field(default="wan2.6-t2v", description="The text-to-video model.")
    image_model: str = Field(default="wan2.6-i2v", description="The image-to-video model that goes on from a frame.")
    continuity: Continuity = Field(default="none", description="last-frame: each scene starts from the last one's end.")
    seed: int | None = Field(default=None, ge=0, le=2147483647)
    negative_prompt: str | None = None
    language: Language | None = Field(default=None, description="Of the shot marks; guessed from the text if absent.")
    music: str | None = Field(default=None, description="A sound file to lay under the film: path, storage or web URL.")
    music_gain_db: float = Field(default=-8.0, ge=-60, le=12)
    watermark: bool | None = None
    on_failure: OnFailure = Field(
        default="continue", description="continue: one failed scene leaves the others; stop: it ends the run."
    )
    truncate: bool = Field(default=False, description="Let over-long prompts be cut instead of refusing them.")

    _read_style = field_validator("style", mode="before", json_schema_input_type=int | str | Style | None)(style_of)

    @field_validator("brief", mode="before", json_schema_input_type=str | Brief | None)
    @classmethod
    def _brief_in_words(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _scenes_or_brief(self) -> Storyboard:
        if bool(self.scenes) == (self.brief is not None):
            raise ValueError("a storyboard has `scenes`, or a `brief` from which they are written; give one of the two")
        return self

    @property
    def seconds(self) -> int:
        """Length of the whole film."""
        return sum(shot.seconds for scene in self.scenes for shot in scene.shots) or (
            self.brief.seconds if self.brief else 0
        )


def language_of(text: str) -> Language:
    """Chinese when a good part of the letters are Chinese, else English."""
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
    latin = len(re.findall(r"[A-Za-z]+", text))
    return "zh" if chinese > latin else "en"


def load_storyboard(
    path: Path, change: Callable[[dict[str, Any]], dict[str, Any]] | None = None
) -> tuple[Storyboard, Document]:
    """A storyboard file; relative paths in it start from its own folder.

    Args:
        change: what is to be said otherwise than in the file.

    Raises:
        InvalidInput: with file, line and column of each problem.
    """
    document = read_document(path)
    if isinstance(document.data, dict) and "steps" in document.data:
        message = f"this is a pipeline, not a storyboard; run it with `wanflow run {path.name}`"
        raise InvalidInput([Problem((), message)], document)
    data = document.data
    if change is not None and isinstance(data, dict):
        data = change(copy.deepcopy(data))
    storyboard = validate(Storyboard, data, document)
    return anchored(storyboard, path.parent), document


def anchored(storyboard: Storyboard, base: Path) -> Storyboard:
    """The storyboard with relative local paths made absolute."""

    scenes = [scene.model_copy(update={"audio_url": anchor(scene.audio_url, base)}) for scene in storyboard.scenes]
    return storyboard.model_copy(update={"music": anchor(storyboard.music, base), "scenes": scenes})


def anchor(value: str | None, folder: Path) -> str | None:
    """A relative local path, from its folder; everything else as it is."""
    if not value or "://" in value or value.startswith(("data:", "~")):
        return value
    return str((folder / value).resolve())
