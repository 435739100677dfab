import io
from itertools import pairwise

import av
import numpy as np
import pytest
from PIL import Image

from blocks.media import MediaError, check_decodable, concatenate, first_frame, last_frame, probe
from tests.blocks.media.conftest import BLUE, GREEN, GREY, RED, close


def assert_steady(pictures, fps) -> None:
    """Every picture shows for one frame's time, none is missing, none comes twice."""
    steps = [after[0] - before[0] for before, after in pairwise(pictures)]
    assert min(steps) == pytest.approx(1 / fps, abs=1e-3)
    assert max(steps) == pytest.approx(1 / fps, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["ultrafast", "medium"], ids=["no B-frames", "B-frames"])
def test_matching_films_are_copied(make_film, tmp_path, seen, heard, pitch, packets, preset):
    """Films that fit together keep every packet; each shows and sounds in its own time."""
    parts = [(RED, 440, 1.0), (GREEN, 660, 1.7), (BLUE, 880, 0.9)]
    films = [
        make_film(f"{n}.mp4", colour, seconds, hertz=hertz, preset=preset)
        for n, (colour, hertz, seconds) in enumerate(parts)
    ]
    assembly = concatenate(films, tmp_path / "film.mp4")
    assert assembly.copied and assembly.encoded == () == assembly.sound_encoded
    assert assembly.info.seconds == pytest.approx(3.6)
    assert packets(tmp_path / "film.mp4") == [packet for film in films for packet in packets(film)]
    pictures = seen(tmp_path / "film.mp4")
    assert len(pictures) == 108
    assert_steady(pictures, 30)
    begin = 0.0
    for colour, hertz, seconds in parts:
        shown = [rgb for time, rgb in pictures if begin - 0.01 <= time < begin + seconds - 0.01]
        assert len(shown) == round(seconds * 30) and all(close(rgb, colour) for rgb in shown)
        sound = heard(tmp_path / "film.mp4", begin + 0.05, seconds - 0.1)
        assert pitch(sound) == pytest.approx(hertz, abs=5)
        assert 0.38 < np.abs(sound).max() < 0.43
        begin += seconds
    check_decodable(tmp_path / "film.mp4")


def test_sound_packets_are_copied(make_film, tmp_path, packets):
    """Matching sound is copied too; at most the packets around a cut give way."""
    films = [make_film(f"{n}.mp4", seconds=1.3, hertz=300 + 100 * n) for n in range(3)]
    concatenate(films, tmp_path / "film.mp4")
    before = {packet for film in films for packet in packets(film, "audio")}
    after = packets(tmp_path / "film.mp4", "audio")
    assert set(after) <= before
    assert len(after) == pytest.approx(3.9 * 48_000 / 1024, abs=2)


def test_long_assemblies_stay_in_sync(make_film, tmp_path, heard):
    """Over many films whose sound does not end where their pictures do, nothing adds up."""
    beep, quiet = make_film("beep.mp4", seconds=0.5, hertz=1000), make_film("quiet.mp4", seconds=0.7, hertz=0)
    concatenate([beep, quiet] * 20, tmp_path / "film.mp4")
    for number in (0, 9, 19):
        around = np.abs(heard(tmp_path / "film.mp4", max(0, number * 1.2 - 0.1), 0.8)[:, 0])
        loud = np.flatnonzero(around > 0.2) / 48_000 + max(0, number * 1.2 - 0.1)
        assert loud[0] == pytest.approx(number * 1.2, abs=0.025)
        assert loud[-1] == pytest.approx(number * 1.2 + 0.5, abs=0.035)


def test_silence_where_there_is_no_sound(make_film, tmp_path, heard, pitch):
    """Films without sound are silent among others, and copied."""
    mute, loud = make_film("mute.mp4", GREEN, hertz=None), make_film("loud.mp4", RED, hertz=500)
    assembly = concatenate([mute, loud, mute, mute, loud, mute], tmp_path / "film.mp4")
    assert assembly.copied and assembly.info.has_audio
    assert assembly.info.seconds == pytest.approx(6.0)
    for second, sounds in enumerate([False, True, False, False, True, False]):
        sound = heard(tmp_path / "film.mp4", second + 0.1, 0.8)
        if sounds:
            assert pitch(sound) == pytest.approx(500, abs=5) and np.abs(sound).max() > 0.38
        else:
            assert np.abs(sound).max() < 0.001


