"""The writing on a picture: where it stands, and what it leaves free."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.drawing.titles import Titles

LONG = "Wide shot: rain over tiled roofs at dusk, a woman with a red umbrella walks towards us along the canal. " * 4


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (960, 960)])
@pytest.mark.parametrize("shaded", [False, True])
def test_the_lower_half_is_left_to_the_captions_of_a_pipeline(size: tuple[int, int], shaded: bool) -> None:
    """The slate, the longest text and the heading stand above the middle, whatever the frame's shape."""
    width, height = size
    half = (width // 2, height // 2)
    canvas = Canvas(Image.new("L", size, 128), Image.new("L", half, 128), Image.new("L", half, 128))

    Titles(size, LONG, "wan2.6-t2v · shot 1/2", (255, 120, 60), heading="Quiet film look", shaded=shaded).draw(
        canvas, at=1.0, into_shot=1.0
    )

    luma = np.asarray(canvas.luma).astype(int)
    assert (luma[: height // 2] > 200).mean() > 0.005
    assert (luma[height // 2 :] == 128).all()
