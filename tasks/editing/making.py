"""How an operation works on files: local copies of what goes in, what comes out kept under its checksum."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from blocks.storage import MediaStorage
from tasks import finished
from tasks.asset import Asset
from tasks.importing import described
from tasks.operations import Takes
from tasks.session import current

Video = Annotated[Asset, Takes(("video",))]
Videos = Annotated[list[Asset], Takes(("video",)), Field(min_length=1)]


async def make(name: str, sources: list[Asset], work: Callable[[list[Path], Path], Any]) -> Asset:
    """Work on local copies of the sources; the file called `name` that this gives, kept in storage."""

    def one(paths: list[Path], folder: Path) -> list[Path]:
        work(paths, folder / name)
        return [folder / name]

    [made] = await make_many(sources, one)
    return made


async def make_many(sources: list[Asset], work: Callable[[list[Path], Path], list[Path]]) -> list[Asset]:
    """Work on local copies of the sources in a folder; the files that this gives, in order, kept in storage."""
    storage = current().storage
    async with AsyncExitStack() as stack:
        paths = [
            await stack.enter_async_context(storage.local_copy(source.path)) if source.path else Path(source.uri)
            for source in sources
        ]
        with tempfile.TemporaryDirectory() as folder:
            made = await asyncio.to_thread(work, paths, Path(folder))
            return [await keep(path, storage) for path in made]


async def keep(made: Path, storage: MediaStorage, folder: str = "edits") -> Asset:
    """Bring a local file into storage under its checksum; the asset it became."""
    made_of = await described(made, uri="", stored="")
    path = f"{folder}/{made_of.sha256[:2]}/{made_of.sha256}/{made.name}"
    asset = made_of.model_copy(update={"uri": storage.uri(path), "path": path})
    if not await finished.whole(storage, asset):
        await storage.put(made, path)
    return asset
