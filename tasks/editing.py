"""The local operations of a pipeline: cutting, joining and looking at media. They cost nothing and are cached."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from prefect import task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.context import TaskRunContext
from pydantic import BaseModel, Field

from blocks import media
from blocks.storage import MediaStorage
from tasks import finished
from tasks.asset import Asset
from tasks.importing import described
from tasks.operations import OPERATIONS, OperationInput, Takes, operation
from tasks.session import current

Video = Annotated[Asset, Takes(("video",))]
Videos = Annotated[list[Asset], Takes(("video",)), Field(min_length=1)]


class Edit(BaseModel):
    """What an operation gave: assets and plain values by output name."""

    key: str
    outputs: dict[str, Asset | float | bool | str | None]
    cached: bool = False


class ConcatenateInput(OperationInput):
    """Videos, in the order they play."""

    videos: Videos


class OneVideo(OperationInput):
    """One video."""

    video: Video


class MuxInput(OperationInput):
    """A film and the sound to lay under it."""

    video: Video
    audio: Annotated[Asset, Takes(("audio", "video"))]
    gain_db: float = Field(default=-8.0, ge=-60, le=12, description="How loud the added sound is, dB.")
    loop: bool = Field(default=True, description="Repeat sound that is shorter than the film.")
    fade_seconds: float = Field(default=1.5, ge=0, le=10, description="Fade-out at the film's end, seconds.")


class ContactSheetInput(OperationInput):
    """Videos or pictures to see side by side."""

    sources: Annotated[list[Asset], Takes(("video", "image")), Field(min_length=1)]
    captions: list[str] | None = None
    columns: int | None = Field(default=None, ge=1, le=12)


class ProbeInput(OperationInput):
    """Any picture, video or sound."""

    media: Annotated[Asset, Takes(("video", "image", "audio"))]


@operation("concatenate", ConcatenateInput, {"video": "video"})
async def concatenate(given: ConcatenateInput) -> dict[str, Any]:
    """Join videos end to end; streams that match are copied, only others are re-encoded."""
    return {"video": await _make("film.mp4", given.videos, lambda paths, to: media.concatenate(paths, to))}


@operation("last_frame", OneVideo, {"image": "image"})
async def last_frame(given: OneVideo) -> dict[str, Any]:
    """The very last picture of a video, to go on from."""
    return {"image": await _make("last-frame.png", [given.video], lambda paths, to: media.last_frame(paths[0], to))}


@operation("first_frame", OneVideo, {"image": "image"})
async def first_frame(given: OneVideo) -> dict[str, Any]:
    """The first picture of a video."""
    return {"image": await _make("first-frame.png", [given.video], lambda paths, to: media.first_frame(paths[0], to))}


@operation("mux", MuxInput, {"video": "video"})
async def mux(given: MuxInput) -> dict[str, Any]:
    """Lay music or another sound under a film; its own sound stays, its pictures are not touched."""
    return {
        "video": await _make(
            "film.mp4",
            [given.video, given.audio],
            lambda paths, to: media.mux_audio(
                paths[0], paths[1], to, gain_db=given.gain_db, loop=given.loop, fade_seconds=given.fade_seconds
            ),
        )
    }


@operation("contact_sheet", ContactSheetInput, {"image": "image"})
async def contact_sheet(given: ContactSheetInput) -> dict[str, Any]:
    """One picture that shows them all side by side."""
    return {
        "image": await _make(
            "contact-sheet.jpg",
            given.sources,
            lambda paths, to: media.contact_sheet(paths, to, captions=given.captions, columns=given.columns),
        )
    }


@operation(
    "probe",
    ProbeInput,
    {"seconds": "number", "width": "number", "height": "number", "fps": "number", "has_audio": "boolean"},
)
async def probe(given: ProbeInput) -> dict[str, Any]:
    """Length, size, frame rate and sound of a file, for `when` and `require`."""
    asset = given.media
    return {
        "seconds": asset.seconds,
        "width": asset.width,
        "height": asset.height,
        "fps": asset.fps,
        "has_audio": asset.has_audio,
    }


@dataclass
class _ByContent(CachePolicy):
    """Cache by what goes in: checksums of the media, the other inputs, the operation's version."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: Any
    ) -> str | None:
        return f"edit-{edit_key(inputs['use'], inputs['given'])}"


