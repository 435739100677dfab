"""Choosing one of several variants: by rule, or by a person, who is asked once for the same variants.

The choice is kept in storage, ``choices/<pipeline>-<key>.json``; who wants to choose anew deletes the file.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

from blocks import media
from blocks.media.sharpness import sharpness
from blocks.storage import MediaStorage
from flows import asking
from flows.asking import Question
from flows.pipeline import Rule
from flows.scope import Many, Outputs
from tasks.asset import Asset
from tasks.importing import described
from tasks.session import now

log = logging.getLogger("wanflow")


def variants_of(each: list[Outputs]) -> list[Outputs]:
    """What there is to choose from: takes, and of an answer with several pictures each of them."""
    found: list[Outputs] = []
    for outputs in each:
        pictures = outputs.get("images")
        if isinstance(pictures, Many):
            found += [{**outputs, "images": [pictures.item], "image": pictures.item}] * pictures.likely
        elif isinstance(pictures, list) and len(pictures) > 1:
            found += [{**outputs, "images": [picture], "image": picture} for picture in pictures]
        else:
            found.append(outputs)
    return found


async def choose(rule: Rule, variants: list[Outputs], storage: MediaStorage, title: str, pipeline: str) -> int:
    """The number of the chosen variant, from 0; of equals the first.

    Raises:
        NotAnswered: a person was asked and gave no answer.
        MediaError: a variant cannot be looked at.
    """
    if len(variants) == 1:
        return 0
    match rule:
        case "longest":
            return _best([sum(asset.seconds or 0 for asset in _files(variant)) for variant in variants])
        case "sharpest":
            return _best([await _sharpness(variant, storage) for variant in variants])
        case "person":
            before = await chosen_before(variants, storage, pipeline)
            if before is not None:
                said = "%s: variant %d was chosen before. To choose anew, delete %s"
                log.info(said, title, before + 1, storage.uri(_kept(variants, pipeline)))
                return before
            if asking.manner.get().choose_first:
                return 0
            number = await _asked(variants, storage, title, pipeline)
            await _keep(number, variants, storage, title, pipeline)
            return number
        case _:
            return 0


async def chosen_before(variants: list[Outputs], storage: MediaStorage, pipeline: str) -> int | None:
    """Which of these variants a person chose in an earlier run of the pipeline, from 0; None if nobody did."""
    found = await storage.read_json(_kept(variants, pipeline))
    return None if found is None else int(found["variant"]) - 1


async def _keep(number: int, variants: list[Outputs], storage: MediaStorage, title: str, pipeline: str) -> None:
    record = {
        "pipeline": pipeline,
        "step": title,
        "variant": number + 1,
        "of": [[asset.uri for asset in _files(variant)] for variant in variants],
        "chosen_at": now().isoformat(),
    }
    await storage.write_json(_kept(variants, pipeline), record)


def _kept(variants: list[Outputs], pipeline: str) -> str:
    """Where the choice among variants is kept: by what they hold, in their order."""
    held = [[(asset.path, asset.sha256) for asset in _files(variant)] or _words(variant) for variant in variants]
    return f"choices/{pipeline}-{hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]}.json"


def _best(scores: list[float]) -> int:
    return max(range(len(scores)), key=lambda number: (scores[number], -number))


def _files(variant: Outputs) -> list[Asset]:
    listed = [item for value in variant.values() for item in (value if isinstance(value, list) else [value])]
    return list({item.uri: item for item in listed if isinstance(item, Asset)}.values())


async def _sharpness(variant: Outputs, storage: MediaStorage) -> float:
    pictures = [asset for asset in _files(variant) if asset.kind in ("image", "video")]
    if not pictures:
        return 0.0
    async with storage.local_copy(pictures[0].path) as path:
        return await asyncio.to_thread(sharpness, path)


async def _asked(variants: list[Outputs], storage: MediaStorage, title: str, pipeline: str) -> int:
    files = [_files(variant) for variant in variants]
    lines = [
        ", ".join(asset.uri for asset in one) or _words(variants[number])[:200] for number, one in enumerate(files)
    ]
    sheet = await _contact_sheet(files, storage)
    return await asking.choose(Question(f"{title}: which variant?", lines, sheet=sheet, pipeline=pipeline), storage)


def _words(variant: Outputs) -> str:
    values: list[Any] = [value for value in variant.values() if value is not None]
    return ", ".join(str(value) for value in values)


async def _contact_sheet(files: list[list[Asset]], storage: MediaStorage) -> Asset | None:
    """One picture of all variants with their numbers, kept in storage; None when nothing can be seen."""
    seen = [(number, asset) for number, one in enumerate(files, 1) for asset in one[:1]]
    seen = [(number, asset) for number, asset in seen if asset.kind in ("image", "video")]
    if not seen:
        return None
    with tempfile.TemporaryDirectory() as temporary:
        pictures = []
        for number, asset in seen:
            picture = Path(temporary) / f"{number}.jpg"
            async with storage.local_copy(asset.path) as path:
                await asyncio.to_thread(media.poster, path, picture, at=0.5)
            pictures.append(picture)
        sheet = Path(temporary) / "variants.jpg"
        await asyncio.to_thread(media.contact_sheet, pictures, sheet, captions=[str(number) for number, _ in seen])
        target = f"choices/{seen[0][1].sha256[:16]}-{len(seen)}.jpg"
        await storage.put(sheet, target)
        return await described(sheet, uri=storage.uri(target), stored=target)
