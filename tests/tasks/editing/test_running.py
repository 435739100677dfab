"""The local operations, on real media."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blocks import media
from blocks.media import AudioFormat, MediaError, VideoWriter
from tasks.asset import Asset
from tasks.editing import Edit, edit_key, keep, run_operation
from tasks.importing import known_file
from tasks.session import Session, open_session
from tests.tasks.editing.conftest import Made

RED, BLUE = (220, 30, 30), (30, 30, 220)


def _clip(
    path: Path, *, start: tuple[int, int, int] = RED, end: tuple[int, int, int] = BLUE, sound: bool = True
) -> Path:
    """A second of film that begins in one colour and ends in another."""
    with VideoWriter(path, 320, 180, 30, audio=AudioFormat() if sound else None) as writer:
        for number in range(30):
            writer.write(np.full((180, 320, 3), start if number < 15 else end, dtype=np.uint8))
        if sound:
            writer.write_audio(np.zeros((48_000, 2), dtype=np.float32))
    return path


@pytest.fixture(params=["local", "memory"])
async def session(
    request: pytest.FixtureRequest, prefect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Session]:
    """A session that sends nothing, on a local storage and on one that is not."""
    url = str(tmp_path / "media") if request.param == "local" else f"memory://{uuid.uuid4().hex}"
    async with open_session(url, offline=True) as opened:
        await opened.save_results_block()
        yield opened


@pytest.fixture
async def clip(session: Session, tmp_path: Path) -> Asset:
    return await keep(_clip(tmp_path / "clip.mp4"), session.storage)


@pytest.fixture
async def silent(session: Session, tmp_path: Path) -> Asset:
    return await keep(_clip(tmp_path / "silent.mp4", start=BLUE, sound=False), session.storage)


async def _run(use: str, **given: Any) -> Edit:
    return await run_operation("step", use, given, after=[])


async def _colour(session: Session, image: Asset) -> tuple[float, ...]:
    async with session.storage.local_copy(image.path) as path:
        from PIL import Image

        with Image.open(path) as picture:
            return tuple(np.asarray(picture.convert("RGB")).mean(axis=(0, 1)))


async def test_concatenate(session: Session, clip: Asset, silent: Asset, made: Made) -> None:
    """Videos come one after the other, with or without sound, and the film lies in the storage."""
    film = await made("concatenate", videos=[clip, silent, clip])
    assert film.kind == "video" and film.seconds == pytest.approx(3, abs=0.15) and film.has_audio
    assert film.uri == session.storage.uri(film.path) and await session.storage.size(film.path) == film.bytes


@pytest.mark.slow
async def test_frames(session: Session, clip: Asset, made: Made) -> None:
    """The first frame is the first picture, the last frame the very last one, in the film's size."""
    first, last = await made("first_frame", video=clip), await made("last_frame", video=clip)
    assert (last.width, last.height, last.media_type) == (320, 180, "image/png")
    assert await _colour(session, first) == pytest.approx(RED, abs=12)
    assert await _colour(session, last) == pytest.approx(BLUE, abs=12)


async def test_mux(session: Session, silent: Asset, clip: Asset, made: Made) -> None:
    """Sound is laid under a film, which keeps its length."""
    film = await made("mux", video=silent, audio=clip, gain_db=-12)
    assert film.has_audio and not silent.has_audio and film.seconds == pytest.approx(1, abs=0.1)


@pytest.mark.slow
async def test_contact_sheet(session: Session, clip: Asset, silent: Asset, made: Made) -> None:
    """A contact sheet is one picture, captions included."""
    plain = await made("contact_sheet", sources=[clip, silent])
    titled = await made("contact_sheet", sources=[clip, silent], captions=["one", "二"])
    assert plain.media_type == "image/jpeg" and plain.sha256 != titled.sha256


@pytest.mark.slow
async def test_probe(session: Session, clip: Asset, silent: Asset) -> None:
    """Probing says what a file is."""
    found = (await _run("probe", media=clip)).outputs
    assert (found["width"], found["height"], found["has_audio"]) == (320, 180, True)
    assert found["seconds"] == pytest.approx(1, abs=0.1) and found["fps"] == pytest.approx(30)
    assert (await _run("probe", media=silent)).outputs["has_audio"] is False


@pytest.mark.slow
async def test_again(session: Session, clip: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same operation on the same content is not done again, whatever the file is called."""
    first = await _run("last_frame", video=clip)
    monkeypatch.setattr(media, "last_frame", _refuse)
    moved = clip.model_copy(update={"uri": "elsewhere", "path": "elsewhere"})
    again = await _run("last_frame", video=moved)
    assert again.outputs == first.outputs


async def test_without_prefect_results(session: Session, clip: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine, whose Prefect knows nothing, does not do it again either."""
    first = await _run("last_frame", video=clip)
    session.results = None
    monkeypatch.setattr(media, "last_frame", _refuse)
    again = await _run("last_frame", video=clip)
    assert again.outputs == first.outputs and again.cached


async def test_other_input(session: Session, clip: Asset, silent: Asset) -> None:
    """Other content, another option or another order is another result."""
    keys = {
        edit_key("concatenate", {"videos": [clip, silent]}),
        edit_key("concatenate", {"videos": [silent, clip]}),
        edit_key("mux", {"video": clip, "audio": silent}),
        edit_key("mux", {"video": clip, "audio": silent, "loop": False}),
        edit_key("first_frame", {"video": clip}),
        edit_key("last_frame", {"video": clip}),
    }
    assert len(keys) == 6


@pytest.mark.parametrize("damage", ["missing", "spoilt"])
async def test_damaged(session: Session, clip: Asset, damage: str, made: Made) -> None:
    """A result that is missing or spoilt is made again."""
    first = await made("last_frame", video=clip)
    if damage == "missing":
        await session.storage.delete(first.path)
    else:
        await session.storage.write_bytes(first.path, b"\0" * first.bytes)
    again = await made("last_frame", video=clip)
    assert again.sha256 == first.sha256
    content = await session.storage.read_bytes(again.path)
    assert content is not None and content[1:4] == b"PNG"


@pytest.mark.slow
async def test_broken_input(session: Session, tmp_path: Path) -> None:
    """A file that is no film gives a clear error, and no result."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(_clip(path).read_bytes()[:3000])
    broken = Asset(uri=str(path), path="", media_type="video/mp4", bytes=3000, sha256="0" * 64)
    with pytest.raises(MediaError):
        await _run("concatenate", videos=[broken])


@pytest.mark.slow
async def test_local_input(session: Session, tmp_path: Path, made: Made) -> None:
    """A file outside of the storage can be worked on where it is."""
    path = _clip(tmp_path / "own.mp4")
    asset = await known_file(str(path), session.storage)
    assert asset is not None and asset.path == ""
    assert (await made("last_frame", video=asset)).kind == "image"


def _refuse(*_: Any) -> Any:
    raise AssertionError("it is done again")
