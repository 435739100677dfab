"""VideoRetalk: the mouth of a person in a video is moved to a new voice.

Facts: models.yaml videoretalk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.checks import UPLOADS
from blocks.catalog.model import IMAGE_TO_VIDEO, Limits, Model, Result, per_second
from blocks.catalog.pictures import FORMATS, UPLOADED
from blocks.catalog.requests import Input, Parameters, Request

LONGEST_SECONDS = 120

Source = Annotated[
    str,
    Media(
        "video",
        ("mp4", "avi", "mov"),
        accepts=UPLOADED,
        min_side=640,
        max_side=2048,
        min_seconds=2,
        max_seconds=LONGEST_SECONDS,
        open_ends=True,
        min_fps=15,
        max_fps=60,
        codecs=("h264", "hevc"),
        max_bytes=300 * MEGABYTE,
    ),
    Field(description="A person near the camera, facing it."),
]
Voice = Annotated[
    str,
    Media(
        "audio",
        ("wav", "mp3", "aac"),
        accepts=UPLOADED,
        min_seconds=2,
        max_seconds=LONGEST_SECONDS,
        open_ends=True,
        max_bytes=30 * MEGABYTE,
    ),
    Field(description="A clear, loud voice without noise or music; the mouth closes where it is silent."),
]
Face = Annotated[
    str,
    Media("image", FORMATS, accepts=UPLOADED, max_side=4096, max_ratio=2, max_bytes=10 * MEGABYTE, may_be_empty=True),
    Field(description="Whose mouth, when several people are in view; else the largest face first seen."),
]


class RetalkInput(Input):
    """A video, a voice, and whose it is."""

    video_url: Source
    audio_url: Voice
    ref_image_url: Face | None = None


class RetalkParameters(Parameters):
    """What happens when the voice is longer."""

    video_extension: Annotated[
        bool,
        Field(
            description="Lengthen the video to a longer voice, played backwards and forwards; else the voice is cut."
        ),
    ] = False


class VideoRetalk(Request):
    """videoretalk."""

    model: Literal["videoretalk"] = "videoretalk"
    input: RetalkInput
    parameters: RetalkParameters = Field(default_factory=RetalkParameters)

    def seconds_from(self, lengths: Mapping[str, float]) -> float | None:
        """The shorter of video and voice, or the voice when the video may be lengthened to it."""
        video, voice = lengths.get("input.video_url"), lengths.get("input.audio_url")
        if self.parameters.video_extension:
            return voice
        return None if video is None or voice is None else min(video, voice)


MODELS = (
    Model(
        id="videoretalk",
        family="video-retalk",
        summary="Moves the mouth of a person in a video of up to 2 minutes to a new voice.",
        request=VideoRetalk,
        endpoint=f"{IMAGE_TO_VIDEO}/",
        mode="async",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.video_url",)),
        billing=per_second(
            ("video_duration",),
            {"beijing": {"": "0.08"}},
            by="flat",
            max_seconds=LONGEST_SECONDS,
            free_quota=1800,
        ),
        limits=Limits(1, 1),
        sound=True,
        notes=(
            "Documented with a slash at the end of the path.",
            "H.264 or H.265 is a must in the limits and advised in the field's text; it is a must here.",
            "Samples send an empty ref_image_url, which stands for none.",
            "The gateway's page calls the parameters required; the vendor's does not.",
            "How long a task takes is not documented; the range is that of the other video models.",
            UPLOADS,
        ),
    ),
)
