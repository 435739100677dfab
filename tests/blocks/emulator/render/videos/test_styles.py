"""Videos redrawn in other styles."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from blocks.emulator.render.videos.styles import NAMES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def styled(make, story):  # type: ignore[no-untyped-def]
    """The story in all eight styles."""
    source = {"input.video_url": story[0].files[0]}
    return [make("video-style-transform", {}, {"style": n, "min_len": 540}, source) for n in NAMES]


def test_length_rate_size_and_sound_are_kept(styled) -> None:  # type: ignore[no-untyped-def]
    """Fifteen frames a second by default, the short side as asked, the same seconds, the sound of the input."""
    for rendered, film in styled:
        assert (film.height, film.width) == (540, 936)
        assert film.fps == 15
        assert len(film.frames) == 90
        assert rendered.seconds == 6
        assert film.samples is not None and np.abs(film.samples).max() > 0.02


def test_every_style_changes_the_picture(styled, story) -> None:  # type: ignore[no-untyped-def]
    """Each of the eight is far from its input, and its shots still cut where they did."""
    for _, film in styled:
        for number in (15, 45, 75):
            before = _small(story[1].frames[number * 2])
            assert np.abs(_small(film.frames[number]) - before).mean() > 12
        assert film.change(29, 30) > 12


def test_the_eight_styles_differ_from_one_another(styled) -> None:  # type: ignore[no-untyped-def]
    """No two styles look alike in any shot."""
    for one, other in combinations(styled, 2):
        differences = [
            np.abs(one[1].frames[n].astype(int) - other[1].frames[n].astype(int)).mean() for n in (15, 45, 75)
        ]
        assert min(differences) > 9


def test_manga_and_ink_have_no_colour(styled) -> None:  # type: ignore[no-untyped-def]
    """Manga is black and white; ink is one warm grey; the comics are colourful."""
    spread = [_colour(film.frames[45]) for _, film in styled]
    assert spread[0] < 4
    assert spread[7] < 35
    assert np.ptp(styled[7][1].frames[45].astype(int).mean(axis=(0, 1))) < 35
    assert spread[1] > spread[0] + 15


@pytest.mark.parametrize(
    ("parameters", "size", "fps"),
    [({"video_fps": 25, "min_len": 720}, (1248, 720), 25), ({"min_len": 540, "use_SR": True}, (1872, 1080), 15)],
)
def test_rate_and_size_follow_the_request(make, short_clip: Path, parameters, size, fps) -> None:  # type: ignore[no-untyped-def]
    """video_fps sets the rate, min_len the short side, use_SR with 540 gives 1080."""
    _, film = make("video-style-transform", {}, parameters, {"input.video_url": short_clip})
    assert (film.width, film.height) == size
    assert film.fps == fps
    assert len(film.frames) == fps
    assert film.samples is None


def test_repainting_follows_the_words(make, short_clip: Path) -> None:  # type: ignore[no-untyped-def]
    """Words of a style or a mood change the video; the result is silent, at most 720P, as long as its input."""
    films = [
        make("wanx2.1-vace-plus", {"function": "video_repainting", "prompt": text}, {}, {"input.video_url": short_clip})
        for text in ("水墨画风格", "golden sunset", "剪纸风格")
    ]
    for rendered, film in films:
        assert (film.width, film.height, len(film.frames)) == (832, 480, 30)
        assert not rendered.sound
    for one, other in combinations(films, 2):
        assert np.abs(one[1].frames[15].astype(int) - other[1].frames[15].astype(int)).mean() > 8


def test_repainting_ends_after_five_seconds(make, story) -> None:  # type: ignore[no-untyped-def]
    """A longer input is cut at five seconds."""
    given = {"function": "video_repainting", "prompt": "night"}
    rendered, film = make("wanx2.1-vace-plus", given, {}, {"input.video_url": story[0].files[0]})
    assert rendered.seconds == 5
    assert len(film.frames) == 150


@pytest.fixture(scope="module")
def short_clip(make) -> Path:  # type: ignore[no-untyped-def]
    """One silent second."""
    rendered, _ = make("wan2.2-t2v-plus", {"prompt": "a garden on a sunny day"}, {"size": "832*480", "duration": 1})
    return rendered.files[0]  # type: ignore[no-any-return]


def _small(frame) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    rows = np.linspace(0, frame.shape[0] - 1, 120).astype(int)
    columns = np.linspace(0, frame.shape[1] - 1, 208).astype(int)
    return frame[rows][:, columns].astype(int)  # type: ignore[no-any-return]


def _colour(frame) -> float:  # type: ignore[no-untyped-def]
    return float(np.ptp(frame.astype(int), axis=-1).mean())
