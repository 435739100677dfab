from __future__ import annotations

from dataclasses import replace

import pytest

from blocks import catalog
from blocks.emulator import answers
from blocks.emulator.task import Outcome, Task
from blocks.emulator.usage import Made, usage

MADE = Made(1280, 720, 5.0, sound=True)
PICTURE = "https://example.com/a.png"


def ask(model: str, given: dict, **parameters) -> catalog.Request:
    return catalog.request({"model": model, "input": given, "parameters": parameters})


@pytest.mark.parametrize(
    ("request_", "counted"),
    [
        (
            ask("wan2.6-t2v", {"prompt": "a"}, size="1280*720"),
            {
                "duration": 5,
                "size": "1280*720",
                "input_video_duration": 0,
                "output_video_duration": 5,
                "video_count": 1,
                "SR": 720,
            },
        ),
        (
            ask("wan2.5-t2v-preview", {"prompt": "a"}, size="1280*720"),
            {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1},
        ),
        (
            ask("wanx2.1-t2v-turbo", {"prompt": "a"}),
            {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1},
        ),
        (
            ask("wan2.6-i2v-flash", {"prompt": "a", "img_url": PICTURE}, resolution="1080P"),
            {
                "duration": 5,
                "input_video_duration": 0,
                "output_video_duration": 5,
                "video_count": 1,
                "SR": 1080,
                "audio": True,
            },
        ),
        (
            ask("wan2.6-i2v", {"prompt": "a", "img_url": PICTURE}, resolution="720P"),
            {"duration": 5, "input_video_duration": 0, "output_video_duration": 5, "video_count": 1, "SR": 720},
        ),
        (
            ask("wan2.5-i2v-preview", {"prompt": "a", "img_url": PICTURE}, resolution="480P"),
            {"duration": 5, "SR": 480, "video_count": 1},
        ),
        (
            ask("wanx2.1-i2v-turbo", {"prompt": "a", "img_url": PICTURE}),
            {"video_duration": 5, "video_ratio": "standard", "video_count": 1},
        ),
        (
            ask("wan2.2-kf2v-flash", {"prompt": "a", "first_frame_url": PICTURE}, resolution="480P"),
            {"video_duration": 5, "video_count": 1, "SR": 480},
        ),
        (
            ask("video-style-transform", {"video_url": "https://example.com/a.mp4"}, min_len=540, use_SR=True),
            {"duration": 5.0, "SR": 540},
        ),
        (
            ask(
                "wanx2.1-vace-plus",
                {"function": "video_repainting", "prompt": "a", "video_url": "https://example.com/a.mp4"},
                control_condition="depth",
            ),
            {"video_duration": 5, "video_ratio": "standard", "video_count": 1},
        ),
    ],
    ids=lambda value: value.model if isinstance(value, catalog.Request) else "usage",
)
def test_usage_has_the_documented_fields(request_, counted):
    """Every model counts in its own fields, and the catalog can bill by them."""
    assert usage(request_, MADE) == counted
    assert catalog.cost(request_.model, counted, request=request_).quantity == 5


def test_the_rewritten_prompt_is_told_where_documented():
    """wan2.6 never tells the rewritten prompt; older models do, when they rewrote it."""
    assert answers.values(ask("wan2.6-t2v", {"prompt": "a"})) == {"orig_prompt": "a"}
    assert answers.values(ask("wan2.5-t2v-preview", {"prompt": "a"}, prompt_extend=False)) == {"orig_prompt": "a"}
    told = answers.values(ask("wan2.5-t2v-preview", {"prompt": "雨"}))
    assert told["orig_prompt"] == "雨"
    assert told["actual_prompt"].startswith("雨 ")
    assert answers.values(ask("video-style-transform", {"video_url": "https://example.com/a.mp4"})) == {}


def task(model: str, outcome: Outcome) -> Task:
    return Task(
        *("t-1", "r-1", "acc", model, {}, "hash"),
        submitted=1_758_000_000.0,
        status="SUCCEEDED",
        scheduled=1_758_000_001.0,
        ended=1_758_000_002.5,
        outcome=outcome,
    )


@pytest.mark.parametrize(
    ("model", "field"), [("wan2.6-t2v", "video_url"), ("video-style-transform", "output_video_url")]
)
def test_a_result_stands_where_the_model_has_it(model, field):
    """The link is in the documented field, and the catalog finds it there."""
    answer = answers.about(task(model, Outcome(files=("a.mp4",), usage={"duration": 5})), ["http://x/a.mp4"])
    assert answer["output"][field] == "http://x/a.mp4"
    assert answer["output"]["end_time"] == "2025-09-16 13:20:02.500"
    read = catalog.read(model, answer)
    assert (read.urls, read.status, read.task_id) == (("http://x/a.mp4",), "SUCCEEDED", "t-1")


@pytest.mark.parametrize(
    ("model", "made", "failed"),
    [
        ("wan2.6-t2v", True, True),
        ("videoretalk", True, False),
        ("liveportrait", True, False),
        ("animate-anyone-gen2", False, False),
    ],
)
def test_times_stand_where_the_pages_show_them(model, made, failed):
    """Some models leave the times out when they fail, one family always."""
    ended = task(model, Outcome(files=("a.mp4",), code="InternalError", message="worn out"))
    for status, timed in (("SUCCEEDED", made), ("FAILED", failed)):
        output = answers.about(replace(ended, status=status), ["http://x/a.mp4"])["output"]
        assert ({"submit_time", "scheduled_time", "end_time"} <= set(output)) is timed


def test_failed_parts_stand_beside_good_ones():
    """A job with several results tells for each its link or its error, and counts them."""
    outcome = Outcome(code="InternalError.Timeout", message="late", each={"orig_prompt": "a"})
    output = answers.about(task("wan2.2-t2i-flash", outcome), ["http://x/1.png", None])["output"]
    assert output["results"] == [
        {"url": "http://x/1.png", "orig_prompt": "a"},
        {"code": "InternalError.Timeout", "message": "late"},
    ]
    assert output["task_metrics"] == {"TOTAL": 2, "SUCCEEDED": 1, "FAILED": 1}


@pytest.mark.parametrize(
    ("model", "links", "named"),
    [
        ("image-instance-segmentation", ["http://x/m.png", "http://x/v.png"], {"mask": [0], "view": [1]}),
        (
            "wanx-poster-generation-v1",
            ["http://x/1.png", "http://x/2.png", "http://x/3.png", "http://x/4.png"],
            {"image": [0, 1], "images": [0, 1], "backgrounds": [2, 3]},
        ),
    ],
)
def test_results_of_several_kinds_stand_in_their_places(model, links, named):
    """Posters and backgrounds, mask and view: each list of links ends up in its own field."""
    read = catalog.read(model, answers.about(task(model, Outcome()), links))
    assert read.urls == tuple(links)
    assert read.values["by_name"] == named


def test_what_a_held_back_poster_is_drawn_again_from_is_held_back_too():
    """A sentence stands in all three lists, and the catalog keeps posters and texts together."""
    outcome = Outcome(values={"auxiliary_parameters": ["one", "two"]})
    links = [None, "http://x/2.png", None, "http://x/4.png"]
    said = answers.about(task("wanx-poster-generation-v1", outcome), links)
    held = "output data may contain inappropriate content"
    assert said["output"]["render_urls"] == [held, "http://x/2.png"]
    assert said["output"]["auxiliary_parameters"] == [held, "two"]
    read = catalog.read("wanx-poster-generation-v1", said)
    assert (read.urls, read.values["auxiliary_parameters"]) == (("http://x/2.png", "http://x/4.png"), ["two"])
