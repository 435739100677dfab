"""Portraits that talk: wan2.2-s2v, emo-v1 and liveportrait.

What speaks is the picture that was given; the mouth follows the loudness of the voice, the head and the eyes live.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from blocks.catalog.digital_human import FRAME_RATES
from blocks.catalog.emo import FRAME_RATE, SIZES
from blocks.emulator.render.drawing.layers import Canvas, Stamp, to_planes
from blocks.emulator.render.drawing.stage import Floats
from blocks.emulator.render.films.filming import film, frame_count
from blocks.emulator.render.films.soundtrack import read_sound, sound_seconds
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.sizes import capped_size, tier_size
from blocks.emulator.render.stills import load
from blocks.emulator.render.talking.heads import Box, Head, estimate, find_head, inside, of_box
from blocks.emulator.render.talking.loudness import loudness
from blocks.emulator.render.talking.speaking import Pose, speak
from blocks.media.fonts import font

FACE_ALONE = (512, 512)
"""Of liveportrait's result without the picture around the face; not documented."""
LIVELY = {"calm": 0.5, "normal": 1.0, "active": 1.6}
"""How much a person moves, by the word the request has for it."""
USUAL_HEAD = 0.7
"""liveportrait's head_move_strength by default."""


@dataclass(frozen=True)
class Manner:
    """How somebody talks.

    Attributes:
        mouth: How far the mouth opens, 1 as usual.
        head: How far the head moves, 1 as usual.
        blinks: A second.
    """

    mouth: float = 1.0
    head: float = 1.0
    blinks: float = 0.3


def speech_to_video(job: RenderJob) -> Rendered:
    """wan2.2-s2v: the whole picture, in the size and frame rate of its tier."""
    picture = load(job.media("image_url")[0])
    tier = str(job.parameters.get("resolution") or "480P").upper()
    tier = tier if tier in FRAME_RATES else "480P"
    return _talk(job, picture, tier_size(*picture.size, tier), FRAME_RATES[tier], Manner())


def emo(job: RenderJob) -> Rendered:
    """emo-v1: the part that moves (``ext_bbox``), the face where ``face_bbox`` says."""
    picture = load(job.media("image_url")[0])
    part = _corners(job.input.get("ext_bbox")) or (0.0, 0.0, float(picture.width), float(picture.height))
    ratio = (part[2] - part[0]) / (part[3] - part[1])
    size = min(SIZES.values(), key=lambda size: abs(math.log(ratio * size[1] / size[0])))
    part = _fitted(part, picture.size, size)
    lively = LIVELY.get(str(job.parameters.get("style_level")), 1.0)
    face = _corners(job.input.get("face_bbox"))
    manner = Manner(mouth=lively**0.4, head=lively)
    return _talk(job, _cut(picture, part, size), size, FRAME_RATE, manner, face and _seen_in(face, part, size))


def live_portrait(job: RenderJob) -> Rendered:
    """liveportrait: the picture at its own size, or the face alone; how lively, as the parameters say."""
    picture = load(job.media("image_url")[0])
    lively = LIVELY.get(str(job.parameters.get("template_id")), 1.0)
    manner = Manner(
        mouth=_number(job, "mouth_move_strength", 1.0),
        head=lively * _number(job, "head_move_strength", USUAL_HEAD) / USUAL_HEAD,
        blinks=_number(job, "eye_move_freq", 0.5),
    )
    size = capped_size(*picture.size, "1080P")
    if job.parameters.get("paste_back") is False:
        head = _head(_canvas(picture, size), None)
        x, y = head.middle[0], head.middle[1] + 0.1 * head.height
        share, half = picture.width / size[0], (1.25 if head.side else 0.95) * max(head.width, head.height)
        part = (x - half) * share, (y - half) * share, (x + half) * share, (y + half) * share
        size = FACE_ALONE
        picture = _cut(picture, _fitted(part, picture.size, size), size)
    fps = min(30, max(15, int(_number(job, "video_fps", 24))))
    return _talk(job, picture, size, fps, manner)


def _talk(
    job: RenderJob, picture: Image.Image, size: tuple[int, int], fps: int, manner: Manner, face: Box | None = None
) -> Rendered:
    voice = job.media("audio_url")[0]
    count = frame_count(sound_seconds(voice) or 1.0, fps)
    sound = read_sound(voice, count / fps)
    path = job.out_dir / f"{job.task_id}.mp4"
    film(
        path,
        size,
        _frames(job, _canvas(picture, size), face, loudness(voice, fps, count), fps, manner),
        fps=fps,
        sound=sound,
    )
    return Rendered((path,), *size, seconds=count / fps, fps=fps, sound=sound is not None)


