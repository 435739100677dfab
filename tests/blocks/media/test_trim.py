import numpy as np
import pytest

from blocks.media import MediaError, probe, trim


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


def test_what_needs_other_pictures_is_encoded(make_film, tmp_path, packets, brightness):
    """A part that ends between pictures stored in another order than shown is encoded anew, and exact."""
    source = make_film("film.mp4", seconds=0.9, preset="medium", hertz=None)
    stored = packets(source)
    lengths = set()
    for last in range(20, 24):
        trim(source, tmp_path / "part.mp4", end=last / 30)
        got = brightness(tmp_path / "part.mp4")
        assert got == pytest.approx(brightness(source)[:last], abs=2)
        lengths.add(packets(tmp_path / "part.mp4") == stored[:last])
    assert False in lengths


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
