"""What a model's step gives to the steps after it: assets and values by the output names of the catalog's row."""

from __future__ import annotations

from typing import Any

from blocks import catalog
from blocks.catalog.answers import BY_NAME
from tasks.asset import Asset


def outputs_of(model: str, assets: list[Asset], values: dict[str, Any]) -> dict[str, Any]:
    """The outputs of a finished generation by name.

    A model whose files are not all alike tells which fill which output. Else an output of type ``images`` is the list
    of all pictures; one of a media type is the first file of that kind; any other is the value of that name.
    """
    given: dict[str, Any] = {}
    places = values.get(BY_NAME, {})
    for name, kind in catalog.find(model).outputs.items():
        if name in places:
            found = [assets[place] for place in places[name] if place < len(assets)]
            given[name] = found if kind == "images" else next(iter(found), None)
        elif kind == "images":
            given[name] = [asset for asset in assets if asset.kind == "image"]
        elif kind in ("image", "video", "audio"):
            given[name] = next((asset for asset in assets if asset.kind == kind), None)
        else:
            given[name] = values.get(name)
    return given