def edit_key(use: str, given: dict[str, Any]) -> str:
    """The key of an operation on these inputs: SHA-256 over the media's checksums and all other values."""
    facts = {"use": use, "version": OPERATIONS[use].version, "input": _content(given)}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _content(value: Any) -> Any:
    if isinstance(value, Asset):
        return {"sha256": value.sha256}
    if isinstance(value, dict):
        return {key: _content(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_content(item) for item in value]
    return value


@task(
    name="edit",
    task_run_name="{label}: {use}",
    persist_result=True,
    result_serializer="json",
    cache_policy=_ByContent(),
)
async def edit(label: str, use: str, given: dict[str, Any]) -> Edit:
    """Run one local operation, or find that it was done before with its files still whole.

    Args:
        label: what the run shows.
        use: the operation's name.
        given: its inputs; media as assets.

    Raises:
        MediaError: a file cannot be read as what it should be.
    """
    key = edit_key(use, given)
    before = await done_before(current().storage, key)
    if before is not None:
        return before
    found = OPERATIONS[use]
    done = Edit(key=key, outputs=await found.run(found.inputs.model_validate(given)))
    await current().storage.write_json(_record(key), done.model_dump(mode="json"))
    return done


async def done_before(storage: MediaStorage, key: str) -> Edit | None:
    """What the operation gave the last time, if its files are still whole."""
    found = await storage.read_json(_record(key))
    if found is None:
        return None
    done = Edit.model_validate(found)
    outputs = {
        name: output.model_copy(update={"uri": storage.uri(output.path)}) if isinstance(output, Asset) else output
        for name, output in done.outputs.items()
    }
    assets = [output for output in outputs.values() if isinstance(output, Asset) and output.path]
    whole = all([await finished.whole(storage, asset) for asset in assets])
    return done.model_copy(update={"outputs": outputs, "cached": True}) if whole else None


def _record(key: str) -> str:
    return f"edits/{key[:2]}/{key}/edit.json"


async def run_operation(label: str, use: str, given: dict[str, Any], *, after: list[Any]) -> Edit:
    """Run an operation as a Prefect task; its state is Cached when its result is there and whole.

    Raises:
        MediaError: a file cannot be read as what it should be.
    """
    session = current()
    options: dict[str, Any] = {"tags": [use]}
    if session.results is None:
        options |= {"persist_result": False, "cache_policy": NO_CACHE}
    else:
        options["result_storage"] = session.results
        if await done_before(session.storage, edit_key(use, given)) is None:
            options["refresh_cache"] = True
    done: Edit = await edit.with_options(**options)(label, use, given, wait_for=after)
    return done


async def _make(name: str, sources: list[Asset], work: Callable[[list[Path], Path], Any]) -> Asset:
    """Work on local copies of the sources and keep the result in storage, under the checksum of its content."""
    storage = current().storage
    async with AsyncExitStack() as stack:
        paths = [
            await stack.enter_async_context(storage.local_copy(source.path)) if source.path else Path(source.uri)
            for source in sources
        ]
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / name
            await asyncio.to_thread(work, paths, made)
            return await keep(made, storage)


async def keep(made: Path, storage: MediaStorage, folder: str = "edits") -> Asset:
    """Bring a local file into storage under its checksum; the asset it became."""
    made_of = await described(made, uri="", stored="")
    path = f"{folder}/{made_of.sha256[:2]}/{made_of.sha256}/{made.name}"
    asset = made_of.model_copy(update={"uri": storage.uri(path), "path": path})
    if not await finished.whole(storage, asset):
        await storage.put(made, path)
    return asset
