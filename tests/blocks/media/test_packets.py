import pytest

from blocks.media import concatenate, subtitles
from blocks.media.captions import Caption
from tests.blocks.media.conftest import RED, close


@pytest.mark.parametrize("names", [["a.mkv"], ["a.mp4", "b.mkv"], ["a.mkv", "b.mp4"], ["a.mkv", "b.mkv"]])
def test_films_in_matroska_are_copied_whole(make_plain, packets, seen, tmp_path, names):
    """Matroska does not say when pictures are decoded; not one is lost, and each shows in its time."""
    films = [make_plain(name) for name in names]
    assert concatenate(films, tmp_path / "film.mp4").copied
    assert packets(tmp_path / "film.mp4") == [packet for film in films for packet in packets(film)]
    times = [time for time, _ in seen(tmp_path / "film.mp4")]
    assert times == pytest.approx([number / 30 for number in range(30 * len(films))], abs=0.002)


def test_a_film_in_matroska_gets_a_track_of_captions(make_plain, packets, seen, tmp_path):
    """Its pictures are copied, all of them."""
    film = make_plain("film.mkv")
    subtitles(film, tmp_path / "film.mp4", [Caption(0.1, 0.6, "Hello")], burn=False, track=True)
    assert packets(tmp_path / "film.mp4") == packets(film)
    assert len(seen(tmp_path / "film.mp4")) == 30


@pytest.mark.parametrize("long", ["mkv", "mp4"])
def test_films_that_state_no_colours_keep_them_beside_one_that_is_encoded(make_plain, seen, tmp_path, long):
    """A small film without stated colours is not BT.709: it is not copied into a film that says so."""
    films = [make_plain(f"long.{long}", 1.5), make_plain("short.mp4", 1.0, fps=24)]
    concatenate(films, tmp_path / "film.mp4")
    shown = [colour for _, colour in seen(tmp_path / "film.mp4")]
    assert len(shown) == 75
    assert all(close(colour, RED, 6) for colour in shown)
