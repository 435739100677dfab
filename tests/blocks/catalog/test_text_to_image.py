"""Text to image."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of

FAMILY = [row for row in catalog.MODELS.values() if row.family == "text-to-image"]
BY_MESSAGE = ("wan2.6-t2i", "qwen-image-max")


def _body(model: str, **parameters: Any) -> dict[str, Any]:
    return {"model": model, "input": {"prompt": "窗台上的搪瓷杯"}, "parameters": parameters}


@pytest.mark.parametrize("row", FAMILY, ids=lambda row: row.id)
def test_words_are_enough(row: catalog.Model) -> None:
    """Every model of the family takes a text as input.prompt, and nothing else is needed."""
    request = catalog.request({"model": row.id, "input": {"prompt": "an enamel cup"}})
    assert request.to_dict()["input"] == {"prompt": "an enamel cup"}
    assert request.size is not None


@pytest.mark.parametrize("model", BY_MESSAGE)
def test_the_newest_send_a_message(model: str) -> None:
    """Over the wire the text is the one text of the one message; both forms read as the same request."""
    request = catalog.request(_body(model, seed=3))
    sent = request.body()
    assert sent == {
        "model": model,
        "input": {"messages": [{"role": "user", "content": [{"text": "窗台上的搪瓷杯"}]}]},
        "parameters": {"seed": 3},
    }
    assert catalog.request(sent, wire=True) == request
    assert catalog.request(sent).to_dict() == _body(model, seed=3)


@pytest.mark.parametrize(
    "given",
    [
        {"messages": []},
        {"messages": [{"role": "system", "content": [{"text": "a cup"}]}]},
        {"messages": [{"role": "user", "content": "a cup"}]},
        {"messages": [{"role": "user", "content": [{"text": "a cup"}, {"text": "a jug"}]}]},
        {"messages": [{"role": "user", "content": [{"image": "https://example.org/cup.png"}]}]},
        {"messages": [{"role": "user", "content": [{"text": "a cup"}]}] * 2},
        {"messages": [{"role": "user", "content": [{"text": "a cup"}]}], "prompt": "a jug"},
        {"messages": "a cup"},
    ],
)
@pytest.mark.parametrize("wire", [False, True])
def test_one_message_with_one_text(given: dict[str, Any], wire: bool) -> None:
    """No text, two texts, pictures or other roles are refused."""
    assert problem_of({"model": "wan2.6-t2i", "input": given}, wire=wire).field == "input.messages"


def test_a_message_says_something() -> None:
    """The text within a message is checked as any other."""
    empty = {"messages": [{"role": "user", "content": [{"text": " "}]}]}
    assert problem_of({"model": "wan2.6-t2i", "input": empty}).field == "input.prompt"


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        ("wan2.6-t2i", 2100),
        ("wan2.5-t2i-preview", 2000),
        ("wan2.2-t2i-flash", 500),
        ("wan2.2-t2i-plus", 500),
        ("wanx2.1-t2i-turbo", 500),
        ("wan2.1-t2i-plus", 500),
        ("wanx2.0-t2i-turbo", 800),
        ("qwen-image", 800),
        ("qwen-image-max", 800),
    ],
)
def test_each_reads_so_much(model: str, limit: int) -> None:
    """A longer text is refused, or cut where the service would cut it."""
    body = _body(model)
    body["input"]["prompt"] = "雪" * limit
    catalog.request(body)
    body["input"]["prompt"] += "月"
    assert problem_of(body).field == "input.prompt"
    assert catalog.request(body, truncate=True).to_dict()["input"]["prompt"] == "雪" * limit


def test_what_should_not_appear_stands_in_two_places() -> None:
    """In parameters of the models that send a message, in input of the others; a wrong place is told the right one."""
    catalog.request(_body("wan2.6-t2i", negative_prompt="people"))
    wrong = problem_of(_body("wan2.2-t2i-flash", negative_prompt="people"))
    assert "belongs to input.negative_prompt" in wrong.message
    assert "wan2.6-t2i" in wrong.models


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("wan2.2-t2i-flash", "1440*1441"),
        ("wanx2.0-t2i-turbo", "511*512"),
        ("wan2.5-t2i-preview", "1024*1024"),
        ("wan2.6-t2i", "1441*1440"),
        ("qwen-image-max", "1024*1024"),
        ("qwen-image", "1328*1327"),
    ],
)
def test_sizes_of_each_generation(model: str, size: str) -> None:
    """Sides, pixels in all, or one of five; what is allowed is told."""
    problem = problem_of(_body(model, size=size))
    assert problem.field == "parameters.size"
    assert problem.allowed


def test_a_size_that_another_model_takes() -> None:
    """The models that would take a size are named."""
    assert "wan2.5-t2i-preview" in problem_of(_body("wan2.2-t2i-flash", size="768*2700")).models
    catalog.request(_body("wan2.5-t2i-preview", size="768*2700"))


@pytest.mark.parametrize("n", [0, 2, True])
def test_qwen_makes_one_picture(n: object) -> None:
    """n is 1 or nothing."""
    assert problem_of(_body("qwen-image-max", n=n)).field == "parameters.n"


def test_four_pictures_are_billed_when_nobody_says_how_many() -> None:
    """n is 4 by default, and every picture is billed."""
    assert catalog.quote(catalog.request(_body("wan2.6-t2i"))).amount == Decimal("0.8")
    assert catalog.quote(catalog.request(_body("wan2.6-t2i", n=1)), region="singapore").amount == Decimal("0.220177")
    assert catalog.quote(catalog.request(_body("qwen-image-max"))).amount == Decimal("0.5")


@pytest.mark.parametrize(
    ("model", "amount"),
    [
        ("wan2.6-t2i", "0.4"),
        ("wan2.5-t2i-preview", "0.4"),
        ("wan2.2-t2i-plus", "0.4"),
        ("wan2.2-t2i-flash", "0.28"),
        ("wanx2.1-t2i-plus", "0.4"),
        ("wanx2.1-t2i-turbo", "0.28"),
        ("wanx2.0-t2i-turbo", "0.08"),
        ("qwen-image-max", "1.0"),
        ("qwen-image", "0.5"),
        ("qwen-image-plus", "0.4"),
    ],
)
def test_pictures_are_billed_as_they_came_out(model: str, amount: str) -> None:
    """usage.image_count times the price of a picture."""
    bill = catalog.cost(model, {"image_count": 2})
    assert (bill.quantity, bill.unit, bill.amount) == (2, "image", Decimal(amount))


def test_one_model_has_no_place_in_singapore() -> None:
    """wanx2.0-t2i-turbo is served in Beijing only; the wanx2.1 models have another name there."""
    assert catalog.find("wanx2.0-t2i-turbo").regions == ("beijing",)
    assert catalog.find("wan2.1-t2i-plus").regions == ("singapore",)


def test_pictures_in_choices() -> None:
    """The messages form answers in choices, a picture each."""
    choices = [
        {"finish_reason": "stop", "message": {"role": "assistant", "content": [{"image": url, "type": "image"}]}}
        for url in ("https://r.example.org/1.png", "https://r.example.org/2.png")
    ]
    answer = catalog.read("wan2.6-t2i", {"output": {"task_status": "SUCCEEDED", "choices": choices, "finished": True}})
    assert answer.urls == ("https://r.example.org/1.png", "https://r.example.org/2.png")
    at_once = catalog.read(
        "qwen-image-max",
        {
            "request_id": "r",
            "output": {"choices": choices[:1]},
            "usage": {"image_count": 1, "width": 1664, "height": 928},
        },
    )
    assert (at_once.urls, at_once.task_id, at_once.status) == (("https://r.example.org/1.png",), None, None)


def test_where_each_is_asked() -> None:
    """The newest has its own address, and one for callers who wait; qwen-image-max answers at once."""
    newest, at_once = catalog.find("wan2.6-t2i"), catalog.find("qwen-image-max")
    assert (newest.mode, newest.endpoint) == ("async", "services/aigc/image-generation/generation")
    assert (at_once.mode, at_once.endpoint) == ("sync", "services/aigc/multimodal-generation/generation")
    assert newest.sync_endpoint == at_once.endpoint
    assert catalog.describe("wan2.6-t2i")["sync_endpoint"] == at_once.endpoint


@pytest.mark.parametrize("model", ["qwen-image", "qwen-image-plus"])
def test_qwen_is_asked_in_two_forms(model: str) -> None:
    """The task takes the text as input.prompt, the call as a message; both read as the same request."""
    body = _body(model, negative_prompt="", size="1328*1328", n=1, prompt_extend=True, watermark=False)
    message = {"messages": [{"role": "user", "content": [{"text": "窗台上的搪瓷杯"}]}]}
    assert catalog.request(body, wire=True).body() == body
    assert catalog.request({**body, "input": message}, wire=True).body() == body
    named = {**body, "input": {**body["input"], "negative_prompt": "people"}, "parameters": {}}
    assert catalog.request(named).to_dict() == named
    row = catalog.find(model)
    assert (row.mode, row.sync_endpoint) == ("async", "services/aigc/multimodal-generation/generation")


def test_qwen_answers_in_two_forms() -> None:
    """A task's pictures stand in results, a call's in choices; both are found and billed."""
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": [{"image": "https://r/1.png"}]}}
    counted = {"image_count": 1, "width": 1328, "height": 1328}
    task = {
        "output": {"task_status": "SUCCEEDED", "results": [{"url": "https://r/1.png"}]},
        "usage": {"image_count": 1},
    }
    call = {"output": {"choices": [choice], "task_metric": {"TOTAL": 1, "SUCCEEDED": 1, "FAILED": 0}}, "usage": counted}
    for said in (task, call):
        answer = catalog.read("qwen-image", said)
        assert answer.urls == ("https://r/1.png",)
        assert catalog.cost("qwen-image", answer.usage).amount == Decimal("0.25")
