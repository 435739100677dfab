"""Pictures as PNG: drawn from words, or a given picture worked over."""

import re

from PIL import Image, ImageEnhance, ImageOps

from blocks.emulator.render.animatic import draw_shots
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.layers import Canvas, to_planes
from blocks.emulator.render.mood import read_mood
from blocks.emulator.render.palettes import mix, palette_of
from blocks.emulator.render.shots import read_shots
from blocks.emulator.render.sizes import asked_size
from blocks.emulator.render.stills import load
from blocks.emulator.render.titles import Titles

_MODELS = re.compile(r"t2i|i2i|image|poster|repaint|background-generation|virtualmodel|shoemodel|x-painting")
MOST = 6


def makes_pictures(model: str) -> bool:
    """Whether a model's output is pictures and not a video, by its id."""
    return bool(_MODELS.search(model))


def render_pictures(job: RenderJob) -> Rendered:
    """Make the pictures a job asks for (``n``, one by default)."""
    try:
        count = min(MOST, max(1, int(job.parameters.get("n") or 1)))
    except (TypeError, ValueError):
        count = 1
    given = [path for key, path in sorted(job.inputs.items()) if "mask" not in key]
    files = []
    picture = Image.new("RGB", (2, 2))
    for number in range(count):
        base = load(given[0]) if given else None
        picture = _worked(job, base, number) if base is not None else _drawn(job, number)
        files.append(job.out_dir / f"{job.task_id}-{number}.png")
        picture.save(files[-1], compress_level=1)
    return Rendered(tuple(files), *picture.size, seconds=0.0, fps=0.0, sound=False)


def _drawn(job: RenderJob, number: int) -> Image.Image:
    text = job.prompt or str(job.input.get("title") or job.model)
    size = asked_size(job.parameters, default=(1024, 1024))
    shots = read_shots(text, 1.0, "single")
    marked = bool(job.parameters.get("watermark"))
    _, drawn = next(iter(draw_shots(shots, size, seed=job.seed + number, model=job.model, marked=marked)))
    canvas = drawn.draw(0.5)
    Titles(size, "", job.model, (255, 255, 255), marked=marked).draw(canvas, 0, 9)
    return _rgb(canvas)


def _worked(job: RenderJob, base: Image.Image, number: int) -> Image.Image:
    """A given picture in the colours of the words, the words below it."""
    mood = read_mood(job.prompt, seed=job.seed + number)
    palette = palette_of(mood)
    size = base.width // 2 * 2, base.height // 2 * 2
    base = base.crop((0, 0, *size))
    toned = ImageOps.colorize(
        base.convert("L"), palette.near, mix(palette.light, (255, 255, 255), 0.3), mid=palette.sky[1]
    )
    picture = Image.blend(ImageEnhance.Color(base).enhance(1.25), toned, 0.45)
    canvas = Canvas(*(Image.fromarray(plane) for plane in to_planes(picture)))
    marked = bool(job.parameters.get("watermark"))
    Titles(size, job.prompt, job.model, palette.accent, marked=marked, shaded=True).draw(canvas, 0, 9)
    return _rgb(canvas)


def _rgb(canvas: Canvas) -> Image.Image:
    return Image.fromarray(canvas.frame().to_ndarray(format="rgb24"))
