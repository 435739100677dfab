"""A person of a picture and the motion of a video: the person moves like it, or takes somebody's place in it.

Plain means: the person is cut out where the picture's middle differs from its rim, and is moved, scaled and bent as
what moves in the video does.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from blocks.catalog.animate import FRAME_RATES
from blocks.catalog.animate_anyone import FRAME_RATE
from blocks.emulator.render.cutouts.filling import filled, run_in, widened
from blocks.emulator.render.cutouts.person import Person, find_person
from blocks.emulator.render.drawing.layers import Canvas, to_planes
from blocks.emulator.render.drawing.titles import MARK, mark_stamp
from blocks.emulator.render.films.filming import film
from blocks.emulator.render.films.footage import facts, sampled
from blocks.emulator.render.films.soundtrack import read_sound
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.sizes import tier_size
from blocks.emulator.render.stills import load
from blocks.emulator.render.transfer.motion import Motion, read_motion
from blocks.emulator.render.transfer.puppet import Pose, Puppet

RATIOS = {"9:16": (9, 16), "3:4": (3, 4)}
_MARKS = {"wan2.2-animate-move": "通义AI生成", "wan2.2-animate-mix": "千问AI生成"}
_TINT = 0.3
"""How much of the scene's light a person takes on who was put into it."""
_NARROW = 8
"""How much nearer the sides are than what is above, where a picture is filled: backgrounds lie in levels."""
HALF = 0.5
"""Part of a whole body that a half body shows."""


def animate(job: RenderJob) -> Rendered:
    """wan2.2-animate-move: the person moves like the video's, before the picture's background, with its sound."""
    source, picture = job.media("video_url")[0], load(job.media("image_url")[0])
    size = tier_size(*picture.size, "720P")
    return _before_its_picture(job, picture, source, size, _rate(job), sound=True)


def swap(job: RenderJob) -> Rendered:
    """wan2.2-animate-mix: the person takes the place of the video's; the scene and the sound stay."""
    source, picture = job.media("video_url")[0], load(job.media("image_url")[0])
    return _in_its_video(job, picture, source, _rate(job), sound=True)


def dance(job: RenderJob) -> Rendered:
    """animate-anyone-gen2: the template's motion before the picture's or the video's background; silent."""
    source, picture = job.media("template_id")[0], load(job.media("image_url")[0])
    if not job.parameters.get("use_ref_img_bg"):
        return _in_its_video(job, picture, source, FRAME_RATE, sound=False)
    ratio = RATIOS.get(str(job.parameters.get("video_ratio")), RATIOS["9:16"])
    return _before_its_picture(job, picture, source, tier_size(*ratio, "720P"), FRAME_RATE, sound=False)


def _before_its_picture(
    job: RenderJob, picture: Image.Image, source: Path, size: tuple[int, int], rate: int, *, sound: bool
) -> Rendered:
    count, fps = _length(source, rate)
    motion = read_motion(source, fps, count)
    frames = moved(picture, motion, size)
    return _write(job, source, size, fps, count, _marked(job, frames, size), sound=sound)


def moved(picture: Image.Image, motion: Motion, size: tuple[int, int]) -> Iterator[Canvas]:
    """A picture whose person moves like somebody else, frame by frame.

    Args:
        picture: RGB.
        motion: Whose motion.
        size: Width and height of the frames, even.
    """
    picture = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    person = find_person(picture)
    behind = _emptied(picture, widened(person.mask, min(size) * 0.03))
    ground = Canvas(*(Image.fromarray(plane) for plane in to_planes(behind)))
    puppet = Puppet(picture, person, person.box[3] - person.box[1])
    for pose in _poses(motion, person, size):
        canvas = ground.copy()
        puppet.draw(canvas, pose)
        yield canvas


