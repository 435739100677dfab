"""What the Wan video models have in common: texts, sizes, seeds, shots, sound and first frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media, Text, Whole
from blocks.catalog.requests import Conflict, Input, Parameters

# Texts. models.yaml: wan2.5 and newer read 1500 characters, older ones 800; negative prompts 500 everywhere.
LongPrompt = Annotated[str, Text(1500), Field(description="What the video should show, Chinese or English.")]
ShortPrompt = Annotated[str, Text(800), Field(description="What the video should show, Chinese or English.")]
LongMotion = Annotated[str, Text(1500, may_be_empty=True), Field(description="What should happen in the video.")]
ShortMotion = Annotated[str, Text(800, may_be_empty=True), Field(description="What should happen in the video.")]
NegativePrompt = Annotated[str, Text(500, may_be_empty=True), Field(description="What should not appear.")]

# Sizes by tier, models.yaml output.sizes of the text-to-video rows.
Size480 = Literal["832*480", "480*832", "624*624"]
Size720 = Literal["1280*720", "720*1280", "960*960", "1088*832", "832*1088"]
Size1080 = Literal["1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632"]
TIERS: dict[str, str] = {
    size: tier
    for tier, sizes in (("480P", Size480), ("720P", Size720), ("1080P", Size1080))
    for size in get_args(sizes)
}
SIZE = "Width*height of the output in pixels; decides tier, ratio and price."
RESOLUTION = "Tier of the output (total pixels); the ratio follows the first frame."
DURATION = "Seconds of video; each is billed."

Seconds2To15 = Annotated[int, Field(ge=2, le=15, description=DURATION)]
Seconds5Or10 = Annotated[Literal[5, 10], Whole, Field(description=DURATION)]
Seconds5 = Annotated[Literal[5], Whole, Field(description=DURATION)]

Seed = Annotated[int, Field(ge=0, le=2147483647, description="Fixes the random choice, though not to the last pixel.")]
Watermark = Annotated[bool, Field(description='A visible mark "AI生成" in the corner, bottom right.')]
PromptExtend = Annotated[bool, Field(description="A language model rewrites the prompt first; helps short prompts.")]
ShotType = Annotated[Literal["single", "multi"], Field(description="One continuous shot, or several.")]

SoundTrack = Annotated[
    str,
    Media(
        "audio",
        ("wav", "mp3"),
        accepts=frozenset({"http", "oss"}),
        min_seconds=3,
        max_seconds=30,
        max_bytes=15 * MEGABYTE,
    ),
    Field(description="Sound the video is made around (lip sync); cut to the video's length. Unset: made up."),
]
Picture = Annotated[
    str,
    Media(
        "image",
        ("jpeg", "jpg", "png", "bmp", "webp"),
        accepts=frozenset({"http", "oss", "data"}),
        min_side=360,
        max_side=2000,
        max_bytes=10 * MEGABYTE,
        alpha=False,
    ),
]


def beside_an_effect(part: Input) -> Iterator[Conflict]:
    """What a ready-made effect has no use for: it takes the first frame only (models.yaml, effect_templates)."""
    given = part.model_dump(exclude_none=True)
    if "template" not in given:
        return
    if given.get("prompt", "").strip():
        yield Conflict("prompt", "is ignored beside template; leave one of the two out")
    if "last_frame_url" in given:
        yield Conflict("last_frame_url", "is not used beside template, which takes the first frame only")


class VideoParameters(Parameters):
    """What every Wan video model takes."""

    prompt_extend: PromptExtend = True
    watermark: Watermark = False
    seed: Seed | None = None


class ShotParameters(VideoParameters):
    """What the models with several shots take besides."""

    shot_type: ShotType = "single"

    def conflicts(self) -> Iterator[Conflict]:
        """``shot_type`` works on the rewritten prompt only (models.yaml, shot_type: effective_only_when)."""
        if "shot_type" in self.model_fields_set and not self.prompt_extend:
            yield Conflict("shot_type", "has no effect with prompt_extend false; leave one of the two out")
