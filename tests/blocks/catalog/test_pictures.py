"""What the picture models have in common."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields

A, B = "https://example.org/a.png", "https://example.org/b.png"
INLINE = "data:image/png;base64,iVBORw0KGgo="
VIRTUAL = {"base_image_url": A, "mask_image_url": B, "prompt": "在码头上", "face_prompt": "微笑"}


@pytest.mark.parametrize(
    ("model", "given", "parameters", "empty"),
    [
        ("wanx-style-repaint-v1", {"image_url": A, "style_index": 3}, None, {"style_ref_url": ""}),
        (
            "virtualmodel-v2",
            VIRTUAL,
            {"short_side_size": "1024"},
            {"face_image_url": "", "background_image_url": ""},
        ),
        (
            "wanx-virtualmodel",
            {**VIRTUAL, "predefined_face_id": "boy1"},
            {"short_side_size": "512"},
            {"face_image_url": ""},
        ),
        ("image-erase-completion", {"image_url": A, "mask_url": B}, None, {"foreground_url": ""}),
        (
            "wanx-background-generation-v2",
            {"base_image_url": A, "ref_prompt": "mist"},
            None,
            {"ref_image_url": "", "neg_ref_prompt": "", "reference_edge": {"foreground_edge": []}},
        ),
        ("wanx-background-generation-v2", {"base_image_url": A, "ref_image_url": B}, None, {"ref_prompt": ""}),
        (
            "wanx-poster-generation-v1",
            {"title": "秋", "generate_mode": "generate", "prompt_text_zh": "落叶"},
            {},
            {"prompt_text_en": "", "sub_title": "", "body_text": "", "auxiliary_parameters": "", "lora_name": ""},
        ),
    ],
)
@pytest.mark.parametrize("wire", [False, True])
def test_what_is_optional_may_be_empty(
    model: str, given: dict[str, Any], parameters: dict[str, Any] | None, empty: dict[str, Any], wire: bool
) -> None:
    """An empty address or text is sent as it is and stands for nothing."""
    body = {"model": model, "input": {**given, **empty}}
    if parameters is not None:
        body["parameters"] = parameters
    request = catalog.request(body, wire=wire)
    assert request.body() == body
    assert {field.value for field in request.media()} <= {A, B}


@pytest.mark.parametrize(
    ("model", "given", "field"),
    [
        ("wanx-style-repaint-v1", {"image_url": A, "style_index": -1, "style_ref_url": ""}, "style_ref_url"),
        ("wanx-background-generation-v2", {"base_image_url": A, "ref_prompt": " ", "ref_image_url": ""}, "ref_prompt"),
        (
            "wanx-poster-generation-v1",
            {"title": "秋", "generate_mode": "generate", "prompt_text_zh": "", "prompt_text_en": " "},
            "prompt_text_zh",
        ),
        (
            "wanx-poster-generation-v1",
            {"title": "秋", "generate_mode": "sr", "prompt_text_zh": "落叶", "auxiliary_parameters": ""},
            "auxiliary_parameters",
        ),
        ("image-erase-completion", {"image_url": A, "mask_url": ""}, "mask_url"),
    ],
)
@pytest.mark.parametrize("wire", [False, True])
def test_what_is_empty_is_missed_where_it_is_needed(model: str, given: dict[str, Any], field: str, wire: bool) -> None:
    """Where something has to be said, saying it with an empty text is refused."""
    assert problem_fields({"model": model, "input": given}, wire=wire) == [f"input.{field}"]


@pytest.mark.parametrize(
    ("model", "inline"),
    [
        ("wanx-style-repaint-v1", True),
        ("image-erase-completion", True),
        ("image-out-painting", True),
        ("image-instance-segmentation", False),
        ("wanx-x-painting", False),
        ("virtualmodel-v2", False),
        ("shoemodel-v1", False),
        ("wanx-background-generation-v2", False),
    ],
)
def test_pictures_in_base64(model: str, inline: bool) -> None:
    """Some of the tools take the picture itself; to the others it has to be uploaded."""
    media = [field for field in catalog.find(model).fields.values() if field.media]
    assert {"data" in field.media.accepts for field in media if field.media} == {inline}


def test_a_data_uri_goes_over_the_wire_as_it_is() -> None:
    """Nothing of it is cut or written otherwise."""
    body = {"model": "wanx-style-repaint-v1", "input": {"image_url": INLINE * 40, "style_index": 3}}
    assert catalog.request(body, wire=True).body() == body
