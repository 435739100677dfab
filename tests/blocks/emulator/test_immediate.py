"""Models that answer at once: checks of a picture, and pictures without a task."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from blocks import catalog

PICTURE = "/services/aigc/multimodal-generation/generation"
NO_TASK = {"X-DashScope-Async": "disable"}


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(file, "png")
    return file.getvalue()


def look(caller, model: str, picture: bytes, **parameters: str) -> httpx.Response:
    """Has a picture checked, as an upload."""
    link = caller.upload(picture, model=model)
    body = {"model": model, "input": {"image_url": link}, "parameters": parameters}
    headers = NO_TASK | {"X-DashScope-OssResourceResolve": "enable"}
    row = catalog.find(model)
    return caller.post(f"/{row.endpoint}", body=body, headers=headers)


@pytest.mark.parametrize(("width", "height"), [(600, 900), (1600, 700), (401, 402)])
@pytest.mark.parametrize("ratio", ["1:1", "3:4"])
def test_boxes_fit_the_picture_and_the_generation(start, width, height, ratio):
    """Both boxes lie within the picture, the face within the moving part, and emo-v1 takes them as they are."""
    caller = start(render="full")
    said = look(caller, "emo-detect-v1", png(width, height), ratio=ratio).json()
    face, moving = said["output"]["face_bbox"], said["output"]["ext_bbox"]
    assert 0 <= moving[0] < face[0] < face[2] < moving[2] <= width
    assert 0 <= moving[1] < face[1] < face[3] < moving[3] <= height
    links = {"image_url": "https://x.com/a.png", "audio_url": "https://x.com/a.mp3"}
    request = catalog.request({"model": "emo-v1", "input": catalog.pair(said, "emo-v1", **links)})
    assert request.ratio == ratio


def test_a_body_is_told_by_the_height_of_the_picture(start):
    """A tall picture shows the whole person, a wide one half of it."""
    caller = start(render="full")
    for size, style in (((400, 700), "full"), ((700, 500), "half")):
        said = look(caller, "animate-anyone-detect-gen2", png(*size)).json()
        assert said["output"] == {"check_pass": True, "bodystyle": style}


CHECKS = [row.id for row in catalog.MODELS.values() if row.kind == "check"]
RATIO = {"emo-detect-v1": {"ratio": "1:1"}, "emoji-detect-v1": {"ratio": "1:1"}}


@pytest.mark.parametrize("model", CHECKS)
def test_a_scenario_makes_a_check_say_no(start, model):
    """The answer is a no with the reason in the model's own field, and is billed all the same."""
    rule = {"at": "check", "model": model, "times": 1, "do": {"kind": "fail_check", "reason": "The face is covered."}}
    caller = start({"rules": [rule]})
    answer = catalog.read(model, look(caller, model, png(600, 600), **RATIO.get(model, {})).json())
    assert answer.values["passed"] is False
    assert "The face is covered." in (answer.message, answer.values.get("reason"))
    assert catalog.cost(model, answer.usage).quantity == 1
    again = catalog.read(model, look(caller, model, png(600, 600), **RATIO.get(model, {})).json())
    assert again.values["passed"] is True


def test_a_picture_outside_the_limits_does_not_pass(start):
    """A picture whose sides the row does not take is looked at and refused as unfit; what is no picture is an error."""
    caller = start(render="full")
    small = look(caller, "emo-detect-v1", png(200, 200), ratio="1:1").json()
    assert small["output"]["check_pass"] is False
    assert "400" in small["output"]["message"]
    assert small["usage"] == {"image_count": 1}
    broken = look(caller, "liveportrait-detect", b"no picture")
    assert (broken.status_code, broken.json()["code"]) == (400, "InvalidParameter.UnsupportedFileFormat")


def test_a_call_makes_no_task(start):
    """What is answered at once cannot be listed or queried, and takes no header that asks for a task."""
    caller = start()
    body = {"model": "qwen-image-max", "input": {"messages": [{"role": "user", "content": [{"text": "雨"}]}]}}
    refused = caller.post(PICTURE, body=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "AccessDenied")
    said = caller.post(PICTURE, body=body, headers=NO_TASK).json()
    assert "task_id" not in said["output"]
    assert caller.get("/tasks").json()["total"] == 0
    assert [event["model"] for event in caller.emulator.events("answered")] == ["qwen-image-max"]


