from __future__ import annotations

import pytest

from blocks import catalog


def test_a_submit_is_accepted_as_a_pending_task(caller):
    """A submit is answered with a task that waits."""
    answer = caller.post()
    assert answer.status_code == 200
    assert answer.json()["output"]["task_status"] == "PENDING"
    assert set(answer.json()) == {"output", "request_id"}


def test_every_asynchronous_model_has_its_path(caller, text_to_video):
    """Every asynchronous model of the catalog is served at its own path, with and without a slash at the end."""
    for row in catalog.MODELS.values():
        if row.mode == "async":
            for path in (f"/{row.endpoint.strip('/')}", f"/{row.endpoint.strip('/')}/"):
                answer = caller.post(path, body={"model": row.id, "input": {}, "parameters": {}})
                assert answer.json()["code"] == "InvalidParameter"
                assert "input." in answer.json()["message"], (row.id, answer.text)


def test_any_prefix_is_served(caller, text_to_video):
    """A gateway's prefix before the API's path makes no difference."""
    url = f"{caller.emulator.url}/qwen/api/v1/services/aigc/video-generation/video-synthesis"
    answer = caller.http.post(url, json=text_to_video(), headers={"X-DashScope-Async": "enable"})
    task_id = answer.json()["output"]["task_id"]
    assert caller.http.get(f"{caller.emulator.url}/qwen/api/v1/tasks/{task_id}").json()["output"]["task_id"] == task_id


