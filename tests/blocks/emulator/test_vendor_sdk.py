"""The vendor's public Python SDK, unchanged, against the emulated service."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import av
import dashscope
import httpx
import pytest
from dashscope import ImageSynthesis, MultiModalConversation, VideoSynthesis
from dashscope.aigc.chat_completion import Completions
from dashscope.aigc.image_generation import ImageGeneration

from blocks import catalog
from blocks.emulator import Emulator
from tests.blocks.emulator.conftest import Caller
from tests.blocks.emulator.test_every_model import body, template

KEY = "sk-of-the-sdk"


@pytest.fixture
def sdk(start, monkeypatch):
    """Starts a service and points the SDK at it."""

    def begin(scenario=None, **options):
        caller = start(scenario, key=KEY, **options)
        monkeypatch.setattr(dashscope, "base_http_api_url", caller.emulator.base_url)
        monkeypatch.setattr(dashscope, "api_key", KEY)
        return caller

    return begin


def test_the_sdk_makes_a_film(sdk):
    """`call` submits, waits and gives a link to a film of the asked size and length."""
    sdk(render="full")
    answer = VideoSynthesis.call(model="wan2.6-t2v", prompt="雨夜的街道", size="1280*720", duration=2, seed=7)
    assert answer.status_code == HTTPStatus.OK, answer
    assert answer.output.task_status == "SUCCEEDED"
    assert answer.usage.duration == 2
    with av.open(io.BytesIO(httpx.get(answer.output.video_url).content)) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == (1280, 720)
        assert abs(float(stream.duration * stream.time_base) - 2) < 0.1


def test_the_sdk_submits_fetches_and_waits(sdk):
    """`async_call`, `fetch` and `wait` work step by step."""
    sdk()
    submitted = VideoSynthesis.async_call(model="wan2.5-t2v-preview", prompt="a fox", size="832*480", duration=5)
    assert submitted.output.task_status == "PENDING"
    assert VideoSynthesis.fetch(submitted).output.task_id == submitted.output.task_id
    done = VideoSynthesis.wait(submitted.output.task_id)
    assert done.output.video_url.startswith("http://")
    assert done.usage.video_ratio == "832*480"


def test_the_sdk_lists(sdk):
    """`list` finds the account's tasks by model and status, page by page."""
    sdk()
    ids = [VideoSynthesis.async_call(model="wan2.6-t2v", prompt="a").output.task_id for _ in range(3)]
    VideoSynthesis.wait(ids[-1])
    listed = VideoSynthesis.list(model_name="wan2.6-t2v", status="SUCCEEDED", page_size=2, page_no=1)
    assert listed.status_code == HTTPStatus.OK, listed
    assert listed.output["total"] == 3
    assert [row["task_id"] for row in listed.output["data"]] == [ids[2], ids[1]]
    assert VideoSynthesis.list(model_name="wan2.6-i2v").output["total"] == 0


def test_the_sdk_cancels(sdk):
    """`cancel` works on a waiting task and is refused on an ended one."""
    sdk({"queue_seconds": 60})
    submitted = VideoSynthesis.async_call(model="wan2.6-t2v", prompt="a")
    assert VideoSynthesis.cancel(submitted).status_code == HTTPStatus.OK
    assert VideoSynthesis.fetch(submitted).output.task_status == "CANCELED"
    refused = VideoSynthesis.cancel(submitted)
    assert (refused.status_code, refused.code) == (HTTPStatus.BAD_REQUEST, "UnsupportedOperation")


@pytest.mark.slow
def test_the_sdk_uploads_a_local_picture(sdk, picture):
    """A file:// picture is uploaded by the SDK, resolved by the service and becomes a film."""
    caller = sdk(render="full")
    answer = VideoSynthesis.call(
        model="wan2.6-i2v-flash",
        prompt="it moves",
        img_url=f"file://{picture}",
        resolution="720P",
        duration=2,
        audio=False,
    )
    assert answer.output.task_status == "SUCCEEDED", answer
    assert answer.usage["audio"] is False
    (task,) = caller.emulator.tasks()
    assert task.body["input"]["img_url"].startswith("oss://")
    assert len(caller.emulator.events("upload")) == 1


def test_the_sdk_makes_a_film_between_two_pictures(sdk, picture):
    """First and last frame go to the other endpoint, as the SDK knows."""
    sdk()
    answer = VideoSynthesis.call(
        model="wan2.2-kf2v-flash",
        prompt="from one to the other",
        first_frame_url=f"file://{picture}",
        last_frame_url=f"file://{picture}",
        resolution="480P",
    )
    assert answer.output.task_status == "SUCCEEDED", answer
    assert answer.usage["SR"] == 480


