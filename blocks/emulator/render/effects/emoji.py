"""Emoji: the face of a portrait after a ready-made expression, one row each (models.yaml emoji_driven_ids).

Only two of the ids are glossed by the vendor; the rest are readings of their names. What moves is the face: its eyes
are near (-0.42, -0.22) and (0.42, -0.22), its mouth near (0, 0.55), in half heights of the face's box.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import av
from PIL import Image

from blocks.emulator.render.drawing.titles import Titles
from blocks.emulator.render.effects.acting import Effect, Prop, Tint, play
from blocks.emulator.render.effects.motions import (
    Motion,
    carry,
    drag,
    grow,
    head,
    hop,
    lean,
    pinch,
    shake,
    shift,
    squeeze,
    throb,
    turn,
)
from blocks.emulator.render.effects.streams import Stream
from blocks.emulator.render.effects.subject import Subject
from blocks.emulator.render.films.filming import FPS, film, frame_count
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.stills import QUIET, load

SIDE = 512
"""Of the clip in pixels; the vendor gives no size, only 1:1."""
ACCENT = (255, 255, 255)
EYES = ((-0.42, -0.22), (0.42, -0.22))


@dataclass(frozen=True)
class Expression:
    """A face made.

    Attributes:
        effect: What the face does.
        seconds: How long it takes; a sample of the vendor has 2 s.
    """

    effect: Effect
    seconds: float = 2.0


def _eyes(wide: float, tall: float, times: float = 0.0) -> tuple[Motion, ...]:
    """Both eyes larger, or smaller below 0."""
    return tuple(pinch(x, y, 0.36, wide, tall, times) for x, y in EYES)


def _brows(inner: float, outer: float) -> tuple[Motion, ...]:
    """The brows' inner and outer ends down by so much, or up below 0."""
    ends = ((0.24, inner), (0.6, outer))
    return tuple(drag(side * x, -0.48, 0.3, 0, down) for side in (-1, 1) for x, down in ends)


def _mouth(corners: float, wide: float = 0.0, open_: float = 0.0, times: float = 0.0) -> tuple[Motion, ...]:
    """The corners of the mouth up by so much, the mouth wider and more open."""
    pulled = tuple(drag(side * 0.42, 0.55, 0.46, side * 0.05 * (wide > 0), -1.2 * corners, times) for side in (-1, 1))
    return (*pulled, pinch(0, 0.58, 0.5, wide, open_, times))


def _cheeks(size: float = 0.6) -> tuple[Prop, Prop]:
    return (
        Prop("blush", size, -0.52, 0.22, rides=True),
        Prop("blush", size, 0.52, 0.22, rides=True),
    )


