from __future__ import annotations

import base64
import io
import uuid
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from blocks import catalog
from blocks.media import VideoWriter
from blocks.storage import MediaStorage
from tasks.asset import Asset
from tasks.inputs import check_inputs


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStorage:
    """A storage on the disk and one that is not."""
    url = str(tmp_path / "media") if request.param == "local" else f"memory://{uuid.uuid4().hex}"
    return MediaStorage(url=url)


@pytest.fixture
def local(tmp_path: Path) -> MediaStorage:
    """A storage on the disk."""
    return MediaStorage(url=str(tmp_path / "media"))


def picture(path: Path, width: int = 640, height: int = 480, mode: str = "RGB", **options: Any) -> Path:
    """A picture on the disk."""
    Image.new(mode, (width, height)).save(path, **options)
    return path


def film(path: Path, seconds: float = 1, width: int = 320, height: int = 256) -> Path:
    """A film on the disk."""
    with VideoWriter(path, width, height, 10) as writer:
        for _ in range(int(seconds * 10)):
            writer.write(np.zeros((height, width, 3), dtype=np.uint8))
    return path


def animate(image: str) -> catalog.Request:
    """A request with a picture."""
    return catalog.request({"model": "wan2.6-i2v", "input": {"img_url": image, "prompt": "she turns"}})


def restyle(video: str) -> catalog.Request:
    """A request with a film."""
    return catalog.request({"model": "video-style-transform", "input": {"video_url": video}})


async def refused(request: catalog.Request, storage: MediaStorage, **more: Any) -> catalog.Problem:
    """The one problem of a request."""
    with pytest.raises(catalog.InvalidRequest) as caught:
        await check_inputs(request, storage, more.pop("assets", {}), **more)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


