"""Putting frames and sound into a file."""

import math
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av

from blocks.media.aac import AudioFormat
from blocks.media.sound import Samples
from blocks.media.tones import RATE
from blocks.media.writer import VideoWriter

FPS = 30


def frame_count(seconds: float, fps: Fraction | float = FPS) -> int:
    """Number of frames of a length, at least one."""
    return max(1, math.floor(seconds * float(fps) + 0.5))


def film(
    path: Path,
    size: tuple[int, int],
    frames: Iterable[av.VideoFrame],
    *,
    fps: Fraction | float = FPS,
    sound: Samples | None = None,
    crf: float = 22,
) -> int:
    """Write a video.

    Args:
        path: Where; its name ends with .mp4.
        size: Width and height in pixels, even.
        frames: The pictures in order.
        fps: Pictures a second.
        sound: Stereo samples as long as the pictures, or None for a silent video.
        crf: x264's quality.

    Returns:
        Number of frames written.
    """
    written = 0
    heard = 0
    audio = AudioFormat(sample_rate=RATE) if sound is not None else None
    with VideoWriter(path, *size, fps, audio=audio, preset="ultrafast", crf=crf, threads=1) as writer:
        for frame in frames:
            writer.write(frame)
            written += 1
            upto = int(written / float(fps)) * RATE
            if sound is not None and upto > heard:
                writer.write_audio(sound[heard:upto])
                heard = upto
        if sound is not None and heard < len(sound):
            writer.write_audio(sound[heard:])
    return written
