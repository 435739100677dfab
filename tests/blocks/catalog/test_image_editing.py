"""Editing pictures in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields

PICTURE = "https://example.org/kitchen.png"
FUNCTIONS = catalog.find("wanx2.1-imageedit").variants
OWN = {
    "stylization_all": {"strength": 0.2},
    "description_edit": {"strength": 1},
    "expand": {"top_scale": 1.5, "bottom_scale": 1.0, "left_scale": 2, "right_scale": 1.25},
    "super_resolution": {"upscale_factor": 4},
    "doodle": {"is_sketch": True},
}


def _body(function: str, parameters: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    if function == "description_edit_with_mask":
        given = {"mask_image_url": "https://example.org/mask.png", **given}
    return {
        "model": "wanx2.1-imageedit",
        "input": {"function": function, "prompt": "a blue kettle", "base_image_url": PICTURE, **given},
        "parameters": parameters or {},
    }


def _general(**given: Any) -> dict[str, Any]:
    return {"model": "wan2.5-i2i-preview", "input": {"prompt": "put 图1 into 图2", "images": [PICTURE] * 2, **given}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_goes_over_the_wire_as_said(function: str) -> None:
    """Ten functions, each with its own parameters beside the common ones."""
    body = _body(function, {**OWN.get(function, {}), "n": 2, "seed": 5, "watermark": True})
    assert catalog.request(body).body() == body
    assert catalog.request(body, wire=True).to_dict() == body


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_parameter_belongs_to_its_function(function: str) -> None:
    """What another function takes is refused here."""
    others = {name for own in OWN.values() for name in own} - set(OWN.get(function, {}))
    for name in others:
        value = next(own[name] for own in OWN.values() if name in own)
        assert problem_fields(_body(function, {name: value})) == [f"parameters.{name}"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (_body("expand", {"top_scale": 2.1}), "parameters.top_scale"),
        (_body("expand", {"left_scale": 0.9}), "parameters.left_scale"),
        (_body("super_resolution", {"upscale_factor": 5}), "parameters.upscale_factor"),
        (_body("doodle", {"is_sketch": 1}), "parameters.is_sketch"),
        (_body("stylization_all", {"strength": 1.1}), "parameters.strength"),
        (_body("colorization", {"n": 5}), "parameters.n"),
        (_body("expand", mask_image_url=PICTURE), "input.mask_image_url"),
        (_body("stylization_all", prompt=""), "input.prompt"),
        (_body("expand", prompt="x" * 801), "input.prompt"),
        (_body("erase"), "input.function"),
    ],
)
def test_what_the_service_refuses(body: dict[str, Any], field: str) -> None:
    """A broken limit is refused by its field."""
    assert problem_fields(body) == [field]


@pytest.mark.parametrize("function", ["description_edit_with_mask", "colorization"])
def test_two_functions_work_without_words(function: str) -> None:
    """Their prompt may be empty; it must be there."""
    assert catalog.request(_body(function, prompt="")).body()["input"]["prompt"] == ""
    body = _body(function)
    del body["input"]["prompt"]
    assert problem_fields(body) == ["input.prompt"]


def test_the_masked_area_is_needed_and_as_large_as_the_picture() -> None:
    """The mask is a second picture of the first one's size."""
    body = _body("description_edit_with_mask")
    mask = catalog.request(body).media()[1]
    assert (mask.name, mask.spec.same_size_as) == ("input.mask_image_url", "base_image_url")
    del body["input"]["mask_image_url"]
    assert problem_fields(body) == ["input.mask_image_url"]


def test_pictures_may_come_any_way() -> None:
    """An address, a temporary upload, or base64; an unencoded address is refused on the wire."""
    for address in (PICTURE, "oss://bucket/a.png", "data:image/png;base64,iVBORw0KGgo="):
        catalog.request(_body("doodle", base_image_url=address), wire=True)
        catalog.request(_general(images=[address]), wire=True)
    with pytest.raises(catalog.InvalidRequest, match=r"input\.base_image_url: holds unencoded"):
        catalog.request(_body("doodle", base_image_url="https://example.org/厨房.png"), wire=True)


def test_one_to_three_pictures_are_merged() -> None:
    """None and four are refused; what the pictures must be is told."""
    body = _general() | {"parameters": {"size": "1344*576", "n": 1}}
    assert catalog.request(body).body() == body
    for count in (0, 4):
        assert problem_fields(_general(images=[PICTURE] * count)) == ["input.images"]
    spec = catalog.request(_general()).media()[1].spec
    assert (spec.min_side, spec.max_side, spec.alpha) == (384, 5000, False)


@pytest.mark.parametrize("size", ["767*768", "1281*1280", "480*2000", "1024x1024"])
def test_sizes_of_the_general_model(size: str) -> None:
    """768*768 to 1280*1280 pixels in all, up to 4 to 1."""
    assert problem_fields(_general() | {"parameters": {"size": size}}) == ["parameters.size"]


def test_four_pictures_when_nobody_says_how_many() -> None:
    """The general model makes 4 by default, the ten functions 1."""
    assert catalog.quote(catalog.request(_general())).amount == Decimal("0.8")
    assert catalog.quote(catalog.request(_body("doodle"))).amount == Decimal("0.14")
    assert catalog.quote(catalog.request(_body("doodle")), region="singapore").amount is None


def test_one_failed_among_three() -> None:
    """The good ones are results, the other says why."""
    results = [
        {"url": "https://r/1.png"},
        {"code": "InternalError.Timeout", "message": "late"},
        {"url": "https://r/3.png"},
    ]
    answer = catalog.read("wanx2.1-imageedit", {"output": {"task_status": "SUCCEEDED", "results": results}})
    assert answer.urls == ("https://r/1.png", "https://r/3.png")
    assert answer.failed_parts == (catalog.FailedPart("InternalError.Timeout", "late"),)
