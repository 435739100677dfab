"""Pictures of a production: a poster beside each video, and one contact sheet of it all."""

from __future__ import annotations

import asyncio
import posixpath
import tempfile
from dataclasses import dataclass
from pathlib import Path

from blocks import media
from blocks.storage import MediaStorage
from flows.manifest import Deliverable, ManifestScene
from tasks.asset import Asset
from tasks.importing import described

_MOST = 48


@dataclass(frozen=True)
class Moment:
    """One picture of a contact sheet.

    Attributes:
        path: of the video or picture, relative to the production; ``../`` leads to one beside it.
        at: where in the video, 0 (start) to 1 (end).
    """

    path: str
    at: float
    caption: str


def moments_of(deliverables: list[Deliverable], scenes: list[ManifestScene]) -> list[Moment]:
    """What a contact sheet shows: every shot of a film's scenes, else every video and picture that was delivered."""
    shots = [
        Moment(path, (shot["start"] + shot["end"]) / 2 / scene.seconds, f"{scene.number}.{number}  {shot['prompt']}")
        for scene in scenes
        if (path := scene.styled or scene.raw)
        for number, shot in enumerate(scene.shots, 1)
    ]
    seen = [Moment(one.path, 0.5, one.path) for one in deliverables if one.asset.kind in ("video", "image")]
    return (shots or seen)[:_MOST]


async def posters(storage: MediaStorage, folder: str, deliverables: list[Deliverable]) -> list[Deliverable]:
    """A JPEG beside each delivered video, under the same name."""
    videos = [one for one in deliverables if one.asset.kind == "video"]
    taken = {one.path for one in deliverables}

    async def poster(video: Deliverable) -> Deliverable | None:
        path = str(Path(video.path).with_suffix(".jpg"))
        if path in taken:
            return None
        asset = await _picture(storage, f"{folder}/{video.path}", 0.3, f"{folder}/{path}")
        return Deliverable(path=path, asset=asset)

    made = await asyncio.gather(*(poster(video) for video in videos))
    return [one for one in made if one is not None]


async def _picture(storage: MediaStorage, source: str, at: float, target: str) -> Asset:
    with tempfile.TemporaryDirectory() as temporary:
        picture = Path(temporary) / "picture.jpg"
        async with storage.local_copy(source) as path:
            await asyncio.to_thread(media.poster, path, picture, at=at)
        await storage.put(picture, target)
        return await described(picture, uri=storage.uri(target), stored=target)


async def contact_sheet(storage: MediaStorage, folder: str, moments: list[Moment]) -> Asset | None:
    """One picture of all moments, ``contact-sheet.jpg`` in the production; None when there is nothing to see."""
    if not moments:
        return None
    with tempfile.TemporaryDirectory() as temporary:
        pictures = [Path(temporary) / f"{number}.jpg" for number in range(len(moments))]

        async def take(moment: Moment, picture: Path) -> None:
            async with storage.local_copy(posixpath.normpath(f"{folder}/{moment.path}")) as path:
                await asyncio.to_thread(media.poster, path, picture, at=moment.at)

        await asyncio.gather(*(take(moment, picture) for moment, picture in zip(moments, pictures, strict=True)))
        sheet = Path(temporary) / "contact-sheet.jpg"
        captions = [moment.caption for moment in moments]
        await asyncio.to_thread(media.contact_sheet, pictures, sheet, captions=captions)
        target = f"{folder}/contact-sheet.jpg"
        await storage.put(sheet, target)
        return await described(sheet, uri=storage.uri(target), stored=target)