def test_the_sdk_reads_refusals(sdk, monkeypatch):
    """A wrong key and a wrong size arrive as code and message."""
    sdk()
    refused = VideoSynthesis.async_call(model="wan2.6-t2v", prompt="a", size="1*1")
    assert (refused.status_code, refused.code) == (400, "InvalidParameter")
    assert "size" in refused.message
    denied = VideoSynthesis.async_call(model="wan2.6-t2v", prompt="a", api_key="bad-key")
    assert (denied.status_code, denied.code) == (401, "InvalidApiKey")


def test_the_sdk_reads_a_failed_task(sdk):
    """A task that failed tells the SDK why."""
    sdk({"rules": [{"at": "task", "do": "moderate"}]})
    answer = VideoSynthesis.call(model="wan2.6-t2v", prompt="a")
    assert answer.output.task_status == "FAILED"
    assert answer.output["code"] == "DataInspectionFailed"


def test_the_sdk_makes_pictures(sdk):
    """Words become as many pictures as asked for, and a picture with a function another one."""
    sdk()
    drawn = ImageSynthesis.call(model="wan2.2-t2i-flash", prompt="a fox", n=2, size="1024*1024")
    assert drawn.output.task_status == "SUCCEEDED", drawn
    assert len(drawn.output.results) == drawn.usage.image_count == 2
    assert drawn.output.task_metrics["SUCCEEDED"] == 2


def test_the_sdk_edits_pictures(sdk, picture):
    """A local picture is uploaded and edited, by the general model and by one with functions."""
    sdk()
    merged = ImageSynthesis.call(model="wan2.5-i2i-preview", prompt="a fox", images=[f"file://{picture}"], n=1)
    assert merged.output.task_status == "SUCCEEDED", merged
    assert merged.output.results[0].orig_prompt == "a fox"
    edited = ImageSynthesis.call(
        model="wanx2.1-imageedit", function="stylization_all", prompt="a fox", base_image_url=f"file://{picture}"
    )
    assert edited.output.task_status == "SUCCEEDED", edited
    assert edited.usage.image_count == 1


def test_the_sdk_makes_films_of_references(sdk, picture):
    """References are uploaded one by one and named in the prompt."""
    sdk()
    answer = VideoSynthesis.call(
        model="wan2.6-r2v", prompt="character1 runs", reference_urls=[f"file://{picture}"], size="1280*720", duration=2
    )
    assert answer.output.task_status == "SUCCEEDED", answer
    assert answer.usage["input_video_duration"] == 0


def test_the_sdk_talks_to_picture_models(sdk):
    """The messages form: answered at once, and as a task that is waited for."""
    sdk()
    said = [{"role": "user", "content": [{"text": "a fox"}]}]
    max_ = MultiModalConversation.call(model="qwen-image-max", messages=said, size="1328*1328", watermark=False)
    assert max_.status_code == HTTPStatus.OK, max_
    assert max_.output.choices[0].message.content[0]["image"].startswith("http://")
    at_once = ImageGeneration.call(model="wan2.6-t2i", messages=said, n=2)
    assert at_once.status_code == HTTPStatus.OK, at_once
    assert len(at_once.output.choices) == 2
    submitted = ImageGeneration.async_call(model="wan2.6-t2i", messages=said, n=1)
    done = ImageGeneration.wait(submitted)
    assert done.output.task_status == "SUCCEEDED", done
    assert done.usage.image_count == 1


Call = Callable[[dict[str, Any]], Any]


def _call_of(model: str) -> Call | None:
    """The SDK's call that reaches a model's endpoint and can say what the model needs; None: it has none."""
    row = catalog.find(model)
    *_, task, function = ["", *row.endpoint.strip("/").split("/")]
    match task, function:
        case _, "video-synthesis":
            return lambda asked: _by_name(VideoSynthesis, task, asked)
        case _, "image-synthesis" if "input.prompt" in row.fields:  # the SDK insists on one
            return lambda asked: _by_name(ImageSynthesis, task, asked)
        case ("image-generation", "generation") if "messages" in body(model, HOST)["input"]:
            return lambda asked: ImageGeneration.wait(ImageGeneration.async_call(**_flat(asked)))
        case "multimodal-generation", "generation":
            return lambda asked: MultiModalConversation.call(**_flat(asked))
    return None


