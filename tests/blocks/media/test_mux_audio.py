import io

import av
import numpy as np
import pytest

from blocks.media import MediaError, mux_audio, write_sound


def tone(path, seconds, hertz=440.0, level=0.4):
    time = np.arange(round(seconds * 48_000)) / 48_000
    wave = (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
    write_sound(path, np.stack([wave, wave], axis=1))
    return path


def loudness(samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def test_long_music_is_cut(make_film, tmp_path, heard, packets):
    """Music that is too long ends with the film; the pictures are copied and the film keeps its length."""
    film = make_film("a.mp4", seconds=4, hertz=None, preset="medium")
    info = mux_audio(film, tone(tmp_path / "music.m4a", 9), tmp_path / "out.mp4")
    assert info.seconds == pytest.approx(4.0)
    assert info.audio_codec == "aac"
    assert packets(tmp_path / "out.mp4") == packets(film)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.duration / 1e6 == pytest.approx(4.0, abs=0.002)


def test_fade_at_the_end(make_film, tmp_path, heard):
    """Music fades out over the film's last second and is gone at its end."""
    film = make_film("a.mp4", seconds=4, hertz=None)
    mux_audio(film, tone(tmp_path / "music.m4a", 9), tmp_path / "out.mp4", fade_seconds=1)
    full = loudness(heard(tmp_path / "out.mp4", 1.0, 1.5))
    assert full == pytest.approx(0.283, abs=0.01)
    falling = [loudness(heard(tmp_path / "out.mp4", 3.0 + n / 5, 0.2)) for n in range(5)]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 0.85 * full and falling[4] < 0.1 * full


def test_short_music_ends(make_film, tmp_path, heard):
    """Music that is too short is followed by silence."""
    film = make_film("a.mp4", seconds=4, hertz=None)
    mux_audio(film, tone(tmp_path / "music.m4a", 1.5), tmp_path / "out.mp4")
    assert loudness(heard(tmp_path / "out.mp4", 0.2, 1.0)) > 0.25
    assert loudness(heard(tmp_path / "out.mp4", 1.7, 2.0)) < 0.001


def test_short_music_is_repeated(make_film, tmp_path, heard):
    """Music is repeated to the film's end when asked."""
    film = make_film("a.mp4", seconds=4, hertz=None)
    mux_audio(film, tone(tmp_path / "music.m4a", 1.5), tmp_path / "out.mp4", loop=True, fade_seconds=0.2)
    for begin in (0.2, 1.3, 2.9):
        assert loudness(heard(tmp_path / "out.mp4", begin, 0.8)) > 0.25


def test_under_the_films_own_sound(make_film, tmp_path, heard):
    """Music under a film with sound is quieter, and both are heard."""
    film = make_film("a.mp4", seconds=3, hertz=1000)
    mux_audio(film, tone(tmp_path / "music.m4a", 5, hertz=300), tmp_path / "out.mp4")
    sound = heard(tmp_path / "out.mp4", 0.5, 1.0)[:, 0]
    strength = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) / len(sound) * 4
    assert strength[1000] == pytest.approx(0.4, abs=0.02)
    assert strength[300] == pytest.approx(0.4 * 10 ** (-9 / 20), abs=0.02)


def test_gain(make_film, tmp_path, heard):
    """Both can be made louder or quieter, and the film's own sound can be left out."""
    film, music = make_film("a.mp4", seconds=2, hertz=1000), tone(tmp_path / "music.m4a", 5, hertz=300)
    mux_audio(film, music, tmp_path / "out.mp4", gain_db=-20, keep_sound=False, fade_seconds=0)
    assert loudness(heard(tmp_path / "out.mp4", 0.2, 1.5)) == pytest.approx(0.0283, abs=0.002)
    mux_audio(film, music, tmp_path / "out.mp4", gain_db=-60, sound_gain_db=-6, fade_seconds=0)
    assert loudness(heard(tmp_path / "out.mp4", 0.2, 1.5)) == pytest.approx(0.142, abs=0.006)


def test_loud_and_loud_do_not_clip(make_film, tmp_path, heard):
    """Two loud sounds together stay inside the scale."""
    film = make_film("a.mp4", seconds=2, hertz=1000)
    mux_audio(film, tone(tmp_path / "music.m4a", 3, 310, level=0.9), tmp_path / "out.mp4", gain_db=0, sound_gain_db=6)
    assert 0.9 < np.abs(heard(tmp_path / "out.mp4", 0.0, 2.0)).max() < 1.05


def test_pictures_keep_their_turn(turned, tmp_path):
    """A film that players turn is still turned."""
    info = mux_audio(turned, tone(tmp_path / "music.m4a", 3), tmp_path / "out.mp4")
    assert (info.width, info.rotation, info.has_audio) == (96, 90, True)


def test_open_film(make_film, tmp_path):
    """The film may be an open file, though its pictures and its sound are read at once."""
    data = io.BytesIO(make_film("a.mp4", seconds=2).read_bytes())
    assert mux_audio(data, tone(tmp_path / "music.m4a", 1), tmp_path / "out.mp4").seconds == pytest.approx(2.0)


def test_music_without_sound(make_film, tmp_path):
    """A silent film is no music; nothing is left behind."""
    film = make_film("a.mp4", hertz=None)
    with pytest.raises(MediaError, match="has no sound"):
        mux_audio(film, film, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_sound_is_no_film(tmp_path):
    """Music cannot be put under a sound."""
    music = tone(tmp_path / "music.m4a", 1)
    with pytest.raises(MediaError, match="is no film"):
        mux_audio(music, music, tmp_path / "out.mp4")


def test_film_that_cannot_be_copied(tmp_path):
    """A film in a codec that does not go into an MP4 is encoded, and then gets its music."""
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("prores_ks", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv422p10le"
        for _ in range(25):
            picture = av.VideoFrame.from_ndarray(np.full((96, 160, 3), 120, np.uint8), format="rgb24")
            container.mux(stream.encode(picture.reformat(format="yuv422p10le")))
        container.mux(stream.encode(None))
    info = mux_audio(path, tone(tmp_path / "music.m4a", 3), tmp_path / "out.mp4")
    assert (info.video_codec, info.has_audio, info.seconds) == ("h264", True, pytest.approx(1.0))


def test_not_over_itself(make_film, tmp_path):
    """A film is not written over itself."""
    film, music = make_film("a.mp4"), tone(tmp_path / "music.m4a", 3)
    before = film.read_bytes()
    with pytest.raises(MediaError, match="both read and to be written"):
        mux_audio(film, music, film)
    assert film.read_bytes() == before


def test_loudness_of_both(make_film, tmp_path, lufs):
    """Film and music together are as loud as wanted, and peaks stay below full scale."""
    film = make_film("a.mp4", seconds=3, hertz=1000)
    mux_audio(film, tone(tmp_path / "music.m4a", 4, hertz=300), tmp_path / "out.mp4", fade_seconds=0.2, lufs=-20)
    measured, peak = lufs(tmp_path / "out.mp4")
    assert measured == pytest.approx(-20, abs=0.5) and peak < -1
