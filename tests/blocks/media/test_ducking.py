import numpy as np
import pytest

from blocks.media import mux_audio
from blocks.media.ducking import ATTACK_SECONDS, HOLD_SECONDS, RELEASE_SECONDS, ducking
from blocks.media.remux import with_sound
from blocks.media.sound import SoundReader

SPEECH = [(1.0, 1.8)]


@pytest.mark.parametrize("loud", [0.05, 0.5])
def test_music_makes_room(make_film, make_sound, tmp_path, heard, level, loud):
    """While somebody speaks, softly or loudly, the music is quieter by what was asked; then it is back."""
    speech, music = make_sound("speech.wav", 4.0, 1000, loud, heard=SPEECH), make_sound("music.wav", 4.0, 300, 0.2)
    film = tmp_path / "film.mp4"
    with SoundReader(speech) as own:
        with_sound(make_film("a.mp4", seconds=4, fps=10, hertz=None), film, own.read, seconds=4.0)
    mux_audio(film, music, tmp_path / "out.mp4", gain_db=0, duck_db=12, fade_seconds=0)
    out = tmp_path / "out.mp4"
    full, under = (level(heard(out, begin, 0.6), 300) for begin in (0.1, 1.1))
    assert full == pytest.approx(20 * np.log10(0.2), abs=0.4)
    assert full - under == pytest.approx(12, abs=0.5)
    assert level(heard(out, 1.1, 0.6), 1000) == pytest.approx(20 * np.log10(loud), abs=0.6)
    assert level(heard(out, 3.3, 0.6), 300) == pytest.approx(full, abs=0.4)


def test_down_before_the_first_word():
    """The music is down when speech begins, stays down through a short pause, and rises within the release time."""
    rate, speech = 8000, np.zeros((8000 * 5, 1), np.float32)
    speech[8000:12000] = speech[15000:16000] = 0.3
    at = 0

    def read(count):
        nonlocal at
        at += count
        piece = speech[at - count : at]
        return np.concatenate([piece, np.zeros((count - len(piece), 1), np.float32)])

    pieces, sound, factors = ducking(read, rate, 20), [], []
    while sum(map(len, sound)) < len(speech):
        piece, factor = next(pieces)
        sound.append(piece)
        factors.append(factor)
    assert np.array_equal(np.concatenate(sound), speech)
    decibels = 20 * np.log10(np.concatenate(factors)[:, 0])
    before = decibels[: round((1 - ATTACK_SECONDS - 0.02) * rate)]
    assert np.all(before == 0) and np.all(np.diff(decibels[:rate]) <= 0)
    assert decibels[8000:16000] == pytest.approx(-20, abs=0.1)
    ended = 2.0 + HOLD_SECONDS + RELEASE_SECONDS + 0.06
    assert decibels[round(ended * rate) :] == pytest.approx(0, abs=0.1)
    assert np.abs(np.diff(decibels)).max() < 0.05  # no step that one could hear
