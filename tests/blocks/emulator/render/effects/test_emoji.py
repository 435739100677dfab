"""Emoji: a face made after each ready-made expression."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image, ImageDraw

from blocks.catalog.emoji import DrivenId
from blocks.emulator.render.effects.acting import play
from blocks.emulator.render.effects.emoji import EXPRESSIONS, SIDE, framed

FACE, MOVING = (260, 210, 540, 490), (100, 50, 700, 650)
MOMENTS = 9
LEAST = 2.0
"""Mean difference of two expressions, 0 to 255, over the whole square."""


def portrait() -> Image.Image:
    """A face before a wall, 800x700; the part that moves has a red frame around it."""
    picture = Image.new("RGB", (800, 700), (230, 20, 20))
    brush = ImageDraw.Draw(picture)
    brush.rectangle([100, 50, 699, 649], fill=(150, 170, 180))
    brush.ellipse([180, 480, 620, 980], fill=(40, 70, 120))
    brush.rectangle([100, 650, 699, 699], fill=(230, 20, 20))
    brush.ellipse([260, 170, 540, 510], fill=(222, 176, 148))
    for x in (340, 460):
        brush.ellipse([x - 30, 305, x + 30, 335], fill=(250, 250, 250))
        brush.ellipse([x - 12, 308, x + 12, 332], fill=(30, 30, 40))
        brush.line([x - 36, 285, x + 36, 285], fill=(60, 40, 30), width=10)
    brush.line([355, 430, 445, 430], fill=(150, 50, 60), width=14)
    return picture


@pytest.fixture(scope="module")
def faces() -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    """Every expression on the same face, small."""
    square, face = framed(portrait(), MOVING, FACE, 64)
    return {
        name: np.stack(
            [
                canvas.frame().to_ndarray(format="rgb24").astype(float)
                for canvas in play(square, face, expression.effect, MOMENTS, 1)
            ]
        )
        for name, expression in EXPRESSIONS.items()
    }


def test_every_expression_of_the_catalog_is_known() -> None:
    """The emulator knows the catalog's twenty ids, and no others."""
    assert set(EXPRESSIONS) == set(get_args(DrivenId))
    assert len(EXPRESSIONS) == 20


def test_no_two_expressions_look_alike(faces) -> None:  # type: ignore[no-untyped-def]
    """Any two expressions on one face are two clips."""
    pairs = [(a, b, float(np.abs(faces[a] - faces[b]).mean())) for a, b in combinations(faces, 2)]
    assert [pair for pair in pairs if pair[2] < LEAST] == []


def test_every_expression_moves_the_face(faces) -> None:  # type: ignore[no-untyped-def]
    """A clip begins with the calm face, and the face does not stay calm."""
    square, _ = framed(portrait(), MOVING, FACE, 64)
    for name, frames in faces.items():
        assert np.abs(frames[0] - np.asarray(square, float)).mean() < 4, name
        assert np.abs(frames[1:, 16:48, 16:48] - frames[0, 16:48, 16:48]).mean(axis=(1, 2, 3)).max() > 4, name


@pytest.mark.slow
def test_a_clip_is_the_square_that_moves(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """The clip is what ext_bbox holds, square, silent and some seconds long."""
    portrait().save(tmp_path / "face.png")
    given = {"image_url": "x", "driven_id": "mengwa_kaixin", "face_bbox": [*FACE], "ext_bbox": [*MOVING]}
    rendered, clip = make("emoji-v1", given, {}, {"input.image_url": tmp_path / "face.png"})
    assert (clip.width, clip.height, clip.fps, len(clip.frames), clip.codec) == (SIDE, SIDE, 30, 60, "h264")
    assert (rendered.seconds, rendered.sound, clip.samples) == (2.0, False, None)
    red = (clip.frames[0][..., 0] > 180) & (clip.frames[0][..., 1] < 70)
    assert red.mean() < 0.01
    assert clip.change(0, 30) > 3
