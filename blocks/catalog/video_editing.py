"""Editing a video in free words: five functions of one model.

Facts: models-extra.yaml wanx2.1-vace-plus (the vendor's page), models.yaml for the overview and the gateway page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from annotated_types import Len
from pydantic import Field, Strict

from blocks.catalog.alike import unlike
from blocks.catalog.annotations import MEGABYTE, Media
from blocks.catalog.model import VIDEO_SYNTHESIS, Limits, Model, Result, per_second
from blocks.catalog.pictures import UPLOADED, WithParameters
from blocks.catalog.requests import Conflict, Input, Looked, Parameters
from blocks.catalog.wan import SIZE, TIERS, PromptExtend, Seconds5, Seed, ShortPrompt, Size720, Watermark

LONGEST_SECONDS = 5
CLIP_SECONDS = 3
"""Of a longer clip only the beginning is used; the clips at both ends together are no longer."""
_SLACK = 0.1  # seconds: containers count whole frames
_FORMATS = ("jpg", "jpeg", "png", "bmp", "tiff", "webp")

_FILM = Media("video", ("mp4",), accepts=UPLOADED, min_fps=16, max_bytes=50 * MEGABYTE, ascii_only=True)
Video = Annotated[str, _FILM]
_PICTURE = Media(
    "image", _FORMATS, accepts=UPLOADED, min_side=360, max_side=2000, max_bytes=10 * MEGABYTE, ascii_only=True
)
Picture = Annotated[str, _PICTURE]
Mask = Annotated[str, replace(_PICTURE, min_side=None, max_side=None, same_size_as="video_url")]
MaskVideo = Annotated[str, replace(_FILM, same_size_as="video_url")]
Source = Annotated[Video, Field(description="The video to change; of a longer one the first 5 s are used.")]
OnePicture = Annotated[
    tuple[Picture, ...], Strict(False), Len(1, 1), Field(description="One picture of what is to be put in.")
]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Widening = Annotated[float, Field(ge=1.0, le=2.0, description="How far to widen this side; 1.0 leaves it.")]


class VaceParameters(Parameters):
    """What every function takes. The vendor advises prompt_extend false for all but image_reference."""

    prompt_extend: PromptExtend = True
    seed: Seed | None = None
    watermark: Watermark = False


class VideoEditing(WithParameters):
    """One function of wanx2.1-vace-plus (wan2.1-vace-plus in Singapore)."""

    model: Literal["wanx2.1-vace-plus", "wan2.1-vace-plus"] = "wanx2.1-vace-plus"

    @property
    def tier(self) -> str | None:
        """720P, the only one."""
        return "720P"


class ReferenceInput(Input):
    """One to three pictures."""

    function: Literal["image_reference"]
    prompt: ShortPrompt
    ref_images_url: Annotated[
        tuple[Picture, ...], Strict(False), Len(1, 3), Field(description="Subjects and at most one background.")
    ]


class ReferenceParameters(VaceParameters):
    """Roles of the pictures, and the size."""

    obj_or_bg: (
        Annotated[tuple[Literal["obj", "bg"], ...], Strict(False), Field(description="Role of each picture, in order.")]
        | None
    ) = None
    size: Annotated[Size720, Field(description=SIZE)] = "1280*720"
    duration: Seconds5 = 5


class ImageReference(VideoEditing):
    """A video of what the pictures show."""

    input: ReferenceInput
    parameters: ReferenceParameters = Field(default_factory=ReferenceParameters)

    @property
    def tier(self) -> str | None:
        """The tier of the size asked for."""
        return TIERS[self.parameters.size]

    def conflicts(self) -> Iterator[Conflict]:
        """Every picture has a role, and at most one is the background."""
        pictures, roles = len(self.input.ref_images_url), self.parameters.obj_or_bg
        field = "parameters.obj_or_bg"
        if roles is None:
            if pictures > 1:
                yield Conflict(field, f"is needed with {pictures} pictures: obj or bg for each, in order", refused=True)
        elif len(roles) != pictures:
            yield Conflict(field, f"names {len(roles)} roles for {pictures} pictures; give one for each", refused=True)
        elif roles.count("bg") > 1:
            yield Conflict(field, "names more than one background; one picture at most may be bg", refused=True)


class RepaintInput(Input):
    """A video, and at most one picture."""

    function: Literal["video_repainting"]
    prompt: ShortPrompt
    video_url: Source
    ref_images_url: OnePicture | None = None


class RepaintParameters(VaceParameters):
    """What is kept of the video."""

    control_condition: Annotated[
        Literal["posebodyface", "posebody", "depth", "scribble"],
        Field(description="Kept: face and limbs, limbs, composition and outlines, or a line drawing."),
    ]
    strength: Annotated[Fraction, Field(description="How tightly it is kept; low is freer.")] = 1.0


class VideoRepainting(VideoEditing):
    """A new look for a video, its motion kept."""

    input: RepaintInput
    parameters: RepaintParameters


class EditInput(Input):
    """A video, the area to change, and at most one picture."""

    function: Literal["video_edit"]
    prompt: ShortPrompt
    video_url: Source
    ref_images_url: OnePicture | None = None
    mask_image_url: (
        Annotated[Mask, Field(description="The area to change, white, in a picture of the video's size.")] | None
    ) = None
    mask_frame_id: Annotated[int, Field(ge=1, description="Frame that shows what the mask covers.")] = 1
    mask_video_url: (
        Annotated[MaskVideo, Field(description="The area to change, white, in a video as large, long and fast.")] | None
    ) = None

    def conflicts(self) -> Iterator[Conflict]:
        """One mask, and a frame number only with a picture."""
        if self.mask_image_url is not None and self.mask_video_url is not None:
            yield Conflict("mask_video_url", "is ignored beside mask_image_url; give one of the two")
        if "mask_frame_id" in self.model_fields_set and self.mask_image_url is None:
            yield Conflict("mask_frame_id", "works with mask_image_url only")


class EditParameters(VaceParameters):
    """How the mask follows the video."""

    control_condition: Annotated[
        Literal["", "posebodyface", "depth"], Field(description='Kept of the video; "" keeps nothing.')
    ] = ""
    mask_type: Annotated[Literal["tracking", "fixed"], Field(description="The mask follows, or stays put.")] = (
        "tracking"
    )
    expand_ratio: Annotated[Fraction, Field(description="How far the mask grows.")] = 0.05
    expand_mode: Annotated[
        Literal["hull", "bbox", "original"], Field(description="The mask's outline: polygon, rectangle or its own.")
    ] = "hull"
    size: Annotated[Size720, Field(description=SIZE)] = "1280*720"
    duration: Seconds5 = 5


class VideoEdit(VideoEditing):
    """One area of a video changed."""

    input: EditInput
    parameters: EditParameters = Field(default_factory=EditParameters)

    def conflicts(self) -> Iterator[Conflict]:
        """The mask's options need the picture, and its outline a mask that follows."""
        given = self.parameters.model_fields_set
        if "mask_type" in given and self.input.mask_image_url is None:
            yield Conflict("parameters.mask_type", "works with input.mask_image_url only")
        for name in ("expand_ratio", "expand_mode"):
            if name in given and (self.parameters.mask_type == "fixed" or self.input.mask_image_url is None):
                yield Conflict(f"parameters.{name}", "works with mask_type tracking and input.mask_image_url only")

    def conflicts_with(self, files: Mapping[str, Looked]) -> Iterator[Conflict]:
        """A mask video runs as the video does; the frame of a mask picture is one of those that are used."""
        yield from unlike(files, "input.mask_video_url", "input.video_url", size=False, seconds=True)
        film = files.get("input.video_url")
        if film is None or film.fps is None or film.seconds is None:
            return
        frames = round(film.fps * min(film.seconds, LONGEST_SECONDS)) + 1
        if self.input.mask_frame_id > frames:
            said = f"is {self.input.mask_frame_id}; of video_url {frames} frames are used at most"
            yield Conflict("input.mask_frame_id", said, refused=True)