def _by_name(sdk_class: Any, task: str, asked: dict[str, Any]) -> Any:
    """Asks by the SDK's own arguments where it has them, and by `extra_input` where it has not."""
    named = inspect.signature(sdk_class.async_call).parameters
    given = asked["input"]
    own = {name: value for name, value in given.items() if name in named}
    rest = {name: value for name, value in given.items() if name not in named}
    more = {**own, **asked.get("parameters", {})}
    return sdk_class.call(model=asked["model"], task=task, extra_input=rest, **more)


def _flat(asked: dict[str, Any]) -> dict[str, Any]:
    return {"model": asked["model"], **asked["input"], **asked.get("parameters", {})}


HOST = "https://example.org"
REACHED = [model for model, row in catalog.MODELS.items() if row.mode != "chat" and _call_of(model)]


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    """One service for all of the following."""
    with Emulator(render="none") as emulator:
        yield emulator


@pytest.mark.parametrize("model", REACHED)
def test_every_model_the_sdk_has_a_call_for(service: Emulator, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """The SDK's call for a model ends well, and its answer holds a result and what is billed."""
    monkeypatch.setattr(dashscope, "base_http_api_url", service.base_url)
    monkeypatch.setattr(dashscope, "api_key", KEY)
    call = _call_of(model)
    assert call is not None
    answer = call(_asked(service, model))
    assert answer.status_code == HTTPStatus.OK, answer
    read = catalog.read(model, answer)
    assert read.status in (None, catalog.Status.SUCCEEDED), answer
    assert read.urls, answer
    assert catalog.cost(model, read.usage, status=catalog.Status.SUCCEEDED).quantity


def _asked(service: Emulator, model: str) -> dict[str, Any]:
    """The smallest request; what it needs of an earlier one is made by hand."""
    if model != "animate-anyone-gen2":
        return body(model, HOST)
    with httpx.Client(headers={"Authorization": f"Bearer {KEY}"}) as http:
        return body(model, HOST, template_id=template(Caller(service, http), HOST))


@pytest.mark.parametrize("model", [model for model, row in catalog.MODELS.items() if row.mode == "chat"])
def test_the_sdk_chats(service: Emulator, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """The SDK's OpenAI-compatible call says something, and how many tokens it took."""
    root = service.base_url.removesuffix("/api/v1")
    monkeypatch.setattr(dashscope, "base_compatible_api_url", f"{root}/compatible-mode/v1")
    said = Completions.create(
        model=model, messages=[{"role": "user", "content": "one line about rain"}], temperature=0.5, api_key=KEY
    )
    assert said.status_code == HTTPStatus.OK
    assert said.choices[0].message.content
    assert said.usage.total_tokens == said.usage.prompt_tokens + said.usage.completion_tokens > 0


def test_the_sdks_newer_client(service: Emulator) -> None:
    """The client object of its second edition makes a film, pictures in both forms, and chats."""
    client = dashscope.Client(api_key=KEY, base_url=service.base_url)
    film = client.videos.generate(
        model="wan2.6-i2v-flash", prompt="it moves", image_url=f"{HOST}/a.png", duration=2, poll_interval=0.01
    )
    assert (film.status, film.usage.duration) == ("SUCCEEDED", 2)
    assert film.video_url.startswith("http://")
    for model in ("wan2.2-t2i-flash", "wan2.6-t2i"):
        pictures = client.images.generate(model=model, prompt="a fox", n=1, poll_interval=0.01)
        assert catalog.read(model, {"output": pictures.output}).urls
    root = service.base_url.removesuffix("/api/v1")
    talker = dashscope.Client(api_key=KEY, base_url=f"{root}/compatible-mode/v1", protocol="openai")
    said = talker.chat.completions.create(model="qwen-plus", messages=[{"role": "user", "content": "a line"}])
    assert said.choices[0].message.content


def test_the_sdk_reaches_what_makes_films():
    """Only checks, templates and a few picture tools, whose endpoints no call of the SDK has, are left out."""
    left = {
        row.endpoint.strip("/").partition("aigc/")[2]
        for model, row in catalog.MODELS.items()
        if row.mode != "chat" and model not in REACHED
    }
    assert left == {
        "image2video/face-detect",
        "image2video/aa-detect",
        "image2video/aa-template-generation",
        "background-generation/generation",
        "image2image/out-painting",
        "image2image/image-synthesis",
        "text2image/image-synthesis",
        "image-generation/generation",
        "virtualmodel/generation",
    }
