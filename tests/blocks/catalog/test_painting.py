"""Repainting a masked area."""

from __future__ import annotations

from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields


def _body(prompt: str = "a red scarf", **parameters: Any) -> dict[str, Any]:
    pictures = {"base_image_url": "https://example.org/dog.jpg", "mask_image_url": "https://example.org/neck.png"}
    return {"model": "wanx-x-painting", "input": {"prompt": prompt, **pictures}, "parameters": parameters}


def test_colours_may_mean_paint_here() -> None:
    """A list of colours, each a list of three numbers, goes over the wire as said."""
    body = _body(style="<oil painting>", size="720*1280", n=4, mask_color=[[0, 0, 0], [134, 134, 255]])
    request = catalog.request(body)
    assert request.body() == body
    assert catalog.request(request.body(), wire=True) == request
    assert catalog.request(_body(mask_color=[])).body() == _body(mask_color=[])


@pytest.mark.parametrize("colours", [[[0, 0]], [[0, 0, 256]], [[0, 0, -1]], [[0, 0, 0, 0]], [[]]])
def test_what_is_no_colour(colours: list[list[int]]) -> None:
    """Three numbers from 0 to 255, the message says."""
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.mask_color: .*\[red, green, blue\]"):
        catalog.request(_body(mask_color=colours))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (_body(prompt="x" * 76), "input.prompt"),
        (_body(style="anime"), "parameters.style"),
        (_body(size="1024*1025"), "parameters.size"),
        (_body(n=0), "parameters.n"),
    ],
)
def test_limits(body: dict[str, Any], field: str) -> None:
    """Each limit is refused by its field."""
    assert problem_fields(body) == [field]


def test_a_style_without_its_brackets_is_guessed() -> None:
    """The message shows the right spelling."""
    with pytest.raises(catalog.InvalidRequest, match="did you mean <watercolor>"):
        catalog.request(_body(style="watercolor"))


def test_pictures_come_by_address_only() -> None:
    """No base64; the ends of the sides are excluded; the mask has the picture's size."""
    body = _body()
    body["input"]["base_image_url"] = "data:image/png;base64,iVBORw0KGgo="
    with pytest.raises(catalog.InvalidRequest, match=r"input\.base_image_url"):
        catalog.request(body, wire=True)
    picture, mask = (field.spec for field in catalog.request(_body()).media())
    assert (picture.min_side, picture.max_side) == (257, 4095)
    assert mask.same_size_as == "base_image_url"