def test_no_sound_at_all(make_film, tmp_path):
    """Films without sound make a film without sound."""
    film = make_film("mute.mp4", hertz=None)
    assembly = concatenate([film, film], tmp_path / "film.mp4")
    assert assembly.copied and not assembly.info.has_audio


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["ultrafast", "medium"])
def test_only_the_odd_one_is_encoded(make_film, tmp_path, seen, heard, pitch, packets, preset):
    """A film that does not fit is made to fit; the others are copied as they are."""
    first = make_film("first.mp4", RED, 1.2, hertz=440, preset=preset)
    odd = make_film("odd.mp4", GREY, 1.0, hertz=600, size=(96, 160), fps=24, rate=44_100, channels=1)
    last = make_film("last.mp4", BLUE, 1.1, hertz=880, preset=preset)
    assembly = concatenate([first, odd, last], tmp_path / "film.mp4")
    assert (assembly.copied, assembly.encoded, assembly.sound_encoded) == (False, (1,), (1,))
    assert (assembly.info.width, assembly.info.height, assembly.info.fps) == (160, 96, pytest.approx(30))
    stored = packets(tmp_path / "film.mp4")
    assert stored[:36] == packets(first) and stored[-33:] == packets(last)
    pictures = seen(tmp_path / "film.mp4")
    assert len(pictures) == 36 + 30 + 33
    assert_steady(pictures, 30)
    for _, rgb in pictures[:36]:
        assert close(rgb, RED)
    for _, rgb in pictures[36:66]:
        assert close(rgb, GREY)
    for _, rgb in pictures[66:]:
        assert close(rgb, BLUE)
    for begin, hertz in ((0.1, 440), (1.3, 600), (2.3, 880)):
        sound = heard(tmp_path / "film.mp4", begin, 0.8)
        assert pitch(sound) == pytest.approx(hertz, abs=5)
        assert 0.37 < np.abs(sound).max() < 0.44
    check_decodable(tmp_path / "film.mp4")


def test_only_the_sound_is_odd(make_film, tmp_path, packets, heard, pitch):
    """Where only the sound does not fit, the pictures are copied."""
    films = [make_film("a.mp4", seconds=2), make_film("b.mp4", seconds=1, hertz=700, rate=32_000, channels=1)]
    assembly = concatenate(films, tmp_path / "film.mp4")
    assert (assembly.encoded, assembly.sound_encoded) == ((), (1,))
    assert packets(tmp_path / "film.mp4") == [packet for film in films for packet in packets(film)]
    assert pitch(heard(tmp_path / "film.mp4", 2.1, 0.8)) == pytest.approx(700, abs=5)


def test_whole_picture_is_kept(make_film, tmp_path):
    """An upright film in a wide one stands in the middle, black beside it."""
    films = [make_film("wide.mp4", seconds=2), make_film("tall.mp4", GREEN, size=(96, 160))]
    concatenate([films[1], films[0]], tmp_path / "film.mp4")
    first_frame(tmp_path / "film.mp4", tmp_path / "first.png")
    pixels = np.asarray(Image.open(tmp_path / "first.png")).astype(int)
    assert close(pixels[60, 80], GREEN) and close(pixels[60, 20], (0, 0, 0)) and close(pixels[60, 140], (0, 0, 0))


def test_turned_film_is_put_upright(make_film, turned, tmp_path, seen):
    """A film that players turn is upright among films that they do not turn."""
    assembly = concatenate([make_film("a.mp4", hertz=None), turned], tmp_path / "film.mp4")
    assert assembly.encoded == (1,)
    last_frame(tmp_path / "film.mp4", tmp_path / "last.png")
    pixels = np.asarray(Image.open(tmp_path / "last.png")).astype(int)
    assert pixels[20, 80, 2] > 180 > 60 > pixels[20, 80, 0]
    assert pixels[76, 80, 0] > 180 > 60 > pixels[76, 80, 2]


def test_turned_films_stay_turned(turned, tmp_path):
    """Films that are all stored on their side are copied and still shown upright."""
    assembly = concatenate([turned, turned], tmp_path / "film.mp4")
    assert assembly.copied
    assert (assembly.info.width, assembly.info.height, assembly.info.rotation) == (96, 160, 90)


def test_size_and_rate_on_request(make_film, tmp_path, seen):
    """A size and a rate that are asked for are what comes out."""
    films = [make_film("a.mp4", RED), make_film("b.mp4", BLUE)]
    assembly = concatenate(films, tmp_path / "film.mp4", size=(128, 128), fps=25)
    assert assembly.encoded == (0, 1)
    assert (assembly.info.width, assembly.info.height, assembly.info.fps) == (128, 128, pytest.approx(25))
    pictures = seen(tmp_path / "film.mp4")
    assert len(pictures) == 50
    assert_steady(pictures, 25)
    assert close(pictures[24][1], RED) and close(pictures[25][1], BLUE)


def test_fitting_request_copies(make_film, tmp_path):
    """Asking for what the films have already costs nothing."""
    films = [make_film("a.mp4"), make_film("b.mp4")]
    assert concatenate(films, tmp_path / "film.mp4", size=(160, 96), fps=30).copied


