"""Motion carried from a video to a person of a picture, and a person put into a video."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from blocks.emulator.render.transfer.motion import read_motion
from blocks.media import VideoWriter
from blocks.media.aac import AudioFormat

SHIRT, MEADOW = (200, 40, 160), (70, 120, 60)
"""Colours of the picture: its person and its background."""
BLOCK, WALL = (230, 200, 40), (60, 90, 150)
"""Colours of the video: what moves and what does not."""
SIDE, RATE, COUNT = 160, 15, 12


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody in a pink shirt in a meadow."""
    path = tmp_path_factory.mktemp("person") / "person.png"
    picture = Image.new("RGB", (SIDE, SIDE), MEADOW)
    brush = ImageDraw.Draw(picture)
    brush.ellipse([70, 40, 90, 62], fill=SHIRT)
    brush.rectangle([64, 62, 96, 130], fill=SHIRT)
    picture.save(path)
    return path


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A film of a block that walks to the right (1) or to the left (-1) before a wall, with a tone."""
    folder = tmp_path_factory.mktemp("walk")

    def filmed(side: int) -> Path:
        path = folder / f"{side}.mp4"
        tone = np.sin(np.arange(COUNT * 3200) / 20).astype(np.float32) * 0.4
        with VideoWriter(path, SIDE, SIDE, RATE, audio=AudioFormat(sample_rate=48000), crf=16) as writer:
            for number in range(COUNT):
                picture = Image.new("RGB", (SIDE, SIDE), WALL)
                x = 80 + side * (number - COUNT / 2) * 7
                ImageDraw.Draw(picture).rectangle([x - 14, 50, x + 14, 130], fill=BLOCK)
                writer.write(np.asarray(picture))
            writer.write_audio(np.stack([tone, tone], axis=1))
        return path

    return filmed


def test_what_moves_is_followed(walk) -> None:  # type: ignore[no-untyped-def]
    """A block's middle, ends and width are read off within a few hundredths of the frame; the camera stands still."""
    motion = read_motion(walk(1), Fraction(RATE), COUNT)
    assert motion.steady
    for number in range(2, COUNT - 2):
        assert motion.x[number] == pytest.approx(0.5 + (number - COUNT / 2) * 7 / SIDE, abs=0.03)
        assert motion.top[number] == pytest.approx(50 / SIDE, abs=0.05)
        assert motion.bottom[number] == pytest.approx(131 / SIDE, abs=0.05)
        assert motion.wide[number] == pytest.approx(28 / SIDE, abs=0.06)


