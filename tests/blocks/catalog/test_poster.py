"""Posters."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of


def _body(**given: Any) -> dict[str, Any]:
    required = {"title": "秋日书市", "generate_mode": "generate", "prompt_text_zh": "落叶，长椅"}
    both = {**required, **given}
    return {
        "model": "wanx-poster-generation-v1",
        "input": {name: value for name, value in both.items() if value is not None},
        "parameters": {},
    }


@pytest.mark.parametrize(
    "body",
    [
        _body(),
        _body(
            sub_title="", body_text="十月\n周末", wh_ratios="竖版", lora_name="剪纸工艺", lora_weight=0, generate_num=4
        ),
        _body(prompt_text_zh=None, prompt_text_en="fallen leaves", ctrl_ratio=1, ctrl_step=0.1),
        _body(generate_mode="hrf", auxiliary_parameters="WMq4SC4", creative_title_layout=True, generate_num=1),
    ],
)
def test_posters_go_over_the_wire_as_said(body: dict[str, Any]) -> None:
    """New posters, and earlier ones again; a line break stays a line break."""
    assert catalog.request(body).body() == body
    assert catalog.request(body, wire=True).to_dict() == body


def test_the_empty_parameters_are_sent() -> None:
    """The page calls them required: they go over the wire though nobody set them."""
    body = _body()
    del body["parameters"]
    assert catalog.request(body).body() == _body()


@pytest.mark.parametrize(("name", "limit"), [("title", 30), ("sub_title", 30), ("body_text", 50)])
def test_titles_have_their_length(name: str, limit: int) -> None:
    """30 characters, the body text 50."""
    catalog.request(_body(**{name: "书" * limit}))
    assert problem_of(_body(**{name: "书" * (limit + 1)})).field == f"input.{name}"


def test_the_background_in_fifty_words() -> None:
    """Characters of Chinese and words of English count together, whatever the letters."""
    words = "luminous " * 25
    catalog.request(_body(prompt_text_zh="叶" * 25, prompt_text_en=words))
    problem = problem_of(_body(prompt_text_zh="叶" * 26, prompt_text_en=words), wire=True)
    assert problem.field == "input.prompt_text_en"
    assert "51" in problem.message
    assert problem_of(_body(prompt_text_zh="叶" * 51)).field == "input.prompt_text_zh"


def test_a_background_is_needed() -> None:
    """In Chinese or in English."""
    assert problem_of(_body(prompt_text_zh=None), wire=True).field == "input.prompt_text_zh"


@pytest.mark.parametrize("mode", ["sr", "hrf"])
def test_an_earlier_poster_needs_its_parameters(mode: str) -> None:
    """A second call repeats the first with what its answer gave."""
    assert problem_of(_body(generate_mode=mode), wire=True).field == "input.auxiliary_parameters"
    request = catalog.request(_body(generate_mode=mode, auxiliary_parameters="WMq4SC4", generate_num=3))
    assert request.pictures == 1


def test_what_would_be_ignored() -> None:
    """A weight of no style, and an earlier poster's parameters for a new one; the service takes both."""
    for body, field in (
        (_body(lora_weight=0.5), "input.lora_weight"),
        (_body(lora_name="", lora_weight=0.5), "input.lora_weight"),
        (_body(auxiliary_parameters="WMq4SC4"), "input.auxiliary_parameters"),
    ):
        assert problem_of(body).field == field
        assert catalog.request(body, wire=True).body() == body


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("generate_mode", "upscale"),
        ("wh_ratios", "portrait"),
        ("lora_name", "水彩"),
        ("ctrl_step", 0),
        ("ctrl_ratio", 1.1),
        ("lora_weight", -0.1),
        ("generate_num", 5),
        ("generate_num", 0),
    ],
)
def test_limits(name: str, value: Any) -> None:
    """Each limit is refused by its field."""
    assert problem_of(_body(**{name: value})).field == f"input.{name}"


def test_eighteen_styles() -> None:
    """Eighteen styles have names, and none of them is the default."""
    field = catalog.find("wanx-poster-generation-v1").fields["input.lora_name"]
    assert len(field.choices) == 19
    assert field.default == ""


def test_posters_and_their_backgrounds_are_told_apart() -> None:
    """Both lists are results; which file is which is told by output."""
    output = {
        "task_status": "SUCCEEDED",
        "render_urls": ["http://r.example.org/p1.png", "http://r.example.org/p2.png"],
        "auxiliary_parameters": ["WMq4", "Zz91"],
        "bg_urls": ["http://r.example.org/b1.png", "http://r.example.org/b2.png"],
    }
    answer = catalog.read("wanx-poster-generation-v1", {"output": output, "usage": {"image_count": 2}})
    assert answer.urls == tuple(output["render_urls"] + output["bg_urls"])
    assert answer.values["by_name"] == {"image": [0, 1], "images": [0, 1], "backgrounds": [2, 3]}
    assert answer.values["auxiliary_parameters"] == ["WMq4", "Zz91"]


def test_a_poster_that_was_held_back() -> None:
    """A sentence in the place of an address is a part that failed."""
    held = "output data may contain inappropriate content"
    output = {
        "render_urls": [held, "http://r/p2.png"],
        "auxiliary_parameters": [held, "Zz91"],
        "bg_urls": [held, "http://r/b2.png"],
    }
    answer = catalog.read("wanx-poster-generation-v1", {"output": {"task_status": "SUCCEEDED", **output}})
    assert answer.urls == ("http://r/p2.png", "http://r/b2.png")
    assert answer.values["auxiliary_parameters"] == ["Zz91"]
    assert answer.failed_parts == (catalog.FailedPart("DataInspectionFailed", held),)
    assert answer.values["by_name"] == {"image": [0], "images": [0], "backgrounds": [1]}