def test_odd_sides(tmp_path, make_film):
    """A film with odd sides, which H.264 for players cannot have, is made even."""
    path = tmp_path / "odd.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 101, 75, "yuv444p"
        for _ in range(15):
            picture = av.VideoFrame.from_ndarray(np.full((75, 101, 3), 120, np.uint8), format="rgb24")
            container.mux(stream.encode(picture.reformat(format="yuv444p")))
        container.mux(stream.encode(None))
    assembly = concatenate([path, make_film("a.mp4", seconds=0.3, hertz=None)], tmp_path / "film.mp4")
    assert (assembly.info.width, assembly.info.height) == (102, 76)
    assert assembly.info.seconds == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("suffix", "codec", "pixels"),
    [("mov", "prores_ks", "yuv422p10le"), ("avi", "mpeg4", "yuv420p"), ("ts", "libx264", "yuv420p")],
)
def test_other_formats(tmp_path, make_film, suffix, codec, pixels):
    """Films in codecs and containers that do not go into an MP4 as they are become H.264."""
    path = tmp_path / f"a.{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, pixels
        for _ in range(25):
            picture = av.VideoFrame.from_ndarray(np.full((96, 160, 3), 120, np.uint8), format="rgb24")
            container.mux(stream.encode(picture.reformat(format=pixels)))
        container.mux(stream.encode(None))
    assert check_decodable(path).seconds == pytest.approx(1.0)
    last_frame(path, tmp_path / "last.png")
    assembly = concatenate([path, path], tmp_path / "film.mp4")
    assert assembly.encoded == (0, 1)
    assert (assembly.info.video_codec, assembly.info.format) == ("h264", "mp4")
    assert assembly.info.seconds == pytest.approx(2.0)
    assert concatenate([path, make_film("b.mp4", seconds=2)], tmp_path / "film.mp4").encoded == (0,)


def test_matching_hevc(tmp_path, packets):
    """Matching films in H.265 are copied, under the name that every player knows."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25, options={"x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for _ in range(25):
            picture = av.VideoFrame.from_ndarray(np.full((96, 160, 3), 120, np.uint8), format="rgb24")
            container.mux(stream.encode(picture.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    assembly = concatenate([path, path], tmp_path / "film.mp4")
    assert assembly.copied and assembly.info.seconds == pytest.approx(2.0)
    assert packets(tmp_path / "film.mp4") == packets(path) * 2
    assert b"hvc1" in (tmp_path / "film.mp4").read_bytes()
    check_decodable(tmp_path / "film.mp4")


def test_open_files(make_film, tmp_path):
    """Open files are films too, the same one twice as well."""
    data = io.BytesIO(make_film("a.mp4").read_bytes())
    other = make_film("b.mp4", fps=15, rate=44_100)
    with other.open("rb") as file:
        assembly = concatenate([data, data, file], tmp_path / "film.mp4")
    assert assembly.encoded == (2,)
    assert assembly.info.seconds == pytest.approx(3.0)


def test_plays_while_it_loads(make_film, tmp_path):
    """The index stands before the pictures."""
    film = make_film("a.mp4")
    concatenate([film, film], tmp_path / "film.mp4")
    data = (tmp_path / "film.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_one_film(make_film, tmp_path, packets):
    """One film alone is copied."""
    film = make_film("a.mp4", preset="medium")
    assert concatenate([film], tmp_path / "film.mp4").copied
    assert packets(tmp_path / "film.mp4") == packets(film)
    assert probe(tmp_path / "film.mp4").seconds == pytest.approx(1.0)


def test_nothing_to_do(tmp_path):
    """Without films there is no film."""
    with pytest.raises(MediaError, match="no films"):
        concatenate([], tmp_path / "film.mp4")


def test_not_over_itself(make_film):
    """A film is not written over one of its own parts."""
    film = make_film("a.mp4")
    with pytest.raises(MediaError, match="both read and to be written"):
        concatenate([film, film], film)
    check_decodable(film)


def test_picture_among_films(make_film, tmp_path):
    """A still picture is no film, and the error says which file it is."""
    Image.new("RGB", (8, 8)).save(tmp_path / "still.png")
    with pytest.raises(MediaError, match=r"still\.png: is no film \(image/png\)"):
        concatenate([make_film("a.mp4"), tmp_path / "still.png"], tmp_path / "film.mp4")


def test_damaged_film_leaves_nothing(make_film, tmp_path):
    """A cut-off film stops the assembly, is named, and leaves no half film behind."""
    film = make_film("a.mp4")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes()[:-3000])
    with pytest.raises(MediaError, match=r"cut\.mp4: is damaged"):
        concatenate([film, cut], tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()
