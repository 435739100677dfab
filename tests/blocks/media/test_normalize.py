import numpy as np
import pytest

from blocks.media import MediaError, Part, mix, normalize


@pytest.mark.parametrize(("gain", "target"), [(0.02, -16), (0.7, -23), (0.1, -14)])
def test_sounds_reach_the_target(make_sound, tmp_path, lufs, gain, target):
    """A quiet and a loud sound are both as loud as wanted afterwards, by FFmpeg's meter, and as long as before."""
    tone = make_sound("a.wav", 2.0, 1000, gain, heard=[(0, 0.8), (1.1, 2.0)])
    info = normalize(tone, tmp_path / "out.m4a", lufs=target)
    assert info.seconds == pytest.approx(2.0, abs=0.005)
    measured, peak = lufs(tmp_path / "out.m4a")
    assert measured == pytest.approx(target, abs=0.5) and peak < -0.9
    assert abs(lufs(tone)[0] - target) > 1


def test_peaks_are_limited(make_sound, tmp_path, lufs, heard):
    """Where a gain alone would clip, only the peaks are held back: loudness and true peak both come out right."""
    loud = [(0.5 * n, 0.5 * n + 0.03) for n in range(4)]
    bursts, bed = make_sound("bursts.wav", 2.0, 800, 0.5, heard=loud), make_sound("bed.wav", 2.0, 300, 0.03)
    mix([Part(bursts), Part(bed)], tmp_path / "both.m4a")
    before, _ = lufs(tmp_path / "both.m4a")
    normalize(tmp_path / "both.m4a", tmp_path / "out.m4a", lufs=-11)
    measured, peak = lufs(tmp_path / "out.m4a")
    assert before < -15.5 and measured == pytest.approx(-11, abs=1) and -3 < peak < -0.7
    onset = np.abs(heard(tmp_path / "out.m4a", 0.4, 0.2)).max(axis=1)
    assert (onset > 0.5).argmax() / 48_000 == pytest.approx(0.1, abs=0.005)  # the limiter delays nothing


def test_films_keep_their_pictures(make_film, tmp_path, lufs, packets):
    """A film's pictures are copied, its sound keeps rate, channels and length and is as loud as wanted."""
    film = make_film("a.mp4", seconds=2, hertz=1000, rate=44_100, channels=1)
    info = normalize(film, tmp_path / "out.mp4")
    assert packets(tmp_path / "out.mp4") == packets(film)
    assert (info.seconds, info.sample_rate, info.channels) == (pytest.approx(2.0), 44_100, 1)
    assert lufs(tmp_path / "out.mp4")[0] == pytest.approx(-16, abs=0.5)


def test_silence_stays_silent(make_sound, tmp_path, heard):
    """Silence is not made loud, nor a sound too short to be measured."""
    normalize(make_sound("a.wav", 1.0, level=0.0), tmp_path / "out.m4a")
    assert np.abs(heard(tmp_path / "out.m4a", 0, 1)).max() < 1e-4
    normalize(make_sound("b.wav", 0.2, level=0.05), tmp_path / "short.m4a")
    assert np.abs(heard(tmp_path / "short.m4a", 0, 0.2)).max() == pytest.approx(0.05, abs=0.01)


def test_no_sound(make_film, tmp_path):
    """A silent film cannot be made louder."""
    with pytest.raises(MediaError, match="has no sound"):
        normalize(make_film("a.mp4", hertz=None), tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()
