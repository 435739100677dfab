import io

import av
import numpy as np
import pytest
from PIL import Image

from blocks.media import AudioFormat, MediaError, VideoWriter, first_frame, last_frame, poster, write_sound


def top(path) -> int:
    """The brightness of the stripe that tells which picture of the film it is: 0 first, 250 last."""
    return int(np.asarray(Image.open(path).convert("L"))[8, 80])


@pytest.mark.parametrize("preset", ["ultrafast", "medium"])
@pytest.mark.parametrize("seconds", [0.1, 1.0, 3.3])
def test_first_and_last(make_film, tmp_path, preset, seconds):
    """The first frame is the very first picture and the last frame the very last, B-frames or not."""
    film = make_film("a.mp4", seconds=seconds, preset=preset, gop_seconds=1)
    assert first_frame(film, tmp_path / "first.png").media_type == "image/png"
    last_frame(film, tmp_path / "last.png")
    assert top(tmp_path / "first.png") <= 2
    assert top(tmp_path / "last.png") >= 248


def test_colours(make_film, tmp_path):
    """A saved frame has the colours that were filmed."""
    film = make_film("a.mp4", (200, 90, 40), preset="medium")
    last_frame(film, tmp_path / "last.png")
    pixel = np.asarray(Image.open(tmp_path / "last.png"))[60, 80].astype(int)
    assert np.abs(pixel - (200, 90, 40)).max() <= 3


def test_last_frame_reads_the_end_only(make_film, tmp_path):
    """The last frame is found without decoding what stands before it."""
    path = make_film("a.mp4", seconds=4, gop_seconds=1)
    with av.open(str(path)) as container:
        damaged = [packet for packet in container.demux(video=0) if packet.size][5:60]
        places = [(packet.pos, packet.size) for packet in damaged]
    data = bytearray(path.read_bytes())
    for position, size in places:
        data[position : position + size] = bytes(size)
    with pytest.raises(av.FFmpegError), av.open(io.BytesIO(bytes(data))) as container:
        for _ in container.decode(video=0):
            pass
    last_frame(io.BytesIO(bytes(data)), tmp_path / "last.png")
    assert top(tmp_path / "last.png") >= 248


def test_sound_longer_than_pictures(tmp_path):
    """Sound that goes on after the pictures does not hide the last one."""
    with VideoWriter(tmp_path / "a.mp4", 160, 96, 25, audio=AudioFormat()) as film:
        for number in range(25):
            film.write(np.full((96, 160, 3), number * 10, np.uint8))
        film.write_audio(np.zeros((3 * 48_000, 2), np.float32))
    last_frame(tmp_path / "a.mp4", tmp_path / "last.png")
    assert top(tmp_path / "last.png") >= 238


def test_turned(turned, tmp_path):
    """A frame of a film that players turn is saved upright."""
    info = last_frame(turned, tmp_path / "last.png")
    assert (info.width, info.height) == (96, 160)
    pixels = np.asarray(Image.open(tmp_path / "last.png")).astype(int)
    assert pixels[20, 48, 2] > 180 > 60 > pixels[20, 48, 0]
    assert pixels[140, 48, 0] > 180 > 60 > pixels[140, 48, 2]


def test_still_picture(tmp_path):
    """A still picture is its own first and last frame, transparency kept."""
    Image.new("RGBA", (8, 8), (10, 20, 30, 128)).save(tmp_path / "a.png")
    for save in (first_frame, last_frame):
        save(tmp_path / "a.png", tmp_path / "out.png")
        assert Image.open(tmp_path / "out.png").getpixel((1, 1)) == (10, 20, 30, 128)


def test_poster_shows_something(tmp_path):
    """A poster is not the black of a fade when the film has more to show."""
    with VideoWriter(tmp_path / "a.mp4", 160, 96, 10) as film:
        for number in range(30):
            picture = np.zeros((96, 160, 3), np.uint8)
            if number > 12:
                picture[:, ::2] = 200
            film.write(picture)
    info = poster(tmp_path / "a.mp4", tmp_path / "poster.jpg", at=0.1)
    assert info.media_type == "image/jpeg"
    assert np.asarray(Image.open(tmp_path / "poster.jpg").convert("L")).std() > 10


def test_sound_has_no_frames(tmp_path):
    """A sound has no frame to save."""
    write_sound(tmp_path / "a.m4a", np.zeros((48_000, 2), np.float32))
    with pytest.raises(MediaError, match="no pictures"):
        last_frame(tmp_path / "a.m4a", tmp_path / "last.png")
    assert not (tmp_path / "last.png").exists()
