"""Asking a picture model directly, with small drawn pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from blocks.emulator.render import RenderJob, render

Ask = Callable[..., list[Image.Image]]
Draw = Callable[[str, Image.Image], Path]
SKY = (200, 214, 226)
RED = (200, 40, 50)


def pixels(picture: Image.Image) -> NDArray[np.int16]:
    """Rows x columns x channels, or rows x columns of a grey picture."""
    return np.asarray(picture).astype(np.int16)


@pytest.fixture
def keep(tmp_path: Path) -> Draw:
    """Writes a picture to a file: ``keep("name", picture)``."""

    def write(name: str, picture: Image.Image) -> Path:
        path = tmp_path / f"{name}.png"
        picture.save(path)
        return path

    return write


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Renders a job: ``ask(model, {field: path}, input, parameters, seed=1)`` gives its decoded pictures."""

    def run(
        model: str,
        files: dict[str, Path],
        given: dict[str, Any] | None = None,
        parameters: dict[str, Any] | None = None,
        seed: int = 1,
    ) -> list[Image.Image]:
        out = tmp_path_factory.mktemp("out")
        body = {"model": model, "input": given or {}, "parameters": parameters or {}}
        inputs = {f"input.{field}": path for field, path in files.items()}
        rendered = render(RenderJob(model, "task", body, inputs, out, seed))
        made = []
        for path in rendered.files:
            with Image.open(path) as picture:
                assert picture.format == "PNG"
                made.append(picture.copy())
        assert made[-1].size == (rendered.width, rendered.height)
        return made

    return run


@pytest.fixture
def photo(keep: Draw) -> Path:
    """A red disc on a ground that grows lighter, 240x180."""
    rows, columns = np.mgrid[0:180, 0:240]
    shades = np.stack([60 + columns * 0.3, 110 + rows * 0.3, 90 + columns * 0.2], axis=-1).astype(np.uint8)
    picture = Image.fromarray(shades)
    ImageDraw.Draw(picture).ellipse([90, 60, 150, 120], fill=RED)
    return keep("photo", picture)


@pytest.fixture
def disc(keep: Draw) -> Path:
    """A mask of the photo's disc, white on black, a little larger than it."""
    mask = Image.new("L", (240, 180))
    ImageDraw.Draw(mask).ellipse([86, 56, 154, 124], fill=255)
    return keep("disc", mask)


@pytest.fixture
def person(keep: Draw) -> Path:
    """Somebody in a red dress before a plain ground, 180x240."""
    picture = Image.new("RGB", (180, 240), SKY)
    brush = ImageDraw.Draw(picture)
    for box in ((72, 14, 108, 62), (84, 56, 96, 74), (70, 150, 84, 226), (96, 150, 110, 226)):
        brush.rounded_rectangle(box, 6, fill=(150, 96, 70))
    brush.polygon([(66, 70), (114, 70), (126, 160), (54, 160)], fill=RED)
    return keep("person", picture)


@pytest.fixture
def dress(keep: Draw) -> Path:
    """A mask of the dress."""
    mask = Image.new("L", (180, 240))
    ImageDraw.Draw(mask).polygon([(66, 70), (114, 70), (126, 160), (54, 160)], fill=255)
    return keep("dress", mask)
