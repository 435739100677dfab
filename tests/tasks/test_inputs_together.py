"""What files of one request demand of each other and of its parameters: told before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks import catalog
from blocks.emulator.demands import InputFailed, check_together
from blocks.media import VideoWriter, probe
from blocks.storage import MediaStorage
from tasks.inputs import check_inputs

Film = Callable[..., str]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Writes a black film and gives its path."""

    def written(name: str, *, fps: int = 20, frames: int = 20, width: int = 480) -> str:
        path = tmp_path / f"{name}.mp4"
        with VideoWriter(path, width, 480, fps) as made:
            for _ in range(frames):
                made.write(np.zeros((480, width, 3), dtype=np.uint8))
        return str(path)

    return written


async def _told(model: str, given: dict[str, object], parameters: dict[str, object], folder: Path) -> list[str]:
    """What is said of a request's files, by us before it is sent, and that the emulated service fails it likewise."""
    request = catalog.request({"model": model, "input": given, "parameters": parameters})
    infos = {field.path: probe(Path(field.value)) for field in request.media()}
    try:
        await check_inputs(request, MediaStorage(url=folder.as_uri()), {})
    except catalog.InvalidRequest as error:
        with pytest.raises(InputFailed, match=error.problems[0].field):
            check_together(request, infos)
        return [str(problem) for problem in error.problems]
    check_together(request, infos)
    return []


async def test_a_mask_that_is_a_film_runs_as_the_film_does(tmp_path: Path, film: Film) -> None:
    """Another frame rate or another length than the film's is refused with both, here and by the emulated service."""
    given = {"function": "video_edit", "prompt": "on", "video_url": film("walk")}

    async def told(mask: str) -> list[str]:
        return await _told("wanx2.1-vace-plus", {**given, "mask_video_url": mask}, {}, tmp_path)

    assert await told(film("same")) == []
    (said,) = await told(film("fast", fps=25, frames=25))
    assert said == "input.mask_video_url: has 25 pictures a second; video_url has 20, and they must be alike"
    (said,) = await told(film("long", frames=30))
    assert said == "input.mask_video_url: is 1.5 seconds long; video_url is 1.0 seconds long, and they must be alike"


@pytest.mark.parametrize("clip", ["first_clip_url", "last_clip_url"])
async def test_the_motion_to_copy_runs_as_the_clips_do(tmp_path: Path, film: Film, clip: str) -> None:
    """A video beside a clip at either end has its frame rate and size; it may be longer."""
    given = {"function": "video_extension", "prompt": "on", clip: film("walk")}

    async def told(motion: str) -> list[str]:
        parameters: dict[str, object] = {"control_condition": "depth"}
        return await _told("wanx2.1-vace-plus", {**given, "video_url": motion}, parameters, tmp_path)

    assert await told(film("same", frames=40)) == []
    (said,) = await told(film("slow", fps=16))
    assert said == f"input.video_url: has 16 pictures a second; {clip} has 20, and they must be alike"
    (said,) = await told(film("wide", width=640))
    assert said == f"input.video_url: is 640x480 pixels; {clip} has 480x480, and they must be alike"


@pytest.mark.parametrize("frame", ["first_frame_url", "last_frame_url"])
async def test_the_motion_to_copy_has_the_size_of_the_frames(tmp_path: Path, film: Film, frame: str) -> None:
    """A picture at either end has the size of the video beside it, and no frame rate to compare."""
    parameters: dict[str, object] = {"control_condition": "depth"}
    for width, named in ((480, []), (500, [f"input.video_url: is 480x480 pixels; {frame} has 500x480"])):
        Image.new("RGB", (width, 480)).save(tmp_path / "frame.png")
        given = {"function": "video_extension", "prompt": "on", frame: str(tmp_path / "frame.png")}
        said = await _told("wanx2.1-vace-plus", {**given, "video_url": film("walk")}, parameters, tmp_path)
        assert [one.partition(", and")[0] for one in said] == named


WIDENED = [
    ({"output_ratio": "16:9"}, None),
    ({"x_scale": 2.0}, None),
    ({"x_scale": 2.02}, "x_scale: makes the result 2068x512 pixels of a picture with 1024x512"),
    ({"x_scale": 3.0, "y_scale": 1.4}, "x_scale: makes the result 3072x717 pixels"),
    ({"x_scale": 3.0, "y_scale": 1.5}, None),
    ({"y_scale": 2.0, "angle": 90}, None),
    ({"y_scale": 2.1, "angle": 90}, "y_scale: makes the result 512x2150 pixels of a picture with 512x1024"),
    ({"x_scale": 2.1, "angle": 180}, "x_scale: makes the result 2150x512 pixels"),
    ({"x_scale": 3.0, "angle": 45}, None),
    ({"left_offset": 1024}, None),
    ({"right_offset": 1034}, "right_offset: makes the result 2058x512 pixels"),
    ({"left_offset": 1034, "top_offset": 9}, None),
    ({"left_offset": 600, "right_offset": 600, "top_offset": 9}, "left_offset: makes the result 2224x521 pixels"),
]


@pytest.mark.parametrize(("parameters", "said"), WIDENED, ids=lambda case: str(case))
async def test_a_widened_picture_is_not_too_long(
    tmp_path: Path, parameters: dict[str, object], said: str | None
) -> None:
    """By factor or by pixels, turned or not, the result is from 1:4 to 4:1; a ratio asked for always is."""
    Image.new("RGB", (1024, 512)).save(tmp_path / "a.png")
    told = await _told("image-out-painting", {"image_url": str(tmp_path / "a.png")}, parameters, tmp_path)
    assert len(told) == (said is not None)
    if said is not None:
        assert told[0].startswith(f"parameters.{said}") and told[0].endswith("; allowed is 1:4 to 4:1")


async def test_a_strip_that_is_too_long_must_be_widened_across(tmp_path: Path) -> None:
    """A picture that is too long itself names the field that would help."""
    Image.new("RGB", (3072, 512)).save(tmp_path / "a.png")
    given: dict[str, object] = {"image_url": str(tmp_path / "a.png")}
    (told,) = await _told("image-out-painting", given, {"y_scale": 1.4}, tmp_path)
    assert told.startswith("parameters.y_scale: makes the result 3072x717 pixels")
    assert await _told("image-out-painting", given, {"y_scale": 1.5}, tmp_path) == []


@pytest.mark.parametrize(
    ("size", "background", "ratio", "nearer"),
    [
        ((720, 960), True, "9:16", "3:4"),
        ((720, 1280), True, "3:4", "9:16"),
        ((720, 960), True, "3:4", None),
        ((720, 1270), True, "9:16", None),
        ((720, 960), False, "9:16", None),
    ],
)
async def test_a_dance_has_the_shape_of_its_picture(
    tmp_path: Path, size: tuple[int, int], background: bool, ratio: str, nearer: str | None
) -> None:
    """Before the picture's background the nearer of both ratios is to be asked for; else the template's counts."""
    Image.new("RGB", size).save(tmp_path / "a.png")
    given = {"image_url": str(tmp_path / "a.png"), "template_id": "AACT.1"}
    parameters = {"use_ref_img_bg": background, "video_ratio": ratio}
    request = catalog.request({"model": "animate-anyone-gen2", "input": given, "parameters": parameters})
    storage = MediaStorage(url=tmp_path.as_uri())
    if nearer is None:
        await check_inputs(request, storage, {})
        return
    with pytest.raises(catalog.InvalidRequest, match=rf"parameters\.video_ratio: is {ratio}; .*{nearer} is nearer"):
        await check_inputs(request, storage, {})
