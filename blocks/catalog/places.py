"""Where a model can be asked: key, address and model must belong to the same region (models.yaml region_rule)."""

from __future__ import annotations

from typing import get_args

from blocks.catalog.errors import Problem
from blocks.catalog.model import Model, Region
from blocks.catalog.requests import Request
from blocks.catalog.rows import MODELS


def not_served(request: Request, region: str) -> Problem | None:
    """Why a region would refuse a request, and what it would take instead.

    Args:
        request: what is asked.
        region: where; one that is not the vendor's own (a gateway, an emulator) may serve anything.

    Returns:
        The problem, of the field ``model``; None where the region serves the model, or the pages leave it open.
    """
    row = request.row
    if region not in get_args(Region) or region in (*row.regions, *row.unsure_regions):
        return None
    said = f"{row.id} is served in {' and '.join(row.regions)}, not in {region}"
    takers = [other.id for other in MODELS.values() if _takes_the_place(other, row, region) and _takes(other, request)]
    named = next((name for name in takers if row.id in (MODELS[name].same_as, *MODELS[name].also.values())), None)
    said += f"; there it is called {named}" if named else ""
    return Problem("model", said, row.id, models=takers)


def _takes_the_place(other: Model, row: Model, region: str) -> bool:
    return other.family == row.family and region in other.regions


def _takes(other: Model, request: Request) -> bool:
    body = {**request.to_dict(), "model": other.id}
    kind = other.request_for(body)
    try:
        return kind is not None and bool(kind.model_validate(body))
    except ValueError:
        return False
