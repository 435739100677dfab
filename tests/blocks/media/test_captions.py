import pytest

from blocks.media import Caption, MediaError, check_decodable, parse_captions, probe, read_captions
from blocks.media.captions import one_at_a_time

SRT = """1
00:00:01,000 --> 00:00:02,500
雨夜，<i>侦探</i>推开了门。
{\\an8}A <font color="#fff">second</font> line

2
01:02:03,004 --> 01:02:04,5  X1:100 X2:200
1 < 2 & done
"""
VTT = """WEBVTT - of a garden

STYLE
::cue { color: red }

NOTE
nobody reads --> this

the first
00:01.000 --> 00:02.500 align:start line:0%
<v Ann>Hello <c.loud>you</c> &amp; <00:00:01.500>me</v>

100:00:03.000 --> 100:00:04.000
Bye
"""


def test_srt():
    """SRT gives its times and its lines, without the marks of styles, and keeps a bare < and &."""
    assert parse_captions(SRT) == [
        Caption(1.0, 2.5, "雨夜，侦探推开了门。\nA second line"),
        Caption(3723.004, 3724.5, "1 < 2 & done"),
    ]


def test_vtt():
    """WebVTT gives its times and its lines; hours may be missing, notes, styles and settings are read over."""
    assert parse_captions(VTT) == [Caption(1.0, 2.5, "Hello you & me"), Caption(360_003.0, 360_004.0, "Bye")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [SRT, VTT], ids=["srt", "vtt"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_as_it_comes(tmp_path, text, newline, encoding):
    """Byte order marks and every kind of line end make no difference; the file is known by its content."""
    path = tmp_path / "captions.txt"
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    assert read_captions(path) == parse_captions(text)
    assert probe(path).media_type == ("application/x-subrip" if text is SRT else "text/vtt")
    assert check_decodable(path).format == ("srt" if text is SRT else "vtt")


def test_hasty_srt():
    """Numbers and empty lines may be missing, captions may be out of order, empty ones are left out."""
    text = "00:00:05,000 --> 00:00:06,000\nlater\n2\n00:00:01.5-->00:00:02\nsooner\n\n\n3\n00:00:03 --> 00:00:04\n\n"
    assert parse_captions(text) == [Caption(1.5, 2.0, "sooner"), Caption(5.0, 6.0, "later")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "1\n00:00:01,000 -> 00:00:02,000\nHi",
            "line 2: wants times such as 00:00:01,000 --> 00:00:02,500, got '00:00:01,000 -> ",
        ),
        ("1\n00:00:01,000 --> soon\nHi", "line 2: wants times such as"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\n00:00:04,000 --> 00:00:03,000\nBye", "line 6: ends at 3 s"),
        ("00:75:00,000 --> 00:76:00,000\nHi", "line 1: minutes and seconds go up to 59"),
        ("00:00:00,000 --> 00:00:01,000\n" + "x" * 1001, "line 2: has 1001 characters, at most 1000"),
        ("WEBVTT\n\nNOTE nothing", "holds no captions"),
        ("", "holds no captions"),
    ],
)
def test_what_is_wrong(text, message):
    """What is wrong is said with its line."""
    with pytest.raises(MediaError) as found:
        parse_captions(text, "film.srt")
    assert str(found.value).startswith(f"film.srt: {message}")


def test_another_encoding(tmp_path):
    """Text that is not UTF-8 is refused with the line, not shown as nonsense."""
    path = tmp_path / "captions.srt"
    path.write_bytes(b"1\n00:00:01,000 --> 00:00:02,000\n" + "雨夜".encode("gb18030"))
    with pytest.raises(MediaError, match=r"captions.srt: line 3: is not UTF-8; save the file as UTF-8"):
        read_captions(path)


def test_a_broken_file(tmp_path):
    """A file of captions with a mistake in its very first time is told from other files, and its line named."""
    path = tmp_path / "captions.srt"
    path.write_text("1\n00:00:01,000 -> 00:00:02,000\nHi", encoding="utf-8")
    with pytest.raises(MediaError, match=r"captions.srt: line 2: wants times such as"):
        probe(path)
    path.write_text("Dear reader, nothing here shows at any time.", encoding="utf-8")
    with pytest.raises(MediaError, match="no media file"):
        probe(path)


def test_one_at_a_time():
    """Captions that overlap become ones that do not, with all lines that show; the film's end ends them."""
    given = [Caption(0, 2, "a"), Caption(1, 3, "b"), Caption(4, 9, "c"), Caption(8, 9, "d")]
    assert one_at_a_time(given, 5.0) == [
        Caption(0, 1, "a"),
        Caption(1, 2, "a\nb"),
        Caption(2, 3, "b"),
        Caption(4, 5.0, "c"),
    ]
