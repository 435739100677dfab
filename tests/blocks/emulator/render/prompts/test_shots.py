"""Shots read out of prompts."""

import pytest

from blocks.emulator.render.prompts.shots import read_shots

DETECTIVE = (
    "一段紧张的追查故事。第1个镜头[0-3秒] 全景：雨夜街头。第2个镜头[3-6秒] 中景：侦探进门。"
    "第3个镜头[6-10秒] 特写：他微微皱眉。"
)


def test_the_documented_form_is_read() -> None:
    """Overall line, times and texts of the documented Chinese form come out."""
    found = read_shots(DETECTIVE, 10, "multi")
    assert found.overall == "一段紧张的追查故事。"
    assert [(s.start, s.end) for s in found.shots] == [(0, 3), (3, 6), (6, 10)]
    assert [s.text for s in found.shots] == ["全景：雨夜街头。", "中景：侦探进门。", "特写：他微微皱眉。"]


@pytest.mark.parametrize(
    "prompt",
    [
        "Shot 1 [0-3s] one Shot 2 [3-5s] two",
        "shot 1 [0s-3s]: one shot 2 [3s - 5s]: two",
        "镜头1[0-3秒] one 镜头2[3-5秒] two",
        "第一个镜头【0—3秒】one 第二个镜头【3—5秒】two",
        "第1个镜头（0至3秒）one 第2个镜头（3至5秒）two",
        "Shot 1 (0:00-0:03) one Shot 2 (0:03-0:05) two",
        "[0-3s] one [3-5s] two",
        "Scene 1, [0.0-3.0 sec] one Scene 2, [3.0-5.0 sec] two",
    ],
)
def test_other_ways_to_write_the_marks_are_read(prompt: str) -> None:
    """Two shots with a cut at three seconds, however the marks are written."""
    found = read_shots(prompt, 5, "multi")
    assert [(s.start, s.end, s.text) for s in found.shots] == [(0, 3, "one"), (3, 5, "two")]


def test_numbers_in_brackets_are_not_marks() -> None:
    """A range without a label and a unit is part of the text."""
    assert len(read_shots("A couple (2-3) of birds [4-5]", 5).shots) == 1


def test_single_beats_the_marks() -> None:
    """With shot_type single the whole prompt is one shot, marks or not."""
    found = read_shots(DETECTIVE, 10, "single")
    assert [(s.start, s.end, s.text) for s in found.shots] == [(0, 10, DETECTIVE)]


def test_marks_count_without_a_shot_type() -> None:
    """A model without the parameter is cut at the marks."""
    assert len(read_shots(DETECTIVE, 10).shots) == 3


def test_the_last_shot_lasts_to_the_end_and_the_first_begins_at_zero() -> None:
    """Shots fill the video, whatever the outer marks say; marks past its end are left out."""
    found = read_shots("Shot 1 [1-3s] a Shot 2 [3-5s] b Shot 3 [8-9s] c", 7, "multi")
    assert [(s.start, s.end, s.text) for s in found.shots] == [(0, 3, "a"), (3, 7, "b")]


@pytest.mark.parametrize(("seconds", "count"), [(5, 2), (10, 3), (15, 3)])
@pytest.mark.parametrize(
    "prompt", ["猫跑过草地。它停下来。它看着月亮。远处有灯。", "A cat runs. It stops. It looks up. Far lights.", "cat"]
)
def test_multi_without_marks_is_split(prompt: str, seconds: float, count: int) -> None:
    """Asked for several shots without times, the prompt is cut into two or three, each with words."""
    shots = read_shots(prompt, seconds, "multi").shots
    assert len(shots) == count
    assert all(shot.text for shot in shots)
    assert (shots[0].start, shots[-1].end) == (0, seconds)


def test_split_texts_hold_the_whole_prompt() -> None:
    """Splitting loses no word."""
    prompt = "猫跑过草地。它停下来。它看着月亮。远处有灯。"
    assert "".join(s.text for s in read_shots(prompt, 15, "multi").shots) == prompt
