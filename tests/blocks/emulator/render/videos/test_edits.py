"""Videos edited inside a mask, and videos in a wider frame."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from blocks.media import VideoWriter

SIDE, RATE, COUNT = 160, 30, 8
MODEL = "wanx2.1-vace-plus"
STEP = 6
"""Pixels the ball of the film moves to the right from frame to frame."""


@pytest.fixture(scope="module")
def film_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blue ball before a wall of tiles, moving to the right."""
    path = tmp_path_factory.mktemp("edits") / "ball.mp4"
    with VideoWriter(path, SIDE, SIDE, RATE, crf=12) as writer:
        for number in range(COUNT):
            picture = Image.new("RGB", (SIDE, SIDE), (150, 150, 120))
            brush = ImageDraw.Draw(picture)
            for place in range(0, SIDE, 32):
                brush.rectangle([place, 0, place + 15, SIDE], fill=(110, 130, 140))
            brush.ellipse([_ball(number) - 18, 62, _ball(number) + 18, 98], fill=(40, 60, 170))
            writer.write(np.asarray(picture))
    return path


@pytest.fixture(scope="module")
def mask(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """White around the ball as it is in the first frame."""
    path = tmp_path_factory.mktemp("masks") / "mask.png"
    picture = Image.new("RGB", (SIDE, SIDE))
    ImageDraw.Draw(picture).ellipse([_ball(0) - 20, 60, _ball(0) + 20, 100], fill=(255, 255, 255))
    picture.save(path)
    return path


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red picture."""
    path = tmp_path_factory.mktemp("reference") / "red.png"
    Image.new("RGB", (90, 90), (220, 30, 40)).save(path)
    return path


def test_a_fixed_mask_keeps_all_but_its_area(make, film_path: Path, mask: Path, red: Path, source) -> None:  # type: ignore[no-untyped-def]
    """Outside the mask every pixel is the video's, inside it is the given picture, in every frame; no sound."""
    files = {"input.video_url": film_path, "input.mask_image_url": mask, "input.ref_images_url.0": red}
    rendered, film = make(MODEL, {"function": "video_edit", "prompt": "a door"}, {"mask_type": "fixed"}, files)
    assert (film.width, film.height, film.fps, len(film.frames)) == (SIDE, SIDE, 30, COUNT)
    assert not rendered.sound and film.samples is None
    for number in (0, COUNT - 1):
        assert _change(film, source, number)[:, 44:].mean() < 4
        assert _change(film, source, number)[:, 44:].max() < 40
        assert _is_red(film.frames[number])[36:44, 14:26].all()


def test_a_mask_follows_what_it_covers(make, film_path: Path, mask: Path, red: Path) -> None:  # type: ignore[no-untyped-def]
    """With tracking, the default, the area goes where the ball goes."""
    files = {"input.video_url": film_path, "input.mask_image_url": mask, "input.ref_images_url.0": red}
    _, film = make(MODEL, {"function": "video_edit", "prompt": "a rose"}, {}, files)
    for number in (0, COUNT - 1):
        middle = float(np.nonzero(_is_red(film.frames[number]))[1].mean()) * 2
        assert middle == pytest.approx(_ball(number), abs=5)


def test_a_mask_may_belong_to_a_later_frame(make, film_path: Path, red: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """mask_frame_id says which frame the mask was drawn on; it is followed back from there as well."""
    picture = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(picture).ellipse([_ball(7) - 20, 60, _ball(7) + 20, 100], fill=255)
    picture.save(tmp_path / "late.png")
    files = {"input.video_url": film_path, "input.mask_image_url": tmp_path / "late.png", "input.ref_images_url.0": red}
    _, film = make(MODEL, {"function": "video_edit", "prompt": "a rose", "mask_frame_id": 8}, {}, files)
    assert float(np.nonzero(_is_red(film.frames[0]))[1].mean()) * 2 == pytest.approx(_ball(0), abs=6)


def test_the_outline_is_the_one_asked_for(make, film_path: Path, mask: Path, red: Path) -> None:  # type: ignore[no-untyped-def]
    """A rectangle changes more than the mask's own shape, a larger expand_ratio more than a smaller one."""
    files = {"input.video_url": film_path, "input.mask_image_url": mask, "input.ref_images_url.0": red}
    given = {"function": "video_edit", "prompt": "a rose"}
    shares = [
        _is_red(make(MODEL, given, {"expand_mode": mode, "expand_ratio": ratio}, files)[1].frames[1]).mean()
        for mode, ratio in (("original", 0.0), ("bbox", 0.0), ("bbox", 0.3))
    ]
    assert shares[0] * 1.15 < shares[1]
    assert shares[1] * 1.3 < shares[2]


def test_a_named_colour_dyes_what_the_mask_covers(make, film_path: Path, mask: Path, source) -> None:  # type: ignore[no-untyped-def]
    """The ball turns red; the wall beside it, though inside the mask, does not."""
    files = {"input.video_url": film_path, "input.mask_image_url": mask}
    _, film = make(MODEL, {"function": "video_edit", "prompt": "the ball is red"}, {"expand_mode": "bbox"}, files)
    assert _is_red(film.frames[2])[36:44, 22:30].all()
    assert _is_red(film.frames[2])[:, 40:].mean() < 0.01
    assert _change(film, source, 2)[30:33, 14:17].mean() < 12


def test_a_mask_may_be_a_video(make, film_path: Path, source, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """What is white in each frame of the mask is drawn anew from the prompt, all else stays."""
    path = tmp_path / "mask.mp4"
    with VideoWriter(path, SIDE, SIDE, RATE, crf=10) as writer:
        for number in range(COUNT):
            picture = Image.new("RGB", (SIDE, SIDE))
            ImageDraw.Draw(picture).rectangle([8 * number, 0, 8 * number + 60, 60], fill=(255, 255, 255))
            writer.write(np.asarray(picture))
    files = {"input.video_url": film_path, "input.mask_video_url": path}
    _, film = make(MODEL, {"function": "video_edit", "prompt": "a lighthouse at night"}, {}, files)
    for number in (0, COUNT - 1):
        change = _change(film, source, number)
        assert change[4:26, 4 * number + 4 : 4 * number + 26].mean() > 20
        assert change[40:].mean() < 4


@pytest.mark.parametrize(
    ("scales", "size", "left", "top"),
    [
        ({"left_scale": 1.5, "right_scale": 1.5}, (240, 160), 40, 0),
        ({"top_scale": 2.0}, (160, 240), 0, 80),
        ({}, (160, 160), 0, 0),
    ],
)
def test_the_frame_grows_around_the_video(make, film_path: Path, source, scales, size, left, top) -> None:  # type: ignore[no-untyped-def]
    """Each scale moves its side out from the middle; the video is inside as it was, around it its colours go on."""
    given = {"function": "video_outpainting", "prompt": "a hall"}
    rendered, film = make(MODEL, given, scales, {"input.video_url": film_path})
    assert (film.width, film.height, len(film.frames)) == (*size, COUNT)
    assert not rendered.sound
    for number in (0, COUNT - 1):
        inside = film.frames[number][top // 2 : top // 2 + 80, left // 2 : left // 2 + 80]
        assert np.abs(inside.astype(int) - source.frames[number]).mean() < 3
        outside = film.frames[number].astype(int).copy()
        outside[top // 2 : top // 2 + 80, left // 2 : left // 2 + 80] = 120
        assert outside.min() > 25  # no black bars


def test_a_large_frame_is_brought_down_to_720p(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A wider frame of more than 720P keeps its ratio and has no more pixels than 720P."""
    with VideoWriter(tmp_path / "large.mp4", 960, 480, RATE) as writer:
        for _ in range(2):
            writer.write(np.full((480, 960, 3), 90, np.uint8))
    scales = {"left_scale": 2.0, "right_scale": 2.0, "top_scale": 2.0}
    files = {"input.video_url": tmp_path / "large.mp4"}
    _, film = make(MODEL, {"function": "video_outpainting", "prompt": "night"}, scales, files)
    assert film.width * film.height <= 1280 * 720 * 1.005
    assert film.width / film.height == pytest.approx(960 * 2 / (480 * 1.5), rel=0.01)


@pytest.fixture(scope="module")
def source(film_path: Path):  # type: ignore[no-untyped-def]
    """The film of the ball, decoded."""
    from tests.blocks.emulator.render.conftest import decode

    return decode(film_path)


def _ball(number: int) -> int:
    return 40 + number * STEP


def _change(film, source, number: int) -> NDArray[np.int64]:  # type: ignore[no-untyped-def]
    return np.asarray(np.abs(film.frames[number].astype(int) - source.frames[number].astype(int)).max(axis=-1))


def _is_red(frame) -> NDArray[np.bool_]:  # type: ignore[no-untyped-def]
    return np.asarray((frame[..., 0] > 130) & (frame[..., 1] < 90) & (frame[..., 2] < 100))
