"""videoretalk: a film whose person speaks with another voice."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import av

from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.drawing.stage import Floats
from blocks.emulator.render.films.filming import film
from blocks.emulator.render.films.footage import facts
from blocks.emulator.render.films.soundtrack import read_sound, sound_seconds
from blocks.emulator.render.films.to_and_fro import played
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.talking.heads import Head, find_head, inside
from blocks.emulator.render.talking.loudness import loudness
from blocks.emulator.render.talking.speaking import Pose, speak

_LOOKS = 5.0
"""How often a second the face is looked for."""
_JUMP = 0.3
"""In widths of the face: what moves further from look to look is another shot."""


def retalk(job: RenderJob) -> Rendered:
    """The film at its own size, as long as the shorter of film and voice; ``video_extension``: as long as the voice.

    Where no face is found the pictures stay as they are and the voice is heard (models.yaml videoretalk behaviour).
    """
    source, voice = job.media("video_url")[0], job.media("audio_url")[0]
    width, height, seconds, fps = facts(source)
    size = width // 2 * 2, height // 2 * 2
    length = max(1, round(seconds * fps))
    count = max(1, round((sound_seconds(voice) or seconds) * fps))
    if job.parameters.get("video_extension") is not True:
        count = min(count, length)
    sound = read_sound(voice, float(count / fps))
    path = job.out_dir / f"{job.task_id}.mp4"
    pictures = played(source, size, fps, count, length)
    film(path, size, _speaking(pictures, loudness(voice, float(fps), count), fps), fps=fps, sound=sound)
    return Rendered((path,), *size, seconds=float(count / fps), fps=float(fps), sound=sound is not None)


def _speaking(pictures: Iterator[Canvas], voice: Floats, fps: Fraction) -> Iterator[av.VideoFrame]:
    head: Head | None = None
    every = max(1, round(float(fps) / _LOOKS))
    for number, (canvas, loud) in enumerate(zip(pictures, voice, strict=True)):
        if number % every == 0:
            head = _seen(canvas, head)
        yield (speak(canvas, head, Pose(mouth=float(loud))) if head is not None else canvas).frame()


def _seen(canvas: Canvas, before: Head | None) -> Head | None:
    """The face, a little steadied when it is the one of the look before."""
    head = find_head(canvas)
    if head is None or not inside(head, canvas.size):
        return None
    if before is None or before.side != head.side:
        return head
    off = max(abs(a - b) for a, b in zip(head.mouth, before.mouth, strict=True))
    return _between(before, head) if off < _JUMP * head.width else head


def _between(one: Head, other: Head) -> Head:
    def half(a: float, b: float) -> float:
        return (a + b) / 2

    return replace(
        other,
        mouth=(half(one.mouth[0], other.mouth[0]), half(one.mouth[1], other.mouth[1])),
        width=half(one.width, other.width),
        height=half(one.height, other.height),
        reach=half(one.reach, other.reach),
        chin=half(one.chin, other.chin),
    )
