"""What a shot's words ask for."""

import pytest

from blocks.emulator.render.prompts.mood import read_mood
from blocks.emulator.render.prompts.words import PLACES


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
        ("窄巷里霓虹闪烁，都市的夜", "city", "night", "clear"),
        ("小站台上没有雪，清晨", "platform", "dawn", "clear"),
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
        ("Medium shot: the conductor bows", "conductor", "medium"),
        ("中景：爷爷挥手", "elder", "medium"),
        ("Medium close-up: a girl laughs", "girl", "medium"),
        ("Wide: a fox stops on the ice", "fox", "wide"),
        ("Close-up: the conductor punches her ticket", "object:ticket", "close"),
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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A tiny mountain station; a train glides in", "platform"),
        ("The train arrives", "platform"),
        ("雪夜的小站台，列车缓缓进站", "platform"),
        ("火车站里人来人往", "platform"),
        ("候车室的门开了", "platform"),
        ("A lamp on the table of a railway carriage", "carriage"),
        ("Inside the train she reads a letter", "carriage"),
        ("列车车厢里，一盏小灯", "carriage"),
        ("缓慢推向车窗", "carriage"),
        ("The train crosses a thin stone bridge above a frozen river", "railway"),
        ("A steam train races through the night", "railway"),
        ("A viaduct in the mist", "railway"),
        ("列车驶过铁桥", "railway"),
        ("铁路伸向雪原", "railway"),
        ("列车驶出隧道，大海忽然铺满画面", "coast"),
        ("The sea opens up beside the train", "coast"),
    ],
)
def test_words_about_trains_choose_their_places(text: str, place: str) -> None:
    """Platform, carriage, bridge and coast have words of their own, which count before mountains and rivers."""
    assert read_mood(text).place == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A space station over the planet", "space"),
        ("Traffic in the city, a taxi leaves the police station", "city"),
        ("一辆黑色轿车停在城市街头，车窗摇下", "city"),
        ("A training field at noon", "field"),
        ("A bridge in the city at night", "city"),
        ("海边的列岛", "sea"),
    ],
)
def test_what_only_sounds_like_a_train_is_none(text: str, place: str) -> None:
    """Space stations, taxis and training have nothing to do with trains."""
    assert read_mood(text).place == place


def test_common_words_belong_to_the_train_while_it_runs() -> None:
    """After a train on a bridge, arches and a window mean its bridge and its window; without it they do not."""
    bridge = read_mood("The train crosses a stone bridge")
    arches = read_mood("Low angle from the river ice. Arches pass overhead", number=2, before=bridge)
    pane = read_mood("Through the window from outside: she sleeps", number=3, before=arches)
    assert (arches.place, arches.angle, pane.place, pane.posture) == ("railway", "low", "train_window", "sit")
    assert read_mood("A river under arches").place == "sea"


def test_a_close_up_without_a_place_stays_where_it_was() -> None:
    """On the platform the ticket is punched on the platform; in the carriage the cat is in the carriage."""
    platform = read_mood("A small station at night, a train glides in")
    carriage = read_mood("车厢里，小岚坐在窗边")
    assert read_mood("Close-up: he punches her ticket", number=2, before=platform).place == "platform"
    assert read_mood("近景：一只橘猫探出头", number=2, before=carriage).place == "carriage"


def test_whoever_has_a_name_is_known_by_it() -> None:
    """Names given in the overall line lead to the right people, two at a time."""
    english = "Lan is a nine-year-old girl; the conductor is a tall old man. Ines is a woman of sixty in a straw hat."
    chinese = "小岚是九岁女孩，提一盏小铜灯；爷爷是瘦小的老人。主角沈峤，四十岁上下的男刑警。"
    assert read_mood("Medium shot. Lan looks up", english).subject == "girl"
    assert read_mood("Medium shot. Ines waters the rows", english).subject == "woman"
    assert read_mood("中景。沈峤沿街走来", chinese).subject == "detective"
    meeting = read_mood("远景。小岚跑过站台扑进爷爷怀里，两盏灯靠在一起", chinese)
    assert (meeting.subject, meeting.partner, meeting.held) == ("girl", "elder", "lantern")


def test_what_the_train_does_is_read() -> None:
    """It comes in, leaves, or slides past."""
    texts = ("A train glides in", "列车重新启动，离开站台", "At the station lit windows slide past", "A train, snow")
    assert [read_mood(text).motion for text in texts] == ["arrive", "leave", "pass", ""]
