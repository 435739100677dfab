"""Captions: what is to be read when. SRT and WebVTT as people write them, with their quirks.

SRT has no standard; WebVTT is https://www.w3.org/TR/webvtt1/. Styles, positions and speakers are read over.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from .errors import MediaError
from .sources import Source, head_of, name_of, size_of

MOST_BYTES = 4 << 20
MOST_CHARACTERS = 1000
"""In one caption. More cannot be read in its time, and a track holds no more than 65,535 bytes."""

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_LOOKS = re.compile(r"\d\s*-+>\s*\d")
_TAG = re.compile(r"</?(?:i|b|u|s|c|v|font|lang|ruby|rt)(?:[\s.][^<>]*)?>|<[\d:.]+>|\{\\[^{}]*\}", re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Caption:
    """A text and when it shows.

    Attributes:
        start: seconds from the film's first picture.
        end: seconds, after the start.
        text: its lines, without marks.
    """

    start: float
    end: float
    text: str


def captions_format(source: Source) -> str | None:
    """``srt`` or ``vtt``, judged by a file's first bytes; None when it is neither."""
    head = head_of(source, 4096)
    text = head.decode("utf-16" if head.startswith(_UTF_16) else "utf-8", errors="replace")
    if "\0" in text:
        return None
    return "vtt" if _is_vtt(text) else "srt" if _LOOKS.search(text) else None


def read_captions(source: Source) -> list[Caption]:
    """The captions of an SRT or WebVTT file.

    Raises:
        MediaError: it is no such file, not in UTF-8 (or UTF-16 with its mark), or something is wrong in a line of it.
    """
    where = name_of(source)
    size = size_of(source)
    if size > MOST_BYTES:
        raise MediaError(f"is too large for captions: {size} bytes, at most {MOST_BYTES}", where)
    return parse_captions(_decoded(head_of(source, MOST_BYTES), where), where)


def parse_captions(text: str, where: str = "captions") -> list[Caption]:
    """The captions of SRT or WebVTT text, in the order of their times.

    Args:
        text: all of it.
        where: what an error calls it.

    Raises:
        MediaError: something is wrong, and in which line; or there are none.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    vtt = _is_vtt(text)
    found: list[Caption] = []
    at = _after_block(lines, 0) if vtt else 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
        elif vtt and re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", line):
            at = _after_block(lines, at)
        else:
            if "-->" not in line and at + 1 < len(lines) and ("-->" in lines[at + 1] or line.isdigit()):
                at += 1  # its number or name
            start, end = _times(lines[at], at + 1, where)
            last = _after_text(lines, at + 1)
            said = _plain("\n".join(lines[at + 1 : last]), vtt)
            if len(said) > MOST_CHARACTERS:
                raise MediaError(f"line {at + 2}: has {len(said)} characters, at most {MOST_CHARACTERS}", where)
            if said:
                found.append(Caption(start, end, said))
            at = last
    if not found:
        raise MediaError("holds no captions", where)
    return sorted(found, key=lambda caption: caption.start)


def one_at_a_time(captions: Iterable[Caption], seconds: float) -> list[Caption]:
    """Captions that do not overlap, within a film's length: where several show at once, one with all their lines."""
    given = [replace(caption, end=min(caption.end, seconds)) for caption in captions if caption.start < seconds]
    times = sorted({time for caption in given for time in (caption.start, caption.end)})
    single: list[Caption] = []
    for begin, end in pairwise(times):
        text = "\n".join(caption.text for caption in given if caption.start <= begin and end <= caption.end)
        if text and single and (single[-1].text, single[-1].end) == (text, begin):
            single[-1] = replace(single[-1], end=end)
        elif text:
            single.append(Caption(begin, end, text))
    return single


def _is_vtt(text: str) -> bool:
    return re.match(r"\ufeff?WEBVTT(?:\s|$)", text) is not None


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MediaError(f"line {line}: is not UTF-8; save the file as UTF-8", where) from None


def _after_block(lines: list[str], at: int) -> int:
    return next((number for number in range(at, len(lines)) if not lines[number].strip()), len(lines))


def _after_text(lines: list[str], at: int) -> int:
    """Where a caption's text ends: at an empty line, or where the next begins when the empty line is missing."""
    for number in range(at, len(lines)):
        if not lines[number].strip() or "-->" in lines[number]:
            return number
        if lines[number].strip().isdigit() and number + 1 < len(lines) and "-->" in lines[number + 1]:
            return number
    return len(lines)


def _times(line: str, number: int, where: str) -> tuple[float, float]:
    match = _TIMING.fullmatch(line)
    if match is None:
        shown = line.strip()[:40]
        raise MediaError(f"line {number}: wants times such as 00:00:01,000 --> 00:00:02,500, got {shown!r}", where)
    start, end = (list(_seconds(match.groups()[first : first + 4])) for first in (0, 4))
    if max(start[1:] + end[1:]) >= 60:
        raise MediaError(f"line {number}: minutes and seconds go up to 59: {line.strip()}", where)
    begin, finish = (hours * 3600 + minutes * 60 + seconds for hours, minutes, seconds in (start, end))
    if finish <= begin:
        raise MediaError(f"line {number}: ends at {finish:g} s, but begins at {begin:g} s", where)
    return begin, finish


def _seconds(parts: tuple[str | None, ...]) -> Iterator[float]:
    hours, minutes, seconds, fraction = parts
    yield int(hours or 0)
    yield int(minutes or 0)
    yield int(seconds or 0) + int((fraction or "").ljust(3, "0")) / 1000


def _plain(text: str, vtt: bool) -> str:
    plain = _TAG.sub("", text).replace("\\N", "\n").replace("\\h", " ")
    lines = (line.strip() for line in (html.unescape(plain) if vtt else plain).split("\n"))
    return "\n".join(line for line in lines if line)
