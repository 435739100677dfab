import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from blocks.media import AudioFormat, MediaError, probe, speed, write_sound


def test_film(make_film):
    """A film is known by its size, length, frame rate and tracks."""
    info = probe(make_film("a.mp4", seconds=1.5, fps=24, rate=44_100, channels=1))
    assert (info.media_type, info.format, info.kind) == ("video/mp4", "mp4", "video")
    assert (info.width, info.height, info.rotation, info.has_alpha) == (160, 96, 0, False)
    assert info.seconds == pytest.approx(1.5)
    assert info.fps == pytest.approx(24)
    assert (info.video_codec, info.audio_codec, info.sample_rate, info.channels) == ("h264", "aac", 44_100, 1)
    assert info.has_video and info.has_audio


def test_name_does_not_count(make_film, tmp_path):
    """The content decides what a file is, not its name."""
    film = make_film("a.mp4").rename(tmp_path / "picture.png")
    assert probe(film).media_type == "video/mp4"
    Image.new("RGB", (8, 4)).save(tmp_path / "film.mp4", "PNG")
    assert probe(tmp_path / "film.mp4").media_type == "image/png"


def test_open_file_belongs_to_its_caller(make_film):
    """An open file is read from its start wherever it stands, and stays open."""
    with make_film("a.mp4").open("rb") as file:
        file.seek(500)
        assert probe(file).seconds == pytest.approx(1.0)
        assert not file.closed


def test_size_is_as_shown(turned):
    """A film stored on its side is as wide as it is shown."""
    info = probe(turned)
    assert (info.width, info.height, info.rotation) == (96, 160, 90)


def test_oblong_pixels_are_as_wide_as_shown(make_plain, tmp_path):
    """A film whose pixels are wider than high is as wide as it is shown, and keeps its shape when it is encoded."""
    film = make_plain("wide.mp4", aspect=Fraction(5, 4))
    assert (probe(film).width, probe(film).height) == (200, 96)
    info = speed(film, tmp_path / "fast.mp4", factor=2)
    assert (info.width, info.height) == (200, 96)


def test_photo_turned_by_exif(tmp_path):
    """A photo's orientation tag turns it."""
    image = Image.new("RGB", (40, 20))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    info = probe(tmp_path / "a.jpg")
    assert (info.media_type, info.format) == ("image/jpeg", "jpeg")
    assert (info.width, info.height, info.rotation) == (20, 40, 270)
    assert info.seconds is None and not info.has_video


@pytest.mark.parametrize(("mode", "alpha"), [("RGBA", True), ("RGB", False), ("LA", True), ("L", False)])
def test_transparent_picture(tmp_path, mode, alpha):
    """A picture with an alpha channel may be transparent, another may not."""
    Image.new(mode, (8, 8)).save(tmp_path / "a.png")
    assert probe(tmp_path / "a.png").has_alpha is alpha


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_animation_has_a_length(tmp_path, suffix):
    """A moving picture is as long as its pictures together."""
    first, *others = [Image.new("RGB", (8, 8), (60 * n, 0, 0)) for n in range(4)]
    first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=others, duration=100)
    info = probe(tmp_path / f"a.{suffix}")
    assert (info.media_type, info.seconds) == (f"image/{suffix}", pytest.approx(0.4))
    assert info.fps == pytest.approx(10)


def test_sound_file(tmp_path):
    """A file with nothing but sound is a sound."""
    info = write_sound(tmp_path / "a.m4a", np.zeros((48_000, 1), np.float32), AudioFormat(48_000, 1))
    assert (info.media_type, info.format, info.kind) == ("audio/mp4", "m4a", "audio")
    assert info.seconds == pytest.approx(1.0, abs=0.03)
    assert not info.has_video and (info.width, info.fps) == (None, None)


@pytest.mark.parametrize(
    ("codec", "suffix", "media_type"),
    [("pcm_s16le", "wav", "audio/wav"), ("libmp3lame", "mp3", "audio/mpeg"), ("flac", "flac", "audio/flac")],
)
def test_kinds_of_sound(tmp_path, codec, suffix, media_type):
    """Sound formats are told apart."""
    path = tmp_path / f"a.{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=44_100, layout="mono")
        layout = stream.codec_context.format.name
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44_100), np.int16), format="s16", layout="mono")
        frame.sample_rate = 44_100
        for block in av.AudioResampler(format=layout, rate=44_100, frame_size=1152).resample(frame):
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    info = probe(path)
    assert (info.media_type, info.format, info.channels) == (media_type, suffix, 1)


@pytest.mark.parametrize(
    "content",
    [b"", bytes(2000), b"<html><body>404 Not Found</body></html>" * 9, b"\x89PNG\r\n\x1a\n" + bytes(50)],
    ids=["empty", "zeros", "html", "png without content"],
)
def test_no_media(content):
    """What is no media file is refused."""
    with pytest.raises(MediaError):
        probe(io.BytesIO(content))


def test_playlist_is_not_followed(make_film, tmp_path):
    """A text that names other files never makes us open them."""
    film = make_film("a.mp4")
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{film}\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError):
        probe(playlist)


def test_missing_file_is_named():
    """The error names the file and what is wrong with it."""
    with pytest.raises(MediaError, match=r"no-such\.mp4: cannot be read: No such file") as caught:
        probe(Path("no-such.mp4"))
    assert caught.value.where == "no-such.mp4"
