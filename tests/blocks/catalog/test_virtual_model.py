"""Other people in product photos."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of

PHOTO, MASK, FACE = (f"https://example.org/{name}.jpg" for name in ("coat", "coat-mask", "face"))


def _body(model: str, short: str = "1024", **given: Any) -> dict[str, Any]:
    required = {"base_image_url": PHOTO, "mask_image_url": MASK, "prompt": "在码头上", "face_prompt": "微笑"}
    return {"model": model, "input": {**required, **given}, "parameters": {"short_side_size": short}}


@pytest.mark.parametrize(
    "body",
    [
        _body("wanx-virtualmodel", "512", predefined_face_id="girl2"),
        _body("wanx-virtualmodel", face_image_url=FACE, background_image_url=PHOTO),
        _body("virtualmodel-v2", "2048", background_image_url=PHOTO, bgstyle_scale=0),
        _body("virtualmodel-v2", realPerson=False, style="", seed=-1, aspect_ratio="比例不变"),
    ],
)
def test_both_versions_go_over_the_wire_as_said(body: dict[str, Any]) -> None:
    """Each version has its own fields beside the common ones."""
    assert catalog.request(body).body() == body
    assert catalog.request(body, wire=True).to_dict() == body


@pytest.mark.parametrize(
    ("body", "field", "other"),
    [
        (_body("wanx-virtualmodel", seed=3), "input.seed", "virtualmodel-v2"),
        (_body("virtualmodel-v2", predefined_face_id="boy1"), "input.predefined_face_id", "wanx-virtualmodel"),
        (_body("virtualmodel-v2", "512"), "parameters.short_side_size", "wanx-virtualmodel"),
        (_body("wanx-virtualmodel", "2048"), "parameters.short_side_size", "virtualmodel-v2"),
    ],
)
def test_the_other_version_is_named(body: dict[str, Any], field: str, other: str) -> None:
    """What one version does not take, the other one may."""
    problem = problem_of(body)
    assert (problem.field, problem.models) == (field, [other])


def test_the_short_side_is_a_text() -> None:
    """A number is refused with how to write it; left out it is missed."""
    body = _body("virtualmodel-v2")
    body["parameters"]["short_side_size"] = 1024
    assert 'write it as a text: "1024"' in str(problem_of(body))
    del body["parameters"]["short_side_size"]
    assert problem_of(body).field == "parameters.short_side_size"


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", -2), ("seed", 10_000_001), ("aspect_ratio", "3:2"), ("bgstyle_scale", 1.1), ("style", "sketch")],
)
def test_limits_of_the_second_version(name: str, value: Any) -> None:
    """Each limit is refused by its field."""
    assert problem_of(_body("virtualmodel-v2", background_image_url=PHOTO, **{name: value})).field == f"input.{name}"


@pytest.mark.parametrize("name", ["prompt", "face_prompt"])
def test_fewer_than_a_hundred(name: str) -> None:
    """99 Chinese characters or 99 words."""
    for word in ("雪", "snow "):
        catalog.request(_body("virtualmodel-v2", **{name: word * 99}))
        assert problem_of(_body("virtualmodel-v2", **{name: word * 100})).field == f"input.{name}"


def test_what_would_be_ignored() -> None:
    """A second face, and a weight of nothing; the service takes both."""
    for body, field in (
        (_body("wanx-virtualmodel", predefined_face_id="boy1", face_image_url=FACE), "input.face_image_url"),
        (_body("virtualmodel-v2", bgstyle_scale=0.5), "input.bgstyle_scale"),
    ):
        assert problem_of(body).field == field
        assert catalog.request(body, wire=True).body() == body


def test_the_mask_is_as_large_as_the_photo() -> None:
    """Photo and mask have the same limits, and the mask the photo's size."""
    photo, mask = (field.spec for field in catalog.request(_body("virtualmodel-v2")).media())
    assert (photo.min_side, photo.max_side, photo.max_ratio, photo.open_ratio) == (256, 4096, 2, True)
    assert mask.same_size_as == "base_image_url"


def test_it_has_no_price() -> None:
    """A free trial has no price, and unknown is not free."""
    bill = catalog.quote(catalog.request(_body("virtualmodel-v2")))
    assert (bill.quantity, bill.amount) == (1, None)
    assert catalog.cost("virtualmodel-v2", {"image_count": 2}).amount is None
    assert catalog.describe("virtualmodel-v2")["billing"]["free_trial_only"] is True
    assert any("cannot be paid for" in note for note in catalog.find("virtualmodel-v2").notes)


def test_results_and_failures_as_the_page_shows_them() -> None:
    """Results stand in a list, or as the field table says in one field; a failure is free though it counts pictures."""
    listed = {"results": [{"url": "http://r/1.png"}], "task_metrics": {"TOTAL": 1, "SUCCEEDED": 1, "FAILED": 0}}
    for output in (listed, {"result_url": "http://r/1.png"}):
        answer = catalog.read("virtualmodel-v2", {"output": {"task_status": "SUCCEEDED", **output}})
        assert answer.urls == ("http://r/1.png",)
    output = {"task_status": "FAILED", "code": "InvalidImageResolution", "message": "too small"}
    failed = catalog.read("virtualmodel-v2", {"output": output, "usage": {"image_num": 0}})
    assert (failed.code, failed.urls) == ("InvalidImageResolution", ())
    assert catalog.cost("virtualmodel-v2", failed.usage, status=failed.status).amount == 0
