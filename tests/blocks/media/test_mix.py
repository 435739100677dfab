import numpy as np
import pytest

from blocks.media import MediaError, Part, mix


def test_each_with_its_gain_and_its_beginning(make_sound, tmp_path, heard, level):
    """Every sound is heard from its offset on, as loud as asked; the mix ends with the one that ends last."""
    low, high = make_sound("low.wav", 2.0, 300), make_sound("high.wav", 1.5, 1000)
    info = mix([Part(low, gain_db=-6), Part(high, gain_db=-12, offset_seconds=1.25)], tmp_path / "out.m4a")
    assert info.seconds == pytest.approx(2.75, abs=0.005) and info.media_type == "audio/mp4"
    alone, both, last = (heard(tmp_path / "out.m4a", begin, 0.6) for begin in (0.3, 1.35, 2.1))
    assert level(alone, 300) == pytest.approx(-8 - 6, abs=0.3) and level(alone, 1000) < -60
    assert level(both, 300) == pytest.approx(-8 - 6, abs=0.3) and level(both, 1000) == pytest.approx(-20, abs=0.3)
    assert level(last, 300) < -60 and level(last, 1000) == pytest.approx(-20, abs=0.3)


def test_rates_and_channels(make_sound, tmp_path, heard, pitch, level):
    """The mix has the highest of the rates and is mono only when all are; each keeps its pitch and its level."""
    slow, fast = (
        make_sound("a.wav", 1.0, 300, rate=16_000, channels=1),
        make_sound("b.wav", 1.0, 2000, 0.1, rate=44_100),
    )
    both = mix([Part(slow), Part(fast)], tmp_path / "both.m4a")
    assert (both.sample_rate, both.channels) == (44_100, 2)
    sound = heard(tmp_path / "both.m4a", 0.2, 0.6)
    assert pitch(sound) == pytest.approx(300, abs=3)
    assert level(sound, 300) == pytest.approx(-8, abs=0.3) and level(sound, 2000) == pytest.approx(-20, abs=0.3)
    alone = mix([Part(slow)], tmp_path / "alone.m4a")
    assert (alone.sample_rate, alone.channels) == (16_000, 1)


def test_loud_and_loud(make_sound, tmp_path, heard):
    """Loud sounds together do not clip."""
    loud = [Part(make_sound(f"{hertz}.wav", 0.5, hertz, 0.9)) for hertz in (440, 550, 660)]
    mix(loud, tmp_path / "out.m4a")
    assert 0.9 < np.abs(heard(tmp_path / "out.m4a", 0, 0.5)).max() < 1.05


def test_a_film_in_the_mix(make_film, make_sound, tmp_path, heard, level):
    """A film lends its sound; a silent film is refused, by name, and nothing is left behind."""
    film, tone = make_film("a.mp4", hertz=1000), make_sound("a.wav", 0.5, 300)
    mix([Part(film), Part(tone)], tmp_path / "out.m4a")
    assert level(heard(tmp_path / "out.m4a", 0.1, 0.3), 1000) == pytest.approx(-8, abs=0.5)
    with pytest.raises(MediaError, match=r"silent.mp4: has no sound"):
        mix([Part(tone), Part(make_film("silent.mp4", hertz=None))], tmp_path / "none.m4a")
    assert not (tmp_path / "none.m4a").exists()


def test_before_the_start(make_sound, tmp_path):
    """A sound cannot begin before the mix does, and is not written over itself."""
    tone = make_sound("a.wav", 0.1)
    with pytest.raises(ValueError, match="offset must be 0 s or more"):
        mix([Part(tone, offset_seconds=-1)], tmp_path / "out.m4a")
    with pytest.raises(MediaError, match="both read and to be written"):
        mix([Part(tone)], tone)
