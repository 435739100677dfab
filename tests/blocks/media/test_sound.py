import numpy as np
import pytest

from blocks.media import MediaError, write_sound
from blocks.media.sound import SoundReader, faded, limited


def ramp(path, seconds=2.0, rate=48_000):
    """A tone that grows evenly: its loudness tells the time."""
    time = np.arange(round(seconds * rate)) / rate
    wave = (0.4 * time / seconds * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    write_sound(path, np.stack([wave, wave], axis=1))
    return path


def test_any_pieces(tmp_path):
    """The pieces that sound is read in do not change it."""
    path = ramp(tmp_path / "a.m4a")
    with SoundReader(path) as sound:
        whole = sound.read(96_000)
    with SoundReader(path) as sound:
        pieces = [sound.read(count) for count in (1, 999, 50_000, 0, 45_000)]
    assert np.array_equal(np.concatenate(pieces), whole)


def test_silence_after_the_end(tmp_path):
    """After its end a sound is silent, and says so."""
    with SoundReader(ramp(tmp_path / "a.m4a")) as sound:
        sound.read(90_000)
        assert not sound.ended
        rest = sound.read(48_000)
        assert sound.ended and np.abs(rest[-30_000:]).max() == 0.0


@pytest.mark.parametrize(("start", "level"), [(0.0, 0.0), (1.0, 0.2), (1.5, 0.3)])
def test_start(tmp_path, start, level):
    """Sound before the start is dropped."""
    with SoundReader(ramp(tmp_path / "a.m4a"), start=start) as sound:
        assert np.abs(sound.read(480)).max() == pytest.approx(level, abs=0.01)


def test_late_sound_is_padded(tmp_path):
    """Sound that begins later than the start is preceded by silence."""
    with SoundReader(ramp(tmp_path / "a.m4a"), start=-1.0) as sound:
        samples = sound.read(144_000)
    assert np.abs(samples[:47_000]).max() == 0.0
    assert np.abs(samples[-4800:]).max() == pytest.approx(0.4, abs=0.015)


def test_again_and_again(tmp_path):
    """A repeated sound begins anew at its end, again and again."""
    with SoundReader(ramp(tmp_path / "a.m4a", 0.5), loop=True) as sound:
        samples = sound.read(3 * 48_000)
    for begin in range(6):
        early, late = (np.abs(samples[begin * 24_000 + at : begin * 24_000 + at + 960]).max() for at in (1000, 22_000))
        assert early < 0.05 and late > 0.33


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
def test_rate_and_channels(tmp_path, rate, channels):
    """Sound comes in the rate and channels asked for, as loud as it was."""
    with SoundReader(ramp(tmp_path / "a.m4a"), rate=rate, channels=channels) as sound:
        samples = sound.read(2 * rate)
    assert samples.shape == (2 * rate, channels)
    assert np.abs(samples[rate : rate + rate // 50]).max() == pytest.approx(0.2, abs=0.01)


def test_quiet_is_left_alone():
    """Only what is loud is bent; nothing passes full scale, and louder stays louder."""
    levels = np.linspace(-3, 3, 601, dtype=np.float32)[:, None]
    bent = limited(levels)
    quiet = np.abs(levels) <= 0.85
    assert np.array_equal(bent[quiet], levels[quiet])
    assert np.abs(bent).max() <= 1.0
    assert (np.diff(bent[:, 0]) >= 0).all()


def test_fades_in_pieces():
    """A fade is the same whether a sound is faded whole or piece by piece."""
    ones = np.ones((1000, 2), np.float32)
    whole = faded(ones, 0, 1000, 100, 300)
    pieces = [faded(ones[at : at + 250], at, 1000, 100, 300) for at in range(0, 1000, 250)]
    assert np.allclose(np.concatenate(pieces), whole)
    assert whole[0, 0] == 0.0 and whole[500, 0] == pytest.approx(1.0) and whole[-1, 0] < 0.001
    assert (np.diff(whole[:100, 0]) >= 0).all() and (np.diff(whole[700:, 0]) <= 0).all()


def test_no_sound(make_film):
    """A silent film cannot be listened to."""
    with pytest.raises(MediaError, match="has no sound"), SoundReader(make_film("a.mp4", hertz=None)):
        pass
