"""Portraits that talk, seen and heard."""

from __future__ import annotations

import math
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.blocks.emulator.render.conftest import Decoded, Make

SIDE = 480
MOUTH = (176, 290, 304, 400)
"""Where the mouth of the drawn portrait is, and moves."""
EMO = {"face_bbox": [144, 120, 336, 336], "ext_bbox": [0, 0, SIDE, SIDE]}
STILL = {"head_move_strength": 0, "eye_move_freq": 0}
SLOW = STILL | {"video_fps": 15}


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody who looks at us, the lips at a height of 300 of 480."""
    picture = Image.new("RGB", (SIDE, SIDE), (112, 132, 150))
    brush = ImageDraw.Draw(picture)
    brush.ellipse([120, 60, 360, 400], fill=(66, 48, 42))
    brush.ellipse([40, 400, 440, 800], fill=(60, 84, 96))
    brush.rectangle([206, 330, 274, 430], fill=(204, 158, 134))
    brush.ellipse([148, 90, 332, 350], fill=(226, 182, 156))
    for x in (200, 280):
        brush.ellipse([x - 20, 196, x + 20, 216], fill=(245, 243, 240))
        brush.ellipse([x - 9, 197, x + 9, 215], fill=(30, 40, 30))
    brush.ellipse([212, 290, 268, 310], fill=(188, 80, 80))
    path = tmp_path_factory.mktemp("portrait") / "portrait.png"
    picture.filter(ImageFilter.GaussianBlur(0.8)).save(path)
    return path


def say(path: Path, seconds: float, quiet: tuple[float, float]) -> Path:
    """A voice that rises and falls, silent between two moments."""
    at = np.arange(round(16_000 * seconds)) / 16_000
    loud = np.where((at < quiet[0]) | (at >= quiet[1]), 0.3 + 0.7 * np.abs(np.sin(at * 11)), 0)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes((np.sin(at * 440 * math.tau) * loud * 15_000).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def given(portrait: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The portrait and a voice, loud for 0.4 seconds, silent for 0.4 seconds, loud again for 0.4 seconds."""
    voice = say(tmp_path_factory.mktemp("voice") / "voice.wav", 1.2, (0.4, 0.8))
    return {"input.image_url": portrait, "input.audio_url": voice}


