"""The sound of a rendered video: what was given, what the input had, or a small piece of music."""

import math
import re
from pathlib import Path

from blocks.emulator.render.job import RenderJob
from blocks.emulator.render.prompts.words import HOURS
from blocks.media.errors import MediaError
from blocks.media.probe import probe
from blocks.media.sound import Samples, SoundReader
from blocks.media.tones import RATE, synthesize

_SOUNDING = re.compile(r"^(?:wan2\.[5-9]|wan[3-9])\S*-(?:t2v|i2v|r2v)")
"""Models that make their own sound (models.yaml: the wan2.5 and wan2.6 series)."""


def sound_of(job: RenderJob, seconds: float) -> Samples | None:
    """The sound track of a job, exactly as long as its picture; None for a silent video.

    Args:
        job: The job. ``audio_url`` is used as it is; a model with sound of its own gets music otherwise.
        seconds: Length of the video.
    """
    if job.parameters.get("audio") is False:
        return None
    given = job.media("audio_url")
    if given:
        return read_sound(given[0], seconds)
    if _SOUNDING.match(job.model):
        return synthesize(seconds, job.seed, _mood(job.prompt))
    return None


def read_sound(path: Path, seconds: float) -> Samples | None:
    """The sound of a file cut to a length, silence after its end; None when it has none."""
    try:
        with SoundReader(path) as sound:
            return sound.read(math.floor(seconds * RATE + 0.5))
    except MediaError:
        return None


def sound_seconds(path: Path) -> float | None:
    """Length of a sound file, None when it cannot be told."""
    try:
        return probe(path).seconds
    except MediaError:
        return None


def _mood(prompt: str) -> str:
    if re.search(r"detective|mystery|secret|clue|侦探|悬疑|秘密|线索|追查", prompt, re.IGNORECASE):
        return "mystery"
    if re.search(HOURS["night"], prompt, re.IGNORECASE):
        return "night"
    if re.search(r"happy|joy|sunny|festival|child|run|欢|快乐|阳光|节|孩|跑", prompt, re.IGNORECASE):
        return "bright"
    return "calm"
