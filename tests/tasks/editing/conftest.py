"""A session that sends nothing, a short film and a picture in its storage, and operations run on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blocks.media import AudioFormat, VideoWriter
from tasks.asset import Asset
from tasks.editing import keep, run_operation
from tasks.operations import OPERATIONS
from tasks.session import Session, open_session

Made = Callable[..., Awaitable[Asset]]


@pytest.fixture
async def session(prefect_server: str, tmp_path: Path) -> AsyncIterator[Session]:
    """A session that sends nothing."""
    async with open_session(str(tmp_path / "media"), offline=True) as opened:
        await opened.save_results_block()
        yield opened


@pytest.fixture
async def film(session: Session, tmp_path: Path) -> Asset:
    """A second of film with sound, 160 x 96."""
    with VideoWriter(tmp_path / "film.mp4", 160, 96, 10, audio=AudioFormat()) as writer:
        for number in range(10):
            writer.write(np.full((96, 160, 3), 20 * number, np.uint8))
        writer.write_audio(np.zeros((48_000, 2), np.float32))
    return await keep(tmp_path / "film.mp4", session.storage)


@pytest.fixture
async def picture(session: Session, tmp_path: Path) -> Asset:
    """A picture, 120 x 80."""
    Image.new("RGB", (120, 80), "teal").save(tmp_path / "picture.png")
    return await keep(tmp_path / "picture.png", session.storage)


@pytest.fixture
def made() -> Made:
    """Runs an operation that gives a file; a film or a sound must be as long as the operation said before."""

    async def run(use: str, **given: Any) -> Asset:
        [output] = (await run_operation("step", use, given, after=[])).outputs.values()
        assert isinstance(output, Asset)
        found = OPERATIONS[use]
        if output.kind in ("video", "audio"):
            said = found.seconds(found.inputs.model_validate(given))
            assert said == pytest.approx(output.seconds, abs=0.03)
        return output

    return run
