"""Every model of the catalog, asked as its page shows, from request to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from blocks import catalog
from tasks.asset import Asset
from tasks.generation import generate
from tasks.records import Generation

ROOT = Path(__file__).parents[2]
FILES = {"image": "image", "images": "image", "video": "video"}
"""What outputs that are files hold."""

KNOWN_AFTERWARDS = {"animate-anyone-gen2", "emoji-v1", "qwen-plus"}
"""Models whose template, expression or answer is as long as it is: nobody can quote them before."""


async def made(model: str, **given: Any) -> Generation:
    """What came of the first request that a model's page shows, with some of its input put in."""
    shown = catalog.examples(model)[0]["request"]
    body = {**shown, "model": model, "input": {**shown["input"], **given}}
    generation = await generate(catalog.request(body))
    assert generation.succeeded, generation.failure
    return generation


def decode(asset: Asset) -> None:
    """Decodes a stored file, whole, and holds it to what is recorded of it."""
    path = Path(asset.uri.removeprefix("file://"))
    if asset.kind == "image":
        with Image.open(path) as picture:
            picture.load()
            assert picture.size == (asset.width, asset.height)
        return
    with av.open(str(path)) as film:
        frames = sum(1 for _ in film.decode(video=0))
        assert film.streams.video[0].width == asset.width
    assert asset.seconds
    assert asset.fps
    assert abs(frames - asset.seconds * asset.fps) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("model", catalog.MODELS)
async def test_every_model_is_seen_through_to_its_files(model: str, studio) -> None:  # type: ignore[no-untyped-def]
    """Each is quoted before and billed after, and ends with stored files that decode, or the values its row names."""
    row, pairing = catalog.find(model), catalog.PAIRINGS.get(model)
    async with studio().session(base=ROOT):
        given: dict[str, Any] = {}
        if pairing is not None and pairing.template is not None:
            given = dict((await made(pairing.template)).values)
        generation = await made(model, **given)
    priced = "beijing" in row.billing.prices
    assert (generation.cost_cny is not None) is priced
    assert (generation.quoted_cny is not None) is (priced and model not in KNOWN_AFTERWARDS)
    kinds = {FILES[kind] for kind in row.outputs.values() if kind in FILES}
    assert {asset.kind for asset in generation.assets} == kinds
    for asset in generation.assets:
        decode(asset)
    told = {name for name, kind in row.outputs.items() if kind not in FILES} - {"reason"}  # of a check that says no
    assert told <= generation.values.keys()
