"""The plan: checks, draws and prices any pipeline without a call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from flows.deliverable import check_deliverable, undelivered
from flows.nesting import nest
from flows.parameters import resolve_params
from flows.pipeline import Pipeline
from flows.plan_step import PlanStep as PlanStep
from flows.prices import Prices
from flows.scope import Scope
from flows.steps import with_model
from flows.walking import Walk, check
from tasks.downloading import WebFiles
from tasks.reach import Reach


class Plan(BaseModel):
    """What a run would do and cost.

    Attributes:
        total_cny: the sum of all known quotes; read it together with ``unknown``.
        maybe_cny: what of it falls due only if a run finds that it is needed, e.g. for a second model after a no.
        unknown: steps whose price is not known before the run.
        saved_cny: what the cached calls would have cost.
        warnings: what looks odd but can run.
    """

    pipeline: str
    title: str
    region: str
    steps: list[PlanStep]
    deliver: list[str]
    total_cny: Decimal
    maybe_cny: Decimal = Decimal(0)
    unknown: list[str]
    saved_cny: Decimal
    calls: int
    cached: int
    warnings: list[str] = []


async def make_plan(
    pipeline: Pipeline,
    params: dict[str, Any],
    reach: Reach,
    *,
    emulated: bool,
    region: str = "beijing",
    place: str | None = None,
    web: WebFiles | None = None,
    asked: set[str] | None = None,
) -> Plan:
    """Check and price a pipeline. Nothing is sent; storage is only read.

    Args:
        params: values for its parameters.
        reach: the storage, where finished generations are looked up, and what the pipeline may read.
        emulated: whether the run would go to an emulator; its results never stand for paid ones.
        region: whose prices count.
        place: the region that would be asked, as its client names it; what it does not serve is refused.
        web: looks at files behind web addresses, when that is asked for.
        asked: the generations that plans before this one ask for, too: they are paid once. Those of this one are added.

    Raises:
        InvalidInput: with every problem found in the first step that has one.
    """
    nest(pipeline, reach.base)
    check(pipeline)
    values = await resolve_params(pipeline, params, reach)
    prices = Prices(reach.storage, emulated, region, web, set() if asked is None else asked, place)
    walk = Walk(with_model(pipeline, values), Scope(values, reach=reach), prices)
    await walk.all()
    check_deliverable(pipeline, walk.scope, walk.answered)
    rows = list(walk.rows.values())
    return Plan(
        pipeline=pipeline.pipeline,
        title=pipeline.title or pipeline.pipeline,
        region=region,
        steps=rows,
        deliver=list(pipeline.deliver),
        total_cny=sum((row.quote_cny for row in rows if row.quote_cny is not None), Decimal(0)),
        maybe_cny=sum((row.quote_cny for row in rows if row.maybe and row.quote_cny is not None), Decimal(0)),
        unknown=[row.name for row in rows if row.quote_cny is None],
        saved_cny=sum(
            (row.full_cny - row.quote_cny for row in rows if row.full_cny and row.quote_cny is not None), Decimal(0)
        ),
        calls=sum(row.calls for row in rows if row.paid),
        cached=sum(row.cached for row in rows if row.paid),
        warnings=[*prices.warnings, *undelivered(pipeline)],
    )
