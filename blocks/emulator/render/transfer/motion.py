"""How somebody moves in a video: where what moves is in each frame, and how it bends, read off small pictures."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blocks.emulator.render.cutouts.person import closed, colours_of, main_part, own_colours
from blocks.emulator.render.cutouts.smoothing import Floats, smooth
from blocks.emulator.render.films.footage import rgb_frames

BANDS = 7
"""Heights, from head to feet, at which a body's middle and width are read."""
_SIDE = 96
_STILL = 7.0
"""Mean change of the rim, 0 to 255, up to which the camera stands still."""
_FAINT, _CLEAR = 9.0, 34.0
"""Changes of a pixel, 0 to 255, that are nothing yet, and that surely are something."""


@dataclass(frozen=True)
class Motion:
    """A moving subject, frame by frame; lengths are parts of the frame's width or height.

    Attributes:
        masks: Frames x rows x columns, 0 to 255: where the subject is, and what else moves with it.
        x: Its middle, by frame.
        top: Its upper end.
        bottom: Its lower end.
        wide: Its width.
        sway: Frames x ``BANDS``: how far its middle at each height is from where it usually is, in its own heights.
        steady: Whether the camera stands still.
    """

    masks: NDArray[np.uint8]
    x: Floats
    top: Floats
    bottom: Floats
    wide: Floats
    sway: Floats
    steady: bool

    def __len__(self) -> int:
        return len(self.x)


def read_motion(source: Path, fps: Fraction, count: int) -> Motion:
    """The motion of a video's subject, at another rate.

    Args:
        source: The video.
        fps: Frames a second wanted.
        count: How many.
    """
    frames = rgb_frames(source, _SIDE, fps, count)
    steady, moved = _moved(frames)
    subject, coloured = _subject(frames, moved, max(1, round(float(fps) * 0.4)))
    masks = _with_limbs(subject, np.maximum(moved, coloured)) if steady else subject
    return _measured(subject, masks, frames.shape[2] / frames.shape[1], max(1, round(float(fps) / 15)), steady)