# fmt: off
EXPRESSIONS: Mapping[str, Expression] = {
    # happy
    "mengwa_kaixin": Expression(Effect(
        (*_mouth(0.14, 0.3, 0.3), *_eyes(0.1, -0.35), hop(0.16, 4), turn(5, 2)), props=_cheeks(),
        streams=(Stream(("star", "spark"), "out", 10, 0.06, 0.6),),
    )),
    # driven mad
    "dagong_zhuakuang": Expression(Effect(
        (*_mouth(-0.1, 0.2, 0.8), *_eyes(0.4, 0.5), *_brows(0.12, -0.1), shake(0.06, 14), head(14, 4, 0.9)),
        tint=Tint(((230, 40, 30),), 0.4, 0.95), props=(Prop("anger", 0.44, 0.72, -0.85, throb=1.3, times=4),),
        streams=(Stream(("steam",), "float", 10, 0.16, 0.4, spread=1.2, y=-0.9),),
    )),
    # wide eyes
    "mengwa_dengyan": Expression(Effect((*_eyes(0.75, 0.95), *_brows(-0.14, -0.14), grow(1.14, 0.1, 0.4),
        *_mouth(0, -0.3, 0.25)))),
    # helpless: a sigh, the head sinks aside
    "dagong_wunai": Expression(Effect(
        (*_mouth(-0.12, 0.15, -0.25), *_eyes(0, -0.5), *_brows(-0.12, 0.06), head(-10, 0, 0.9, -0.12)),
        props=(Prop("sweat", 0.34, 0.66, -0.6, come=(0, -0.3), begin=0.25, end=0.7, grow=1.1),),
        streams=(Stream(("steam",), "float", 3, 0.14, 0.8, begin=0.3, spread=0.2, x=-0.5, y=0.7),),
        tint=Tint(((120, 130, 150),), 0.35, 0.94),
    )),
    # touched: moist, glittering eyes
    "mengwa_gandong": Expression(Effect(
        (*_eyes(0.35, 0.45), *_brows(-0.14, 0.06), *_mouth(0.05, -0.15, 0.1), shake(0.012, 10), lean(-6, 0.05, 0.6)),
        props=(*_cheeks(0.5), Prop("tear", 0.18, -0.46, -0.02, begin=0.3, end=0.6, rides=True, throb=1.2),
            Prop("tear", 0.18, 0.46, -0.02, begin=0.3, end=0.6, rides=True, throb=1.2)),
        streams=(Stream(("heart-pink", "spark"), "float", 8, 0.06, 0.7, spread=1.1, y=0.4),),
    )),
    # a smile, and nothing else
    "dagong_weixiao": Expression(Effect((*_mouth(0.13, 0.28), *_eyes(0.05, -0.2), head(5, 0, 0.9)),
        tint=Tint(((255, 220, 170),), 0.18, 1.04))),
    # serious
    "mengwa_renzhen_1": Expression(Effect(
        (*_brows(0.16, -0.06), *_eyes(0.1, -0.25), *_mouth(-0.04, -0.2), grow(1.2, 0.1, 0.8, 0, -0.1)),
        tint=Tint(((90, 110, 140),), 0.3, 0.92),
    )),
    # grateful: a bow
    "dagong_ganji": Expression(Effect(
        (*_mouth(0.1, 0.2), *_eyes(0, -0.6, 2), squeeze(0.06, -0.26, 2, 1.6), carry(0, 0.1, 0.1, 0.4)),
        props=_cheeks(0.45),
        streams=(Stream(("heart",), "float", 7, 0.08, 0.6, spread=0.9, y=0.2),),
    )),
    # excited
    "mengwa_jidong": Expression(Effect(
        (*_eyes(0.4, 0.3, 4), *_mouth(0.12, 0.3, 0.6, 6), hop(0.2, 7), shake(0.03, 12)),
        tint=Tint(((255, 200, 60),), 0.3, 1.06), props=_cheeks(0.7),
        streams=(Stream(("confetti", "confetti-blue", "star"), "down", 30, 0.03, 0.5),),
    )),
    # cheeky: a wink
    "jingdian_tiaopi": Expression(Effect(
        (pinch(0.42, -0.22, 0.36, 0.15, -0.75, 2), *_brows(-0.06, -0.12), drag(0.3, 0.55, 0.4, 0.1, -0.18),
            pinch(0, 0.62, 0.4, 0, 0.5, 2), turn(9, 1, 0, 1.2)),
        props=(Prop("star", 0.3, 0.74, -0.4, begin=0.2, end=0.4, throb=1.5, times=2),),
    )),
    # sleepy: the head nods off
    "mengwa_kun_1": Expression(Effect(
        (*_eyes(0, -0.75), *_mouth(-0.03, -0.1, 0.5, 1), head(12, 1, 0.9, -0.1), squeeze(0.02, -0.08, 2)),
        tint=Tint(((50, 70, 140),), 0.45, 0.76),
        streams=(Stream(("zzz",), "float", 5, 0.12, 0.6, spread=0.2, x=0.6, y=-0.6),),
    ), seconds=3.0),
    # smug
    "jingdian_deyi_1": Expression(Effect(
        (drag(0.3, 0.55, 0.4, 0.06, -0.16), *_eyes(0.1, -0.4), *_brows(-0.1, -0.16), lean(-9, 0.05, 0.5, 0, 1.3),
            carry(0, -0.12, 0.1, 0.6), head(4, 3, 0.9)),
        props=(Prop("spark", 0.5, -0.7, -0.75, begin=0.3, end=0.5, throb=1.6, times=3),),
        tint=Tint(((255, 190, 90),), 0.22, 1.03),
    )),
    # unclear; read as giving in: the head goes down
    "mengwa_jiaoxie": Expression(Effect(
        (*_brows(-0.16, 0.1), *_eyes(0.2, -0.3), *_mouth(-0.12, -0.1), carry(0, 0.42, 0.1, 0.7),
            squeeze(0.05, -0.1, 3)),
        props=(Prop("sweat", 0.26, -0.7, -0.4, begin=0.2, end=0.4),
            Prop("sweat", 0.26, 0.74, -0.5, begin=0.3, end=0.5), Prop("gloom", 0.5, 0.5, -1.0, come=(0, -0.4))),
    )),
    # expectant: nearer and nearer
    "jingdian_qidai": Expression(Effect(
        (*_eyes(0.35, 0.4), *_mouth(0.07, 0.1, 0.15), throb(1.08, 3), shift(0.1, 0, 2), grow(1.12)),
        streams=(Stream(("spark", "spark-blue"), "round", 12, 0.06, 0.5),),
    )),
    # happy, a grown-up's laugh
    "dagong_kaixin": Expression(Effect(
        (*_mouth(0.12, 0.35, 0.7, 5), *_eyes(0, -0.55), squeeze(0.03, -0.07, 6), shake(0.02, 9), head(-7, 1, 0.9)),
        tint=Tint(((255, 226, 130),), 0.28, 1.08),
        props=(Prop("tune", 0.36, 0.8, -0.7, sway=(0.05, 0.1), times=3),),
    )),
    # lazy: slides out of the picture, yawning
    "jingdian_landuo_1": Expression(Effect(
        (*_eyes(0, -0.5), *_mouth(-0.04, 0.1, 0.7, 1), lean(16, 0.05, 0.9, 0.6, 1.2), carry(0.1, 0.2, 0.1, 1.0)),
        tint=Tint(((200, 160, 110),), 0.35, 0.92),
        streams=(Stream(("bubble",), "float", 3, 0.14, 0.9, spread=0.1, x=-0.2, y=0.4),),
    ), seconds=3.0),
    # looking up
    "dagong_yangwang": Expression(Effect(
        (carry(0, -0.2, 0.05, 0.5), squeeze(0, -0.12, 1), *(drag(x, y, 0.34, 0, -0.1) for x, y in EYES),
            *_brows(-0.12, -0.12), *_mouth(0, -0.1, 0.3)),
        tint=Tint(((110, 170, 240),), 0.26, 1.08), streams=(Stream(("orb", "spark"), "down", 14, 0.06, 0.9),),
    )),
    # disdain
    "jingdian_xianqi": Expression(Effect(
        (*(drag(x, y, 0.34, 0.12, 0.02) for x, y in EYES), *_eyes(0.05, -0.45), drag(-0.3, 0.55, 0.4, -0.02, 0.15),
            *_brows(0.1, -0.14), lean(8, 0.05, 0.5, 0, 1.3), carry(0.28, 0, 0.1, 0.6)),
        tint=Tint(((110, 150, 80),), 0.34, 0.9), props=(Prop("gloom", 0.5, -0.55, -0.95, come=(0, -0.4)),),
    )),
    # puzzled
    "dagong_kunhuo": Expression(Effect(
        (drag(0.45, -0.48, 0.34, 0, -0.2), drag(-0.45, -0.48, 0.34, 0, 0.08), *_mouth(-0.06, -0.25),
            turn(-13, 1, 0, 1.2), pinch(-0.42, -0.22, 0.34, 0, -0.4)),
        props=(Prop("question", 0.56, 0.78, -0.85, begin=0.15, end=0.4, sway=(0.03, 0.05), times=3),),
    )),
    # tears
    "jingdian_lei": Expression(Effect(
        (*_eyes(0, -0.5), *_brows(-0.18, 0.1), *_mouth(-0.16, 0.2, 0.4, 3), shake(0.02, 9), head(6, 3, 0.9, -0.04)),
        tint=Tint(((80, 120, 200),), 0.36, 0.88),
        props=(
            Prop("tear", 0.3, -0.44, 0.55, come=(0, -0.6), begin=0.1, end=0.9, grow=1.2),
            Prop("tear", 0.26, 0.44, 0.3, come=(0, -0.4), begin=0.05, end=0.6),
        ), streams=(Stream(("tear",), "down", 16, 0.06, 0.4, begin=0.25, tumbles=False),),
    )),
}
# fmt: on


