"""Every shape of answer, read into one."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import catalog
from blocks.catalog import FailedPart, Status


def _task(**output: Any) -> dict[str, Any]:
    return {"request_id": "r-1", "output": {"task_id": "t-1", "task_status": "SUCCEEDED", **output}}


def test_a_submit() -> None:
    """An accepted submit gives the task and its first status."""
    answer = catalog.read("wan2.6-t2v", {"request_id": "r", "output": {"task_id": "t", "task_status": "PENDING"}})
    assert (answer.request_id, answer.task_id, answer.status, answer.urls) == ("r", "t", Status.PENDING, ())
    assert answer.usage is None


@pytest.mark.parametrize(
    ("model", "output"),
    [
        ("wan2.6-t2v", {"video_url": "https://r.example.org/1.mp4?Expires=1"}),
        ("wan2.2-kf2v-flash", {"video_url": "https://r.example.org/1.mp4?Expires=1"}),
        ("video-style-transform", {"output_video_url": "https://r.example.org/1.mp4?Expires=1"}),
        (None, {"results": {"video_url": "https://r.example.org/1.mp4?Expires=1"}}),
        (None, {"output_image_url": "https://r.example.org/1.mp4?Expires=1"}),
        ("a-model-of-next-year", {"clips": [{"address": "https://r.example.org/1.mp4?Expires=1"}]}),
        ("wan2.6-t2v", {"results": [{"url": "https://r.example.org/1.mp4?Expires=1"}]}),
    ],
)
def test_the_result_is_found_in_every_shape(model: str | None, output: dict[str, Any]) -> None:
    """Each family hides the address elsewhere; a new shape or a new model loses none."""
    answer = catalog.read(model, _task(**output))
    assert answer.urls == ("https://r.example.org/1.mp4?Expires=1",)
    assert answer.status is Status.SUCCEEDED
    assert answer.values == {}


def test_several_results_keep_their_order() -> None:
    """Every address once, in the order of the answer."""
    results = [{"url": "http://r.example.org/b.png"}, {"url": "http://r.example.org/a.png"}]
    answer = catalog.read(None, _task(results=[*results, results[0]]))
    assert answer.urls == ("http://r.example.org/b.png", "http://r.example.org/a.png")


def test_a_part_that_failed_is_told_beside_those_that_did_not() -> None:
    """A job of several parts succeeds with one; the failed ones carry code and message."""
    answer = catalog.read(
        None,
        _task(
            results=[
                {"url": "http://r.example.org/a.png"},
                {"code": "DataInspectionFailed", "message": "Output data may contain inappropriate content."},
                {"code": "InternalError.Timeout"},
            ],
            task_metrics={"TOTAL": 3, "SUCCEEDED": 1, "FAILED": 2},
        ),
    )
    assert answer.urls == ("http://r.example.org/a.png",)
    assert answer.failed_parts == (
        FailedPart("DataInspectionFailed", "Output data may contain inappropriate content."),
        FailedPart("InternalError.Timeout", ""),
    )
    assert answer.values["task_metrics"]["FAILED"] == 2
    assert answer.code is None


def test_an_echo_of_the_input_is_no_result() -> None:
    """The address of the source, or one inside a prompt, is not taken for a result."""
    answer = catalog.read(
        None,
        _task(
            orig_prompt="https://example.org/idea",
            actual_prompt="a look like https://example.org/idea in rain",
            input_image_url="https://example.org/source.png",
            ref_images_url=["https://example.org/ref.png"],
            video_url="https://r.example.org/1.mp4",
        ),
    )
    assert answer.urls == ("https://r.example.org/1.mp4",)
    assert answer.values["actual_prompt"] == "a look like https://example.org/idea in rain"


def test_a_template_is_a_value() -> None:
    """A template id is what a later request takes."""
    answer = catalog.read(None, _task(template_id="AACT.1.2-3.4"))
    assert (answer.values, answer.urls) == ({"template_id": "AACT.1.2-3.4"}, ())


@pytest.mark.parametrize("verdict", ["check_pass", "pass"])
def test_a_check_says_yes_or_no(verdict: str) -> None:
    """Both names of the verdict read as passed; there is no task."""
    yes = catalog.read(None, {"request_id": "r", "output": {verdict: True, "humanoid": True}})
    assert (yes.values, yes.status, yes.task_id) == ({"passed": True, "humanoid": True}, None, None)
    no = catalog.read(
        None, {"output": {verdict: False, "code": "InvalidFile.BodyPose", "message": "Turn to the front."}}
    )
    assert (no.values["passed"], no.code, no.message) == (False, "InvalidFile.BodyPose", "Turn to the front.")


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ({"check_pass": False, "reason": "The input image has no human body."}, "The input image has no human body."),
        ({"pass": False, "message": "No human face detected."}, "No human face detected."),
        ({"check_pass": False, "code": "", "message": ""}, None),
        ({"pass": True, "message": "fine"}, None),
        ({"task_id": "t", "message": "x"}, None),
    ],
)
def test_a_no_has_one_reason(output: dict[str, Any], reason: str | None) -> None:
    """Wherever a family puts it, the reason of a no is found in one place."""
    assert catalog.read(None, {"output": output}).reason == reason


def test_boxes_have_the_names_of_the_request_that_takes_them() -> None:
    """One family calls its boxes otherwise in the answer."""
    boxes = {"bbox_face": [1, 2, 3, 4], "ext_bbox_face": [0, 0, 9, 9]}
    answer = catalog.read(None, {"output": boxes, "usage": {"image_count": 1}})
    assert answer.values == {"face_bbox": [1, 2, 3, 4], "ext_bbox": [0, 0, 9, 9]}
    assert answer.usage == {"image_count": 1}


def test_a_failed_task_says_why() -> None:
    """Code and message sit in the output."""
    answer = catalog.read(
        "wan2.6-t2v",
        {
            "request_id": "r",
            "output": {"task_id": "t", "task_status": "FAILED", "code": "InternalError", "message": "x"},
        },
    )
    assert (answer.status, answer.code, answer.message, answer.urls) == (Status.FAILED, "InternalError", "x", ())


@pytest.mark.parametrize(
    ("output", "code", "message"),
    [
        ({"code": "InvalidURL", "error": "the picture cannot be read"}, "InvalidURL", "the picture cannot be read"),
        ({"error_code": 7, "error_message": "no face"}, None, "no face"),
        ({"code": "E", "message": "said twice", "error_message": "otherwise"}, "E", "said twice"),
        ({"code": "E", "error": {"nested": True}, "message": ""}, "E", ""),
    ],
)
def test_a_failed_task_may_say_it_elsewhere(output: dict[str, Any], code: str | None, message: str) -> None:
    """The sentence is found where a guide puts it, and ``message`` comes first."""
    answer = catalog.read("wanx-style-repaint-v1", {"output": {"task_id": "t", "task_status": "FAILED", **output}})
    assert (answer.code, answer.message) == (code, message)


def test_results_that_are_one_failure_are_a_failed_part() -> None:
    """Models whose results are an object fail in that object too."""
    said = {"task_id": "t", "task_status": "FAILED", "results": {"code": "InternalError.Algo", "message": "worn out"}}
    assert catalog.read("emo-v1", {"output": said}).failed_parts == (
        catalog.FailedPart("InternalError.Algo", "worn out"),
    )
    made = _task(results={"video_url": "http://r/1.mp4", "code": "", "message": ""})
    assert catalog.read("emo-v1", made).failed_parts == ()


def test_a_refused_call_says_why() -> None:
    """Code and message sit at the top."""
    answer = catalog.read("wan2.6-t2v", {"request_id": "r", "code": "InvalidApiKey", "message": "No API-key provided."})
    assert (answer.request_id, answer.code, answer.message) == ("r", "InvalidApiKey", "No API-key provided.")
    assert answer.status is None


def test_the_sdks_layer_says_nothing_of_its_own() -> None:
    """status_code and empty code and message around an answer are not the service's words."""
    wrapped = {**_task(video_url="https://r.example.org/1.mp4"), "status_code": 200, "code": "", "message": ""}
    answer = catalog.read("wan2.6-t2v", wrapped)
    assert (answer.code, answer.message) == (None, None)
    assert answer.urls == ("https://r.example.org/1.mp4",)