def _moved(frames: NDArray[np.uint8]) -> tuple[bool, Floats]:
    """Whether the camera stands still, and how surely each pixel of each frame shows something that moves, 0 to 1."""
    middle = len(frames) // 2
    shifts = [shift_between(frames[middle], frame) for frame in frames]
    every = max(1, len(frames) // 40)
    held = [
        np.roll(frame, (-y, -x), axis=(0, 1)) for frame, (y, x) in zip(frames[::every], shifts[::every], strict=True)
    ]
    usual = np.median(held, axis=0).astype(np.float32)
    change = np.stack(
        [
            np.abs(frame - np.roll(usual, shift, axis=(0, 1))).max(axis=-1)
            for frame, shift in zip(frames, shifts, strict=True)
        ]
    )
    rim = np.concatenate([change[:, :4].reshape(len(frames), -1), change[:, :, :4].reshape(len(frames), -1)], axis=1)
    steady = not any(map(any, shifts)) and bool(np.median(rim.mean(axis=1)) < _STILL)
    return steady, np.clip((smooth(change, 1) - _FAINT) / (_CLEAR - _FAINT), 0, 1)


def shift_between(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[int, int]:
    """By how many pixels down and to the right most of a picture has moved (phase correlation)."""
    one, two = (np.fft.rfft2(np.gradient(f.mean(axis=-1), axis=1)) for f in (before, after))
    product = two * np.conj(one)
    peaks = np.fft.irfft2(product / (np.abs(product) + 1e-3), before.shape[:2])
    down, across = np.unravel_index(int(peaks.argmax()), peaks.shape)
    rows, columns = peaks.shape
    shift = (int(down) + rows // 2) % rows - rows // 2, (int(across) + columns // 2) % columns - columns // 2
    # A camera moves what is at the sides as well; what moves in the middle alone is no camera.
    side = columns // 5
    still, moved = (
        np.abs(np.roll(before, by, axis=(0, 1)).astype(np.float32) - after)[:, [*range(side), *range(-side, 0)]]
        for by in ((0, 0), shift)
    )
    sides = [(float(still[:, part].mean()), float(moved[:, part].mean())) for part in (np.s_[:side], np.s_[side:])]
    return shift if all(rest > 1 and gone < rest * 0.85 for rest, gone in sides) else (0, 0)


def _subject(frames: NDArray[np.uint8], moved: Floats, reach: int) -> tuple[Floats, Floats]:
    """What has the colours of what moves and is where something moves, of each frame, 0 to 1: near its middle, all."""
    rows, columns = np.mgrid[0 : moved.shape[1], 0 : moved.shape[2]].astype(np.float32)
    middle = np.hypot((columns / moved.shape[2] - 0.5) / 0.55, (rows / moved.shape[1] - 0.5) / 0.6)
    heavy = moved * np.clip(1.3 - middle, 0.05, 1).astype(np.float32)
    colours = colours_of(frames)
    every = slice(0, None, max(1, len(frames) // 60))
    ratio = own_colours(colours[every], heavy[every] ** 2, (1 - moved[every]) ** 2)
    # Who stands still for a moment is where it moved a moment ago.
    before = np.clip(np.maximum(smooth(moved, 2), smooth(smooth(heavy, reach, (0,)), 2) * 1.2), 0.01, 0.9)
    yes = ratio[colours] * before
    likely = smooth(yes / (yes + (1 - ratio[colours]) * (1 - before)), 1)
    likely = coloured = np.clip((likely - 0.3) / 0.4, 0, 1)
    for spread in (2.2, 2.0):
        near = _near_its_middle(likely * heavy.clip(0.15, 1), rows, columns, spread, reach)
        likely = likely * near
    for number, mask in enumerate(likely):
        likely[number] = mask * main_part(mask > 0.1, mask * near[number])
    return np.asarray(likely), np.asarray(coloured)


def _with_limbs(subject: Floats, more: Floats) -> Floats:
    """The subject with all that may belong to it and touches it, such as arms held out."""
    whole = np.maximum(subject, more)
    for number, mask in enumerate(whole):
        part = main_part(mask > 0.3, subject[number])
        whole[number] = np.where(closed(part) & ~part, 1, mask * part)
    return np.asarray(whole)


def _near_its_middle(weights: Floats, rows: Floats, columns: Floats, spread: float, reach: int) -> Floats:
    """1 near where most of the weight is, falling off after so many times its spread."""
    total = smooth(weights.sum(axis=(1, 2)) + 1e-3, reach, (0,))
    means, sizes = [], []
    for places in (columns, rows):
        mean = smooth((weights * places).sum(axis=(1, 2)) + 1e-3 * places.mean(), reach // 2, (0,)) / smooth(
            weights.sum(axis=(1, 2)) + 1e-3, reach // 2, (0,)
        )
        square = smooth((weights * (places - mean[:, None, None]) ** 2).sum(axis=(1, 2)), reach, (0,)) / total
        means.append(mean[:, None, None])
        sizes.append(np.sqrt(np.maximum(square, 0) + 4)[:, None, None])
    far = np.hypot((columns - means[0]) / sizes[0], (rows - means[1]) / sizes[1])
    return np.asarray(np.clip(1.5 * spread - far, 0, 1), np.float32)


def _measured(subject: Floats, masks: Floats, ratio: float, reach: int, steady: bool) -> Motion:
    """The numbers of a motion from where its subject is; what is not seen for a while stays where it was."""
    count, rows, columns = subject.shape
    found = np.full((count, 4 + BANDS), np.nan, np.float32)
    across = (np.arange(columns) + 0.5) / columns
    for number, mask in enumerate(subject):
        if mask.sum() < 6:
            continue
        top, bottom = _ends(mask.sum(axis=1))
        left, right = _ends(mask.sum(axis=0))
        tall = max(bottom - top, 2 / rows)
        middles = []
        for band in range(BANDS):
            first = int((top + tall * (band - 0.5) / BANDS) * rows)
            part = mask[max(0, first) : max(1, int((top + tall * (band + 1.5) / BANDS) * rows) + 1)].sum(axis=0)
            middles.append(float((part * across).sum() / part.sum()) if part.sum() > 0 else (left + right) / 2)
        x = float((mask.sum(axis=0) * across).sum() / mask.sum())
        found[number] = (x, top, bottom, right - left, *((m - x) * ratio / tall for m in middles))
    seen = np.flatnonzero(~np.isnan(found[:, 0]))
    if len(seen) == 0:
        found[:] = (0.5, 0.2, 0.95, 0.3, *([0.0] * BANDS))
    else:
        found = np.stack([np.interp(np.arange(count), seen, column[seen]) for column in found.T], axis=1)
    found = smooth(found.astype(np.float32), reach, (0,))
    sway = found[:, 4:] - np.median(found[:, 4:], axis=0)
    sway = np.clip(sway, -0.2, 0.2) if steady else np.zeros_like(sway)
    return Motion((masks * 255).astype(np.uint8), found[:, 0], found[:, 1], found[:, 2], found[:, 3], sway, steady)


def _ends(sums: Floats) -> tuple[float, float]:
    """Where a row of weights begins and ends, but for the last hundredths, as parts of its length."""
    upto = np.concatenate([[0.0], np.cumsum(sums)]) / float(sums.sum())
    first, last = np.interp((0.03, 0.97), upto, np.linspace(0, 1, len(upto)))
    return float(first), float(last)