async def test_a_good_file_passes(storage: MediaStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture the model takes passes: by relative path, from the home folder, by URL, or stored."""
    picture(tmp_path / "a.png")
    await storage.put(tmp_path / "a.png", "inputs/a.png")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("a.png", "~/a.png", str(tmp_path / "a.png"), storage.uri("inputs/a.png")):
        await check_inputs(animate(name), storage, {}, base=tmp_path)


async def test_addresses_are_not_looked_at(local: MediaStorage) -> None:
    """What the provider fetches itself is the provider's to judge."""
    for address in ("https://example.com/a.png", "oss://dashscope-instant/a.png"):
        await check_inputs(animate(address), local, {})


async def test_a_missing_file_is_named(storage: MediaStorage, tmp_path: Path) -> None:
    """Missing on the disk, missing in the storage, a folder, another storage: each is told with its field."""
    (tmp_path / "folder").mkdir()
    problem = await refused(animate("none.png"), storage, base=tmp_path)
    assert (problem.field, problem.value) == ("input.img_url", "none.png")
    assert str(tmp_path / "none.png") in problem.message
    assert "in the storage" in (await refused(animate(storage.uri("none.png")), storage)).message
    assert "is a folder" in (await refused(animate("folder"), storage, base=tmp_path)).message
    assert "outside the storage" in (await refused(animate("s3://other/a.png"), storage)).message


async def test_sides_are_checked(storage: MediaStorage, tmp_path: Path) -> None:
    """A picture that is too small or too large is refused with its size and the limits, wherever it lies."""
    small = picture(tmp_path / "small.png", 640, 200)
    await storage.put(small, "small.png")
    for name in (str(small), storage.uri("small.png")):
        problem = await refused(animate(name), storage)
        assert "small.png is 640x200 pixels" in problem.message
        assert problem.allowed == {"min": 360, "max": 2000}
    large = picture(tmp_path / "large.png", 2400, 400)
    assert "2400x400" in (await refused(animate(str(large)), storage)).message


async def test_the_format_is_told_by_content(local: MediaStorage, tmp_path: Path) -> None:
    """A GIF named .png is a GIF; a film is no picture; a text is nothing."""
    gif = picture(tmp_path / "a.png", format="GIF")
    problem = await refused(animate(str(gif)), local)
    assert "is gif by its content" in problem.message
    assert "png" in problem.allowed
    assert "is a video (mp4), not an image" in (await refused(animate(str(film(tmp_path / "b.png"))), local)).message
    (tmp_path / "c.png").write_text("hello")
    assert "c.png" in (await refused(animate(str(tmp_path / "c.png")), local)).message


async def test_transparency_is_refused_where_the_model_does(local: MediaStorage, tmp_path: Path) -> None:
    """A PNG with an alpha channel is refused by a model that takes none, known asset or not."""
    path = picture(tmp_path / "a.png", mode="RGBA")
    assert "transparent" in (await refused(animate(str(path)), local)).message
    await local.put(path, "a.png")
    uri = local.uri("a.png")
    asset = Asset(uri=uri, path="a.png", media_type="image/png", bytes=9, sha256="0" * 64, width=640, height=480)
    assert "transparent" in (await refused(animate(uri), local, assets={uri: asset})).message


async def test_films_are_measured(local: MediaStorage, tmp_path: Path) -> None:
    """Length and ratio of a film are checked."""
    await check_inputs(restyle(str(film(tmp_path / "good.mp4"))), local, {})
    problem = await refused(restyle(str(film(tmp_path / "long.mp4", seconds=31))), local)
    assert "is 31.0 seconds long" in problem.message
    assert problem.allowed == {"max": 30}
    problem = await refused(restyle(str(film(tmp_path / "wide.mp4", width=640, height=256))), local)
    assert "2.50 times" in problem.message
    assert problem.allowed == {"max": 1.8}


async def test_a_known_asset_is_judged_without_its_file(local: MediaStorage) -> None:
    """What is known of an asset is enough, but its file must be there."""
    uri = local.uri("a.mp4")
    known = {"uri": uri, "path": "a.mp4", "media_type": "video/mp4", "bytes": 9, "sha256": "0" * 64}
    asset = Asset(**known, width=1280, height=720, seconds=45.0, fps=30)
    assert "there is no such file" in (await refused(restyle(uri), local, assets={uri: asset})).message
    await local.write_bytes("a.mp4", b"not read")
    assert "45.0 seconds" in (await refused(restyle(uri), local, assets={uri: asset})).message


async def test_big_files_are_refused(local: MediaStorage, tmp_path: Path) -> None:
    """More bytes than the model takes are refused with both numbers."""
    path = picture(tmp_path / "a.png")
    with path.open("ab") as file:
        file.truncate(11 << 20)
    problem = await refused(animate(str(path)), local)
    assert "11.0 MB" in problem.message
    assert problem.allowed == {"max": 10 << 20}


async def test_data_uris_are_looked_at(local: MediaStorage, tmp_path: Path) -> None:
    """A picture inside the request is checked like a file, and damage is told without printing it all."""
    content = base64.b64encode(picture(tmp_path / "a.png").read_bytes()).decode()
    await check_inputs(animate(f"data:image/png;base64,{content}"), local, {})
    small = base64.b64encode(picture(tmp_path / "s.png", 100, 100).read_bytes()).decode()
    assert "100x100" in (await refused(animate(f"data:image/png;base64,{small}"), local)).message
    problem = await refused(animate("data:image/png;base64," + "?" * 1000), local)
    assert "not a data URI" in problem.message
    assert len(str(problem)) < 300


async def test_all_problems_come_at_once(local: MediaStorage, tmp_path: Path) -> None:
    """A request with two bad files is refused once, for both."""
    first = picture(tmp_path / "first.png", 100, 100)
    request = catalog.request(
        {
            "model": "wan2.2-kf2v-flash",
            "input": {"first_frame_url": str(first), "last_frame_url": "none.png", "prompt": "day to night"},
        }
    )
    with pytest.raises(catalog.InvalidRequest) as caught:
        await check_inputs(request, local, {}, base=tmp_path)
    assert [problem.field for problem in caught.value.problems] == ["input.first_frame_url", "input.last_frame_url"]


def references(*paths: Path) -> catalog.Request:
    """A request with files that may be pictures or films."""
    names = " ".join(f"character{at + 1}" for at in range(len(paths)))
    body = {"model": "wan2.6-r2v", "input": {"prompt": names, "reference_urls": [str(path) for path in paths]}}
    return catalog.request(body)


async def test_each_file_is_held_to_the_limits_of_its_kind(local: MediaStorage, tmp_path: Path) -> None:
    """Where a film or a picture may stand, both pass, and a short film is refused as a film."""
    good = [picture(tmp_path / "a.png"), film(tmp_path / "b.mp4", 2)]
    await check_inputs(references(*good), local, {})
    problem = await refused(references(*good, film(tmp_path / "c.mp4", 0.5)), local)
    assert (problem.field, problem.allowed) == ("input.reference_urls.2", {"min": 1, "max": 30})
    assert "0.5 seconds" in problem.message
    sound = tmp_path / "d.png"
    sound.write_bytes(wav(2))
    assert "not an image or a video" in (await refused(references(sound), local)).message


async def test_films_are_counted_whatever_they_are_called(local: MediaStorage, tmp_path: Path) -> None:
    """A fourth film is found by its content before anything is sent."""
    films = [film(tmp_path / f"{name}.bin", 1) for name in "abcd"]
    problem = await refused(references(*films), local)
    assert (problem.field, problem.allowed) == ("input.reference_urls", {"max": 3})
    await check_inputs(references(*films[:3]), local, {})


async def test_bounds_that_are_out_and_frames_that_are_too_few(local: MediaStorage, tmp_path: Path) -> None:
    """A voice of exactly 2 seconds and a film of 10 frames a second are not for videoretalk."""
    voice, video = tmp_path / "voice.wav", film(tmp_path / "host.mp4", 3, 640, 640)
    voice.write_bytes(wav(2))
    body = {"model": "videoretalk", "input": {"video_url": str(video), "audio_url": str(voice), "ref_image_url": ""}}
    with pytest.raises(catalog.InvalidRequest) as caught:
        await check_inputs(catalog.request(body), local, {})
    frames, ends = caught.value.problems
    assert (frames.field, frames.allowed) == ("input.video_url", {"min": 15, "max": 60})
    assert (ends.field, ends.allowed) == ("input.audio_url", {"min": 2, "max": 120})
    assert "the bounds themselves are out" in ends.message


async def test_a_film_in_another_encoding_is_refused(local: MediaStorage, tmp_path: Path) -> None:
    """Where the pages ask for H.264 or H.265, something else is told before it is sent."""
    path = tmp_path / "old.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(72):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((240, 320, 3), dtype=np.uint8))))
        container.mux(stream.encode())
    body = {"model": "animate-anyone-template-gen2", "input": {"video_url": str(path)}}
    problem = await refused(catalog.request(body), local)
    assert "is encoded as mpeg4" in problem.message
    assert problem.allowed == ["h264", "hevc"]


def wav(seconds: float) -> bytes:
    """Silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16000 * seconds)))
    return file.getvalue()


async def test_a_product_must_be_cut_out(storage: MediaStorage, tmp_path: Path) -> None:
    """A picture without transparent parts is refused where the model needs them, stored ones looked at as well."""
    picture(tmp_path / "flat.png")
    picture(tmp_path / "cut.png", mode="RGBA")
    await storage.put(tmp_path / "flat.png", "flat.png")
    stored = storage.uri("flat.png")
    asset = Asset(uri=stored, path="flat.png", media_type="image/png", bytes=999, sha256="0", width=640, height=480)

    def product(path: str) -> catalog.Request:
        return catalog.request(
            {"model": "wanx-background-generation-v2", "input": {"base_image_url": path, "ref_prompt": "mist"}}
        )

    problem = await refused(product(stored), storage, assets={stored: asset})
    assert (problem.field, "cut-out" in problem.message) == ("input.base_image_url", True)
    await check_inputs(product(str(tmp_path / "cut.png")), storage, {})


async def test_a_mask_is_as_large_as_its_picture(local: MediaStorage, tmp_path: Path) -> None:
    """Another size is refused, and both sizes are told."""
    base, small, same = (
        str(picture(tmp_path / f"{name}.png", *size))
        for name, size in (("base", (800, 600)), ("small", (600, 800)), ("same", (800, 600)))
    )

    def paint(mask: str) -> catalog.Request:
        given = {"prompt": "a scarf", "base_image_url": base, "mask_image_url": mask}
        return catalog.request({"model": "wanx-x-painting", "input": given})

    problem = await refused(paint(small), local)
    assert problem.field == "input.mask_image_url"
    assert "600x800" in problem.message and "800x600" in problem.message
    await check_inputs(paint(same), local, {})
    await check_inputs(paint("https://example.org/mask.png"), local, {})


async def test_too_many_pixels_in_all(local: MediaStorage, tmp_path: Path) -> None:
    """A side may be long when the other one is not."""

    def restyled(width: int, height: int) -> catalog.Request:
        path = picture(tmp_path / f"{width}.png", width, height, mode="L")
        return catalog.request({"model": "wanx-style-repaint-v1", "input": {"image_url": str(path), "style_index": 0}})

    await check_inputs(restyled(5700, 3200), local, {})
    problem = await refused(restyled(5700, 3300), local)
    assert (problem.field, problem.allowed) == ("input.image_url", {"max": 5760 * 3240})