def emoji(job: RenderJob) -> Rendered:
    """emoji-v1: ``ext_bbox`` of the picture as a square clip, the face in ``face_bbox`` after ``driven_id``; silent."""
    picture = load(job.media("image_url")[0])
    name = str(job.input["driven_id"])
    square, face = framed(picture, job.input["ext_bbox"], job.input["face_bbox"], SIDE)
    expression = EXPRESSIONS[name]
    count = frame_count(expression.seconds)
    path = job.out_dir / f"{job.task_id}.mp4"
    film(path, square.size, _frames(square, face, name, count, job))
    return Rendered((path,), *square.size, seconds=count / FPS, fps=FPS, sound=False)


def framed(
    picture: Image.Image, moving: Sequence[float], face: Sequence[float], side: int
) -> tuple[Image.Image, Subject]:
    """The part of a picture that moves as a square, and the face within it; both boxes are x1, y1, x2, y2."""
    left, top, right, bottom = moving
    square = picture.transform(
        (side, side), Image.Transform.EXTENT, (left, top, right, bottom), Image.Resampling.BICUBIC
    )
    across, down = side / (right - left), side / (bottom - top)
    x = ((face[0] + face[2]) / 2 - left) * across
    y = ((face[1] + face[3]) / 2 - top) * down
    return square, Subject(x, y, max(2.0, (face[3] - face[1]) / 2 * down))


def _frames(square: Image.Image, face: Subject, name: str, count: int, job: RenderJob) -> Iterator[av.VideoFrame]:
    titles = Titles(square.size, "", f"{job.model} · {name}", ACCENT, shaded=True)
    for number, canvas in enumerate(play(square, face, EXPRESSIONS[name].effect, count, job.seed)):
        if number / FPS > QUIET:
            titles.draw(canvas, number / FPS, number / FPS)
        yield canvas.frame()
