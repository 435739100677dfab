"""Reading the shots out of a prompt: ``第1个镜头[0-3秒] …``, ``Shot 1 [0-3s] …`` and their like."""

import re
from dataclasses import dataclass

_NUMBER = r"[0-9０-９一二三四五六七八九十百]+"
_LABEL = (
    rf"(?:第\s*{_NUMBER}\s*个?\s*(?:镜头|分镜|镜)|(?:镜头|分镜)\s*{_NUMBER}|"
    rf"\b(?:shot|scene)\s*(?:\#|no\.?)?\s*{_NUMBER})"
)
_TIME = r"(\d+:\d{1,2}(?:\.\d+)?|\d+(?:\.\d+)?)"
_UNIT = r"(秒钟?|seconds?|secs?|s)?"
_MARK = re.compile(
    rf"({_LABEL})?\s*[:：,，]?\s*[\[【(（]\s*{_TIME}\s*{_UNIT}\s*(?:-|–|—|~|～|至|到|to)\s*"
    rf"{_TIME}\s*{_UNIT}\s*[\]】)）]\s*[:：,，]?\s*",
    re.IGNORECASE,
)
_ENGLISH_STOP = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'“])")
_SINGLE = re.compile(r"generate (?:a )?single shot|生成单镜头", re.IGNORECASE)


@dataclass(frozen=True)
class Shot:
    """One camera take of a video.

    Attributes:
        number: From 1.
        start: Seconds from the start of the video.
        end: Seconds; where the next shot starts.
        text: What the prompt says about it.
    """

    number: int
    start: float
    end: float
    text: str


@dataclass(frozen=True)
class ShotList:
    """A prompt taken apart.

    Attributes:
        overall: What stands before the first mark; empty when there is nothing.
        shots: The shots, without gaps from 0 to the end of the video.
    """

    overall: str
    shots: tuple[Shot, ...]


def read_shots(prompt: str, seconds: float, shot_type: str | None = None) -> ShotList:
    """Take a prompt apart into shots.

    ``shot_type`` beats what the prompt says (models.yaml wan2.6-t2v): "single" is one shot, "multi" without marks is
    split into two or three. Without a ``shot_type`` the marks decide.

    Args:
        prompt: The prompt as sent.
        seconds: Length of the video; marks past it are left out.
        shot_type: "single", "multi" or None.

    Returns:
        At least one shot; together they fill the video.
    """
    prompt = prompt.strip()
    if shot_type == "single" or _SINGLE.search(prompt):
        return ShotList("", (Shot(1, 0.0, seconds, prompt),))
    overall, marked = _marked(prompt, seconds)
    if marked:
        return ShotList(overall, _timed(marked, seconds))
    if shot_type == "multi" and seconds > 1:
        count = min(3 if seconds >= 9 else 2, max(2, int(seconds)))
        texts = _split(prompt, count)
        step = seconds / count
        return ShotList("", _timed([(round(n * step, 2), text) for n, text in enumerate(texts)], seconds))
    return ShotList("", (Shot(1, 0.0, seconds, prompt),))


def _marked(prompt: str, seconds: float) -> tuple[str, list[tuple[float, str]]]:
    marks = [m for m in _MARK.finditer(prompt) if m[1] or m[3] or m[5]]
    if not marks:
        return "", []
    ends = [m.start() for m in marks[1:]] + [len(prompt)]
    found: list[tuple[float, str]] = []
    for mark, end in zip(marks, ends, strict=True):
        start = _seconds(mark[2])
        if start < seconds and (not found or start > found[-1][0]):
            found.append((start, prompt[mark.end() : end].strip()))
    return prompt[: marks[0].start()].strip(), found


def _timed(starts: list[tuple[float, str]], seconds: float) -> tuple[Shot, ...]:
    times = [0.0, *(start for start, _ in starts[1:]), seconds]
    return tuple(Shot(n + 1, times[n], times[n + 1], text) for n, (_, text) in enumerate(starts))


def _seconds(text: str) -> float:
    minutes, _, rest = text.rpartition(":")
    return int(minutes or 0) * 60 + float(rest)


def _split(prompt: str, count: int) -> list[str]:
    """A prompt in ``count`` parts of about the same length, cut between sentences, else between clauses."""
    parts = _ENGLISH_STOP.split(prompt) if prompt.isascii() else re.findall(r"[^。！？!?；;]+[。！？!?；;”」]*", prompt)
    if len(parts) < count:
        parts = re.findall(r"[^，,。.；;]+[，,。.；;]*", prompt)
    if len(parts) < count:
        return [prompt] * count
    total = sum(map(len, parts))
    groups: list[list[str]] = [[] for _ in range(count)]
    seen = 0
    for position, part in enumerate(parts):
        left = len(parts) - position
        number = min(count - 1, seen * count // max(1, total))
        number = max(number, count - left)
        groups[number].append(part)
        seen += len(part)
    joint = " " if prompt.isascii() else ""
    return [joint.join(group).strip(" ，,") or prompt for group in groups]
