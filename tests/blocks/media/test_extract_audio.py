import av
import numpy as np
import pytest

from blocks.media import MediaError, extract_audio


def test_aac_is_copied(make_film, tmp_path, heard, pitch, packets):
    """A film's AAC is copied packet by packet and plays for as long as the film."""
    film = make_film("a.mp4", seconds=1.5, hertz=700, rate=44_100, channels=1)
    info = extract_audio(film, tmp_path / "out.m4a")
    assert (info.media_type, info.sample_rate, info.channels) == ("audio/mp4", 44_100, 1)
    assert info.seconds == pytest.approx(1.5, abs=0.01) and not info.has_video
    assert packets(tmp_path / "out.m4a", "audio") == packets(film, "audio")
    assert np.allclose(heard(tmp_path / "out.m4a", 0, 1.4), heard(film, 0, 1.4), atol=1e-4)
    assert pitch(heard(tmp_path / "out.m4a", 0.2, 1.0)) == pytest.approx(700, abs=3)


def test_other_sound_is_encoded(tmp_path, heard, pitch):
    """Sound that is no AAC is encoded at its own rate, and begins where the film's pictures begin."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=24_000, layout="mono")
        for number in range(25):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 9 * number, np.uint8), format="rgb24")
            picture.pts = number + 5  # its pictures begin at 0.2 s
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        time = np.arange(24_000 * 6 // 5) / 24_000
        wave = 12_000 * np.sin(2 * np.pi * np.where(time < 0.2, 300, 900) * time)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = 24_000
        container.mux(sound.encode(frame))
    info = extract_audio(path, tmp_path / "out.m4a")
    assert (info.audio_codec, info.sample_rate, info.channels) == ("aac", 24_000, 1)
    assert info.seconds == pytest.approx(1.0, abs=0.02)
    assert pitch(heard(tmp_path / "out.m4a", 0.01, 0.2)) == pytest.approx(900, abs=6)


def test_nothing_to_extract(make_film, make_sound, tmp_path):
    """A silent film has no sound to give, and a sound is no film."""
    with pytest.raises(MediaError, match="has no sound"):
        extract_audio(make_film("a.mp4", hertz=None), tmp_path / "out.m4a")
    with pytest.raises(MediaError, match="is no film"):
        extract_audio(make_sound("a.wav"), tmp_path / "out.m4a")
    assert not (tmp_path / "out.m4a").exists()
