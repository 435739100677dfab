"""The area of a video that is to be edited, frame by frame: fixed, following what it covers, or itself a video."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from blocks.emulator.render.cutouts.hulls import hull
from blocks.emulator.render.cutouts.smoothing import Floats
from blocks.emulator.render.films.footage import facts, rgb_frames, sampled
from blocks.emulator.render.job import RenderJob
from blocks.emulator.render.stills import load

_SIDE = 128
_REACH = 6
"""Pixels of the small picture a thing moves at most from frame to frame."""
_LEARNT = 0.08
"""How much of each frame goes into the memory of how the thing looks."""


def areas(job: RenderJob, source: Path, size: tuple[int, int], fps: Fraction, count: int) -> Iterator[Image.Image]:
    """Masks of mode L, white where the video is to be changed; the whole frame when no mask is given.

    Args:
        job: A video_edit of wanx2.1-vace-plus.
        source: The video.
        size: Width and height of the masks.
        fps: Frames a second.
        count: How many.
    """
    pictures, videos = job.media("mask_image_url"), job.media("mask_video_url")
    if pictures:
        mask = _white(load(pictures[0]).convert("L").resize(size, Image.Resampling.NEAREST))
        if job.parameters.get("mask_type") == "fixed":
            yield from (mask for _ in range(count))
            return
        mask = _expanded(mask, str(job.parameters.get("expand_mode") or "hull"), _ratio(job))
        shown = round((int(job.input.get("mask_frame_id") or 1) - 1) / float(facts(source)[3]) * float(fps))
        for across, down in _followed(source, mask, min(count - 1, max(0, shown)), fps, count):
            moved = Image.new("L", size)
            moved.paste(mask, (round(across * size[0]), round(down * size[1])))
            yield moved
    elif videos:
        for canvas in sampled(videos[0], size, fps, count):
            yield _white(canvas.luma)
    else:
        yield from (Image.new("L", size, 255) for _ in range(count))


def _ratio(job: RenderJob) -> float:
    value = job.parameters.get("expand_ratio")
    return 0.05 if value is None else float(value)


def _white(mask: Image.Image) -> Image.Image:
    return mask.point([0] * 128 + [255] * 128)


def _expanded(mask: Image.Image, mode: str, ratio: float) -> Image.Image:
    """A mask in its outline's mode (hull, bbox, original), grown by a part of its size on every side."""
    box = mask.getbbox()
    if box is None:
        return mask
    if mode == "hull":
        mask = hull(mask)
    elif mode == "bbox":
        mask = mask.copy()
        ImageDraw.Draw(mask).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=255)
    by = round(ratio * (box[2] - box[0] + box[3] - box[1]) / 2)
    return mask.filter(ImageFilter.BoxBlur(by)).point([0] * 2 + [255] * 254) if by else mask


def _followed(source: Path, mask: Image.Image, shown: int, fps: Fraction, count: int) -> Iterator[tuple[float, float]]:
    """How far what a mask covers has moved right and down since the frame it was drawn on, in parts of the frame."""
    frames = rgb_frames(source, _SIDE, fps, count).astype(np.float32)
    rows, columns = frames.shape[1:3]
    small = np.asarray(mask.resize((columns, rows), Image.Resampling.BOX), np.float32) / 255
    places = np.zeros((count, 2), np.float32)
    if small.max() > 0.3:
        for numbers in (range(shown + 1, count), range(shown - 1, -1, -1)):
            _follow(frames, small, shown, numbers, places)
    for down, across in places:
        yield float(across) / columns, float(down) / rows


def _follow(frames: Floats, mask: Floats, shown: int, numbers: range, places: Floats) -> None:
    """Find the masked thing frame after frame, beginning beside the frame it is known in."""
    seen = np.argwhere(mask > 0.3)
    (top, left), (bottom, right) = seen.min(axis=0), seen.max(axis=0) + 1
    weights = mask[top:bottom, left:right]
    look = frames[shown, top:bottom, left:right].copy()
    here, pace = np.zeros(2), np.zeros(2)
    room = ((bottom - top) + _REACH,) * 2, ((right - left) + _REACH,) * 2, (0, 0)
    for number in numbers:
        padded = np.pad(frames[number], room, "edge")
        guess = np.round(here + pace).astype(int)
        y, x = top + guess[0] + room[0][0] - _REACH, left + guess[1] + room[1][0] - _REACH
        y = int(np.clip(y, 0, padded.shape[0] - look.shape[0] - 2 * _REACH))
        x = int(np.clip(x, 0, padded.shape[1] - look.shape[1] - 2 * _REACH))
        wide = 2 * _REACH + 1
        parts = sliding_window_view(
            padded[y : y + look.shape[0] + wide - 1, x : x + look.shape[1] + wide - 1], look.shape
        )
        misses = (((parts[:, :, 0] - look) ** 2).sum(axis=-1) * weights).sum(axis=(-2, -1))
        # Of equally good places the nearest: what has no pattern of its own stays.
        far = np.hypot(*(np.mgrid[0:wide, 0:wide] - _REACH))
        v, h = np.unravel_index(int((misses * (1 + 0.004 * far)).argmin()), misses.shape)
        fine = np.array([_between(misses[:, h], int(v)), _between(misses[v], int(h))])
        found = np.array([y + v - room[0][0] - top, x + h - room[1][0] - left]) + fine
        pace, here = (found - here) * 0.7 + pace * 0.3, found
        places[number] = found
        part = padded[y + v : y + v + look.shape[0], x + h : x + h + look.shape[1]]
        look = look * (1 - _LEARNT) + part * _LEARNT


def _between(misses: NDArray[np.float32], at: int) -> float:
    """Where between pixels the least of three neighbours lies."""
    if not 0 < at < len(misses) - 1:
        return 0.0
    before, here, after = (float(misses[at + n]) for n in (-1, 0, 1))
    bend = before - 2 * here + after
    return 0.0 if bend <= 0 else min(0.5, max(-0.5, (before - after) / 2 / bend))
