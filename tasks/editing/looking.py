"""Single pictures of a video, an overview of many files, and what a file is."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import Field

from blocks import media
from tasks.asset import Asset
from tasks.editing.checks import one_for_each
from tasks.editing.making import Video, make
from tasks.operations import OperationInput, Takes, operation
from tasks.session import current


class OneVideo(OperationInput):
    """One video."""

    video: Video


class ContactSheetInput(OperationInput):
    """Videos or pictures to see side by side."""

    sources: Annotated[list[Asset], Takes(("video", "image")), Field(min_length=1)]
    captions: Annotated[list[str] | None, one_for_each("sources")] = None
    columns: int | None = Field(default=None, ge=1, le=12)


class ProbeInput(OperationInput):
    """Any picture, video or sound."""

    media: Annotated[Asset, Takes(("video", "image", "audio"))]


@operation("last_frame", OneVideo, {"image": "image"})
async def last_frame(given: OneVideo) -> dict[str, Any]:
    """The very last picture of a video, to go on from."""
    return {"image": await make("last-frame.png", [given.video], lambda paths, to: media.last_frame(paths[0], to))}


@operation("first_frame", OneVideo, {"image": "image"})
async def first_frame(given: OneVideo) -> dict[str, Any]:
    """The first picture of a video."""
    return {"image": await make("first-frame.png", [given.video], lambda paths, to: media.first_frame(paths[0], to))}


@operation("contact_sheet", ContactSheetInput, {"image": "image"})
async def contact_sheet(given: ContactSheetInput) -> dict[str, Any]:
    """One picture that shows them all side by side."""
    return {
        "image": await make(
            "contact-sheet.jpg",
            given.sources,
            lambda paths, to: media.contact_sheet(paths, to, captions=given.captions, columns=given.columns),
        )
    }


class OnePicture(OperationInput):
    """One picture."""

    image: Annotated[Asset, Takes(("image",))]


@operation(
    "probe",
    ProbeInput,
    {"seconds": "number", "width": "number", "height": "number", "fps": "number", "has_audio": "boolean"},
    looks=True,
)
async def probe(given: ProbeInput) -> dict[str, Any]:
    """Length, size, frame rate and sound of a file, for `when` and `require`."""
    asset = given.media
    return {
        "seconds": asset.seconds,
        "width": asset.width,
        "height": asset.height,
        "fps": asset.fps,
        "has_audio": asset.has_audio,
    }


@operation("check_cut_out", OnePicture, {"passed": "boolean", "reason": "text"}, looks=True)
async def check_cut_out(given: OnePicture) -> dict[str, Any]:
    """Whether a picture is a cut-out on a transparent ground, for `when` and `require`."""
    asset = given.image
    async with current().storage.local_copy(asset.path) if asset.path else nullcontext(Path(asset.uri)) as path:
        passed = await asyncio.to_thread(media.is_cut_out, path)
    name = PurePosixPath(asset.uri).name
    said = f"{name} has no fully transparent parts; give a cut-out on a transparent ground, a PNG with an alpha channel"
    return {"passed": passed, "reason": "" if passed else said}
