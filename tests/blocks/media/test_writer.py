from fractions import Fraction

import av
import numpy as np
import pytest

from blocks.media import AudioFormat, MediaError, VideoWriter, check_decodable, probe


def test_size_length_and_rate(tmp_path):
    """What was asked for is what is written, to the picture."""
    with VideoWriter(tmp_path / "a.mp4", 160, 96, Fraction(30_000, 1001)) as film:
        for _ in range(45):
            film.write(np.zeros((96, 160, 3), np.uint8))
        assert film.seconds == pytest.approx(1.5015)
    info = check_decodable(tmp_path / "a.mp4")
    assert (info.width, info.height, info.has_audio) == (160, 96, False)
    assert info.fps == pytest.approx(29.97, abs=0.001)
    assert info.seconds == pytest.approx(1.5015, abs=0.001)


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (12, 34, 200), (255, 255, 255), (0, 0, 0)])
def test_colours(tmp_path, seen, colour):
    """Colours come back as they were written, and the file says how to read them."""
    with VideoWriter(tmp_path / "a.mp4", 64, 64, 10, crf=12) as film:
        for _ in range(3):
            film.write(np.full((64, 64, 3), colour, np.uint8))
    for _, rgb in seen(tmp_path / "a.mp4"):
        assert np.abs(np.subtract(rgb, colour)).max() <= 4
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (1, 1)


def test_frames_of_another_film(make_film, tmp_path):
    """Decoded frames can be written again, in another size."""
    with av.open(str(make_film("a.mp4", hertz=None))) as container, VideoWriter(tmp_path / "b.mp4", 80, 48, 30) as film:
        for frame in container.decode(video=0):
            film.write(frame)
    info = probe(tmp_path / "b.mp4")
    assert (info.width, info.seconds) == (80, pytest.approx(1.0))


@pytest.mark.parametrize("kind", ["float stereo", "float mono", "16-bit"])
def test_sound(tmp_path, heard, kind):
    """Sound comes back as loud as it was written, from floats and from integers, one channel or two."""
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
    samples = {
        "float stereo": np.stack([wave, wave], axis=1).astype(np.float32),
        "float mono": wave,
        "16-bit": (wave * 32767).astype(np.int16),
    }[kind]
    with VideoWriter(tmp_path / "a.mp4", 64, 64, 10, audio=AudioFormat()) as film:
        for _ in range(10):
            film.write(np.zeros((64, 64, 3), np.uint8))
        film.write_audio(samples)
    sound = heard(tmp_path / "a.mp4", 0.1, 0.8)
    assert np.abs(sound[:, 0]).max() == pytest.approx(0.5, abs=0.02)
    assert np.abs(sound[:, 1]).max() == pytest.approx(0.5, abs=0.02)


def test_odd_sides(tmp_path):
    """A size that players could not show is refused, and says why."""
    with pytest.raises(MediaError, match="161x96 cannot be written"):
        VideoWriter(tmp_path / "a.mp4", 161, 96, 30)


def test_interrupted(tmp_path):
    """A film that was not finished does not stay."""
    with pytest.raises(KeyError), VideoWriter(tmp_path / "a.mp4", 64, 64, 10) as film:
        film.write(np.zeros((64, 64, 3), np.uint8))
        raise KeyError
    assert not (tmp_path / "a.mp4").exists()


def test_no_picture(tmp_path):
    """A film without a picture is an error and leaves no file."""
    with pytest.raises(MediaError, match="no picture"), VideoWriter(tmp_path / "a.mp4", 64, 64, 10):
        pass
    assert not (tmp_path / "a.mp4").exists()


def test_folder_that_is_not_there(tmp_path):
    """A place that cannot be written is named."""
    with pytest.raises(MediaError, match="no-such-folder"):
        VideoWriter(tmp_path / "no-such-folder" / "a.mp4", 64, 64, 10)


def test_sound_for_a_silent_film(tmp_path):
    """A film opened without sound takes none."""
    with pytest.raises(MediaError, match="without sound"), VideoWriter(tmp_path / "a.mp4", 64, 64, 10) as film:
        film.write_audio(np.zeros(100, np.float32))