def test_where_nothing_moves_nobody_does(tmp_path: Path) -> None:
    """A video that stands still, of one grey or of a pattern, gives a person that stands still."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    patterns = np.full((SIDE, SIDE), 90), rows * 3 % 250, (rows // 9 + columns // 11) % 2 * 200
    for number, pattern in enumerate(patterns):
        path = tmp_path / f"{number}.mp4"
        with VideoWriter(path, SIDE, SIDE, RATE, crf=16) as writer:
            for _ in range(40):
                writer.write(np.repeat(pattern[..., None], 3, axis=2).astype(np.uint8))
        motion = read_motion(path, Fraction(RATE), 40)
        for values in (motion.x, motion.top, motion.bottom, motion.sway):
            assert np.ptp(values) < 0.02


@pytest.mark.parametrize("side", [1, -1])
def test_the_person_moves_as_the_video_does(make, person: Path, walk, side: int) -> None:  # type: ignore[no-untyped-def]
    """The picture's person goes where the video's goes, before the picture's background, with the video's sound."""
    rendered, film = make(
        "wan2.2-animate-move", {}, {"mode": "wan-std"}, {"input.image_url": person, "input.video_url": walk(side)}
    )
    assert (film.width, film.height, film.fps, len(film.frames)) == (960, 960, RATE, COUNT)
    assert rendered.sound
    assert film.samples is not None and np.abs(film.samples).max() > 0.2
    middles = [_middle(frame, SHIRT) for frame in film.frames]
    assert (middles[-1] - middles[0]) * side > 0.2
    assert all((after - before) * side > -0.01 for before, after in pairwise(middles))
    for frame in film.frames[::4]:
        assert 0.05 < _near(frame, SHIRT).mean() < 0.25
        assert _near(frame, MEADOW).mean() > 0.7
        assert not _near(frame, BLOCK).any()


def test_the_mode_sets_the_rate(make, person: Path, walk) -> None:  # type: ignore[no-untyped-def]
    """wan-pro gives 25 frames a second, as long as the video."""
    rendered, film = make(
        "wan2.2-animate-mix", {}, {"mode": "wan-pro"}, {"input.image_url": person, "input.video_url": walk(1)}
    )
    assert film.fps == 25
    assert len(film.frames) == 20
    assert rendered.seconds == COUNT / RATE


def test_the_scene_stays_when_somebody_is_replaced(make, person: Path, walk) -> None:  # type: ignore[no-untyped-def]
    """Far from who moves every pixel is the video's; there the picture's person stands, and nobody else."""
    rendered, film = make(
        "wan2.2-animate-mix", {}, {"mode": "wan-std"}, {"input.image_url": person, "input.video_url": walk(1)}
    )
    assert rendered.sound
    for number in range(1, COUNT - 1, 3):
        frame = film.frames[number]
        far = np.abs(np.arange(480) / 480 - (0.5 + (number - COUNT / 2) * 7 / SIDE)) > 0.2
        assert _near(frame[:, far], WALL, within=9).all()
        assert _near(frame, MEADOW, within=25).mean() < 0.005
        assert _near(frame, BLOCK, within=60).mean() < 0.01
        pink = _like(frame, SHIRT)
        assert pink.mean() > 0.04
        assert np.nonzero(pink)[1].mean() / 480 == pytest.approx(0.5 + (number - COUNT / 2) * 7 / SIDE, abs=0.05)


def test_nothing_is_left_of_who_is_replaced(make, person: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Arms held out and dark shoes go with the rest of the video's person."""
    path, shoes = tmp_path / "walk.mp4", (20, 20, 24)
    with VideoWriter(path, SIDE, SIDE, RATE, crf=16) as writer:
        for number in range(COUNT):
            picture = Image.new("RGB", (SIDE, SIDE), WALL)
            brush, x = ImageDraw.Draw(picture), 80 + (number - COUNT / 2) * 7
            brush.rectangle([x - 10, 40, x + 10, 130], fill=BLOCK)
            brush.rectangle([x - 36, 56, x + 36, 66], fill=BLOCK)
            brush.rectangle([x - 12, 130, x + 12, 140], fill=shoes)
            writer.write(np.asarray(picture))
    _, film = make("wan2.2-animate-mix", {}, {"mode": "wan-std"}, {"input.image_url": person, "input.video_url": path})
    for frame in film.frames[1:-1:3]:
        assert _near(frame, BLOCK, within=90).mean() < 0.001
        assert _near(frame, shoes, within=50).mean() < 0.001


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "size", "there", "gone"),
    [
        ({"use_ref_img_bg": True, "video_ratio": "3:4"}, (816, 1104), MEADOW, WALL),
        ({"use_ref_img_bg": True}, (720, 1280), MEADOW, WALL),
        ({}, (960, 960), WALL, MEADOW),
    ],
)
def test_the_background_is_chosen(make, person: Path, walk, asked, size, there, gone) -> None:  # type: ignore[no-untyped-def]
    """use_ref_img_bg dances before the picture's background in the ratio asked for, else before the video's; silent."""
    rendered, film = make("animate-anyone-gen2", {}, asked, {"input.image_url": person, "input.template_id": walk(1)})
    assert (film.width, film.height) == size
    assert (film.fps, len(film.frames)) == (RATE, COUNT)
    assert not rendered.sound and film.samples is None
    for frame in film.frames[::5]:
        assert _near(frame, there).mean() > 0.6
        assert _near(frame, gone).mean() < 0.02
        assert _like(frame, SHIRT).mean() > 0.03


def test_the_mark_is_that_of_the_model(make, person: Path, walk) -> None:  # type: ignore[no-untyped-def]
    """input.watermark writes in the corner below on the right, and nowhere else."""
    inputs = {"input.image_url": person, "input.video_url": walk(1)}
    _, plain = make("wan2.2-animate-move", {}, {"mode": "wan-std"}, inputs)
    _, marked = make("wan2.2-animate-move", {"watermark": True}, {"mode": "wan-std"}, inputs)
    changed = np.abs(plain.frames[5].astype(int) - marked.frames[5].astype(int)).max(axis=-1) > 40
    assert changed[430:, 300:].mean() > 0.01
    assert not changed[:400].any()


def _near(frame, colour, within: int = 30) -> NDArray[np.bool_]:  # type: ignore[no-untyped-def]
    return np.asarray(np.abs(frame.astype(int) - colour).max(axis=-1) < within)


def _like(frame, colour) -> NDArray[np.bool_]:  # type: ignore[no-untyped-def]
    """Pixels of about a colour's hue, whatever the light."""
    return _near(frame, colour, within=85) & (frame[..., 0] > frame[..., 1].astype(int) + 40)


def _middle(frame, colour) -> float:  # type: ignore[no-untyped-def]
    return float(np.nonzero(_near(frame, colour))[1].mean() / frame.shape[1])