def _frames(
    job: RenderJob, canvas: Canvas, face: Box | None, voice: Floats, fps: int, manner: Manner
) -> Iterator[av.VideoFrame]:
    head = _head(canvas, face)
    lives = life(manner, job.seed)
    name = _name(job.model, min(canvas.size))
    margin = round(min(canvas.size) * 0.035)
    for number, loud in enumerate(voice):
        made = speak(canvas, head, lives(number / fps, float(loud)))
        name.put(made, margin, canvas.size[1] - margin - name.size[1])
        yield made.frame()


def life(manner: Manner, seed: int) -> Callable[[float, float], Pose]:
    """What a face does: a function of the time in seconds and of the loudness then, 0 to 1.

    The first picture is the given one.
    """
    random = np.random.default_rng(seed)
    phases = random.random(3)
    hasty = random.random(4096, np.float32)

    def at(seconds: float, loud: float) -> Pose:
        swing = [
            math.sin(math.tau * (seconds * pace + phase))
            for pace, phase in zip((0.23, 0.31, 0.17), phases, strict=True)
        ]
        moved = manner.head * min(1.0, seconds / 0.8)
        return Pose(
            mouth=min(1.5, loud * manner.mouth),
            lids=_lids(seconds, manner.blinks, hasty),
            across=0.022 * moved * swing[0],
            down=moved * (0.008 * swing[1] + 0.012 * loud),
            tilt=0.03 * moved * swing[2],
        )

    return at


def _lids(seconds: float, blinks: float, hasty: Floats) -> float:
    """How far the eyes are shut: so many blinks a second of a quarter of a second, not quite evenly."""
    number = int(seconds * blinks)
    if not blinks or number >= len(hasty):
        return 0.0
    middle = (number + 0.3 + 0.4 * float(hasty[number])) / blinks
    return max(0.0, 1 - abs(seconds - middle) / 0.125)


def _name(model: str, unit: int) -> Stamp:
    """The model's name on a dark ground, for a lower corner: above, our own pictures carry theirs."""
    face = font(max(14, round(unit * 0.023)))
    width, height = round(face.getlength(model) + 1.4 * face.size), round(1.7 * face.size)
    panel = Image.new("RGBA", (width, height), (10, 12, 18, 0))
    brush = ImageDraw.Draw(panel)
    brush.rounded_rectangle([0, 0, width - 1, height - 1], height / 2, fill=(10, 12, 18, 150))
    brush.text((width / 2, height / 2), model, font=face, fill=(240, 242, 246, 235), anchor="mm")
    return Stamp.of(panel)


def _head(canvas: Canvas, face: Box | None) -> Head:
    """The face of a portrait; where none can be told, where portraits have it."""
    head = find_head(canvas, face)
    return head if head is not None and inside(head, canvas.size) else of_box(canvas, estimate(*canvas.size))


def _canvas(picture: Image.Image, size: tuple[int, int]) -> Canvas:
    fitted = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    return Canvas(*(Image.fromarray(plane) for plane in to_planes(fitted)))


def _fitted(part: Box, picture: tuple[int, int], size: tuple[int, int]) -> Box:
    """The middle of a part of a picture, as far as there is any, in the ratio of a size."""
    left, right = max(0.0, min(part[0], picture[0] - 2.0)), min(part[2], float(picture[0]))
    top, bottom = max(0.0, min(part[1], picture[1] - 2.0)), min(part[3], float(picture[1]))
    right, bottom = max(left + 2, right), max(top + 2, bottom)
    scale = min((right - left) / size[0], (bottom - top) / size[1]) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    return x - size[0] * scale, y - size[1] * scale, x + size[0] * scale, y + size[1] * scale


def _cut(picture: Image.Image, part: Box, size: tuple[int, int]) -> Image.Image:
    return picture.resize(size, Image.Resampling.LANCZOS, box=part, reducing_gap=3.0)


def _seen_in(box: Box, part: Box, size: tuple[int, int]) -> Box:
    """A box of the picture, in the part of it that fills a frame of a size."""
    across, down = size[0] / (part[2] - part[0]), size[1] / (part[3] - part[1])
    left, top, right, bottom = box
    return (left - part[0]) * across, (top - part[1]) * down, (right - part[0]) * across, (bottom - part[1]) * down


def _corners(value: Any) -> Box | None:
    try:
        left, top, right, bottom = (float(side) for side in value)
    except (TypeError, ValueError):
        return None
    return (left, top, right, bottom) if right > left and bottom > top else None


def _number(job: RenderJob, name: str, default: float) -> float:
    try:
        return float(job.parameters.get(name, default))
    except (TypeError, ValueError):
        return default