def test_an_empty_reason_of_the_service_is_told_as_it_is() -> None:
    """A check that says no with an empty code and message said just that; a code around it still counts."""
    said = {"output": {"check_pass": False, "code": "", "message": ""}, "usage": {"image_count": 1}}
    answer = catalog.read("wan2.2-s2v-detect", said)
    assert (answer.values, answer.code, answer.message) == ({"passed": False}, "", "")
    assert catalog.read("wan2.2-s2v-detect", {**said, "code": "Throttling"}).code == "Throttling"


def test_a_success_that_speaks_of_errors_is_a_success() -> None:
    """error_code 0 and error_message Success are no failure."""
    answer = catalog.read(None, _task(results=[{"url": "http://r/1.png"}], error_code=0, error_message="Success"))
    assert (answer.status, answer.code, answer.message) == (Status.SUCCEEDED, None, None)


def test_times_stay_as_written() -> None:
    """Times are kept as text, with or without milliseconds."""
    times = {"submit_time": "2026-03-01 08:00:00.120", "end_time": "2026-03-01 08:03:11"}
    assert catalog.read("wan2.6-t2v", _task(**times)).times == times


@pytest.mark.parametrize(
    ("said", "status", "final"),
    [
        ("PENDING", Status.PENDING, False),
        ("PRE-PROCESSING", Status.PRE_PROCESSING, False),
        ("RUNNING", Status.RUNNING, False),
        ("SUSPENDED", Status.SUSPENDED, False),
        ("POST-PROCESSING", Status.POST_PROCESSING, False),
        ("SUCCEEDED", Status.SUCCEEDED, True),
        ("FAILED", Status.FAILED, True),
        ("CANCELED", Status.CANCELED, True),
        ("UNKNOWN", Status.UNKNOWN, True),
        ("SOMETHING-NEW", Status.UNKNOWN, True),
    ],
)
def test_where_a_task_stands(said: str, status: Status, final: bool) -> None:
    """Each documented status, and one nobody documented."""
    answer = catalog.read(None, {"output": {"task_id": "t", "task_status": said}})
    assert answer.status is status
    assert answer.status.final is final


def test_a_chat_answer() -> None:
    """The text of the first choice; the answer's own id stands for the request id."""
    answer = catalog.read(
        "qwen-plus",
        {
            "id": "chatcmpl-1",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Drip."}}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
        },
    )
    assert answer.values == {"text": "Drip.", "finish_reason": "stop"}
    assert answer.request_id == "chatcmpl-1"
    assert answer.usage is not None and answer.usage["total_tokens"] == 12


def test_a_refused_chat() -> None:
    """The compatible form wraps its refusals in error."""
    refusal = {"error": {"code": "invalid_api_key", "message": "Incorrect API key provided."}, "request_id": "r"}
    answer = catalog.read("qwen-plus", refusal)
    assert (answer.code, answer.message, answer.values) == ("invalid_api_key", "Incorrect API key provided.", {})


@pytest.mark.parametrize("answer", [{}, {"output": None}, {"output": "text"}, {"output": []}, {"usage": 3}])
def test_an_answer_with_nothing_in_it(answer: dict[str, Any]) -> None:
    """An empty or strange answer reads as an empty one, never as a crash."""
    assert catalog.read("wan2.6-t2v", answer) == catalog.Answer()
    assert catalog.read("qwen-plus", answer) == catalog.Answer()