class ExtensionInput(Input):
    """Frames or clips at either end, and a video whose motion is copied."""

    function: Literal["video_extension"]
    prompt: ShortPrompt
    first_frame_url: Annotated[Picture, Field(description="First frame.")] | None = None
    last_frame_url: Annotated[Picture, Field(description="Last frame.")] | None = None
    first_clip_url: (
        Annotated[Video, Field(description=f"Opening clip; both clips together up to {CLIP_SECONDS} s.")] | None
    ) = None
    last_clip_url: (
        Annotated[Video, Field(description=f"Closing clip; both clips together up to {CLIP_SECONDS} s.")] | None
    ) = None
    video_url: (
        Annotated[Video, Field(description="A video whose motion is copied, as large and fast as frames and clips.")]
        | None
    ) = None

    def conflicts(self) -> Iterator[Conflict]:
        """Something to go on from (our reading: the page marks each of them optional)."""
        if not self.model_fields_set & {"first_frame_url", "last_frame_url", "first_clip_url", "last_clip_url"}:
            yield Conflict("first_clip_url", "is missing: give a frame or a clip at either end to go on from")


class ExtensionParameters(VaceParameters):
    """What is copied of the video."""

    control_condition: Annotated[
        Literal["", "posebodyface", "depth"], Field(description="Copied of video_url; needed with it.")
    ] = ""
    duration: Seconds5 = 5


