"""Several results, their seeds and failed parts; templates; input that is billed."""

from __future__ import annotations

import io

import httpx
import numpy as np
import pytest
from PIL import Image, ImageChops

from blocks import catalog
from blocks.media import VideoWriter

TEMPLATE = "animate-anyone-template-gen2"
GENERATE = "animate-anyone-gen2"
OSS = {"X-DashScope-OssResourceResolve": "enable"}


def run(caller, model: str, given: dict, seconds: float = 120, **parameters) -> dict:
    """Asks a model and waits for what comes of it."""
    body = {"model": model, "input": given, "parameters": parameters}
    answer = caller.post(f"/{catalog.find(model).endpoint}", body=body, headers=OSS)
    assert answer.status_code == 200, answer.text
    return caller.wait(answer.json()["output"]["task_id"], seconds)


def pictures(answer: dict) -> list[Image.Image]:
    links = [part["url"] for part in answer["output"]["results"]]
    return [Image.open(io.BytesIO(httpx.get(link).content)) for link in links]


def same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


def film(path, seconds: float) -> bytes:
    with VideoWriter(path, 640, 640, 25) as writer:
        for number in range(round(25 * seconds)):
            writer.write(np.full((640, 640, 3), number * 2, dtype=np.uint8))
    return path.read_bytes()


@pytest.mark.slow
def test_several_pictures_differ_and_a_seed_repeats_them(start):
    """`n` gives that many different pictures, four when it is not set; the same seed gives the same again."""
    caller = start(render="full")
    first = run(caller, "wan2.2-t2i-flash", {"prompt": "a boat at dusk"}, n=2, seed=5, size="512*512")
    again = run(caller, "wan2.2-t2i-flash", {"prompt": "a boat at dusk"}, n=2, seed=5, size="512*512")
    one, two = pictures(first)
    assert one.size == two.size == (512, 512)
    assert not same(one, two)
    assert [same(*pair) for pair in zip(pictures(first), pictures(again), strict=True)] == [True, True]
    unset = run(caller, "wan2.2-t2i-flash", {"prompt": "a boat at dusk"}, size="512*512")
    assert len(unset["output"]["results"]) == unset["usage"]["image_count"] == 4


@pytest.mark.parametrize(("failed", "status", "billed"), [([1], "SUCCEEDED", 2), ([0, 1, 2], "FAILED", None)])
def test_failed_parts_are_not_billed(start, failed, status, billed):
    """One good picture makes a job a success and only good ones are counted; without any it failed."""
    caller = start({"rules": [{"at": "task", "do": {"kind": "fail_parts", "parts": failed}}]})
    answer = run(caller, "wan2.2-t2i-flash", {"prompt": "a"}, n=3)
    assert answer["output"]["task_status"] == status
    assert answer.get("usage", {}).get("image_count") == billed
    if billed:
        read = catalog.read("wan2.2-t2i-flash", answer)
        assert (len(read.urls), len(read.failed_parts)) == (2, 1)
        assert answer["output"]["task_metrics"] == {"TOTAL": 3, "SUCCEEDED": 2, "FAILED": 1}


def test_a_template_is_known_to_its_account_only(start, picture):
    """A template id that was never made, or by another account, is refused before anything runs."""
    caller = start()
    link = caller.upload(picture.read_bytes(), model=GENERATE)
    video = caller.upload(b"-", name="a.mp4", model=TEMPLATE)
    made = run(caller, TEMPLATE, {"video_url": video})["output"]["template_id"]
    body = {"model": GENERATE, "input": {"image_url": link, "template_id": made}}
    path = f"/{catalog.find(GENERATE).endpoint}"
    assert caller.post(path, body=body, headers=OSS).status_code == 200
    wrong = {**body, "input": {**body["input"], "template_id": "AACT.none"}}
    for headers, asked in ((OSS, wrong), (OSS | {"Authorization": "Bearer sk-two"}, body)):
        refused = caller.post(path, body=asked, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "InvalidParameter")
        assert "template_id" in refused.json()["message"]


@pytest.mark.slow
def test_a_template_decides_how_long_the_film_is(start, picture, tmp_path):
    """The film is as long as the video the template was made of, and both are billed by that."""
    caller = start(render="full")
    video = caller.upload(film(tmp_path / "a.mp4", 2.4), name="a.mp4", model=TEMPLATE)
    made = run(caller, TEMPLATE, {"video_url": video})
    assert "video_url" not in made["output"]
    assert made["usage"] == {"video_duration": 2.4, "video_ratio": "standard"}
    link = caller.upload(picture.read_bytes(), model=GENERATE)
    done = run(caller, GENERATE, {"image_url": link, "template_id": made["output"]["template_id"]})
    assert abs(done["usage"]["video_duration"] - 2.4) < 0.1


@pytest.mark.slow
def test_seconds_of_references_are_counted_up_to_their_cap(start, picture, tmp_path):
    """Two references, one of them a video of 3 s: 2.5 s of it are billed, the picture is free."""
    caller = start(render="full")
    video = caller.upload(film(tmp_path / "a.mp4", 3), name="a.mp4", model="wan2.6-r2v")
    link = caller.upload(picture.read_bytes(), model="wan2.6-r2v")
    given = {"prompt": "character1 meets character2", "reference_urls": [video, link]}
    usage = run(caller, "wan2.6-r2v", given, size="1280*720", duration=2)["usage"]
    assert (usage["input_video_duration"], usage["output_video_duration"], usage["duration"]) == (2.5, 2, 4.5)
    assert (usage["SR"], usage["size"]) == (720, "1280*720")


@pytest.mark.parametrize(("mode", "word"), [("wan-std", "standard"), ("wan-pro", "pro")])
def test_the_mode_is_called_a_ratio(start, picture, mode, word):
    """Motion transfer says its service mode where others say a ratio, and is billed by it."""
    caller = start()
    model = "wan2.2-animate-move"
    given = {"image_url": "https://x.com/a.png", "video_url": "https://x.com/a.mp4"}
    usage = run(caller, model, given, mode=mode)["usage"]
    assert usage["video_ratio"] == word
    prices = catalog.find(model).billing.prices["beijing"]
    assert catalog.cost(model, usage).unit_price == prices[mode]


def test_unrendered_pictures_are_as_many_as_asked(start):
    """A service that renders nothing still gives each picture a link of its own."""
    answer = run(start(), "wan2.2-t2i-flash", {"prompt": "a"}, n=3)
    assert len(catalog.read("wan2.2-t2i-flash", answer).urls) == 3
    assert {picture.format for picture in pictures(answer)} == {"PNG"}