@pytest.mark.slow
def test_a_call_gives_a_picture(start):
    """A picture model without a task answers with a link to a PNG of the size it names."""
    caller = start(render="full")
    content = [{"text": "a red boat"}]
    body = {
        "model": "qwen-image-max",
        "input": {"messages": [{"role": "user", "content": content}]},
        "parameters": {"size": "1328*1328"},
    }
    said = caller.post(PICTURE, body=body, headers=NO_TASK).json()
    (link,) = catalog.read("qwen-image-max", said).urls
    with Image.open(io.BytesIO(httpx.get(link).content)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1328, 1328))
    assert (said["usage"]["width"], said["usage"]["height"]) == (1328, 1328)


def test_a_call_may_go_wrong_like_a_submit(start):
    """A scenario's rules for submits hold for calls that are answered at once too."""
    caller = start({"rules": [{"at": "submit", "model": "emo-*", "do": "throttle"}]})
    assert look(caller, "emo-detect-v1", png(600, 600), ratio="1:1").status_code == 429


@pytest.mark.slow
def test_a_default_size_is_made(start):
    """A picture whose size was not asked for has the size of the row's default, not one of the renderer's own."""
    caller = start(render="full")
    body = {"model": "qwen-image-max", "input": {"messages": [{"role": "user", "content": [{"text": "雨"}]}]}}
    said = caller.post(PICTURE, body=body, headers=NO_TASK).json()
    default = catalog.request({"model": "qwen-image-max", "input": {"prompt": "雨"}}).size
    assert (said["usage"]["width"], said["usage"]["height"]) == default


def test_a_model_with_two_ways_takes_each_at_its_own_address(start):
    """wan2.6-t2i makes a task at one address and answers at once at the other; the header must agree."""
    caller = start()
    content = [{"text": "a boat"}]
    body = {
        "model": "wan2.6-t2i",
        "input": {"messages": [{"role": "user", "content": content}]},
        "parameters": {"n": 2},
    }
    task = "/services/aigc/image-generation/generation"
    assert "task_id" in caller.post(task, body=body).json()["output"]
    said = caller.post(PICTURE, body=body, headers=NO_TASK).json()
    assert len(catalog.read("wan2.6-t2i", said).urls) == said["usage"]["image_count"] == 2
    assert caller.post(task, body=body, headers=NO_TASK).status_code == 403
    assert caller.post(PICTURE, body=body).status_code == 403


def test_qwen_answers_each_way_in_its_own_form(start):
    """qwen-image gives a task results, and a call a message with the size in its usage."""
    caller = start()
    prompt = {"prompt": "a boat"}
    message = {"messages": [{"role": "user", "content": [{"text": "a boat"}]}]}
    task_at = "/services/aigc/text2image/image-synthesis"
    for model in ("qwen-image", "qwen-image-plus"):
        accepted = caller.post(task_at, body={"model": model, "input": prompt}).json()
        task = caller.wait(accepted["output"]["task_id"])
        assert (len(task["output"]["results"]), task["usage"]) == (1, {"image_count": 1})
        call = caller.post(PICTURE, body={"model": model, "input": message}, headers=NO_TASK).json()
        (choice,) = call["output"]["choices"]
        assert choice["message"]["content"] == [{"image": catalog.read(model, call).urls[0]}]
        assert call["output"]["task_metric"] == {"TOTAL": 1, "SUCCEEDED": 1, "FAILED": 0}
        assert call["usage"] == {"image_count": 1, "width": 1664, "height": 928}
        assert set(call["output"]) == {"choices", "task_metric"}


@pytest.mark.parametrize("model", ["qwen-image-max", "qwen-image-plus", "wan2.6-t2i"])
def test_what_the_documented_sdk_call_sends_besides_is_no_error(start, model):
    """The pages' example names the form of the result; it says nothing new and is taken."""
    content = [{"text": "a boat"}]
    body = {
        "model": model,
        "input": {"messages": [{"role": "user", "content": content}]},
        "parameters": {"result_format": "message", "watermark": False, "prompt_extend": True, "n": 1},
    }
    said = start().post(PICTURE, body=body, headers=NO_TASK)
    assert said.status_code == 200, said.text
    (choice,) = said.json()["output"]["choices"]
    assert ("type" in choice["message"]["content"][0]) is (model == "wan2.6-t2i")
