"""What every model of the catalog demands of a file, broken demand by demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks import catalog
from blocks.catalog import Media
from blocks.media import MediaInfo, VideoWriter
from blocks.storage import MediaStorage
from tasks.inputs import check_inputs, misfits


def _specs() -> list[object]:
    """Each demand on a file once, under the first model and field that make it."""
    found: dict[Media, str] = {}
    for model, row in catalog.MODELS.items():
        for path, field in row.fields.items():
            media = field.media
            while media is not None:
                found.setdefault(media, f"{model} {path} {media.kind}")
                media = media.also
    return [pytest.param(spec, id=name) for spec, name in found.items()]


def _fitting(spec: Media) -> MediaInfo:
    """A file that meets every demand, none of them barely."""
    side = (max(spec.min_side or 0, 64) + min(spec.max_side or 4096, 1000)) // 2
    fps = ((spec.min_fps or 20) + (spec.max_fps or 30)) / 2
    film, sound = spec.kind == "video", spec.kind == "audio"
    return MediaInfo(
        media_type=f"{spec.kind}/x",
        format=spec.formats[0] if spec.formats else "any",
        bytes=1000,
        width=None if sound else side,
        height=None if sound else side,
        seconds=((spec.min_seconds or 0) + (spec.max_seconds or 100)) / 2 if film or sound else None,
        fps=fps if film else None,
        video_codec=(spec.codecs or ("h264",))[0] if film else None,
        has_alpha=spec.needs_alpha,
    )


def _spoilt(spec: Media, good: MediaInfo) -> Iterator[tuple[str, MediaInfo]]:
    """The demand that is broken, and a file that breaks it and no other."""
    if spec.formats:
        yield "formats", replace(good, format="xyz")
    if spec.min_side is not None:
        yield "min_side", replace(good, width=spec.min_side - 1, height=spec.min_side)
    if spec.max_side is not None:
        yield "max_side", replace(good, width=spec.max_side + 1, height=int(spec.max_side / (spec.max_ratio or 2)) + 1)
    if spec.max_ratio is not None:
        low = spec.min_side or 100
        beyond = 0.0 if spec.open_ratio else 0.05
        yield "max_ratio", replace(good, width=round(low * (spec.max_ratio + beyond)), height=low)
    if spec.max_pixels is not None:
        side = int(spec.max_pixels**0.5) + 1
        yield "max_pixels", replace(good, width=side, height=side)
    if spec.max_bytes is not None:
        yield "max_bytes", replace(good, bytes=spec.max_bytes + 1)
    beyond = 0.0 if spec.open_ends else 0.2  # a container counts whole frames, which is forgiven
    if spec.min_seconds is not None:
        yield "min_seconds", replace(good, seconds=spec.min_seconds - beyond)
    if spec.max_seconds is not None:
        yield "max_seconds", replace(good, seconds=spec.max_seconds + beyond)
    if spec.min_fps is not None:
        yield "min_fps", replace(good, fps=spec.min_fps - 1)
    if spec.max_fps is not None:
        yield "max_fps", replace(good, fps=spec.max_fps + 1)
    if spec.codecs:
        yield "codecs", replace(good, video_codec="mpeg4")
    if not spec.alpha:
        yield "alpha", replace(good, has_alpha=True)
    if spec.needs_alpha:
        yield "needs_alpha", replace(good, has_alpha=False)


@pytest.mark.parametrize("spec", _specs())
def test_each_demand_is_made(spec: Media) -> None:
    """A file that meets every demand passes; one that breaks a single one is told about that one alone."""
    good = _fitting(spec)
    assert list(misfits(good, spec)) == []
    assert len(list(misfits(replace(good, media_type="text/plain"), spec))) == 1
    for demand, spoilt in _spoilt(spec, good):
        ((_, allowed),) = misfits(spoilt, spec)
        limit = getattr(spec, demand)
        match allowed:
            case {"min": low} if demand.startswith("min"):
                assert low == limit
            case {"max": high} if demand.startswith("max"):
                assert high == limit
            case list():
                assert allowed == list(limit)
            case _:
                assert demand in ("alpha", "needs_alpha") and allowed is None


def test_every_demand_there_is_is_broken_by_one_of_these() -> None:
    """A demand that a file can break is broken above for one model at least; the others are no demands on a file."""
    specs = [spec for case in _specs() for spec in case.values]  # type: ignore[attr-defined]
    broken = {demand for spec in specs for demand, _ in _spoilt(spec, _fitting(spec))}
    elsewhere = {
        "kind",
        "accepts",
        "open_ratio",
        "open_ends",
        "same_size_as",
        "ascii_only",
        "may_be_empty",
        "also",
        "most",
    }
    assert broken | elsewhere == {field.name for field in fields(Media)}


async def test_the_mask_of_a_film_has_its_size(tmp_path: Path) -> None:
    """A picture or a film that says which part of a film is changed is refused in another size than the film's."""
    for name, width in (("walk", 320), ("small", 256)):
        with VideoWriter(tmp_path / f"{name}.mp4", width, 256, 25) as film:
            for _ in range(10):
                film.write(np.zeros((256, width, 3), dtype=np.uint8))
    Image.new("L", (256, 256)).save(tmp_path / "small.png")
    Image.new("L", (320, 256)).save(tmp_path / "same.png")

    def edit(**mask: str) -> catalog.Request:
        given = {"function": "video_edit", "prompt": "a red coat", "video_url": str(tmp_path / "walk.mp4")}
        given |= {name: str(tmp_path / file) for name, file in mask.items()}
        return catalog.request({"model": "wanx2.1-vace-plus", "input": given})

    storage = MediaStorage(url=tmp_path.as_uri())
    await check_inputs(edit(mask_image_url="same.png"), storage, {})
    await check_inputs(edit(mask_video_url="walk.mp4"), storage, {})
    for name, file in (("mask_image_url", "small.png"), ("mask_video_url", "small.mp4")):
        with pytest.raises(catalog.InvalidRequest, match=rf"input\.{name}: is 256x256 pixels; video_url has 320x256"):
            await check_inputs(edit(**{name: file}), storage, {})


