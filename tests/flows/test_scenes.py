"""Scenes become requests that a model can film."""

from typing import Any

import pytest

from flows.document import InvalidInput
from flows.scenes import cuts_of, scene_prompt
from flows.storyboard import Shot, Storyboard


def board(*scenes: list[tuple[str, int]], **more: Any) -> Storyboard:
    shots = [{"shots": [{"prompt": prompt, "seconds": seconds} for prompt, seconds in scene]} for scene in scenes]
    return Storyboard.model_validate({"title": "A film", "scenes": shots, **more})


def test_a_multi_shot_prompt_has_the_documented_form() -> None:
    """Shots carry their number and time marks, in Chinese and in English."""
    shots = [Shot(prompt="全景：雨夜的街头", seconds=3), Shot(prompt="特写：侦探的眼睛。", seconds=4)]
    assert scene_prompt("紧张的追查故事", shots, "zh") == (
        "紧张的追查故事。第1个镜头[0-3秒] 全景：雨夜的街头。 第2个镜头[3-7秒] 特写：侦探的眼睛。"
    )
    assert scene_prompt("A chase", shots[:1], "en") == "A chase. 全景：雨夜的街头."
    assert scene_prompt("", [Shot(prompt="Wide", seconds=2), Shot(prompt="Close!", seconds=3)], "en") == (
        "Shot 1 [0-2s] Wide. Shot 2 [2-5s] Close!"
    )


def test_the_language_of_the_marks_follows_the_text() -> None:
    """Chinese text gets Chinese marks, and a scene may say otherwise."""
    cuts = cuts_of(board([("雨夜街头", 3), ("特写眼睛", 3)], [("Rain", 3), ("Eyes", 3)]))
    assert "第2个镜头[3-6秒]" in cuts[0].prompt
    assert "Shot 2 [3-6s]" in cuts[1].prompt


def test_a_scene_over_the_models_length_is_split_at_a_shot_border() -> None:
    """Twenty seconds become two requests; no shot is cut in two, none is lost."""
    cuts = cuts_of(board([("a", 6), ("b", 6), ("c", 4), ("d", 4)]))
    assert [[shot.prompt for shot in cut.shots] for cut in cuts] == [["a", "b"], ["c", "d"]]
    assert [cut.seconds for cut in cuts] == [12, 8]
    assert [(cut.scene, cut.part, cut.first_shot) for cut in cuts] == [(0, 1, 0), (0, 2, 2)]


def test_a_rest_too_short_for_the_model_takes_a_shot_from_before() -> None:
    """A tail of one second, which no model makes, is lengthened by the shot before it."""
    cuts = cuts_of(board([("a", 7), ("b", 8), ("c", 1)]))
    assert [[shot.prompt for shot in cut.shots] for cut in cuts] == [["a"], ["b", "c"]]


def test_a_scene_over_the_prompt_limit_is_split_as_well() -> None:
    """Two long shots that would pass 1500 characters together become two requests."""
    cuts = cuts_of(board([("x" * 900, 3), ("y" * 900, 3)]))
    assert [cut.shots[0].prompt[0] for cut in cuts] == ["x", "y"]
    assert all(len(cut.prompt) <= 1500 for cut in cuts)


def test_a_shot_that_is_too_wordy_alone_is_refused_where_it_stands() -> None:
    """The error names scene and shot, the limit, and where the service would cut."""
    with pytest.raises(InvalidInput, match=r"scenes\[0\]\.shots\[1\]\.prompt: .*reads 1500\. It would be cut after"):
        cuts_of(board([("short", 3), ("z" * 1600, 3)]))


def test_cutting_is_allowed_when_the_storyboard_says_so() -> None:
    """With truncate the over-long prompt goes through to the request, which cuts it."""
    assert len(cuts_of(board([("z" * 1600, 3)], truncate=True))) == 1


def test_a_shot_longer_than_the_model_can_make_is_refused() -> None:
    """Sixteen seconds are more than wan2.6 makes."""
    with pytest.raises(InvalidInput, match=r"scenes\[0\]\.shots\[0\]\.seconds: .*16 s; wan2.6-t2v makes at most 15 s"):
        cuts_of(board([("long", 16)]))


def test_a_model_without_several_shots_films_each_shot_alone() -> None:
    """wan2.5 has no shot_type: every shot is a request, and must have a length it makes."""
    cuts = cuts_of(board([("a", 5), ("b", 10)], model="wan2.5-t2v-preview"))
    assert [cut.seconds for cut in cuts] == [5, 10]
    with pytest.raises(InvalidInput, match=r"shots\[1\]\.seconds: .*4 s; wan2.5-t2v-preview makes 5 or 10 s"):
        cuts_of(board([("a", 5), ("b", 4)], model="wan2.5-t2v-preview"))


def test_repainted_scenes_stay_within_what_repainting_reads() -> None:
    """A look in free words splits scenes at five seconds, because repainting reads no more."""
    cuts = cuts_of(board([("a", 3), ("b", 3), ("c", 2)], style={"prompt": "oil painting"}))
    assert [cut.seconds for cut in cuts] == [3, 5]
    with pytest.raises(InvalidInput, match="at most 5 s that video repainting can restyle"):
        cuts_of(board([("a", 6)], style={"prompt": "oil painting"}))


def test_an_unknown_model_is_named_with_the_nearest() -> None:
    """A misspelt model is refused with the right name."""
    with pytest.raises(InvalidInput, match="wan2.6-t2v"):
        cuts_of(board([("a", 3)], model="wan2.6-tv2"))
