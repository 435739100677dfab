import av
import numpy as np
import pytest

from blocks.media import Caption, MediaError, subtitles

LIGHT = 170
"""Letters are lighter than this, our films darker."""

SAID = [Caption(0.4, 0.8, "雨夜，侦探推门。"), Caption(1.2, 1.6, "Who is there?")]


def pictures(path):
    with av.open(str(path)) as container:
        return [(frame.time, frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]


def cues(path):
    """A film's track of captions, read back: start, end and text of each; the gaps left out."""
    with av.open(str(path)) as container:
        [stream] = container.streams.subtitles
        assert stream.codec_context.name == "mov_text"
        found = [
            (packet.pts, packet.pts + packet.duration, bytes(packet))
            for packet in container.demux(stream)
            if packet.size
        ]
        language = stream.metadata.get("language")
    return language, [
        (start / 1000, end / 1000, data[2 : 2 + int.from_bytes(data[:2], "big")].decode())
        for start, end, data in found
        if data[:2] != b"\0\0"
    ]


def test_burnt_in(make_film, tmp_path, packets):
    """A caption is in the pictures of its time and in no other: light letters, dark outline, inside the safe area."""
    film = make_film("a.mp4", (110, 110, 110), 1.8, size=(320, 180), fps=10)
    info = subtitles(film, tmp_path / "out.mp4", SAID)
    assert (info.width, info.height, info.fps, info.seconds) == (320, 180, 10, pytest.approx(1.8))
    assert packets(tmp_path / "out.mp4", "audio") == packets(film, "audio")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert not container.streams.subtitles
    before = pictures(film)
    for (time, was), (_, now) in zip(before, pictures(tmp_path / "out.mp4"), strict=True):
        captioned = any(caption.start <= time + 0.05 < caption.end for caption in SAID)
        light, dark = np.argwhere(now[60:] > LIGHT), np.argwhere(now[60:] < 30)
        assert (len(light) > 60 and len(dark) > 60) is captioned, time
        if captioned:
            assert light[:, 1].min() > 0.05 * 320 and light[:, 1].max() < 0.95 * 320
            assert light[:, 0].max() + 60 < 0.95 * 180
            centre = (light[:, 1].min() + light[:, 1].max()) / 2
            assert centre == pytest.approx(160, abs=6)
        else:
            assert np.abs(now[60:].astype(int) - was[60:]).max() < 12


def test_colours_stay(make_film, tmp_path, seen):
    """Colours beside the letters are those of the film."""
    film = make_film("a.mp4", seconds=0.5, size=(320, 180))
    subtitles(film, tmp_path / "out.mp4", [Caption(0, 9, "Red")])
    for (_, was), (_, now) in zip(seen(film), seen(tmp_path / "out.mp4"), strict=True):
        assert now == pytest.approx(was, abs=4)


def test_turned_film(turned, tmp_path):
    """In a film that players turn, captions stand upright at the bottom of what people see."""
    info = subtitles(turned, tmp_path / "out.mp4", [Caption(0, 1, "Up")])
    assert (info.width, info.height, info.rotation) == (96, 160, 0)
    rows = np.argwhere(pictures(tmp_path / "out.mp4")[3][1] > LIGHT)[:, 0]
    assert len(rows) and rows.min() > 100


def test_track(make_film, tmp_path, packets):
    """A track reads back cue by cue, in its language; pictures and sound are copied."""
    film = make_film("a.mp4", seconds=2)
    subtitles(
        film,
        tmp_path / "out.mp4",
        [*SAID, Caption(1.9, 7.0, "End {no} <b>mark</b>")],
        burn=False,
        track=True,
        language="zho",
    )
    assert packets(tmp_path / "out.mp4") == packets(film)
    assert packets(tmp_path / "out.mp4", "audio") == packets(film, "audio")
    assert cues(tmp_path / "out.mp4") == (
        "zho",
        [(0.4, 0.8, "雨夜，侦探推门。"), (1.2, 1.6, "Who is there?"), (1.9, 2.0, "End {no} <b>mark</b>")],
    )


def test_both(make_film, tmp_path):
    """Captions can be in the pictures and in a track; a silent film stays silent."""
    film = make_film("a.mp4", (110, 110, 110), seconds=1, size=(320, 180), hertz=None, fps=20)
    info = subtitles(film, tmp_path / "out.mp4", SAID, track=True)
    assert not info.has_audio and len(cues(tmp_path / "out.mp4")[1]) == 1
    assert (pictures(tmp_path / "out.mp4")[10][1][60:] > LIGHT).sum() > 60


def test_long_text_is_broken(make_film, tmp_path):
    """Text wider than the picture is broken into lines, English between words, and stays inside."""
    film = make_film("a.mp4", (110, 110, 110), seconds=0.2, size=(320, 180), hertz=None)
    chinese = "他不知道门后等着他的是什么，也不知道自己还能不能回来。"
    text = f"{chinese}\nNobody knew what waited behind the old garden gate, or why it stood open."
    subtitles(film, tmp_path / "out.mp4", [Caption(0, 1, text)])
    light = np.argwhere(pictures(tmp_path / "out.mp4")[2][1][50:] > LIGHT)
    assert light[:, 1].min() > 16 and light[:, 1].max() < 304
    rows = np.zeros(180, bool)
    rows[light[:, 0] + 50] = True
    assert rows.sum() > 25 and (np.diff(rows.astype(int)) == 1).sum() >= 4


def test_nothing_to_show(make_film, make_sound, tmp_path):
    """Captions that all begin after the film's end are refused, and so is a sound; nothing is left behind."""
    with pytest.raises(MediaError, match=r"no caption begins within its 1.0 s"):
        subtitles(make_film("a.mp4"), tmp_path / "out.mp4", [Caption(2, 3, "late")])
    with pytest.raises(MediaError, match="is no film"):
        subtitles(make_sound("a.wav"), tmp_path / "out.mp4", SAID)
    with pytest.raises(ValueError, match="burnt in, to be a track, or both"):
        subtitles(make_film("a.mp4"), tmp_path / "out.mp4", SAID, burn=False)
    assert not (tmp_path / "out.mp4").exists()