@pytest.mark.parametrize("header", [None, "Bearer", "Basic abc"])
def test_no_key_no_answer(caller, text_to_video, header):
    """A call without a key is refused in the documented shape."""
    caller.http.headers.pop("Authorization")
    answer = caller.post(headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.json()["code"] == "InvalidApiKey"
    assert answer.json()["message"] == "No API-key provided."
    assert answer.json()["request_id"]


def test_a_wrong_key_is_refused(start):
    """A key that is not accepted is refused, wherever it is used."""
    caller = start(key="bad-key")
    assert caller.post().json()["message"] == "Invalid API-key provided."
    assert caller.get("/tasks/").status_code == 401
    assert caller.get("/uploads", action="getPolicy", model="wan2.6-i2v").status_code == 401


def test_accepted_keys_can_be_listed(start):
    """A scenario may name the only keys that are accepted."""
    assert start({"keys": ["sk-good"]}, key="sk-good").post().status_code == 200
    assert start({"keys": ["sk-good"]}, key="sk-other").post().status_code == 401


def test_the_async_header_is_asked_for(caller):
    """Without X-DashScope-Async an asynchronous model refuses, in the documented words."""
    answer = caller.post(headers={"X-DashScope-Async": ""})
    assert answer.status_code == 403
    assert answer.json()["code"] == "AccessDenied"
    assert "current user api does not support synchronous calls" in answer.json()["message"]
    assert caller.emulator.submits == {}


def test_an_unknown_model_does_not_exist(caller, text_to_video):
    """A model nobody knows is answered as the service does."""
    answer = caller.post(body=text_to_video(model="wan9.9-t2v"))
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (
        400,
        "InvalidParameter",
        "Model not exist.",
    )


def test_a_model_at_another_path_is_refused(caller, text_to_video):
    """A model sent to another one's path is refused."""
    answer = caller.post("/services/aigc/image2video/video-synthesis")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("url error")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"'])
def test_a_body_must_be_a_json_object(caller, body):
    """What is no JSON object is refused."""
    url = caller.emulator.base_url + "/services/aigc/video-generation/video-synthesis"
    answer = caller.http.post(url, content=body, headers={"X-DashScope-Async": "enable"})
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequest.IllegalInput")


def test_limits_are_those_of_the_catalog(caller, text_to_video):
    """A request the catalog would refuse is refused, naming the field."""
    for body, field in [
        (text_to_video(size="1*1"), "parameters.size"),
        (text_to_video(duration=99), "parameters.duration"),
        (text_to_video(seed=-1), "parameters.seed"),
        ({"model": "wan2.6-t2v", "input": {}}, "input.prompt"),
        ({"model": "wan2.6-i2v-flash", "input": {"prompt": "a", "img_url": "/etc/passwd"}}, "input.img_url"),
    ]:
        answer = caller.post(body=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
        assert field in answer.json()["message"]
    assert caller.emulator.tasks() == []


def test_long_text_is_cut_silently(caller, text_to_video):
    """A prompt above the limit is accepted and cut, as the service does."""
    task_id = caller.submit(prompt="雨" * 2000)
    assert caller.wait(task_id)["output"]["orig_prompt"] == "雨" * 1500


def test_what_the_sdk_adds_is_ignored(caller):
    """The SDK's own extras, nulls and extend_prompt, do no harm."""
    body = {"model": "wan2.6-t2v", "input": {"prompt": "a", "extend_prompt": True, "negative_prompt": None}}
    assert caller.post(body=body | {"parameters": {"seed": None}}).status_code == 200


def test_an_upload_needs_the_resolve_header(caller, picture):
    """An oss:// input is refused unless the submit says that it is to be resolved."""
    link = caller.upload(picture.read_bytes())
    body = {"model": "wan2.6-i2v-flash", "input": {"prompt": "a", "img_url": link}}
    answer = caller.post(body=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidURL")
    assert caller.post(body=body, headers={"X-DashScope-OssResourceResolve": "enable"}).status_code == 200


def test_the_submit_rate_is_kept_when_asked_for(start):
    """With the limit on, submits above the model's documented rate are refused and not accepted."""
    caller = start({"limits": {"submits": True}})
    answers = [caller.post() for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.json()["code"] for answer in refused} == {"Throttling.RateQuota"}
    assert len(caller.emulator.tasks()) == 20 - len(refused)


def test_a_full_queue_refuses(start):
    """With a bound on waiting tasks, the next submit is refused."""
    caller = start({"queue_seconds": 60, "limits": {"queued": 2}})
    assert [caller.post().status_code for _ in range(3)] == [200, 200, 429]


def test_submits_are_counted_by_body(caller, text_to_video):
    """Accepted submits are counted by what was asked."""
    from blocks.emulator import hash_of

    caller.submit(), caller.submit(), caller.submit(prompt="other")
    assert caller.emulator.submits == {hash_of(text_to_video()): 2, hash_of(text_to_video(prompt="other")): 1}


def test_unknown_paths_are_not_found(caller):
    """A path nobody serves gives a documented error."""
    answer = caller.post("/services/nothing/here", body={"model": "wan2.6-t2v", "input": {"prompt": "a"}})
    assert answer.json()["message"].startswith("url error")
    assert caller.get("/nothing").json()["code"] == "NotFound"


def test_the_first_sample_of_a_poster_is_taken(caller):
    """The page's first call has a field outside its input, where it does nothing."""
    given = {"title": "秋日书市", "prompt_text_zh": "落叶", "generate_mode": "generate"}
    poster = {"model": "wanx-poster-generation-v1", "input": given, "parameters": {}}
    answer = caller.post("/services/aigc/text2image/image-synthesis", body=poster | {"auxiliary_parameters": "WMq4"})
    assert answer.status_code == 200, answer.text
    other = caller.post("/services/aigc/text2image/image-synthesis", body=poster | {"auxiliary": "WMq4"})
    assert other.status_code == 400


_EMOJI = {"image_url": "https://example.org/a.png", "face_bbox": [1, 1, 5, 5], "ext_bbox": [0, 0, 9, 9]}
_EMOJI["driven_id"] = "mengwa_kaixin"
_POSTER = {"title": "秋日书市", "prompt_text_zh": "落叶", "generate_mode": "generate"}
_TWO = {"function": "image_reference", "prompt": "a walk", "ref_images_url": ["https://example.org/a.png"] * 2}


@pytest.mark.parametrize(
    ("endpoint", "body", "message"),
    [
        ("image2video", {"model": "emoji-v1", "input": _EMOJI | {"ext_bbox": [0, 0, 9, 20]}}, "Invalid ext_bbox."),
        (
            "image2video",
            {"model": "emoji-v1", "input": _EMOJI | {"driven_id": "grin"}},
            "Driven not exist: driven_id.",
        ),
        (
            "video-generation",
            {"model": "wanx2.1-vace-plus", "input": _TWO, "parameters": {"obj_or_bg": ["obj"]}},
            "ref_images_url and obj_or_bg must be the same length.",
        ),
        (
            "text2image",
            {"model": "qwen-image", "input": {"prompt": "rain"}, "parameters": {"n": 2}},
            "num_images_per_prompt must be 1.",
        ),
        (
            "text2image",
            {"model": "wanx-poster-generation-v1", "input": _POSTER | {"ctrl_ratio": 2, "lora_weight": 3}},
            "check input data style.",
        ),
    ],
)
def test_models_with_words_of_their_own_use_them(caller, endpoint, body, message):
    """Where the pages give the sentence of a refusal, that one is said, once."""
    path = "video-synthesis" if "video" in endpoint else "image-synthesis"
    answer = caller.post(f"/services/aigc/{endpoint}/{path}", body=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (400, "InvalidParameter", message)
