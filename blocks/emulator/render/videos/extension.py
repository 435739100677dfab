"""Going on from a frame or a clip, or leading up to one, to 5 s in all (video_extension of wanx2.1-vace-plus).

What moves goes on as it did at the seam, slower and slower; so does the camera, which also draws nearer.
"""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from blocks.catalog.video_editing import CLIP_SECONDS, LONGEST_SECONDS
from blocks.emulator.render.cutouts.filling import widened
from blocks.emulator.render.cutouts.person import Person
from blocks.emulator.render.drawing.layers import Canvas, to_planes
from blocks.emulator.render.films.filming import FPS, frame_count
from blocks.emulator.render.films.footage import facts, rgb_frames, sampled
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.sizes import capped_size
from blocks.emulator.render.stills import load
from blocks.emulator.render.transfer.motion import Motion, read_motion, shift_between
from blocks.emulator.render.transfer.motion_transfer import moved, scene_of
from blocks.emulator.render.transfer.puppet import Pose, Puppet
from blocks.emulator.render.videos.edits import write_silent

_RATE = Fraction(FPS)
_SLOWING = 1.4
"""Seconds after which what moves has a third of its speed."""
_BLEND = 10
"""Frames in which a seam is hidden."""
View = Callable[[float], Canvas]
"""The picture so many seconds away from a seam."""


def extend(job: RenderJob) -> Rendered:
    """Film the opening, what lies between, and the closing."""
    opening, closing = job.media("first_clip_url"), job.media("last_clip_url")
    before, after = opening or job.media("first_frame_url"), closing or job.media("last_frame_url")
    shown = load((before or after)[0])
    size = capped_size(*shown.size)
    total = frame_count(LONGEST_SECONDS)
    heads = _length(opening, CLIP_SECONDS)
    tails = _length(closing, CLIP_SECONDS - heads / FPS)
    count = total - heads - tails
    guide = job.media("video_url")

    def frames() -> Iterator[Canvas]:
        last: Canvas | None = None
        for canvas in sampled(opening[0], size, _RATE, heads) if heads else ():
            last = canvas
            yield canvas
        ends = last, None if not after else _canvas(load(after[0]), size)
        if last is None and before:
            ends = _canvas(load(before[0]), size), ends[1]
        if guide and (known := ends[0] or ends[1]) is not None:
            middle = moved(_picture(known), read_motion(guide[0], _RATE, count), size)
        else:
            opens, closes = _view(ends[0], opening, size, heads, 1), _view(ends[1], closing, size, tails, -1)
            middle = _between(opens, closes, count)
        for number, canvas in enumerate(middle):
            if ends[0] is not None and number < _BLEND:
                canvas = _mixed(ends[0], canvas, (number + 1) / (_BLEND + 1))
            if ends[1] is not None and number >= count - _BLEND:
                canvas = _mixed(ends[1], canvas, (count - number) / (_BLEND + 1))
            yield canvas
        if tails:
            yield from sampled(closing[0], size, _RATE, tails)

    return write_silent(job, size, frames())


def _length(clip: list[Path], most: float) -> int:
    return frame_count(min(facts(clip[0])[2], most)) if clip and most > 1 / FPS else 0


def _between(opening: View | None, closing: View | None, count: int) -> Iterator[Canvas]:
    """From the opening on, up to the closing, or from one over into the other."""
    for number in range(count):
        gone, left = (number + 1) / FPS, (count - number) / FPS
        part = (number + 1) / (count + 1)
        over = min(1.0, max(0.0, (part - 0.25) / 0.5))
        over = over * over * (3 - 2 * over)
        if closing is None or (opening is not None and over == 0):
            assert opening is not None
            yield opening(gone)
        elif opening is None or over == 1:
            yield closing(left)
        else:
            yield _mixed(opening(gone), closing(left), over)


def _view(end: Canvas | None, clip: list[Path], size: tuple[int, int], frames: int, sign: int) -> View | None:
    """How the picture at a seam goes on; ``sign`` is -1 where it is a beginning and time runs back from it."""
    if end is None:
        return None
    if frames > 4:
        motion = read_motion(clip[0], _RATE, frames)
        if motion.steady and motion.masks.any(axis=(1, 2)).mean() > 0.5:
            return _with_subject(end, clip[0], motion, size, sign)
        return _drifting(end, _camera(clip[0], frames, sign))
    return _drifting(end, (0.0, 0.0))