class VideoExtension(VideoEditing):
    """Going on from a frame or a clip, to 5 s in all."""

    input: ExtensionInput
    parameters: ExtensionParameters = Field(default_factory=ExtensionParameters)

    def conflicts(self) -> Iterator[Conflict]:
        """A video needs to be told what of it is copied, and nothing is copied without one."""
        if self.input.video_url is not None and "control_condition" not in self.parameters.model_fields_set:
            yield Conflict("parameters.control_condition", "is needed with input.video_url", refused=True)
        if self.input.video_url is None and self.parameters.control_condition:
            yield Conflict("parameters.control_condition", "has no effect without input.video_url")

    def conflicts_with(self, files: Mapping[str, Looked]) -> Iterator[Conflict]:
        """The video to copy from is like the frames and clips, and the clips are short: a longer one would be cut."""
        for name in ("first_frame_url", "last_frame_url", "first_clip_url", "last_clip_url"):
            yield from unlike(files, "input.video_url", f"input.{name}", size=True, seconds=False)
        first, last = (files.get(f"input.{name}_clip_url") for name in ("first", "last"))
        if first is None or last is None or first.seconds is None or last.seconds is None:
            return
        together = first.seconds + last.seconds
        if together > CLIP_SECONDS + _SLACK:
            said = f"makes {together:.1f} seconds together with first_clip_url; {CLIP_SECONDS} at most are used"
            yield Conflict("input.last_clip_url", f"{said}, so cut them first")


class OutpaintInput(Input):
    """A video."""

    function: Literal["video_outpainting"]
    prompt: ShortPrompt
    video_url: Source


class OutpaintParameters(VaceParameters):
    """How far each side is widened."""

    top_scale: Widening = 1.0
    bottom_scale: Widening = 1.0
    left_scale: Widening = 1.0
    right_scale: Widening = 1.0
    duration: Seconds5 = 5


class VideoOutpainting(VideoEditing):
    """A wider frame around a video."""

    input: OutpaintInput
    parameters: OutpaintParameters = Field(default_factory=OutpaintParameters)


MODELS = (
    Model(
        id="wanx2.1-vace-plus",
        family="video-edit",
        summary="Edits a video of up to 5 s in free words: references, repaint, local edit, extend, widen. Silent.",
        request=VideoEditing,
        variants={
            "image_reference": ImageReference,
            "video_repainting": VideoRepainting,
            "video_edit": VideoEdit,
            "video_extension": VideoExtension,
            "video_outpainting": VideoOutpainting,
        },
        endpoint=VIDEO_SYNTHESIS,
        mode="async",
        kind="video",
        outputs={"video": "video"},
        result=Result(urls=("output.video_url",)),
        billing=per_second(
            ("video_duration",),
            {"beijing": {"720P": "0.7"}, "singapore": {"720P": "0.733924"}},
            output_follows="input.video_url",
            max_seconds=LONGEST_SECONDS,
            free_quota=50,
        ),
        limits=Limits(2, 2),
        limits_in={"singapore": Limits(2, 2)},
        also={"singapore": "wan2.1-vace-plus"},
        typical_seconds=(300.0, 600.0),
        fps=30,
        documented="partial",
        notes=(
            "The gateway page of models.yaml calls obj_or_bg and video_url required for every function and types "
            "mask_frame_id and expand_ratio as texts; the vendor's page, which we follow, does not. It also calls "
            "parameters required: they are always sent, if need be empty.",
            "The vendor's page gives video_edit a size and 5 s, and says under video_url that both follow the input.",
            "Another vendor text says 1 to 4 minutes instead of 5 to 10.",
            "A third party sends negative_prompt; the vendor's page does not know it.",
        ),
    ),
)
