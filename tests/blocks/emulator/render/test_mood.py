"""What a shot's words ask for."""

import pytest

from blocks.emulator.render.mood import read_mood
from blocks.emulator.render.words import PLACES


@pytest.mark.parametrize(
    ("text", "place", "hour", "weather"),
    [
        ("雨夜的纽约街头，霓虹灯闪烁", "city", "night", "rain"),
        ("清晨的海边码头", "sea", "dawn", "clear"),
        ("A misty forest at sunrise", "forest", "dawn", "fog"),
        ("雪山之巅，夕阳西下", "mountains", "sunset", "snow"),
        ("古城的夜市，红灯笼", "old_town", "night", "clear"),
        ("Floating islands above the clouds, sunny", "sky", "day", "clear"),
        ("侦探在昏暗走廊中小心前行", "corridor", "night", "clear"),
    ],
)
def test_place_hour_and_weather_are_read(text: str, place: str, hour: str, weather: str) -> None:
    """Chinese and English words set the scene."""
    mood = read_mood(text)
    assert (mood.place, mood.hour, mood.weather) == (place, hour, weather)


@pytest.mark.parametrize(
    ("text", "subject", "size"),
    [
        ("全景：一位身穿黑色风衣的侦探快步行走", "detective", "wide"),
        ("中景：小男孩奔跑", "child", "medium"),
        ("特写：窗台上的一只猫", "cat", "close"),
        ("Close-up: an old letter on the desk", "object:letter", "close"),
        ("Close-up: she watches the train leave", "woman", "close"),
        ("Wide: a boat sails past", "boat", "wide"),
    ],
)
def test_subject_and_shot_size_are_read(text: str, subject: str, size: str) -> None:
    """Who is in the picture, and how close."""
    mood = read_mood(text)
    assert (mood.subject, mood.size) == (subject, size)


@pytest.mark.parametrize(
    ("text", "move"),
    [("镜头缓缓推进", "push"), ("镜头拉远", "pull"), ("镜头环绕", "orbit"), ("镜头缓缓上移", "tilt-up"),
     ("固定镜头", "static"), ("The camera pans left", "pan-left"), ("slow zoom in", "push")],
)  # fmt: skip
def test_the_camera_follows_its_words(text: str, move: str) -> None:
    """Words for camera moves are obeyed."""
    assert read_mood(text).move == move


def test_words_are_not_found_inside_other_words() -> None:
    """No rain in a train, no turn to the right in bright."""
    moods = [read_mood("Wide: a train in bright daylight", seed=seed) for seed in range(12)]
    assert {mood.weather for mood in moods} == {"clear"}
    assert len({mood.move for mood in moods}) > 1


def test_a_shot_goes_on_where_the_one_before_was() -> None:
    """Place, hour and weather stay until the words change them."""
    first = read_mood("雨夜的城市街头，侦探行走")
    second = read_mood("特写：他的眼神", "追查故事", number=2, before=first)
    third = read_mood("清晨的花园", "追查故事", number=3, before=second)
    assert (second.place, second.hour, second.weather) == ("city", "night", "rain")
    assert (third.place, third.hour) == ("garden", "dawn")


def test_what_nobody_says_comes_from_the_seed() -> None:
    """Words without a place get one of the outdoor places, not always the same."""
    places = {read_mood("something happens", seed=seed).place for seed in range(30)}
    assert places <= set(PLACES)
    assert len(places) > 3
