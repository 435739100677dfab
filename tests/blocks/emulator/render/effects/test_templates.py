"""Ready-made effects: every template of the catalog, and each another film."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from blocks.catalog.image_to_video_silent import PlusTemplate, TurboTemplate
from blocks.catalog.keyframe_to_video import Template
from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.effects.acting import play
from blocks.emulator.render.effects.motions import grow, hop, spin
from blocks.emulator.render.effects.subject import find_subject
from blocks.emulator.render.effects.templates import EFFECTS, show

Signature = NDArray[np.float64]
MOMENTS = 11
LEAST = 2.5
"""Mean difference of two effects' signatures, 0 to 255; a hundred times what one frame's noise would be."""


def person(side: int = 64) -> Image.Image:
    """A head and shoulders before a lighter wall."""
    picture = Image.linear_gradient("L").resize((side * 4, side * 4)).convert("RGB").point(lambda v: 150 + v // 3)
    brush, s = ImageDraw.Draw(picture), side * 4
    brush.ellipse([0.2 * s, 0.6 * s, 0.8 * s, 1.4 * s], fill=(30, 60, 130))
    brush.ellipse([0.34 * s, 0.2 * s, 0.66 * s, 0.64 * s], fill=(216, 160, 130))
    brush.chord([0.32 * s, 0.14 * s, 0.68 * s, 0.6 * s], 180, 360, fill=(60, 34, 24))
    for x in (0.43, 0.57):
        brush.ellipse([(x - 0.02) * s, 0.38 * s, (x + 0.02) * s, 0.42 * s], fill=(10, 10, 10))
    brush.line([0.45 * s, 0.55 * s, 0.55 * s, 0.55 * s], fill=(150, 40, 40), width=s // 40)
    return picture.reduce(4)


def signature(frames: Iterator[Canvas]) -> Signature:
    """Frames x rows x columns x RGB, as small as tells one picture from another."""
    return np.stack([frame.frame().to_ndarray(format="rgb24").astype(float) for frame in frames])


def alike(signatures: dict[str, Signature], least: float) -> list[tuple[str, str, float]]:
    """Pairs that differ less than so much, on average over all moments."""
    pairs = [(a, b, float(np.abs(signatures[a] - signatures[b]).mean())) for a, b in combinations(signatures, 2)]
    return [pair for pair in pairs if pair[2] < least]


@pytest.fixture(scope="module")
def signatures() -> dict[str, Signature]:
    """Every effect over the same person."""
    picture = person()
    subject = find_subject(picture)
    return {name: signature(play(picture, subject, effect, MOMENTS, 1)) for name, effect in EFFECTS.items()}


def test_every_template_of_the_catalog_has_an_effect() -> None:
    """The emulator knows the catalog's templates, and no others."""
    assert set(EFFECTS) == set(get_args(PlusTemplate)) | set(get_args(Template))
    assert set(get_args(TurboTemplate)) <= set(EFFECTS)
    assert len(EFFECTS) == 31


def test_no_two_effects_look_alike(signatures: dict[str, Signature]) -> None:
    """Any two effects over one picture with one seed are two films."""
    assert alike(signatures, LEAST) == []


def test_every_effect_begins_with_the_picture_and_moves(signatures: dict[str, Signature]) -> None:
    """The first frame is the picture; later ones are not, and differ among themselves."""
    given = np.asarray(person(), float)
    for name, frames in signatures.items():
        assert np.abs(frames[0] - given).mean() < 3, name
        assert np.abs(frames[1] - frames[0]).mean() < np.abs(frames - frames[0]).mean(axis=(1, 2, 3)).max() + 1, name
        changes = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))
        assert changes.max() > 1.5, name
        assert (changes > 0.3).sum() >= MOMENTS // 2, name


def test_a_move_does_what_it_is_called() -> None:
    """Half way through two turns stands the mirror's side or the front; growing and hopping go where they say."""
    corner = np.array([[0.5, 1.0]])
    assert np.allclose(spin(1)(corner, 0.5), [[-0.5, 1.0]], atol=1e-6)
    assert np.allclose(grow(2)(corner, 1.0), [[0.25, 0.5]])
    assert np.allclose(hop(0.3, 1)(corner, 0.5), [[0.5, 1.3]])


def test_the_subject_is_found_where_it_stands() -> None:
    """What differs from the edge and stands in the middle is cut out, the wall is not."""
    picture = person(128)
    subject = find_subject(picture)
    assert subject.alpha is not None
    alpha = np.asarray(subject.alpha)
    assert alpha[50, 64] > 220
    assert alpha[110, 64] > 220
    assert alpha[20, 8] < 20
    assert alpha[60, 120] < 20
    assert 0.1 * 128 < subject.y + subject.head[1] * subject.unit < 0.3 * 128


@pytest.mark.slow
def test_a_template_gives_a_film_of_the_asked_size(make, picture: Path) -> None:  # type: ignore[no-untyped-def]
    """Tier in the picture's ratio, seconds as asked, silent."""
    given, parameters = {"template": "rotation", "img_url": "x"}, {"resolution": "480P", "duration": 1}
    rendered, film = make("wanx2.1-i2v-turbo", given, parameters, {"input.img_url": picture})
    assert (film.width, film.height, film.fps, len(film.frames), film.codec) == (544, 720, 30, 30, "h264")
    assert not rendered.sound
    assert film.samples is None
    assert film.change(0, 15) > 3


def test_the_mark_is_on_the_film_when_it_is_asked_for() -> None:
    """A marked film differs from an unmarked one in its lower right corner and nowhere else."""
    plain, marked = (
        [
            frame.to_ndarray(format="rgb24").astype(int)
            for frame in show(person(), "squish", (192, 128), 0.6, seed=1, model="m", marked=asked)
        ][-1]
        for asked in (False, True)
    )
    change = np.abs(plain - marked).mean(axis=-1)
    assert change[-24:, -64:].mean() > 5
    assert change[:96].max() < 4


@pytest.mark.slow
def test_a_template_needs_the_first_of_two_frames_only(make, picture: Path, other_picture: Path) -> None:  # type: ignore[no-untyped-def]
    """An effect of the keyframe model runs on the first frame; a last one changes nothing."""
    given, parameters = {"template": "mech2", "first_frame_url": "x"}, {"resolution": "480P", "duration": 0.5}
    first = {"input.first_frame_url": picture}
    _, alone = make("wanx2.1-kf2v-plus", given, parameters, first)
    _, both = make("wanx2.1-kf2v-plus", given, parameters, first | {"input.last_frame_url": other_picture})
    assert np.array_equal(alone.frames, both.frames)
    assert alone.change(0, 10) > 5
