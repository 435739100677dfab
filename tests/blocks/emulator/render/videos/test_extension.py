"""Videos that go on from a clip or a frame."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from blocks.media import VideoWriter

SIDE, RATE, COUNT = 160, 30, 24
MODEL = "wanx2.1-vace-plus"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A film of a ball that moves to the right (1) or to the left (-1) before a wall."""
    folder = tmp_path_factory.mktemp("clips")

    def filmed(side: int) -> Path:
        path = folder / f"{side}.mp4"
        with VideoWriter(path, SIDE, SIDE, RATE, crf=12) as writer:
            for number in range(COUNT):
                picture = Image.new("RGB", (SIDE, SIDE), (120, 150, 130))
                x = 80 + side * (number - COUNT) * 2
                ImageDraw.Draw(picture).ellipse([x - 14, 70, x + 14, 98], fill=(210, 40, 40))
                writer.write(np.asarray(picture))
        return path

    return filmed


@pytest.mark.parametrize("side", [1, -1])
def test_a_clip_goes_on_to_five_seconds(make, clip, side: int) -> None:  # type: ignore[no-untyped-def]
    """First the clip as it is, then what moved moves on the same way and nothing freezes; 5 s in all, silent."""
    given = {"function": "video_extension", "prompt": "the ball rolls on"}
    rendered, film = make(MODEL, given, {}, {"input.first_clip_url": clip(side)})
    assert (film.width, film.height, film.fps, len(film.frames)) == (SIDE, SIDE, 30, 150)
    assert (rendered.seconds, rendered.sound) == (5, False)
    middles = [_ball(frame) for frame in film.frames]
    for number in range(0, COUNT, 6):
        assert middles[number] == pytest.approx(80 + side * (number - COUNT) * 2, abs=4)
    assert (middles[-1] - middles[COUNT]) * side > 20
    assert abs(middles[COUNT] - middles[COUNT - 1]) < 6
    for number in range(COUNT, 149, 12):
        assert film.change(number, number + 1) > 0 or film.change(number, number + 6) > 0.05


def test_a_clip_is_led_up_to(make, clip) -> None:  # type: ignore[no-untyped-def]
    """The last frames are the closing clip's; before them the ball comes from where it would have been."""
    given = {"function": "video_extension", "prompt": "the ball comes"}
    _, film = make(MODEL, given, {}, {"input.last_clip_url": clip(1)})
    assert len(film.frames) == 150
    assert _ball(film.frames[149]) == pytest.approx(78, abs=4)
    assert _ball(film.frames[150 - COUNT]) == pytest.approx(32, abs=4)
    assert _ball(film.frames[0]) < _ball(film.frames[110]) < _ball(film.frames[150 - COUNT]) + 2


def test_two_frames_are_joined(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Of two pictures the first is the beginning, the second the end, and every stretch between moves."""
    files = {}
    for name, wall, thing in (("first", (240, 200, 60), (30, 60, 140)), ("last", (200, 226, 208), (180, 60, 60))):
        picture = Image.new("RGB", (SIDE, SIDE), wall)
        ImageDraw.Draw(picture).rectangle([50, 50, 110, 90], fill=thing)
        picture.save(tmp_path / f"{name}.png")
        files[f"input.{name}_frame_url"] = tmp_path / f"{name}.png"
    _, film = make(MODEL, {"function": "video_extension", "prompt": "from one to the other"}, {}, files)
    assert (film.width, film.height, len(film.frames)) == (SIDE, SIDE, 150)
    assert film.frames[0][10, 10] == pytest.approx((240, 200, 60), abs=12)
    assert film.frames[149][10, 10] == pytest.approx((200, 226, 208), abs=12)
    assert all(film.change(number, number + 10) > 0.2 for number in range(20, 130, 20))


@pytest.mark.slow
def test_the_motion_of_a_video_is_copied(make, clip, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """With video_url what stands in the first frame moves as in the video."""
    picture = Image.new("RGB", (SIDE, SIDE), (90, 90, 160))
    ImageDraw.Draw(picture).rectangle([66, 50, 94, 130], fill=(230, 210, 60))
    picture.save(tmp_path / "frame.png")
    given = {"function": "video_extension", "prompt": "it moves"}
    files = {"input.first_frame_url": tmp_path / "frame.png", "input.video_url": clip(1)}
    _, film = make(MODEL, given, {"control_condition": "depth"}, files)
    yellow = [np.nonzero((f[..., 0] > 170) & (f[..., 2] < 120))[1].mean() for f in (film.frames[11], film.frames[23])]
    assert yellow[1] - yellow[0] > 4


def _ball(frame) -> float:  # type: ignore[no-untyped-def]
    """Column of the ball's middle, in pixels of the film."""
    return float(np.nonzero((frame[..., 0] > 150) & (frame[..., 1] < 90))[1].mean()) * 2
