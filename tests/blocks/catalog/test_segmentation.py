"""Masks of people."""

from __future__ import annotations

from blocks import catalog

BODY = {"model": "image-instance-segmentation", "input": {"image_url": "https://example.org/crowd.jpg"}}


def test_a_picture_is_enough() -> None:
    """Empty parameters are sent, as in the sample, given or not."""
    assert catalog.request(BODY).body() == {**BODY, "parameters": {}}
    assert catalog.request({**BODY, "parameters": {}}).body() == {**BODY, "parameters": {}}


def test_the_mask_and_its_view_are_told_apart() -> None:
    """Two files, each the output of its name, in whatever order they came."""
    output = {
        "output_vis_image_url": "http://r.example.org/2.png",
        "output_image_url": "http://r.example.org/1.png",
        "task_status": "SUCCEEDED",
    }
    answer = catalog.read("image-instance-segmentation", {"output": output, "usage": {"image_count": 1}})
    assert answer.urls == ("http://r.example.org/1.png", "http://r.example.org/2.png")
    assert answer.values == {"by_name": {"mask": [0], "view": [1]}}


def test_an_answer_without_its_view() -> None:
    """What is missing is missing; an unknown shape still gives its addresses."""
    alone = catalog.read("image-instance-segmentation", {"output": {"output_image_url": "http://r/1.png"}})
    assert alone.values == {"by_name": {"mask": [0], "view": []}}
    strange = catalog.read("image-instance-segmentation", {"output": {"masks": ["http://r/1.png"]}})
    assert (strange.urls, strange.values) == (("http://r/1.png",), {})
