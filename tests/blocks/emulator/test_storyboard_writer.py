from __future__ import annotations

import pytest

from blocks.emulator.storyboard_writer import Asked, scene_lengths, shot_lengths, subject_of, write_storyboard


def shots(storyboard) -> list[dict]:
    return [shot for scene in storyboard["scenes"] for shot in scene["shots"]]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("scenes", "seconds"), [(1, 4), (1, 15), (3, 30), (4, 60), (5, 61), (2, 7), (20, 40), (20, 300)]
)
def test_the_seconds_add_up(language, scenes, seconds):
    """All shots together last exactly as long as asked; no scene is too long for a model, no shot too short."""
    written = write_storyboard(Asked(brief="雨", scenes=scenes, seconds=seconds, language=language, max_shots=4))
    assert sum(shot["seconds"] for shot in shots(written)) == seconds
    assert len(written["scenes"]) == scenes or seconds > scenes * 15
    for scene in written["scenes"]:
        assert sum(shot["seconds"] for shot in scene["shots"]) <= 15
        assert 1 <= len(scene["shots"]) <= 4
        assert all(shot["seconds"] >= 2 for shot in scene["shots"])


def test_the_same_brief_gives_the_same_storyboard():
    """The writer is deterministic, and another brief gives another film."""
    asked = Asked(brief="A lighthouse keeper in a storm", scenes=4, seconds=48)
    assert write_storyboard(asked) == write_storyboard(asked)
    assert write_storyboard(asked) != write_storyboard(asked.model_copy(update={"brief": "A fox in the snow"}))


def test_no_two_shots_are_alike():
    """Every shot of a film has a prompt of its own, also in a long one."""
    written = write_storyboard(Asked(brief="A fox in the snow", scenes=8, seconds=96))
    prompts = [shot["prompt"] for shot in shots(written)]
    assert len(set(prompts)) == len(prompts)


def test_it_speaks_the_language_it_was_asked_for():
    """A Chinese storyboard is Chinese to the last word, an English one English."""
    chinese = write_storyboard(Asked(brief="关于江边老船夫的短片", scenes=3, seconds=30, language="zh"))
    text = "".join([chinese["title"], chinese["look"], *(shot["prompt"] for shot in shots(chinese))])
    assert not any("a" <= letter.lower() <= "z" for letter in text)
    english = write_storyboard(Asked(brief="An old ferryman", scenes=3, seconds=30, language="en"))
    assert all(shot["prompt"].isascii() for shot in shots(english))


def test_every_shot_says_how_it_is_shot():
    """A prompt names the size of the shot first, and the brief's subject is in every scene."""
    written = write_storyboard(Asked(brief="A film about an old ferryman who sings.", scenes=4, seconds=48))
    assert all("shot: " in shot["prompt"] or "Close-up: " in shot["prompt"] for shot in shots(written))
    for scene in written["scenes"]:
        assert any("old ferryman" in shot["prompt"] for shot in scene["shots"])
    assert written["title"] == "The old ferryman"


@pytest.mark.parametrize(
    ("brief", "language", "subject"),
    [
        ("A film about an old ferryman who sings. It is raining.", "en", "an old ferryman who sings"),
        ("Neon koi", "en", "Neon koi"),
        ("请拍一部关于江边老船夫的短片", "zh", "江边老船夫"),
        ("雨夜，侦探追查线索。结局反转！", "zh", "雨夜，侦探追查线索"),
    ],
)
def test_the_subject_is_what_the_brief_is_about(brief, language, subject):
    """Set phrases around the subject and further sentences are left out."""
    assert subject_of(brief, language) == subject


def test_a_subject_stays_short():
    """A brief of many words still makes a sentence."""
    assert len(subject_of("word " * 100, "en")) <= 90
    assert len(subject_of("字" * 100, "zh")) <= 28


def test_more_time_than_the_scenes_hold_makes_more_scenes():
    """Sixty seconds do not fit into one scene of fifteen."""
    assert scene_lengths(60, 1) == [15, 15, 15, 15]
    assert scene_lengths(31, 2) == [11, 10, 10]
    assert shot_lengths(15, 4) == [4, 4, 4, 3]
    assert shot_lengths(15, 1) == [15]


def test_a_night_is_lit_as_a_night():
    """A brief set at night gets no daylight; the look says what the whole film is about."""
    asked = Asked(brief="一位老船夫，在雨夜点亮江灯。", scenes=5, seconds=50, language="zh")
    written = write_storyboard(asked)
    assert written["look"].startswith("一位老船夫，在雨夜点亮江灯。")
    assert not any(word in shot["prompt"] for shot in shots(written) for word in ("黎明", "阳光", "夕阳", "黄昏"))
    assert any(
        "黎明" in shot["prompt"] or "阴天" in shot["prompt"] or "蓝调" in shot["prompt"]
        for shot in shots(write_storyboard(asked.model_copy(update={"brief": "一位老船夫"})))
    )
