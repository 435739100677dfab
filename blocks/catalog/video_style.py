"""Restyling a whole video with one of eight preset art styles.

Facts: models.yaml video-style-transform; models-extra.yaml rate_limits and contradictions.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media, Whole
from blocks.catalog.model import VIDEO_SYNTHESIS, Limits, Model, Result, per_second
from blocks.catalog.requests import Input, Parameters, Request

STYLES: dict[int, str] = {
    0: "Japanese manga",
    1: "American comic",
    2: "fresh comic",
    3: "3D cartoon",
    4: "Chinese-style cartoon",
    5: "paper craft",
    6: "simple illustration",
    7: "Chinese ink",
}
"""The presets by number."""

LONGEST_SECONDS = 30

Source = Annotated[
    str,
    Media(
        "video",
        ("mp4", "avi", "mkv", "mov", "flv", "ts", "mpg", "mxf"),
        min_side=256,
        max_side=4096,
        max_ratio=1.8,
        max_seconds=LONGEST_SECONDS,
        max_bytes=100 * MEGABYTE,
        ascii_only=True,
    ),
    Field(description="The video to restyle."),
]


class StyleInput(Input):
    """A video."""

    video_url: Source


class StyleParameters(Parameters):
    """The style and how much care it takes."""

    style: Annotated[
        Literal[0, 1, 2, 3, 4, 5, 6, 7],
        Whole,
        Field(description="Preset style: " + ", ".join(f"{number} {name}" for number, name in STYLES.items()) + "."),
    ] = 0
    video_fps: Annotated[int, Field(ge=15, le=25, description="Frame rate of the output.")] = 15
    animate_emotion: Annotated[bool, Field(description="Refine faces; switch off when they are small.")] = True
    min_len: Annotated[Literal[720, 540], Whole, Field(description="Short side in pixels; decides the price.")] = 720
    use_SR: Annotated[bool, Field(description="Free upscaling: 540 comes out at 1080 and is billed as 540.")] = False


class VideoStyleTransform(Request):
    """video-style-transform."""

    model: Literal["video-style-transform"] = "video-style-transform"
    input: StyleInput
    parameters: StyleParameters = Field(default_factory=StyleParameters)

    @property
    def tier(self) -> str | None:
        """The billed tier: the short side asked for, whatever ``use_SR`` makes of it."""
        return f"{self.parameters.min_len}P"


MODELS = (
    Model(
        id="video-style-transform",
        family="video-style",
        summary="A video of up to 30 s in one of eight preset art styles.",
        request=VideoStyleTransform,
        endpoint=VIDEO_SYNTHESIS,
        mode="async",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.output_video_url",)),
        billing=per_second(
            ("duration",),
            {"beijing": {"720P": "0.5", "540P": "0.2"}},
            output_follows="input.video_url",
            max_seconds=LONGEST_SECONDS,
            free_quota=600,
        ),
        limits=Limits(2, 1),
        sound=None,
        notes=(
            "Limits: models.yaml says 2 a second and 1 in progress, the rate-limit page 20 and 2 with the remark that "
            "one job runs at a time; we keep the smaller ones.",
            "usage.SR is the billed short side, also with use_SR. What use_SR does at 720 is not documented.",
            "Whether the result carries the source's sound is not documented.",
            "How long a task takes is not documented; the range is that of the other video models.",
        ),
    ),
)