def _emptied(picture: Image.Image, hole: Image.Image) -> Image.Image:
    """A picture without what a mask covers; what is seen there comes rather from the sides than from above."""
    narrow = max(2, picture.width // _NARROW), picture.height
    covered = hole.resize(narrow, Image.Resampling.BOX).point([0] + [255] * 255)
    behind = filled(picture.resize(narrow, Image.Resampling.BOX), covered).resize(picture.size)
    return Image.composite(behind, picture, hole)


def _poses(motion: Motion, person: Person, size: tuple[int, int]) -> Iterator[Pose]:
    """Poses around where the person stands in the picture, of as wide a move as the frame has room for."""
    left, top, right, bottom = person.box
    width, height = size
    tall, x = bottom - top, (left + right) / 2
    heights = motion.bottom - motion.top
    usual = float(np.median(heights))
    across = (motion.x - np.median(motion.x)) * width
    # Most of a person stays in view; one whom a side of the picture cuts is shown larger and makes small steps.
    wide = left <= 1 or right >= width - 1
    close = 1.12 if wide else 1.0
    room = width * 0.045 if wide else (width - (right - left)) / 2 + (right - left) * 0.2
    across *= min(1.0, room / max(1e-6, float(np.abs(across).max())))
    down = (motion.bottom - np.median(motion.bottom)) * height
    down *= min(1.0, height * 0.12 / max(1e-6, float(np.abs(down).max())))
    for number in range(len(motion)):
        grown = min(1.4, max(0.7, float(heights[number]) / max(usual, 1e-3)))
        foot = bottom + float(down[number])
        if person.cut:  # what the picture does not show of the person stays below the frame
            yield Pose(
                x + float(across[number]),
                top + float(down[number]) * 0.6 - tall * 0.25 * (grown - 1),
                max(float(height), foot) + tall * (close - 1),
                close,
                sway=motion.sway[number] * np.linspace(1, 0.3, motion.sway.shape[1]),
            )
        else:
            yield Pose(x + float(across[number]), foot - tall * grown, foot, sway=motion.sway[number])


def _in_its_video(job: RenderJob, picture: Image.Image, source: Path, rate: int, *, sound: bool) -> Rendered:
    count, fps = _length(source, rate)
    motion = read_motion(source, fps, count)
    width, height, _, _ = facts(source)
    size = tier_size(width, height, "720P")
    return _write(
        job, source, size, fps, count, _marked(job, _swapped(picture, source, motion, size, fps), size), sound=sound
    )


def _swapped(
    picture: Image.Image, source: Path, motion: Motion, size: tuple[int, int], fps: Fraction
) -> Iterator[Canvas]:
    person = find_person(picture)
    width, height = size
    # A half body takes the upper half of somebody who is seen whole; the legs stay.
    share = HALF if person.cut and float(np.median(motion.bottom)) < 0.96 else 1.0
    puppet = Puppet(picture, person, float(np.median(motion.bottom - motion.top)) * height * share)
    if share < 1:
        puppet.fade()
    scene = scene_of(source, motion, size, fps)
    light = [float(np.asarray(plane).mean()) for plane in (scene.luma, scene.blue, scene.red)]
    puppet.toned([(there - here) * _TINT for there, here in zip(light, puppet.light, strict=True)])
    for number, canvas in enumerate(sampled(source, size, fps, len(motion))):
        top, bottom = float(motion.top[number]), float(motion.bottom[number])
        bottom = top + (bottom - top) * share
        mask = motion.masks[number].copy()
        if share < 1:
            mask[round(bottom * len(mask)) :] = 0
        made = _without(canvas, scene, Image.fromarray(mask), steady=motion.steady)
        sway = motion.sway[number][: round(motion.sway.shape[1] * share)]
        puppet.draw(made, Pose(float(motion.x[number]) * width, top * height, bottom * height, sway=sway))
        yield made


def scene_of(source: Path, motion: Motion, size: tuple[int, int], fps: Fraction) -> Canvas:
    """What a video shows behind who moves: the mean of what is seen there, run in from around where nothing is."""
    sums = [np.zeros((size[1] // part, size[0] // part)) for part in (1, 2, 2)]
    seen = [np.zeros_like(plane) for plane in sums[:2]]
    every = max(1, len(motion) // 45)
    for number, canvas in enumerate(sampled(source, size, fps, len(motion))):
        if number % every:
            continue
        hole = Image.fromarray(motion.masks[number])
        free = [1 - np.asarray(_hole(hole, plane.size), np.float32) / 255 for plane in (canvas.luma, canvas.blue)]
        for one, weight in zip(seen, free, strict=True):
            one += weight
        for total, plane, weight in zip(
            sums, (canvas.luma, canvas.blue, canvas.red), (free[0], free[1], free[1]), strict=True
        ):
            total += np.asarray(plane, np.float32) * weight
    planes = []
    for total, weight in zip(sums, (seen[0], seen[1], seen[1]), strict=True):
        mean = total / np.maximum(weight, 1e-3)
        whole = run_in(mean[..., None], np.clip(weight / 1.5, 0, 1))[..., 0]
        planes.append(Image.fromarray(whole.clip(0, 255).astype(np.uint8)))
    return Canvas(*planes)


def _without(canvas: Canvas, scene: Canvas, hole: Image.Image, *, steady: bool) -> Canvas:
    """A frame without who moves in it."""
    large, small = _hole(hole, canvas.size), _hole(hole, canvas.blue.size)
    planes = []
    for plane, behind, cover in (
        (canvas.luma, scene.luma, large),
        (canvas.blue, scene.blue, small),
        (canvas.red, scene.red, small),
    ):
        if not steady:
            coarse = plane.size[0] // 4, plane.size[1] // 4
            behind = filled(plane.resize(coarse, Image.Resampling.BOX), cover.resize(coarse)).resize(plane.size)
        planes.append(Image.composite(behind, plane, cover))
    return Canvas(*planes)


def _hole(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A small mask at a frame's size, wide and firm enough to leave nothing of who it covers."""
    firm = mask.point([min(255, v * 3) for v in range(256)])
    return widened(firm, 2).resize(size, Image.Resampling.BILINEAR)


def _marked(job: RenderJob, frames: Iterator[Canvas], size: tuple[int, int]) -> Iterator[av.VideoFrame]:
    unit = min(size)
    mark = mark_stamp(unit, _MARKS.get(job.model, MARK)) if job.input.get("watermark") else None
    margin = round(unit * 0.035)
    for canvas in frames:
        if mark is not None:
            mark.put(canvas, size[0] - margin - mark.size[0], size[1] - margin - mark.size[1])
        yield canvas.frame()


def _write(
    job: RenderJob,
    source: Path,
    size: tuple[int, int],
    fps: Fraction,
    count: int,
    frames: Iterator[av.VideoFrame],
    *,
    sound: bool,
) -> Rendered:
    path = job.out_dir / f"{job.task_id}.mp4"
    seconds = float(count / fps)
    heard = read_sound(source, seconds) if sound else None
    film(path, size, frames, fps=fps, sound=heard)
    return Rendered((path,), *size, seconds=seconds, fps=float(fps), sound=heard is not None)


def _length(source: Path, rate: int) -> tuple[int, Fraction]:
    """Frames of a video at a rate, and the rate."""
    seconds = facts(source)[2]
    return max(1, int(seconds * rate + 0.5)), Fraction(rate)


def _rate(job: RenderJob) -> int:
    return FRAME_RATES.get(str(job.parameters.get("mode")), FRAME_RATES["wan-std"])
