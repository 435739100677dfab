"""wanx-poster-generation-v1."""

import numpy as np
import pytest
from PIL import Image, ImageChops

from blocks.catalog.poster import PosterInput
from blocks.emulator.render.editing.posters import LOOKS

MODEL = "wanx-poster-generation-v1"
GIVEN = {
    "generate_mode": "generate",
    "title": "春节快乐",
    "sub_title": "家庭团聚",
    "body_text": "第一行\n第二行",
    "prompt_text_zh": "灯笼，梅花",
}


@pytest.fixture(scope="module")
def two(ask) -> list[Image.Image]:  # type: ignore[no-untyped-def]
    """Two posters and their backgrounds."""
    made: list[Image.Image] = ask(MODEL, {}, GIVEN, {"n": 2})
    return made


def written(poster: Image.Image, ground: Image.Image) -> np.ndarray:  # type: ignore[type-arg]
    """Where the poster differs strongly from its background."""
    return np.asarray(ImageChops.difference(poster, ground).convert("L")) > 90


def test_a_poster_is_its_background_and_its_writing(two: list[Image.Image]) -> None:
    """First the posters, then the same backgrounds without writing; several results differ."""
    assert [picture.size for picture in two] == [(1280, 720)] * 4
    for poster, ground in zip(two[:2], two[2:], strict=True):
        assert 0.004 < written(poster, ground).mean() < 0.2
    assert two[0].tobytes() != two[1].tobytes()
    assert two[2].tobytes() != two[3].tobytes()


def test_an_upright_poster_has_its_body_at_the_foot(ask) -> None:  # type: ignore[no-untyped-def]
    """竖版 is upright: the titles above, the body text in its lines below, nothing between."""
    poster, ground = ask(MODEL, {}, GIVEN | {"wh_ratios": "竖版"})
    assert poster.size == (720, 1280)
    rows = written(poster, ground).any(axis=1)
    assert rows[:500].any()
    assert not rows[600:1050].any()
    assert rows[1100:].any()


def test_all_texts_are_set(ask, two: list[Image.Image]) -> None:  # type: ignore[no-untyped-def]
    """Without second title and body there is less writing."""
    bare, ground = ask(MODEL, {}, GIVEN | {"sub_title": "", "body_text": ""})
    assert written(bare, ground).sum() < 0.95 * written(two[0], two[2]).sum()


def test_every_style_of_the_catalog_is_drawn() -> None:
    """Each lora_name has a look, and no two the same one."""
    names = PosterInput.model_fields["lora_name"].annotation.__args__  # type: ignore[union-attr]
    assert set(LOOKS) == set(names)
    assert len(set(LOOKS.values())) == len(names)


@pytest.mark.slow
def test_a_style_changes_the_colours(ask) -> None:  # type: ignore[no-untyped-def]
    """Paper cut is red, dark blue is blue."""
    cut, blue = (
        np.asarray(ask(MODEL, {}, GIVEN | {"lora_name": name})[1]).reshape(-1, 3).mean(axis=0)
        for name in ("剪纸工艺", "深蓝抽象")
    )
    assert cut[0] > cut[2] + 40
    assert blue[2] > blue[0] + 40


def test_a_poster_made_again_is_the_same_one_larger(ask, two: list[Image.Image]) -> None:  # type: ignore[no-untyped-def]
    """``sr`` with the second poster's auxiliary_parameters gives the second poster, whatever the task's seed."""
    second = two[1]
    again = ask(MODEL, {}, GIVEN | {"generate_mode": "sr", "auxiliary_parameters": "some-task-1"}, seed=77)[0]
    assert again.size == (1920, 1080)
    small = np.asarray(again.resize(second.size)).astype(int)
    assert np.abs(small - np.asarray(second)).mean() < 8
