"""Editing a video: the rules of each of the five functions."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields, problem_of

VIDEO = "https://example.org/walk.mp4"
PICTURE = "https://example.org/fox.png"


def _body(function: str, parameters: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    return {
        "model": "wanx2.1-vace-plus",
        "input": {"function": function, "prompt": "a fox crosses the bridge", **given},
        "parameters": parameters or {},
    }


VALID = [
    _body("image_reference", ref_images_url=[PICTURE]),
    _body("image_reference", {"obj_or_bg": ["obj", "bg"], "size": "960*960"}, ref_images_url=[PICTURE, PICTURE]),
    _body("video_repainting", {"control_condition": "scribble", "strength": 0.4}, video_url=VIDEO),
    _body("video_repainting", {"control_condition": "posebody"}, video_url=VIDEO, ref_images_url=[PICTURE]),
    _body("video_edit", {"control_condition": ""}, video_url=VIDEO, mask_video_url=VIDEO),
    _body(
        "video_edit",
        {"mask_type": "tracking", "expand_ratio": 0.1, "expand_mode": "bbox"},
        video_url=VIDEO,
        mask_image_url=PICTURE,
        mask_frame_id=12,
    ),
    _body("video_extension", first_clip_url=VIDEO),
    _body("video_extension", {"control_condition": "depth"}, last_frame_url=PICTURE, video_url=VIDEO),
    _body("video_outpainting", {"top_scale": 1.5, "left_scale": 2, "duration": 5}, video_url=VIDEO),
]


@pytest.mark.parametrize("body", VALID, ids=lambda body: body["input"]["function"])
def test_each_function_goes_over_the_wire_as_said(body: dict[str, Any]) -> None:
    """Every function has its own fields, and the body equals what the user said."""
    assert catalog.request(body).body() == body
    assert catalog.request(body, wire=True).to_dict() == body


def test_singapore_calls_the_model_by_another_name() -> None:
    """wan2.1-vace-plus is the same model in Singapore."""
    body = {**VALID[0], "model": "wan2.1-vace-plus"}
    request = catalog.request(body)
    assert request.body() == body
    assert request.row.regions == ("singapore",)


def test_the_function_must_be_named() -> None:
    """A missing or misspelt function is refused with the five there are."""
    for function in (None, "repaint", 3):
        problem = problem_of(_body(function, video_url=VIDEO))
        assert problem.field == "input.function"
        assert len(problem.allowed) == 5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (_body("image_reference", ref_images_url=[PICTURE] * 2), "parameters.obj_or_bg"),
        (_body("image_reference", {"obj_or_bg": ["obj"]}, ref_images_url=[PICTURE] * 2), "parameters.obj_or_bg"),
        (_body("image_reference", {"obj_or_bg": ["bg", "bg"]}, ref_images_url=[PICTURE] * 2), "parameters.obj_or_bg"),
        (_body("image_reference", ref_images_url=[]), "input.ref_images_url"),
        (_body("image_reference", ref_images_url=[PICTURE] * 4), "input.ref_images_url"),
        (_body("image_reference", ref_images_url=[PICTURE], video_url=VIDEO), "input.video_url"),
        (_body("image_reference", {"obj_or_bg": ["thing"]}, ref_images_url=[PICTURE]), "parameters.obj_or_bg.0"),
        (_body("image_reference", {"size": "832*480"}, ref_images_url=[PICTURE]), "parameters.size"),
        (_body("video_repainting", {}, video_url=VIDEO), "parameters.control_condition"),
        (_body("video_repainting", {"control_condition": ""}, video_url=VIDEO), "parameters.control_condition"),
        (
            _body("video_repainting", {"control_condition": "depth", "strength": 1.1}, video_url=VIDEO),
            "parameters.strength",
        ),
        (_body("video_repainting", {"control_condition": "depth"}), "input.video_url"),
        (
            _body("video_repainting", {"control_condition": "depth"}, video_url=VIDEO, ref_images_url=[PICTURE] * 2),
            "input.ref_images_url",
        ),
        (_body("video_edit", video_url=VIDEO, mask_image_url=PICTURE, mask_frame_id=0), "input.mask_frame_id"),
        (
            _body("video_extension", {"control_condition": "scribble"}, first_clip_url=VIDEO),
            "parameters.control_condition",
        ),
        (_body("video_extension", video_url=VIDEO, first_clip_url=VIDEO), "parameters.control_condition"),
        (_body("video_outpainting", {"top_scale": 2.1}, video_url=VIDEO), "parameters.top_scale"),
        (_body("video_outpainting", {"left_scale": 0.9}, video_url=VIDEO), "parameters.left_scale"),
        (_body("video_outpainting", {"duration": 4}, video_url=VIDEO), "parameters.duration"),
    ],
)
def test_what_the_service_refuses(body: dict[str, Any], field: str) -> None:
    """A broken rule of a function is refused by its field, and as the service sees it too."""
    assert problem_fields(body) == [field]
    assert problem_fields(body, wire=True) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (_body("video_edit", video_url=VIDEO, mask_image_url=PICTURE, mask_video_url=VIDEO), "input.mask_video_url"),
        (_body("video_edit", video_url=VIDEO, mask_frame_id=3), "input.mask_frame_id"),
        (_body("video_edit", {"mask_type": "fixed"}, video_url=VIDEO, mask_video_url=VIDEO), "parameters.mask_type"),
        (
            _body("video_edit", {"mask_type": "fixed", "expand_ratio": 0.1}, video_url=VIDEO, mask_image_url=PICTURE),
            "parameters.expand_ratio",
        ),
        (_body("video_extension"), "input.first_clip_url"),
    ],
)
def test_what_would_be_ignored(body: dict[str, Any], field: str) -> None:
    """A field that would have no effect is refused before it is paid for; the service takes it."""
    assert problem_fields(body) == [field]
    assert catalog.request(body, wire=True).body() == body


def test_every_picture_of_a_list_can_be_staged() -> None:
    """Each item of a list is a media field of its own, and one can be replaced alone."""
    request = catalog.request(
        _body("image_reference", {"obj_or_bg": ["obj", "obj"]}, ref_images_url=["fox.png", "heron.png"])
    )
    first, second = request.media()
    assert first.path == ("input", "ref_images_url", 0)
    assert second.name == "input.ref_images_url.1"
    assert second.spec.kind == "image"
    staged = request.with_media({second.path: "https://example.org/heron.png"})
    assert staged.body()["input"]["ref_images_url"] == ["fox.png", "https://example.org/heron.png"]
    assert request.body()["input"]["ref_images_url"] == ["fox.png", "heron.png"]


def test_how_long_the_result_is() -> None:
    """5 seconds where the pages fix it, as long as the source where they do not."""
    assert catalog.request(VALID[0]).seconds == 5
    assert catalog.request(VALID[2]).seconds is None