async def test_offsets_are_held_against_the_picture(tmp_path: Path) -> None:
    """What is added above and below is less than three times the picture's height, to the sides than its width."""
    Image.new("RGB", (600, 512)).save(tmp_path / "a.png")
    storage = MediaStorage(url=tmp_path.as_uri())

    async def widened(**parameters: int) -> None:
        given = {"model": "image-out-painting", "input": {"image_url": str(tmp_path / "a.png")}}
        await check_inputs(catalog.request({**given, "parameters": parameters}), storage, {})

    await widened(top_offset=700, bottom_offset=835, left_offset=900, right_offset=899)
    with pytest.raises(
        catalog.InvalidRequest, match=r"parameters\.bottom_offset: makes 1536 pixels .* picture has 512"
    ):
        await widened(top_offset=700, bottom_offset=836)
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.right_offset: makes 1800 pixels .* picture has 600"):
        await widened(left_offset=900, right_offset=900)
    await widened(top_offset=700, bottom_offset=836, left_offset=90, angle=90)
    with pytest.raises(catalog.InvalidRequest, match="picture has 512"):
        await widened(left_offset=700, right_offset=836, angle=270)


async def test_frames_and_clips_are_held_against_the_films(tmp_path: Path) -> None:
    """The mask's frame is one of the film's, and the clips to go on from and to are 3 seconds together."""
    for name, frames in (("short", 20), ("long", 45)):
        with VideoWriter(tmp_path / f"{name}.mp4", 480, 480, 20) as film:
            for _ in range(frames):
                film.write(np.zeros((480, 480, 3), dtype=np.uint8))
    Image.new("L", (480, 480)).save(tmp_path / "mask.png")
    storage = MediaStorage(url=tmp_path.as_uri())

    async def checked(function: str, frame: int | None = None, **files: str) -> None:
        given = {name: str(tmp_path / file) for name, file in files.items()}
        given |= {} if frame is None else {"mask_frame_id": frame}
        body = {"model": "wanx2.1-vace-plus", "input": {"function": function, "prompt": "on", **given}}
        await check_inputs(catalog.request(body), storage, {})

    await checked("video_edit", 21, video_url="short.mp4", mask_image_url="mask.png")
    with pytest.raises(catalog.InvalidRequest, match=r"input\.mask_frame_id: is 22; of video_url 21 frames"):
        await checked("video_edit", 22, video_url="short.mp4", mask_image_url="mask.png")
    await checked("video_extension", first_clip_url="short.mp4", last_clip_url="short.mp4")
    await checked("video_extension", first_clip_url="long.mp4")
    with pytest.raises(catalog.InvalidRequest, match=r"input\.last_clip_url: makes 3\.2 seconds .* 3 at most"):
        await checked("video_extension", first_clip_url="long.mp4", last_clip_url="short.mp4")
