"""Pictures out of videos and pictures shown together, as operations."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tasks.asset import Asset
from tasks.editing import run_operation
from tasks.operations import OPERATIONS
from tasks.session import Session
from tests.tasks.editing.conftest import Made


async def test_frame(film: Asset, made: Made) -> None:
    """A picture out of a video has the video's size."""
    shown = await made("frame", video=film, at_seconds=0.5)
    assert (shown.width, shown.height, shown.media_type) == (160, 96, "image/png")


@pytest.mark.slow
async def test_frames(session: Session, film: Asset) -> None:
    """Several pictures are a list, as long as was said before, found again whole, and made again when one is gone."""
    given = {"video": film, "every_seconds": 0.3}
    first = (await run_operation("step", "frames", given, after=[])).outputs["images"]
    assert isinstance(first, list) and len({image.sha256 for image in first}) == 4
    found = OPERATIONS["frames"]
    assert found.count(found.inputs.model_validate(given)) == 4
    session.results = None
    again = await run_operation("step", "frames", given, after=[])
    assert again.cached and again.outputs["images"] == first
    await session.storage.delete(first[2].path)
    anew = await run_operation("step", "frames", given, after=[])
    assert not anew.cached and anew.outputs["images"] == first
    assert await session.storage.size(first[2].path) == first[2].bytes


@pytest.mark.slow
async def test_grid(picture: Asset, made: Made) -> None:
    """A grid shows each picture at its full size."""
    sheet = await made("grid", images=[picture, picture], columns=2, captions=["one", "two"])
    assert sheet.width == 2 * 120 + 3 * 8 and sheet.media_type == "image/png"


@pytest.mark.slow
async def test_animation(film: Asset, made: Made) -> None:
    """A video becomes an animated picture in the format asked for."""
    assert (await made("animation", video=film)).media_type == "image/gif"
    assert (await made("animation", video=film, format="webp", fps=5, width=80)).media_type == "image/webp"


async def test_slideshow(picture: Asset, made: Made) -> None:
    """Pictures become a video of the ratio and resolution asked for."""
    shown = await made(
        "slideshow", images=[picture] * 2, seconds=0.3, crossfade_seconds=0.1, ratio="3:4", resolution=128
    )
    assert (shown.width, shown.height, shown.seconds) == (128, 170, pytest.approx(0.6))


@pytest.mark.parametrize(
    ("use", "given", "said"),
    [
        ("frame", {"at_seconds": 4}, "must be within the video, which is 4.00 s long; got 4"),
        ("frames", {}, "give either count or every_seconds"),
        ("frames", {"count": 2, "every_seconds": 1}, "give either count or every_seconds"),
        ("frames", {"every_seconds": 0.001}, "more than 500 pictures; take 0.01 or more; got 0.001"),
        ("slideshow", {"seconds": 1, "crossfade_seconds": 2}, "must be at most seconds, which is 1; got 2"),
        ("grid", {"captions": ["a", "b"]}, "must be one for each of images: 1; got 2"),
        ("contact_sheet", {"captions": ["a", "b"]}, "must be one for each of sources: 1; got 2"),
    ],
)
def test_refused_before_work(use: str, given: dict[str, Any], said: str) -> None:
    """What cannot be done is refused with the field's limit before any file is read."""
    clip = Asset(uri="", path="", media_type="video/mp4", bytes=0, sha256="", seconds=4.0)
    lists = {"slideshow": "images", "grid": "images", "contact_sheet": "sources"}
    files: dict[str, Any] = {lists[use]: [clip]} if use in lists else {"video": clip}
    with pytest.raises(ValidationError, match=said):
        OPERATIONS[use].inputs.model_validate({**given, **files})
