"""Changing an area of a video, and widening its frame (functions of wanx2.1-vace-plus).

Facts: models-extra.yaml wanx2.1-vace-plus: silent, 720P at most, as long as the input up to 5 s; 30 frames a second
(models.yaml).
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from blocks.catalog.video_editing import LONGEST_SECONDS
from blocks.emulator.render.cutouts.person import colours_of, own_colours
from blocks.emulator.render.cutouts.smoothing import Floats, smooth
from blocks.emulator.render.drawing.layers import Canvas, to_planes
from blocks.emulator.render.films.filming import FPS, film, frame_count
from blocks.emulator.render.films.footage import facts, sampled
from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.prompts.shots import read_shots
from blocks.emulator.render.shots.animatic import draw_shots
from blocks.emulator.render.sizes import capped_size
from blocks.emulator.render.stills import load
from blocks.emulator.render.videos.areas import areas
from blocks.emulator.render.videos.restyling import by_words, with_mark

COLOURS = {
    "red": (200, 36, 40),
    "blue": (40, 84, 196),
    "green": (44, 140, 70),
    "yellow": (236, 200, 50),
    "gold": (212, 166, 60),
    "orange": (232, 126, 36),
    "purple": (124, 62, 170),
    "pink": (236, 128, 170),
    "white": (238, 238, 236),
    "black": (34, 34, 40),
}
"""Colours a prompt may name for the area."""
_CHINESE = dict(zip("红蓝绿黄金橙紫粉白黑", COLOURS, strict=True))
_NAMED = re.compile(rf"\b({'|'.join(COLOURS)})\b|([{''.join(_CHINESE)}])色", re.IGNORECASE)
_PARTS = (1, 2, 2)
"""How much smaller the planes of brightness and colour are than the frame."""
Change = Callable[[Canvas, Image.Image, float], Canvas]


def edit(job: RenderJob) -> Rendered:
    """video_edit: inside the mask something new, outside every pixel as it was."""
    source = job.media("video_url")[0]
    width, height, seconds, _ = facts(source)
    size = capped_size(width, height)
    count = frame_count(min(seconds, LONGEST_SECONDS))
    change = _change(job, size)

    def frames() -> Iterator[Canvas]:
        masks = areas(job, source, size, Fraction(FPS), count)
        for number, (canvas, mask) in enumerate(zip(sampled(source, size, Fraction(FPS), count), masks, strict=True)):
            soft = ImageChops.darker(
                mask, mask.filter(ImageFilter.GaussianBlur(2)).point([_inward(v) for v in range(256)])
            )
            yield _over(canvas, change(canvas, mask, number / FPS), soft) if mask.getbbox() else canvas

    return write_silent(job, size, frames())


def outpaint(job: RenderJob) -> Rendered:
    """video_outpainting: the frame grows, the video stays inside as it was, its edges run on outside.

    A scale counts from the middle of the picture: 1.5 to the left and to the right make it half as wide again.
    """
    source = job.media("video_url")[0]
    width, height, seconds, _ = facts(source)
    left, right, top, bottom = (_scale(job, side) - 1 for side in ("left", "right", "top", "bottom"))
    grown = width * (1 + (left + right) / 2), height * (1 + (top + bottom) / 2)
    size = capped_size(round(grown[0]), round(grown[1]))
    inner = _even(width * size[0] / grown[0]), _even(height * size[1] / grown[1])
    at = _even(width * left / 2 * size[0] / grown[0]), _even(height * top / 2 * size[1] / grown[1])
    at = min(at[0], size[0] - inner[0]), min(at[1], size[1] - inner[1])
    count = frame_count(min(seconds, LONGEST_SECONDS))
    outside = _Outside(job, size, inner, at)
    return write_silent(job, size, map(outside.around, sampled(source, inner, Fraction(FPS), count)))


def write_silent(job: RenderJob, size: tuple[int, int], frames: Iterator[Canvas]) -> Rendered:
    """Film frames with the mark where it is asked for, without sound."""
    path = job.out_dir / f"{job.task_id}.mp4"
    marked: Callable[[Canvas], Canvas] = (
        with_mark(Canvas.copy, size) if job.parameters.get("watermark") else Canvas.copy
    )
    count = film(path, size, (marked(canvas).frame() for canvas in frames))
    return Rendered((path,), *size, seconds=count / FPS, fps=FPS, sound=False)


class _Outside:
    """What is around a video in a wider frame: its mirror image, softer and more in the prompt's light farther out."""

    def __init__(self, job: RenderJob, size: tuple[int, int], inner: tuple[int, int], at: tuple[int, int]) -> None:
        self.size, self.inner, self.at = size, inner, at
        self.coarse = max(2, size[0] // 8 * 2), max(2, size[1] // 8 * 2)
        self.tinted = by_words(job, self.coarse)
        far = Image.new("L", size, 255)
        ImageDraw.Draw(far).rectangle((*at, at[0] + inner[0] - 1, at[1] + inner[1] - 1), fill=0)
        reach = max(2.0, min(inner) * 0.09)
        self.far = far.resize(self.coarse).filter(ImageFilter.GaussianBlur(reach / 4)).resize(size)
        self.far = self.far.point([min(255, max(0, round((v - 128) * 2.2))) for v in range(256)])

    def around(self, canvas: Canvas) -> Canvas:
        """A frame of the wider size with the video's frame in it."""
        mirrored = Canvas(*map(self._mirrored, _planes(canvas), _PARTS))
        small = Canvas(*(self._softened(plane, part) for plane, part in zip(_planes(mirrored), _PARTS, strict=True)))
        planes = zip(_planes(self.tinted(small)), _PARTS, strict=True)
        width, height = self.size
        wide = Canvas(*(p.resize((width // part, height // part), Image.Resampling.BICUBIC) for p, part in planes))
        made = _over(mirrored, wide, self.far)
        for plane, given, part in zip(_planes(made), _planes(canvas), _PARTS, strict=True):
            plane.paste(given, (self.at[0] // part, self.at[1] // part))
        return made

    def _softened(self, plane: Image.Image, part: int) -> Image.Image:
        small = plane.resize((self.coarse[0] // part, self.coarse[1] // part), Image.Resampling.BOX)
        return small.filter(ImageFilter.GaussianBlur(max(self.coarse) / 64 / part))

    def _mirrored(self, plane: Image.Image, part: int) -> Image.Image:
        before = self.at[1] // part, self.at[0] // part
        whole = self.size[1] // part, self.size[0] // part
        room = [(b, w - b - s) for b, w, s in zip(before, whole, (plane.height, plane.width), strict=True)]
        return Image.fromarray(np.pad(np.asarray(plane), room, "symmetric"))


def _change(job: RenderJob, size: tuple[int, int]) -> Change:
    """What is put into the area: a picture if given, a colour if named, the video's shapes if kept, else a drawing."""
    pictures = job.media("ref_images_url")
    named = _NAMED.search(job.prompt)
    if pictures:
        picture = load(pictures[0])
        return lambda canvas, mask, at: _placed(canvas, picture, mask)
    if named:
        word = named[1].lower() if named[1] else _CHINESE[named[2]]
        return _Dye(COLOURS[word])
    if job.parameters.get("control_condition"):
        repaint = by_words(job, size)
        return lambda canvas, mask, at: repaint(canvas)
    shots = read_shots(job.prompt, LONGEST_SECONDS, "single")
    _, drawn = next(iter(draw_shots(shots, size, seed=job.seed, model=job.model, marked=False)))
    return lambda canvas, mask, at: _fitted(drawn.draw(at), mask)


def _placed(canvas: Canvas, picture: Image.Image, mask: Image.Image) -> Canvas:
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    box = left // 2 * 2, top // 2 * 2, -(-right // 2) * 2, -(-bottom // 2) * 2
    fitted = ImageOps.fit(picture, (box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR)
    made = canvas.copy()
    for plane, part, given in zip(_planes(made), _PARTS, to_planes(fitted), strict=True):
        plane.paste(Image.fromarray(given), (box[0] // part, box[1] // part))
    return made


def _fitted(drawn: Canvas, mask: Image.Image) -> Canvas:
    """A frame made so small that what is in its middle fills the area."""
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    share = min(1.0, max((right - left) / mask.width, (bottom - top) / mask.height) * 1.05)
    planes = []
    for plane in _planes(drawn):
        part = mask.width / plane.width
        wide, high = max(2, round(plane.width * share)), max(2, round(plane.height * share))
        whole = Image.new("L", plane.size)
        x, y = (left + right) / 2 / part - wide / 2, (top + bottom) / 2 / part - high / 2
        whole.paste(plane.resize((wide, high), Image.Resampling.BOX), (round(x), round(y)))
        planes.append(whole)
    return Canvas(*planes)


class _Dye:
    """Another colour for what an area covers, its light and shade kept; what looks like its surroundings stays.

    Args:
        colour: RGB.
    """

    def __init__(self, colour: tuple[int, int, int]) -> None:
        self.tones = [int(plane[0, 0]) for plane in to_planes(Image.new("RGB", (2, 2), colour))]
        self._own: Floats | None = None

    def __call__(self, canvas: Canvas, mask: Image.Image, at: float) -> Canvas:
        luma, blue, red = self.tones
        size = max(16, canvas.size[0] // 4), max(16, canvas.size[1] // 4)
        small = canvas.frame().reformat(*size, interpolation="AREA").to_ndarray(format="rgb24")
        colours = colours_of(np.asarray(small, np.uint8))
        inside = np.asarray(mask.resize(size, Image.Resampling.BOX), np.float32) / 255
        if self._own is None:
            beside = np.clip(smooth(inside, max(1.0, np.sqrt(inside.sum()) / 3)) * 4, 0, 1) * (1 - inside)
            self._own = own_colours(colours, inside, beside)
            if (self._own[colours] * inside).sum() < 0.3 * inside.sum():
                self._own = np.ones_like(self._own)  # nothing there has a colour of its own
        likely = np.clip(smooth(self._own[colours], 1) * 5 - 2.8, 0, 1) * inside
        usual = float(np.average(np.asarray(canvas.luma.resize(size)), weights=likely + 1e-6))
        light = [min(235, max(16, round(luma + (v - usual) * 0.8))) for v in range(256)]
        half = canvas.blue.size
        dyed = Canvas(canvas.luma.point(light), Image.new("L", half, blue), Image.new("L", half, red))
        return _over(canvas, dyed, Image.fromarray((likely * 255).astype(np.uint8)).resize(canvas.size))


def _over(canvas: Canvas, other: Canvas, mask: Image.Image) -> Canvas:
    half = mask.resize(canvas.blue.size, Image.Resampling.BOX)
    masks = (mask, half, half)
    return Canvas(*(Image.composite(b, a, m) for a, b, m in zip(_planes(canvas), _planes(other), masks, strict=True)))


def _planes(canvas: Canvas) -> tuple[Image.Image, Image.Image, Image.Image]:
    return canvas.luma, canvas.blue, canvas.red


def _inward(value: int) -> int:
    """Of a blurred edge the half inside."""
    return max(0, (value - 128) * 2)


def _scale(job: RenderJob, side: str) -> float:
    value = job.parameters.get(f"{side}_scale")
    return min(2.0, max(1.0, float(value))) if value is not None else 1.0


def _even(length: float) -> int:
    return round(length / 2) * 2
