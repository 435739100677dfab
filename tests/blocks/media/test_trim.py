from fractions import Fraction

import av
import numpy as np
import pytest

from blocks.media import MediaError, VideoWriter, probe, trim
from tests.blocks.media.conftest import BLUE, GREEN, RED


@pytest.mark.parametrize(
    ("begin", "end", "copied"),
    [(0.0, 0.5, True), (0.5, 1.5, True), (1.0, None, True), (0.3, 1.1, False), (0.7, 0.7334, False)],
)
def test_exact_to_the_picture(make_film, tmp_path, packets, heard, brightness, begin, end, copied):
    """The part holds exactly its pictures and sound; it is copied where it begins at a key picture."""
    source = make_film("film.mp4", seconds=2.0, gop_seconds=0.5, preset="ultrafast", hertz=440)
    info = trim(source, tmp_path / "part.mp4", begin=begin, end=end)
    first, last = round(begin * 30), round((end or 2.0) * 30)
    wanted = brightness(source)[first:last]
    got = brightness(tmp_path / "part.mp4")
    assert len(got) == last - first and got == pytest.approx(wanted, abs=1.5)
    assert info.seconds == pytest.approx((last - first) / 30, abs=0.001)
    assert (packets(tmp_path / "part.mp4") == packets(source)[first:last]) is copied
    sound = heard(tmp_path / "part.mp4", 0, 3)[:, 0]
    assert np.flatnonzero(np.abs(sound) > 0.05)[-1] / 48_000 == pytest.approx((last - first) / 30, abs=0.03)


@pytest.mark.slow
def test_what_needs_other_pictures_is_encoded(tmp_path, packets):
    """A part that ends between pictures stored in another order than shown is encoded anew, and exact."""
    texture = np.kron(np.random.default_rng(1).integers(0, 255, (12, 20, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
    source = tmp_path / "film.mp4"
    with VideoWriter(source, 160, 96, 30, preset="medium", crf=16, threads=1) as film:
        for number in range(27):
            film.write(np.roll(texture, (number * 3, number * 5), (0, 1)))

    def pictures(path):
        with av.open(str(path)) as container:
            return [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]

    wanted, stored = pictures(source), packets(source)
    copied = set()
    for last in range(18, 24):
        trim(source, tmp_path / "part.mp4", end=last / 30)
        got = pictures(tmp_path / "part.mp4")
        assert len(got) == last
        assert max(np.abs(one - other).mean() for one, other in zip(got, wanted, strict=False)) < 4
        copied.add(packets(tmp_path / "part.mp4") == stored[:last])
    assert copied == {True, False}


def test_a_turned_film_stays_upright(turned, tmp_path, seen):
    """A film stored on its side is as upright after trimming as before, copied or not."""
    for begin in (0.0, 0.1):
        info = trim(turned, tmp_path / "part.mp4", begin=begin, end=0.3)
        assert (info.width, info.height) == (96, 160) and not info.has_audio
        assert len(seen(tmp_path / "part.mp4")) == round((0.3 - begin) * 30)


def test_end_beyond_the_film(make_film, tmp_path):
    """A later end is the film's end."""
    assert trim(make_film("film.mp4"), tmp_path / "part.mp4", begin=0.5, end=9).seconds == pytest.approx(0.5)


def test_nothing_there(make_film, tmp_path):
    """A part after the film's end is refused, with the film's length."""
    with pytest.raises(MediaError, match=r"film.mp4: is 1.00 s long; there is nothing from 2 to 1 s"):
        trim(make_film("film.mp4"), tmp_path / "part.mp4", begin=2)
    assert not (tmp_path / "part.mp4").exists() and probe(tmp_path / "film.mp4")


def test_a_picture_held_for_long(tmp_path, seen):
    """Where a picture has shown for a while already when the part begins, the part begins with it."""
    with av.open(str(tmp_path / "film.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for at, colour in [(0, RED), (3, GREEN), (30, BLUE), (32, BLUE)]:
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), colour, np.uint8), format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    trim(tmp_path / "film.mp4", tmp_path / "part.mp4", begin=0.4, end=0.9)
    pictures = [rgb for _, rgb in seen(tmp_path / "part.mp4")]
    assert pictures and all(np.abs(np.subtract(rgb, GREEN)).max() < 20 for rgb in pictures)
