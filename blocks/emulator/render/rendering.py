"""Choosing how a job is rendered: by what it was given and what its model makes."""

from collections.abc import Callable, Iterator

import av
from PIL import Image

from blocks.emulator.render.drawing.insets import Insets
from blocks.emulator.render.effects.emoji import emoji
from blocks.emulator.render.effects.templates import EFFECTS, show
from blocks.emulator.render.films.filming import FPS, film, frame_count
from blocks.emulator.render.films.soundtrack import sound_of
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.pictures import makes_pictures, render_pictures
from blocks.emulator.render.prompts.shots import read_shots
from blocks.emulator.render.shots.animatic import draw_shots
from blocks.emulator.render.sizes import asked_size, tier_size
from blocks.emulator.render.stills import explore, load, transform
from blocks.emulator.render.talking.portraits import emo, live_portrait, speech_to_video
from blocks.emulator.render.talking.retalking import retalk
from blocks.emulator.render.transfer.motion_transfer import animate, dance, swap
from blocks.emulator.render.videos.edits import edit, outpaint
from blocks.emulator.render.videos.extension import extend
from blocks.emulator.render.videos.restyling import repaint, restyle

LONGEST_SECONDS = 60.0
RENDERERS: dict[str, Callable[[RenderJob], Rendered]] = {
    "wan2.2-s2v": speech_to_video,
    "emo-v1": emo,
    "emoji-v1": emoji,
    "liveportrait": live_portrait,
    "videoretalk": retalk,
    "video-style-transform": restyle,
    "wan2.2-animate-move": animate,
    "wan2.2-animate-mix": swap,
    "animate-anyone-gen2": dance,
}
"""What renders a model, by the start of its id, the first that fits; the others are chosen by what they are given."""
FUNCTIONS: dict[str, Callable[[RenderJob], Rendered]] = {
    "video_edit": edit,
    "video_extension": extend,
    "video_outpainting": outpaint,
}
"""What renders a function of a model that has several (wanx2.1-vace-plus)."""
FIRST_FRAMES = ("img_url", "first_frame_url", "image_url", "reference_image_url")
REFERENCES = ("ref_images_url", "reference_urls", "reference_video_urls", "images", "media")


def render(job: RenderJob) -> Rendered:
    """Make a job's output.

    Args:
        job: The job; its request is taken as valid, and what it leaves out by default is filled in.

    Returns:
        The files in ``job.out_dir`` and what they hold.
    """
    if (
        of_its_own := next((made for start, made in RENDERERS.items() if job.model.startswith(start)), None)
    ) is not None:
        return of_its_own(job)
    if (function := FUNCTIONS.get(str(job.input.get("function")))) is not None:
        return function(job)
    if makes_pictures(job.model):
        return render_pictures(job)
    if job.media("video_url") and job.input.get("function") != "image_reference":
        return repaint(job)
    first = next((paths[0] for field in FIRST_FRAMES if (paths := job.media(field))), None)
    if first is None:
        return _from_words(job)
    return _from_picture(job, load(first))


def _from_words(job: RenderJob) -> Rendered:
    """Text to video; reference pictures, if any, are shown beside it."""
    size = asked_size(job.parameters, default=(1280, 720))
    seconds = _seconds(job)
    pictures = [load(path) for field in REFERENCES for path in job.media(field)]
    insets = Insets(pictures, size) if pictures else None
    return _write(job, size, seconds, _animatic(job, size, seconds, insets))


def _animatic(job: RenderJob, size: tuple[int, int], seconds: float, insets: Insets | None) -> Iterator[av.VideoFrame]:
    shots = read_shots(job.prompt, seconds, _shot_type(job))
    total = frame_count(seconds)
    marked = bool(job.parameters.get("watermark"))
    for shot, drawn in draw_shots(shots, size, seed=job.seed, model=job.model, marked=marked):
        first = frame_count(shot.start) if shot.start else 0
        for number in range(first, min(total, frame_count(shot.end))):
            at = (number - first) / FPS
            canvas = drawn.draw(at)
            if insets is not None:
                insets.draw(canvas, number / FPS)
            drawn.titles.draw(canvas, number / FPS, at)
            yield canvas.frame()


def _from_picture(job: RenderJob, first: Image.Image) -> Rendered:
    """First frame to video, an effect on it, first and last frame to video."""
    size = tier_size(first.width, first.height, str(job.parameters.get("resolution") or ""))
    seconds = _seconds(job)
    marked = bool(job.parameters.get("watermark"))
    last = job.media("last_frame_url")
    template = str(job.input.get("template") or "")
    if template in EFFECTS:
        frames = show(first, template, size, seconds, seed=job.seed, model=job.model, marked=marked)
    elif last:
        frames = transform(
            first, load(last[0]), job.prompt, size, seconds, seed=job.seed, model=job.model, marked=marked
        )
    else:
        shots = read_shots(job.prompt, seconds, _shot_type(job))
        frames = explore(first, shots, size, seconds, seed=job.seed, model=job.model, marked=marked)
    return _write(job, size, seconds, frames)


def _write(job: RenderJob, size: tuple[int, int], seconds: float, frames: Iterator[av.VideoFrame]) -> Rendered:
    path = job.out_dir / f"{job.task_id}.mp4"
    count = frame_count(seconds)
    sound = sound_of(job, count / FPS)
    film(path, size, frames, sound=sound)
    return Rendered((path,), *size, seconds=count / FPS, fps=FPS, sound=sound is not None)


def _seconds(job: RenderJob) -> float:
    """Length asked for."""
    value = job.parameters.get("duration")
    try:
        seconds = float(value) if value is not None else None
    except (TypeError, ValueError):
        seconds = None
    return min(LONGEST_SECONDS, max(1 / FPS, seconds or 5.0))


def _shot_type(job: RenderJob) -> str | None:
    """What the request says about shots; marks in the prompt decide where the model has no such parameter."""
    value = job.parameters.get("shot_type")
    return str(value) if value else None
