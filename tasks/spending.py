"""What was paid, kept in storage: one small file for each paid generation, so that none is counted twice.

``spending/<day>/<task>.json``; the day is the one on which the provider's job ended, UTC.
"""

from __future__ import annotations

import asyncio
import re
from datetime import date, datetime
from decimal import Decimal

from prefect.context import FlowRunContext
from pydantic import BaseModel, ConfigDict

from blocks.storage import MediaStorage
from tasks.finished import Finished

_AT_ONCE = 32


class Spending(BaseModel):
    """One generation that was paid for.

    Attributes:
        at: when the provider's job ended, UTC.
        run: the flow run that saw it end, as people know it.
        run_id: the same for the server; None outside of a flow.
        cost_cny: what the provider bills by the documented unit price; None is unknown.
        account: who pays, and in which region.
        emulated: an emulator made it: the price is the service's, nobody pays it.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    run: str
    run_id: str | None
    model: str
    fingerprint: str
    task_id: str | None
    cost_cny: Decimal | None
    account: str
    emulated: bool


def run_under_way() -> tuple[str, str | None]:
    """Name and id of the flow run under way; a name only outside of one."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return (run.name, str(run.id)) if run else ("outside of a flow", None)


async def record(storage: MediaStorage, fingerprint: str, ended: Finished) -> None:
    """Note what a generation cost; noting it again changes nothing but the run's name."""
    outcome = ended.outcome
    run, run_id = run_under_way()
    spending = Spending(
        at=outcome.finished_at,
        run=run,
        run_id=run_id,
        model=outcome.model,
        fingerprint=fingerprint,
        task_id=outcome.task_id,
        cost_cny=ended.cost_cny,
        account=outcome.account,
        emulated=ended.emulated,
    )
    name = re.sub("[^0-9A-Za-z_.-]+", "-", outcome.task_id or f"{fingerprint}-{outcome.request_id or 'at-once'}")
    await storage.write_json(f"spending/{outcome.finished_at:%Y-%m-%d}/{name}.json", spending.model_dump(mode="json"))


async def spent(storage: MediaStorage, *, since: date | None = None) -> list[Spending]:
    """Everything that was paid for on this storage, oldest first.

    Args:
        since: leave out earlier days, UTC.
    """
    paths = [path for path in await storage.list("spending") if path.endswith(".json") and path.count("/") == 2]
    wanted = [path for path in paths if since is None or path.split("/")[1] >= since.isoformat()]
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(path: str) -> Spending | None:
        async with gate:
            found = await storage.read_json(path)
        return None if found is None else Spending.model_validate(found)

    found = await asyncio.gather(*(read(path) for path in wanted))
    return sorted((one for one in found if one is not None), key=lambda one: one.at)
