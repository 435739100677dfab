"""A run that somebody cancels in the UI ends as with Ctrl-C, also where nobody looks after its process.

Prefect leaves that to who started the run: a worker, or what serves its deployment. A run from a terminal or from
Python has neither. It would stay *Cancelling*, go on, and pay; so it asks for its own state.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException
from prefect.states import Cancelled

from flows.asking import has_server

_EVERY_SECONDS = 5.0

_asked: set[UUID] = set()


@asynccontextmanager
async def heard() -> AsyncIterator[None]:
    """While it is open, what runs in it is cancelled when the cancellation of its flow run is asked for."""
    run, within = _unattended(), asyncio.current_task()
    if run is None or within is None:
        yield
        return
    listening = asyncio.create_task(_listen(run, within))
    try:
        yield
    finally:
        listening.cancel()


def _unattended() -> UUID | None:
    """The flow run under way, where it is nobody else's to end: none of a deployment, none within another."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or not has_server() or run.deployment_id or run.parent_task_run_id:
        return None
    return run.id


async def _listen(run: UUID, within: asyncio.Task[Any]) -> None:
    async with get_client() as client:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            with suppress(httpx.HTTPError, PrefectException):
                state = (await client.read_flow_run(run)).state
                if state is not None and (state.is_cancelling() or state.is_cancelled()):
                    _asked.add(run)
                    within.cancel()
                    return


async def as_cancelled(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Say *Cancelled* of a run that was, where Prefect says *Crashed*: a hook for flows."""
    if flow_run.id in _asked:
        _asked.discard(flow_run.id)
        async with get_client() as client:
            await client.set_flow_run_state(flow_run.id, Cancelled(message="It was cancelled in the UI."), force=True)
