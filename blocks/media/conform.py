"""Making one film fit others: the same size, frame rate and codec, so that its packets can stand between theirs."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction

from .aac import AudioFormat
from .clip import Clip, Tone
from .filming import film
from .reel import COLOURS, reel
from .remux import with_sound
from .sound import SoundReader


@dataclass(frozen=True)
class Target:
    """What to make of a film.

    Attributes:
        width: pixels, even.
        height: pixels, even.
        fps: pictures a second.
        profile: x264's name of the H.264 profile.
        number: of the parameter sets, so that they can stand beside other films' sets.
        reorder: pictures may be stored in another order than shown (B-frames).
    """

    width: int
    height: int
    fps: Fraction
    profile: str = "high"
    number: int = 0
    reorder: bool = True


def conform(clip: Clip, dst: str | os.PathLike[str], target: Target, tone: Tone) -> None:
    """Encodes a film anew so that it fits: upright, whole picture with black around it, same length, sound kept."""
    audio = AudioFormat(tone.sample_rate, tone.channels) if clip.info.has_audio else None
    options = {
        "profile": target.profile,
        "x264-params": f"sps-id={target.number}" + ("" if target.reorder else ":bframes=0"),
    }
    size = f"{target.width}:{target.height}"
    look = (
        f"scale={size}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic:{COLOURS}"
        f",format=yuv420p,pad={size}:(ow-iw)/2:(oh-ih)/2"
    )
    with ExitStack() as stack:
        sound = None
        if audio is not None:
            reader = SoundReader(clip.source, rate=tone.sample_rate, channels=tone.channels, start=float(clip.start))
            sound = stack.enter_context(reader).read
        pictures = reel(clip, target.fps, look)
        film(pictures, dst, (target.width, target.height), target.fps, sound, audio, options=options)


def conform_sound(clip: Clip, dst: str | os.PathLike[str], tone: Tone) -> None:
    """Encodes a film's sound anew and copies its pictures."""
    with SoundReader(clip.source, rate=tone.sample_rate, channels=tone.channels, start=float(clip.start)) as sound:
        audio = AudioFormat(tone.sample_rate, tone.channels)
        with_sound(clip.source, dst, sound.read, seconds=clip.seconds, audio=audio)
