"""Pictures as PNG: drawn from words, or a given picture worked over."""

import re

from PIL import Image

from blocks.emulator.render.drawing.titles import Titles
from blocks.emulator.render.editing import EDITORS
from blocks.emulator.render.editing.scenes import rgb
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.prompts.shots import read_shots
from blocks.emulator.render.shots.animatic import draw_shots
from blocks.emulator.render.sizes import asked_size

_FROM_WORDS = re.compile(r"t2i|image")
MOST = 6


def makes_pictures(model: str) -> bool:
    """Whether a model's output is pictures and not a video, by its id."""
    return bool(_FROM_WORDS.search(model)) or any(model.startswith(start) for start in EDITORS)


def render_pictures(job: RenderJob) -> Rendered:
    """Make the pictures a job asks for (``n``, one by default).

    An answer with several places has its files place by place: all posters, then all their backgrounds.
    """
    try:
        count = min(MOST, max(1, int(job.parameters.get("n") or 1)))
    except (TypeError, ValueError):
        count = 1
    make = next((editor for start, editor in EDITORS.items() if job.model.startswith(start)), _drawn)
    made = [pictures if isinstance(pictures := make(job, number), tuple) else (pictures,) for number in range(count)]
    files = []
    for place, pictures in enumerate(zip(*made, strict=True)):
        for number, picture in enumerate(pictures):
            files.append(job.out_dir / f"{job.task_id}-{place * count + number}.png")
            picture.save(files[-1], compress_level=1)
    return Rendered(tuple(files), *made[-1][0].size, seconds=0.0, fps=0.0, sound=False)


def _drawn(job: RenderJob, number: int) -> Image.Image:
    text = job.prompt or str(job.input.get("title") or job.model)
    size = asked_size(job.parameters, default=(1024, 1024))
    shots = read_shots(text, 1.0, "single")
    marked = bool(job.parameters.get("watermark"))
    _, drawn = next(iter(draw_shots(shots, size, seed=job.seed + number, model=job.model, marked=marked)))
    canvas = drawn.draw(0.5)
    Titles(size, "", job.model, (255, 255, 255), marked=marked).draw(canvas, 0, 9)
    return rgb(canvas)