def _with_subject(end: Canvas, clip: Path, motion: Motion, size: tuple[int, int], sign: int) -> View:
    """The subject of a clip goes on before its scene."""
    at = len(motion) - 1 if sign > 0 else 0
    scene = scene_of(clip, motion, size, _RATE)
    mask = _unlike(end, scene, widened(Image.fromarray(motion.masks[at]), 2).resize(size, Image.Resampling.BILINEAR))
    box = mask.point([0] * 64 + [255] * 192).getbbox()
    if box is None:
        return _drifting(end, (0.0, 0.0))
    puppet = Puppet(_picture(end), Person(mask, box), box[3] - box[1])
    near = max(1, min(len(motion) - 1, FPS // 3))
    pace = (motion.x[at] - motion.x[at - sign * near]) / near * FPS * size[0]
    start, tall = box[0] + puppet.middle, box[3] - box[1]
    beats = motion.sway - motion.sway[at]

    def at_time(seconds: float) -> Canvas:
        canvas = scene.copy()
        x = start + float(pace) * _SLOWING * (1 - math.exp(-seconds / _SLOWING))
        x = min(size[0] - tall * 0.1, max(tall * 0.1, x))
        # It sways on as it did, forwards and backwards.
        step = round(seconds * FPS) % (2 * len(motion))
        step = step if step < len(motion) else 2 * len(motion) - 1 - step
        sway = beats[at - step if sign > 0 else step] * min(1.0, seconds)
        puppet.draw(canvas, Pose(x, box[1], box[3], sway=sway))
        return canvas.zoomed(_zoom(seconds))

    return at_time


def _unlike(end: Canvas, scene: Canvas, near: Image.Image) -> Image.Image:
    """What of a picture is not its scene, within a mask."""
    one, other = (np.asarray(_picture(canvas), np.int16) for canvas in (end, scene))
    apart = np.clip((np.abs(one - other).max(axis=-1) - 12) * 10, 0, 255).astype(np.uint8)
    drawn = Image.fromarray(apart).filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.GaussianBlur(0.8))
    return ImageChops.darker(drawn, near)


def _drifting(end: Canvas, pace: tuple[float, float]) -> View:
    """A picture the camera draws nearer to, drifting on as it did (parts of the frame a second)."""

    def at_time(seconds: float) -> Canvas:
        zoom = _zoom(seconds, 0.16)
        gone = _SLOWING * (1 - math.exp(-seconds / _SLOWING))
        room = (1 - 1 / zoom) / 2
        across, down = (min(room, max(-room, speed * gone)) for speed in pace)
        planes = []
        for plane in (end.luma, end.blue, end.red):
            wide, high = plane.size
            box = ((room + across) * wide, (room + down) * high, (1 - room + across) * wide, (1 - room + down) * high)
            planes.append(plane.resize(plane.size, Image.Resampling.BICUBIC, box=box))
        return Canvas(*planes)

    return at_time


def _camera(clip: Path, frames: int, sign: int) -> tuple[float, float]:
    """How fast a clip's camera goes at its seam, to the right and down, in parts of the frame a second."""
    small = rgb_frames(clip, 192, _RATE, frames)
    near = min(frames - 1, FPS // 2)
    one, two = (small[-1 - near], small[-1]) if sign > 0 else (small[near], small[0])
    down, across = shift_between(one, two)
    return -across / small.shape[2] / near * FPS, -down / small.shape[1] / near * FPS


def _zoom(seconds: float, most: float = 0.06) -> float:
    return 1 + most * (1 - math.exp(-((seconds / 2.2) ** 2)))


def _mixed(one: Canvas, other: Canvas, part: float) -> Canvas:
    return Canvas(
        Image.blend(one.luma, other.luma, part),
        Image.blend(one.blue, other.blue, part),
        Image.blend(one.red, other.red, part),
    )


def _canvas(picture: Image.Image, size: tuple[int, int]) -> Canvas:
    return Canvas(*(Image.fromarray(plane) for plane in to_planes(ImageOps.fit(picture, size))))


def _picture(canvas: Canvas) -> Image.Image:
    return Image.fromarray(np.asarray(canvas.frame().to_ndarray(format="rgb24")))
