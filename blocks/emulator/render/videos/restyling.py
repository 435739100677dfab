"""Videos from videos: the eight presets, and repainting by words."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from blocks.catalog.video_editing import LONGEST_SECONDS
from blocks.emulator.render.drawing.insets import Insets
from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.drawing.palettes import mix, palette_of
from blocks.emulator.render.drawing.titles import mark_stamp
from blocks.emulator.render.films.filming import film
from blocks.emulator.render.films.footage import facts, sampled
from blocks.emulator.render.films.soundtrack import read_sound
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.prompts.mood import read_mood
from blocks.emulator.render.sizes import capped_size, short_side_size
from blocks.emulator.render.stills import load
from blocks.emulator.render.videos.styles import Restyle, chroma

STYLE_WORDS = {
    7: r"ink wash|ink painting|sumi|水墨|写意",
    0: r"manga|black[- ]and[- ]white|sketch|pencil|漫画|黑白|素描|线稿",
    1: r"comic|pop art|graffiti|美漫|波普",
    3: r"3d|clay|pixar|plastic|felt|黏土|粘土|毛毡|卡通",
    4: r"chinese|gongbi|palace|国风|工笔|古风|敦煌",
    5: r"paper|origami|cut-?out|collage|puppet|剪纸|折纸|纸艺|木偶",
    6: r"flat|illustration|minimal|vector|poster|插画|扁平|极简|像素|pixel",
    2: r"pastel|watercolou?r|fresh|anime|ghibli|dream|水彩|清新|动漫|梦幻|童话",
}
"""Words of a prompt that ask for one of the presets' looks."""


def restyle(job: RenderJob) -> Rendered:
    """video-style-transform: ``style`` 0 to 7 at ``video_fps``, the short side as asked, the sound kept."""
    source = job.media("video_url")[0]
    style = _number(job, "style", 0) % 8
    fps = min(25, max(15, _number(job, "video_fps", 15)))
    short = _number(job, "min_len", 720)
    width, height, seconds, _ = facts(source)
    size = short_side_size(width, height, 1080 if job.parameters.get("use_SR") and short == 540 else short)
    crf = 27 if style < 2 else 23  # printed dots cost bits that nobody sees
    return _refilm(job, source, size, seconds, Fraction(fps), Restyle(style, size), keep_sound=True, crf=crf)


def repaint(job: RenderJob) -> Rendered:
    """A video redrawn by the prompt's words; other models that take a video keep its sound and get a lighter touch."""
    source = job.media("video_url")[0]
    width, height, seconds, rate = facts(source)
    size = capped_size(width, height)
    vace = "vace" in job.model
    change: Callable[[Canvas], Canvas] = by_words(job, size)
    pictures = [
        load(path)
        for key, path in sorted(job.inputs.items())
        if "video" not in key and "audio" not in key and "mask" not in key
    ]
    if pictures:
        change = _with_insets(change, Insets(pictures, size))
    if job.parameters.get("watermark"):
        change = with_mark(change, size)
    seconds = min(seconds, LONGEST_SECONDS) if vace else seconds
    return _refilm(job, source, size, seconds, rate, change, keep_sound=not vace)


def _refilm(
    job: RenderJob,
    source: Path,
    size: tuple[int, int],
    seconds: float,
    fps: Fraction,
    change: Callable[[Canvas], Canvas],
    *,
    keep_sound: bool,
    crf: float = 23,
) -> Rendered:
    path = job.out_dir / f"{job.task_id}.mp4"
    count = max(1, int(seconds * fps + Fraction(1, 2)))
    sound = None
    if keep_sound:
        given = job.media("audio_url")
        sound = read_sound(given[0] if given else source, float(count / fps))
    frames = (change(canvas).frame() for canvas in sampled(source, size, fps, count))
    film(path, size, frames, fps=fps, sound=sound, crf=crf)
    return Rendered((path,), *size, seconds=float(count / fps), fps=float(fps), sound=sound is not None)


def by_words(job: RenderJob, size: tuple[int, int]) -> Callable[[Canvas], Canvas]:
    """How frames of a size are repainted as a prompt has it: in the style it names, else in the light of its mood."""
    for style, words in STYLE_WORDS.items():
        if re.search(words, job.prompt, re.IGNORECASE):
            return Restyle(style, size)
    if "vace" not in job.model:
        return Canvas.copy
    palette = palette_of(read_mood(job.prompt, seed=job.seed))
    red, green, blue = mix(palette.sky[1], palette.sky[2], 0.6)
    grey = (red + green + blue) / 3
    tint_blue, tint_red = chroma(0.75, (blue - grey) * 0.28), chroma(0.75, (red - grey) * 0.28)
    light = [min(235, max(16, round(16 + (v - 16) * (0.72 if palette.dark else 1.08)))) for v in range(256)]
    return lambda canvas: Canvas(canvas.luma.point(light), canvas.blue.point(tint_blue), canvas.red.point(tint_red))


def _with_insets(change: Callable[[Canvas], Canvas], insets: Insets) -> Callable[[Canvas], Canvas]:
    def draw(canvas: Canvas) -> Canvas:
        made = change(canvas)
        insets.draw(made, 1.0)
        return made

    return draw


def with_mark(change: Callable[[Canvas], Canvas], size: tuple[int, int]) -> Callable[[Canvas], Canvas]:
    """A change of frames that also puts the mark of generated pictures on them."""
    unit = min(size)
    mark, margin = mark_stamp(unit), round(unit * 0.035)

    def draw(canvas: Canvas) -> Canvas:
        made = change(canvas)
        mark.put(made, size[0] - margin - mark.size[0], size[1] - margin - mark.size[1])
        return made

    return draw


def _number(job: RenderJob, name: str, default: int) -> int:
    try:
        return int(job.parameters.get(name, default))
    except (TypeError, ValueError):
        return default
