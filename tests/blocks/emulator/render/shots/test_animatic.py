"""Films drawn from words."""

import numpy as np
import pytest

from blocks.emulator.render import Rendered

SIZES = ["832*480", "480*832", "624*624", "1088*832"]


def test_the_film_is_what_was_asked_for(story) -> None:  # type: ignore[no-untyped-def]
    """Size, length, frame rate and codec are as asked, to the frame."""
    rendered, film = story
    assert (film.width, film.height, film.fps) == (832, 480, 30)
    assert len(film.frames) == 180
    assert (film.codec, film.pixel_format) == ("h264", "yuv420p")
    assert rendered == Rendered(rendered.files, 832, 480, 6.0, 30, sound=True)


def test_the_file_plays_while_it_loads(story) -> None:  # type: ignore[no-untyped-def]
    """The index stands before the media."""
    data = story[0].files[0].read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_shots_are_cut_hard_at_their_marks(story) -> None:  # type: ignore[no-untyped-def]
    """Across a mark the picture changes at once; inside a shot it moves, and only a little."""
    film = story[1]
    for cut in (60, 120):
        assert film.change(cut - 1, cut) > 15
    for start in (0, 60, 120):
        inside = [film.change(n, n + 1) for n in range(start, start + 59)]
        assert max(inside) < 6
        assert film.change(start + 5, start + 50) > 0.8


def test_every_shot_is_another_picture(story) -> None:  # type: ignore[no-untyped-def]
    """The three shots differ from one another in their middles."""
    film = story[1]
    assert min(film.change(30, 90), film.change(90, 150), film.change(30, 150)) > 15


def test_the_text_stands_on_the_picture(make) -> None:  # type: ignore[no-untyped-def]
    """With a prompt the upper part holds light letters on a dark panel."""
    _, film = make(
        "wan2.2-t2v-plus", {"prompt": "雨夜的城市街头，侦探快步行走，霓虹灯闪烁"}, {"size": "832*480", "duration": 1}
    )
    panel = film.frames[15][20:46, 8:400].astype(int).mean(axis=-1)
    assert (panel > 130).mean() > 0.012
    assert (panel < 70).mean() > 0.3


def test_the_mark_is_shown_only_when_asked_for(make) -> None:  # type: ignore[no-untyped-def]
    """The lower right corner differs with and without the watermark, and nothing else does."""
    given, parameters = {"prompt": "night desert"}, {"size": "832*480", "duration": 1}
    plain, marked = (
        make("wan2.2-t2v-plus", given, parameters | extra, seed=4)[1].frames[10].astype(int)
        for extra in ({}, {"watermark": True})
    )
    change = np.abs(plain - marked).mean(axis=-1)
    assert change[215:, 360:].max() > 60
    assert change[:200].max() < 30


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_every_shape_of_frame_is_drawn(make, size: str) -> None:  # type: ignore[no-untyped-def]
    """Wide, tall and square films come out at their size, with motion."""
    prompt = "Shot 1 [0-0.5s] Wide: a woman in a sky garden at dawn. Shot 2 [0.5-1s] Close-up: an old letter on a desk."
    _, film = make("wan2.2-t2v-plus", {"prompt": prompt}, {"size": size, "duration": 1})
    assert f"{film.width}*{film.height}" == size
    assert len(film.frames) == 30
    assert film.change(14, 15) > 15
    assert film.change(0, 12) > 0.2


PLACES = [
    "city street night",
    "old town lanterns",
    "a corridor",
    "a room with a desk",
    "the sea",
    "coral reef underwater",
    "a forest",
    "a garden",
    "mountains in snow",
    "a wheat field",
    "desert dunes",
    "a sky garden",
    "space",
    "a station platform at night, a train glides in",
    "a train carriage",
    "a train on a viaduct",
    "a train by the sea at dawn",
]


@pytest.mark.slow
def test_every_place_looks_different(make) -> None:  # type: ignore[no-untyped-def]
    """As many pictures as places, each with more than a flat colour."""
    prompt = " ".join(f"Shot {n + 1} [{n * 0.2:.1f}-{n * 0.2 + 0.2:.1f}s] {text}" for n, text in enumerate(PLACES))
    _, film = make("wan2.2-t2v-plus", {"prompt": prompt}, {"size": "832*480", "duration": 0.2 * len(PLACES)})
    middles = [round((n + 0.5) * 6) for n in range(len(PLACES))]
    assert min(film.frames[n].astype(float).std() for n in middles) > 12
    assert min(film.change(a, b) for a in middles for b in middles if a < b) > 8


@pytest.mark.slow
@pytest.mark.parametrize("words", PLACES[-4:])
def test_trains_move_by_themselves(make, words: str) -> None:  # type: ignore[no-untyped-def]
    """With a still camera and clear weather the picture changes from frame to frame, by little at a time."""
    _, film = make("wan2.2-t2v-plus", {"prompt": f"fixed camera, {words}"}, {"size": "832*480", "duration": 1})
    assert film.change(2, 26) > 0.8
    assert max(film.change(n, n + 1) for n in range(1, 28)) < 8


def test_the_same_job_gives_the_same_film(make) -> None:  # type: ignore[no-untyped-def]
    """Same request and seed, same pictures; another seed, others."""
    one, same, other = (
        make("wan2.2-t2v-plus", {"prompt": "a quiet evening"}, {"size": "832*480", "duration": 0.2}, seed=seed)[1]
        for seed in (3, 3, 4)
    )
    assert np.array_equal(one.frames, same.frames)
    assert np.abs(one.frames[3].astype(int) - other.frames[3].astype(int)).mean() > 5


@pytest.mark.parametrize("prompt", ["x", "🐱🐱", "一" * 800, "word " * 300, "\n\t 猫"])
def test_any_prompt_makes_a_film(make, prompt: str) -> None:  # type: ignore[no-untyped-def]
    """Odd, empty-looking and overlong prompts are drawn too."""
    _, film = make("wan2.2-t2v-plus", {"prompt": prompt}, {"size": "480*832", "duration": 0.2})
    assert film.frames[0].std() > 5
