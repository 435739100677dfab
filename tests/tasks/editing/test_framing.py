"""Other shapes, as operations."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tasks.asset import Asset
from tasks.operations import OPERATIONS
from tests.tasks.editing.conftest import Made


async def test_fit(film: Asset, made: Made) -> None:
    """A video gets the ratio or the size that is asked for."""
    upright = await made("fit", video=film, ratio="9:16", how="pad", background="blur")
    assert (upright.width, upright.height, upright.has_audio) == (160, 284, True)
    small = await made("fit", video=film, width=64, height=64)
    assert (small.width, small.height) == (64, 64)


@pytest.mark.slow
async def test_fit_image(picture: Asset, made: Made) -> None:
    """So does a picture."""
    square = await made("fit_image", image=picture, ratio="1:1", how="pad", background="transparent")
    assert (square.width, square.height, square.media_type) == (120, 120, "image/png")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "needs a ratio such as '16:9', a width or a height"),
        ({"ratio": 969}, "write the ratio in quotes, '16:9'"),
        ({"ratio": "wide"}, "should match pattern"),
        ({"ratio": "1:1", "width": 100, "height": 100}, "two of ratio, width and height"),
        ({"ratio": "1:1", "background": "transparent"}, "must be a colour such as 'black' or '#20242c', 'blur'"),
        ({"width": 9000}, "less than or equal to 7680"),
    ],
)
def test_refused_before_work(given: dict[str, Any], said: str) -> None:
    """A shape that says too little, too much or nothing known is refused."""
    clip = Asset(uri="", path="", media_type="video/mp4", bytes=0, sha256="")
    with pytest.raises(ValidationError, match=said):
        OPERATIONS["fit"].inputs.model_validate({"video": clip, **given})
