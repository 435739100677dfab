import pytest

from blocks.media import MediaError, join_audio


def test_end_to_end_with_a_pause(make_sound, tmp_path, heard, level):
    """Sounds follow each other in order with silence between them, to the hundredth of a second."""
    sounds = [make_sound(f"{hertz}.wav", 0.6, hertz) for hertz in (300, 1000, 2000)]
    info = join_audio(sounds, tmp_path / "out.m4a", pause_seconds=0.4)
    assert info.seconds == pytest.approx(3 * 0.6 + 2 * 0.4, abs=0.005)
    for number, hertz in enumerate((300, 1000, 2000)):
        assert level(heard(tmp_path / "out.m4a", number + 0.02, 0.56), hertz) == pytest.approx(-8, abs=0.3)
        if number < 2:
            assert abs(heard(tmp_path / "out.m4a", number + 0.64, 0.32)).max() < 0.01


def test_rates_and_channels(make_sound, tmp_path, heard, pitch):
    """Sounds of other rates keep their pitch and length; the whole takes the highest rate and is stereo if one is."""
    parts = [make_sound("a.wav", 0.5, 440, rate=22_050, channels=1), make_sound("b.wav", 0.5, 880, rate=32_000)]
    info = join_audio(parts, tmp_path / "out.m4a")
    assert (info.sample_rate, info.channels) == (32_000, 2)
    assert info.seconds == pytest.approx(1.0, abs=0.005)
    assert pitch(heard(tmp_path / "out.m4a", 0.1, 0.3)) == pytest.approx(440, abs=4)
    assert pitch(heard(tmp_path / "out.m4a", 0.6, 0.3)) == pytest.approx(880, abs=4)


def test_nothing_to_join(make_film, make_sound, tmp_path):
    """No sounds, and a film without sound, are refused before anything is written."""
    with pytest.raises(MediaError, match="no sounds to join"):
        join_audio([], tmp_path / "out.m4a")
    with pytest.raises(MediaError, match=r"silent.mp4: has no sound"):
        join_audio([make_sound("a.wav", 0.1), make_film("silent.mp4", hertz=None)], tmp_path / "out.m4a")
    assert not (tmp_path / "out.m4a").exists()
