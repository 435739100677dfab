"""Setting given pictures in motion: one picture explored, two pictures turned into one another."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from blocks.emulator.render.drawing.layers import Canvas, Layer, Plane
from blocks.emulator.render.drawing.palettes import palette_of
from blocks.emulator.render.drawing.titles import Titles
from blocks.emulator.render.drawing.weather import weather_of
from blocks.emulator.render.films.filming import FPS, frame_count
from blocks.emulator.render.prompts.mood import Mood, read_mood
from blocks.emulator.render.prompts.shots import ShotList

ZOOM = 0.13
QUIET = 0.4
"""Seconds without writing at the start: the first frame is the given picture."""


def load(path: Path) -> Image.Image:
    """A picture as RGB, upright; transparency on white. Of a video, its first frame."""
    try:
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except OSError:
        with av.open(str(path)) as container:
            return Image.fromarray(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    return picture.convert("RGB")


def explore(
    picture: Image.Image, shots: ShotList, size: tuple[int, int], seconds: float, *, seed: int, model: str, marked: bool
) -> Iterator[av.VideoFrame]:
    """Move through a picture; every further shot frames another part of it.

    Args:
        picture: The first frame.
        shots: What happens when.
        size: Frame size, even.
        seconds: Length of the video.
        seed: Varies what the words leave open.
        model: Named in the slate.
        marked: Whether the generated-by mark is shown.
    """
    total = frame_count(seconds)
    fitted = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    count = len(shots.shots)
    mood: Mood | None = None
    for shot in shots.shots:
        mood = read_mood(shot.text, shots.overall, number=shot.number, seed=seed, before=mood)
        label = f"shot {shot.number}/{count}" if count > 1 else "single shot"
        titles = Titles(size, shot.text, f"{model} · {label}", palette_of(mood).accent, marked=marked, shaded=True)
        view = fitted if shot.number == 1 else _part(picture, size, shot.number, seed)
        layer = Layer(view)
        light = _shimmer(size, seed + shot.number)
        floats = weather_of(
            mood.weather if mood.weather in ("rain", "snow", "petals", "leaves", "fireflies") else "dust",
            size,
            palette_of(mood),
            seed,
        )
        first, last = frame_count(shot.start) if shot.start else 0, min(total, frame_count(shot.end))
        for number in range(first, last):
            at = (number - first) / FPS
            canvas = layer.draw(None, _window(size, mood, at / max(0.04, shot.end - shot.start)), size)
            gain = min(1.0, at / 1.2)
            if gain:
                canvas.add_light((light(at) * gain).astype(np.uint8))
            if at > QUIET or shot.number > 1:
                for part in floats:
                    part.draw(canvas, at)
                titles.draw(canvas, number / FPS, at)
            yield canvas.frame()


def transform(
    first: Image.Image,
    last: Image.Image,
    text: str,
    size: tuple[int, int],
    seconds: float,
    *,
    seed: int,
    model: str,
    marked: bool,
) -> Iterator[av.VideoFrame]:
    """Turn one picture into another: both move, and the second grows through the first in soft patches."""
    total = frame_count(seconds)
    mood = read_mood(text, seed=seed)
    titles = Titles(size, text, f"{model} · first to last frame", palette_of(mood).accent, marked=marked, shaded=True)
    one, two = (
        Layer(ImageOps.fit(first, size, Image.Resampling.LANCZOS)),
        Layer(ImageOps.fit(last, size, Image.Resampling.LANCZOS)),
    )
    order = _patches(size, seed)
    half = order.resize((size[0] // 2, size[1] // 2), Image.Resampling.BOX)
    for number in range(total):
        part = number / max(1, total - 1)
        progress = min(1.0, max(0.0, (part - 0.12) / 0.76))
        progress = progress * progress * (3 - 2 * progress)
        canvas = one.draw(None, _centred(size, 1 + 0.1 * part), size) if progress < 1 else None
        if progress > 0:
            after = two.draw(None, _centred(size, 1.1 - 0.1 * part), size)
            canvas = _mixed(canvas, after, order, half, progress) if canvas is not None else after
        assert canvas is not None
        if 0.06 < part < 0.97:
            titles.draw(canvas, number / FPS, number / FPS)
        yield canvas.frame()


def _mixed(before: Canvas, after: Canvas, order: Image.Image, half: Image.Image, progress: float) -> Canvas:
    edge = 70
    reach = progress * (255 + edge)
    table = [int(min(255, max(0, (reach - value) / edge * 255))) for value in range(256)]
    mask, small = order.point(table), half.point(table)
    return Canvas(
        Image.composite(after.luma, before.luma, mask),
        Image.composite(after.blue, before.blue, small),
        Image.composite(after.red, before.red, small),
    )


def _centred(size: tuple[int, int], zoom: float) -> tuple[float, float, float, float]:
    width, height = size[0] / zoom, size[1] / zoom
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return left, top, left + width, top + height


def _window(size: tuple[int, int], mood: Mood, part: float) -> tuple[float, float, float, float]:
    """The part of the picture seen; all of it at the start."""
    width, height = size
    eased = part * 0.7 + 0.3 * (0.5 - 0.5 * math.cos(math.pi * part))
    zoom = 1 + ZOOM * eased
    x, y = {
        "pan-left": (0.0, 0.45),
        "pan-right": (1.0, 0.45),
        "tilt-up": (0.5, 0.0),
        "tilt-down": (0.5, 1.0),
        "orbit": (0.85, 0.4),
        "static": (0.5, 0.5),
    }.get(mood.move, (0.5, 0.42))
    if mood.move == "static":
        zoom = 1 + 0.03 * eased
    across, down = width - width / zoom, height - height / zoom
    return across * x, down * y, across * x + width / zoom, down * y + height / zoom


def _part(picture: Image.Image, size: tuple[int, int], number: int, seed: int) -> Image.Image:
    """Another framing of the picture for a later shot."""
    spots = ((0.22, 0.3, 0.58), (0.8, 0.4, 0.5), (0.5, 0.35, 0.42), (0.3, 0.75, 0.55), (0.68, 0.2, 0.62))
    x, y, share = spots[(number + seed) % len(spots)]
    fitted = ImageOps.fit(picture, (round(size[0] / share), round(size[1] / share)), Image.Resampling.BICUBIC)
    left, top = round((fitted.width - size[0]) * x), round((fitted.height - size[1]) * y)
    return fitted.crop((left, top, left + size[0], top + size[1]))


def _patches(size: tuple[int, int], seed: int) -> Image.Image:
    """In which order the parts of a picture change, 0 to 255."""
    random = np.random.default_rng(seed)
    total = np.zeros((64, 64), np.float32)
    for cells in (3, 6, 12):
        grid = Image.fromarray(random.random((cells, cells), np.float32))
        total += np.asarray(grid.resize((64, 64), Image.Resampling.BICUBIC)) * 3 / cells
    scaled = (total - total.min()) / float(np.ptp(total)) * 255
    return Image.fromarray(scaled.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)


def _shimmer(size: tuple[int, int], seed: int) -> Callable[[float], Plane]:
    """Light that wanders over the picture: a function of time giving a plane to add."""
    random = np.random.default_rng(seed)
    grid = Image.fromarray(random.random((5, 9), np.float32) ** 2 * 26)
    wide = np.asarray(grid.resize((size[0] * 2, size[1]), Image.Resampling.BICUBIC)).clip(0, 40).astype(np.uint8)

    def at(seconds: float) -> Plane:
        left = int(seconds * size[0] * 0.06) % size[0]
        return wide[:, left : left + size[0]]

    return at
