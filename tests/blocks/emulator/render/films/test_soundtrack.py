"""The sound of rendered films."""

from pathlib import Path

import numpy as np
import pytest

from blocks.media import write_sound

PARAMETERS = {"size": "832*480", "duration": 1, "resolution": "480P"}


@pytest.mark.slow
def test_models_with_sound_have_music(story) -> None:  # type: ignore[no-untyped-def]
    """A wan2.6 film has a sound track that is heard and as long as the film."""
    samples = story[1].samples
    assert samples is not None
    assert np.sqrt(np.square(samples).mean()) > 0.005
    assert abs(len(samples) / 48000 - 6) < 0.1


@pytest.mark.parametrize("model", ["wan2.2-t2v-plus", "wanx2.1-t2v-turbo"])
def test_silent_models_have_no_sound_track(make, model: str) -> None:  # type: ignore[no-untyped-def]
    """The older models make silent films."""
    rendered, film = make(model, {"prompt": "sea"}, PARAMETERS)
    assert film.samples is None
    assert not rendered.sound


@pytest.mark.slow
def test_sound_can_be_switched_off(make, picture: Path) -> None:  # type: ignore[no-untyped-def]
    """wan2.6-i2v-flash with audio false is silent, without it it sounds."""
    given, inputs = {"prompt": "sea", "img_url": "x"}, {"input.img_url": picture}
    assert make("wan2.6-i2v-flash", given, {**PARAMETERS, "audio": False}, inputs)[1].samples is None
    assert make("wan2.6-i2v-flash", given, PARAMETERS, inputs)[1].samples is not None


@pytest.mark.parametrize(("tone_seconds", "heard_until"), [(0.5, 0.5), (3.0, 1.0)])
def test_given_sound_is_used_and_cut(make, tmp_path: Path, tone_seconds: float, heard_until: float) -> None:  # type: ignore[no-untyped-def]
    """Sound from audio_url is played as it is: cut to the film's length, silence after its end."""
    times = np.arange(round(tone_seconds * 48000)) / 48000
    tone = np.repeat((0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)[:, None], 2, axis=1)
    write_sound(tmp_path / "tone.m4a", tone)
    given, inputs = {"prompt": "sea", "audio_url": "x"}, {"input.audio_url": tmp_path / "tone.m4a"}
    samples = make("wan2.5-t2v-preview", given, PARAMETERS, inputs)[1].samples
    assert abs(len(samples) / 48000 - 1) < 0.1
    loud = np.abs(samples).max(axis=1)
    assert loud[: round(heard_until * 48000) - 4800].max() > 0.3
    spectrum = np.abs(np.fft.rfft(samples[: round(heard_until * 48000), 0]))
    assert spectrum.argmax() / heard_until == pytest.approx(440, abs=6)
    if heard_until < 1:
        assert loud[round(heard_until * 48000) + 4800 : 44000].max() < 0.02
