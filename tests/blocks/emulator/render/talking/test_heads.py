"""Where a face is taken to be."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from blocks.emulator.render import RenderJob, render
from blocks.emulator.render.drawing.layers import Canvas, to_planes
from blocks.emulator.render.talking.heads import estimate, find_head, of_box


def canvas(picture: Image.Image) -> Canvas:
    """A picture as planes."""
    return Canvas(*(Image.fromarray(plane) for plane in to_planes(picture)))


def drawn(tmp_path: Path, prompt: str, size: str) -> Image.Image:
    """What text-to-image makes of some words."""
    body = {"input": {"prompt": prompt}, "parameters": {"size": size}}
    made = render(RenderJob("wan2.6-t2i", "t", body, {}, tmp_path, 1))
    with Image.open(made.files[0]) as picture:
        return picture.convert("RGB")


@pytest.mark.slow
@pytest.mark.parametrize("prompt", ["portrait of an old woman, close-up", "老妇人的特写肖像"])
@pytest.mark.parametrize("flip", [False, True])
def test_our_own_profiles_are_found_by_their_outline(tmp_path: Path, prompt: str, flip: bool) -> None:
    """A close shot as this service draws it, in the dark and before a bright sky, looking to either side."""
    picture = drawn(tmp_path, prompt, "768*1024")
    head = find_head(canvas(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else picture))
    assert head is not None
    assert head.side == (1 if flip else -1)
    corner = 768 * 0.4 - 0.26 * 384
    assert abs(head.mouth[0] - (768 - corner if flip else corner)) < 14
    assert abs(head.mouth[1] - (1024 * 0.14 + 0.779 * 384)) < 14


@pytest.mark.parametrize("prompt", ["a lighthouse at dawn", "market street at noon, people", "a train in snow"])
def test_where_nobody_is_near_no_face_is_found(tmp_path: Path, prompt: str) -> None:
    """Pictures without a close person have no face."""
    assert find_head(canvas(drawn(tmp_path, prompt, "960*544"))) is None


def test_skin_tells_a_face_that_looks_at_us() -> None:
    """The mouth is where the lips are, also off the middle of a wide picture; the neck is no part of the face."""
    picture = Image.new("RGB", (960, 540), (96, 120, 150))
    brush = ImageDraw.Draw(picture)
    brush.rectangle([640, 330, 700, 540], fill=(150, 104, 80))
    brush.ellipse([580, 120, 760, 380], fill=(164, 116, 90))
    for x in (635, 705):
        brush.ellipse([x - 16, 216, x + 16, 234], fill=(40, 30, 30))
    brush.ellipse([640, 318, 700, 336], fill=(150, 62, 60))
    head = find_head(canvas(picture))
    assert head is not None and head.side == 0
    assert abs(head.mouth[0] - 670) < 8 and abs(head.mouth[1] - 327) < 8
    assert abs(head.width - 180) < 30


def test_a_box_is_believed_where_nothing_else_is_seen() -> None:
    """Without a hint the face is where portraits have it, in the upper middle; with a box it is there."""
    plain = canvas(Image.fromarray(np.full((600, 400, 3), (80, 120, 80), np.uint8)))
    assert find_head(plain) is None
    head = find_head(plain, (10.0, 20.0, 110.0, 120.0))
    assert head is not None and head.mouth == (60.0, 97.0)
    usual = of_box(plain, estimate(400, 600))
    assert usual.mouth[0] == 200 and 200 < usual.mouth[1] < 320
