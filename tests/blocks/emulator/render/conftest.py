"""Rendering jobs and looking at what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from blocks.emulator.render import Rendered, RenderJob, render

SHOTS = (
    "一段雨夜的追查故事。第1个镜头[0-2秒] 全景：雨夜的城市街头，侦探快步行走。"
    "第2个镜头[2-4秒] 中景：侦探走进昏暗走廊。第3个镜头[4-6秒] 特写：侦探的眼神坚毅专注。"
)


@dataclass(frozen=True)
class Decoded:
    """A video, decoded: frames x rows x columns x RGB at half size, and what its streams say."""

    frames: NDArray[np.uint8]
    width: int
    height: int
    fps: Fraction
    codec: str
    pixel_format: str
    samples: NDArray[np.float32] | None

    def change(self, first: int, second: int) -> float:
        """Mean absolute difference of two frames, 0 to 255."""
        return float(np.abs(self.frames[first].astype(int) - self.frames[second].astype(int)).mean())


def decode(path: Path) -> Decoded:
    """Read a whole video."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        frames = [
            f.reformat(width=video.width // 2, height=video.height // 2).to_ndarray(format="rgb24")
            for f in container.decode(video)
        ]
        facts = video.width, video.height, Fraction(video.average_rate or 0), video.codec_context.name
        pixel_format = video.codec_context.pix_fmt or ""
        samples = None
        if container.streams.audio:
            container.seek(0)
            samples = np.concatenate([f.to_ndarray().T for f in container.decode(container.streams.audio[0])])
    return Decoded(np.stack(frames), *facts, pixel_format, samples)


Make = Callable[..., tuple[Rendered, Decoded]]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Renders a job and decodes the video: ``make(model, input, parameters, files, seed=1)``."""

    def run(
        model: str,
        given: dict[str, Any],
        parameters: dict[str, Any] | None = None,
        inputs: dict[str, Path] | None = None,
        seed: int = 1,
    ) -> tuple[Rendered, Decoded]:
        folder = tmp_path_factory.mktemp("out")
        body = {"model": model, "input": given, "parameters": parameters or {}}
        rendered = render(RenderJob(model, "task", body, inputs or {}, folder, seed))
        return rendered, decode(rendered.files[0])

    return run


@pytest.fixture(scope="session")
def story(make: Make) -> tuple[Rendered, Decoded]:
    """Three shots of two seconds, with sound and mark."""
    return make(
        "wan2.6-t2v",
        {"prompt": SHOTS},
        {"size": "832*480", "duration": 6, "shot_type": "multi", "watermark": True},
        seed=7,
    )


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A colourful picture of 750x1000."""
    path = tmp_path_factory.mktemp("in") / "picture.png"
    rows, columns = np.mgrid[0:1000, 0:750]
    shades = np.stack([rows * 0.2 + 30, columns * 0.25 + 20, 220 - rows * 0.18], axis=-1).astype(np.uint8)
    image = Image.fromarray(shades)
    brush = ImageDraw.Draw(image)
    brush.ellipse([200, 250, 550, 600], fill=(240, 200, 60))
    brush.rectangle([100, 700, 650, 800], fill=(30, 60, 140))
    image.save(path)
    return path


@pytest.fixture(scope="session")
def other_picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A light picture of another size."""
    path = tmp_path_factory.mktemp("in") / "other.jpg"
    image = Image.new("RGB", (640, 640), (236, 226, 208))
    ImageDraw.Draw(image).polygon([(320, 80), (560, 560), (80, 560)], fill=(180, 60, 60))
    image.save(path, quality=95)
    return path