@pytest.fixture(scope="module")
def word(given: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The portrait and a word of 0.6 seconds, after 0.2 seconds of silence."""
    return given | {"input.audio_url": say(tmp_path_factory.mktemp("voice") / "word.wav", 0.6, (0, 0.2))}


def moved(film: Decoded, box: tuple[int, int, int, int] = MOUTH, since: float = 0.0) -> np.ndarray:
    """How much a part of each picture (in pixels of the portrait) differs from the one at a moment."""
    scale = film.width / SIDE / 2
    left, top, right, bottom = (round(side * scale) for side in box)
    part = film.frames[:, top:bottom, left:right].astype(float)
    return np.abs(part - part[int(since * film.fps)]).mean(axis=(1, 2, 3))


def heard(film: Decoded) -> np.ndarray:
    """How loud the film's own sound is at each picture."""
    assert film.samples is not None
    ends = (np.arange(len(film.frames) + 1) / film.fps * 48_000).astype(int)
    return np.array([np.sqrt(np.mean(film.samples[a:b] ** 2)) for a, b in pairwise(ends)])


def opened(film: Decoded) -> np.ndarray:
    """Which part of the surroundings of the mouth is as dark as the inside of a mouth, in each picture."""
    left, top, right, bottom = (round(side * film.width / SIDE / 2) for side in MOUTH)
    return (film.frames[:, top:bottom, left:right].astype(int).sum(axis=3) < 130).mean(axis=(1, 2))


def speaks(film: Decoded, *, rest: float) -> None:
    """The mouth opens as the film sounds and is shut in the silence, when the face moves at most a part as much."""
    difference, loud = moved(film, since=0.7), heard(film)
    silent = slice(math.ceil(0.58 * film.fps), int(0.8 * film.fps))
    assert np.corrcoef(difference, loud)[0, 1] > 0.85
    assert np.corrcoef(opened(film), loud)[0, 1] > 0.8
    assert opened(film).max() > 0.02
    assert opened(film)[silent].max() < 0.001
    assert difference.max() > 6
    assert difference[silent].max() < rest * difference.max()


def test_a_picture_speaks_in_480p(make: Make, given: dict[str, Path]) -> None:
    """wan2.2-s2v: 480P at 16 frames a second by default; as long as the voice, with the voice, the mouth with it."""
    rendered, film = make("wan2.2-s2v", {}, {}, given)
    assert (film.width, film.height) == (rendered.width, rendered.height) == (624, 624)
    assert film.fps == 16 == rendered.fps
    assert len(film.frames) == round(1.2 * 16)
    assert rendered.seconds == pytest.approx(1.2, abs=0.02)
    speaks(film, rest=0.4)


@pytest.mark.slow
def test_a_picture_speaks_in_720p(make: Make, word: dict[str, Path]) -> None:
    """wan2.2-s2v: 720P at 30 frames a second."""
    _, film = make("wan2.2-s2v", {}, {"resolution": "720P"}, word)
    assert (film.width, film.height, film.fps, len(film.frames)) == (960, 960, 30, 18)
    assert moved(film).max() > 6


@pytest.mark.parametrize(("part", "size"), [([0, 0, 480, 480], (512, 512)), ([60, 0, 420, 480], (512, 704))])
def test_emo_cuts_to_the_part_that_moves(
    make: Make, given: dict[str, Path], part: list[int], size: tuple[int, int]
) -> None:
    """emo-v1 gives 512x512 for 1:1 and 512x704 for 3:4, at 15 frames a second; the mouth of the face box moves."""
    rendered, film = make("emo-v1", EMO | {"ext_bbox": part}, {}, given)
    assert (film.width, film.height, film.fps) == (*size, 15)
    assert rendered.seconds == pytest.approx(1.2, abs=0.04)
    assert film.samples is not None
    if part[0] == 0:
        speaks(film, rest=0.4)


def test_the_face_is_where_the_request_says(make: Make, word: dict[str, Path], tmp_path: Path) -> None:
    """On a picture in which no face can be told, emo-v1 moves the mouth of the box it was given."""
    Image.new("RGB", (SIDE, SIDE), (90, 120, 90)).save(tmp_path / "plain.png")
    inputs = word | {"input.image_url": tmp_path / "plain.png"}
    _, film = make("emo-v1", EMO | {"face_bbox": [20, 240, 140, 360]}, {"style_level": "calm"}, inputs)
    assert moved(film, (60, 325, 100, 345)).max() > 15
    assert moved(film).max() < 2


@pytest.mark.parametrize(("model", "more"), [("emo-v1", "style_level"), ("liveportrait", "template_id")])
def test_the_lively_move_more_than_the_calm(make: Make, word: dict[str, Path], model: str, more: str) -> None:
    """style_level and template_id: the head of an active person moves more than that of a calm one."""
    head = (130, 60, 350, 190)
    calm, active = (
        moved(make(model, EMO, {more: name, "video_fps": 15}, word)[1], head)[-1] for name in ("calm", "active")
    )
    assert calm * 1.6 < active


def test_the_head_moves_as_far_as_asked(make: Make, word: dict[str, Path]) -> None:
    """head_move_strength: 0 keeps the head still, 1 moves it."""
    still, much = (
        moved(make("liveportrait", {}, SLOW | {"head_move_strength": far}, word)[1], (130, 60, 350, 190)).max()
        for far in (0, 1)
    )
    assert still < 0.5
    assert much > 2


def test_a_light_portrait_keeps_its_size_and_takes_its_rate(make: Make, given: dict[str, Path]) -> None:
    """liveportrait: the size of the picture, 24 frames a second or as asked; a still head keeps still in silence."""
    rendered, film = make("liveportrait", {}, STILL, given)
    assert (film.width, film.height, film.fps, rendered.sound) == (SIDE, SIDE, 24, True)
    assert len(film.frames) == 29
    speaks(film, rest=0.1)
    assert moved(film, (130, 60, 350, 250)).max() < 1
    assert make("liveportrait", {}, STILL | {"video_fps": 15}, given)[1].fps == 15


def test_the_mouth_opens_as_far_as_asked(make: Make, word: dict[str, Path]) -> None:
    """mouth_move_strength: 0 keeps it shut, 0.5 opens it less than 1.5."""
    none, some, much = (
        moved(make("liveportrait", {}, SLOW | {"mouth_move_strength": strength}, word)[1]).max()
        for strength in (0, 0.5, 1.5)
    )
    assert none < 0.5
    assert none + 2 < some < 0.6 * much


def test_eyes_blink_as_often_as_asked(make: Make, given: dict[str, Path]) -> None:
    """eye_move_freq: blinks a second, none at 0."""
    eyes = (170, 180, 310, 230)
    quiet = SLOW | {"mouth_move_strength": 0}
    assert moved(make("liveportrait", {}, quiet, given)[1], eyes).max() < 0.5
    assert moved(make("liveportrait", {}, quiet | {"eye_move_freq": 1}, given)[1], eyes).max() > 6


def test_without_pasting_back_there_is_the_face_alone(make: Make, word: dict[str, Path], portrait: Path) -> None:
    """paste_back false: a square around the face, larger than in the picture."""
    _, film = make("liveportrait", {}, SLOW | {"paste_back": False}, word)
    assert (film.width, film.height) == (512, 512)
    skin = np.abs(film.frames[0].astype(int) - (226, 182, 156)).sum(axis=2) < 40
    with Image.open(portrait) as picture:
        before = np.abs(np.asarray(picture).astype(int) - (226, 182, 156)).sum(axis=2) < 40
    assert skin.mean() > 1.3 * before.mean()
    assert moved(film, (0, 240, 480, 480)).max() > 3


def test_the_same_job_gives_the_same_film(make: Make, word: dict[str, Path]) -> None:
    """The same seed gives the same pictures, another seed another sway."""
    first, again, other = (make("liveportrait", {}, {"video_fps": 15}, word, seed=seed)[1].frames for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
