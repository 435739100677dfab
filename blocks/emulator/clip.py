"""The small film and the small picture a service that renders nothing hands out: real H.264, one second; real PNG."""

from __future__ import annotations

import os
import tempfile
import uuid
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from blocks.media import VideoWriter

from .usage import Made

WIDTH, HEIGHT, FPS, SECONDS = 640, 360, 30, 1


def make_clip(path: Path) -> Made:
    """Writes the clip unless it is there.

    Args:
        path: Where; it appears there complete.
    """
    if not path.exists():
        half = path.with_name(f".{uuid.uuid4().hex}.mp4")
        half.write_bytes(_clip())
        os.replace(half, path)
    return Made(WIDTH, HEIGHT, SECONDS, sound=False)


def make_picture(path: Path) -> None:
    """Writes the picture unless it is there.

    Args:
        path: Where; it appears there complete.
    """
    if not path.exists():
        half = path.with_name(f".{uuid.uuid4().hex}.png")
        Image.linear_gradient("L").resize((WIDTH, HEIGHT)).convert("RGB").save(half)
        os.replace(half, path)


@cache
def _clip() -> bytes:
    """The clip; it is always the same, so that a process encodes it once, however many services it starts."""
    rows = np.linspace(30, 200, HEIGHT, dtype=np.uint8)[:, None]
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        path = Path(folder) / "clip.mp4"
        with VideoWriter(path, WIDTH, HEIGHT, FPS) as film:
            for number in range(FPS * SECONDS):
                picture = np.empty((HEIGHT, WIDTH, 3), dtype=np.uint8)
                picture[:] = np.stack([rows, np.full_like(rows, 90), rows[::-1]], axis=-1)
                left = number * (WIDTH - 40) // (FPS * SECONDS)
                picture[70:110, left : left + 40] = (240, 220, 160)
                film.write(picture)
        return path.read_bytes()
