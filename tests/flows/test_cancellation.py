"""A run that nobody looks after hears that it was cancelled in the UI."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from prefect import flow
from prefect.context import FlowRunContext

from flows import cancellation
from flows.cancellation import as_cancelled, heard


async def _ask(server: str, run: str) -> None:
    async with httpx.AsyncClient(base_url=server, timeout=30) as client:
        body = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
        (await client.post(f"/flow_runs/{run}/set_state", json=body)).raise_for_status()


async def test_a_cancelled_run_ends(prefect_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does is cancelled and seen through, and the UI says that the run was cancelled, not that it crashed."""
    monkeypatch.setattr(cancellation, "_EVERY_SECONDS", 0.1)
    runs: list[str] = []
    seen_through: list[bool] = []

    @flow(name="lasting", on_crashed=[as_cancelled])
    async def lasting() -> None:
        async with heard():
            context: Any = FlowRunContext.get()
            runs.append(str(context.flow_run.id))
            await _ask(prefect_server, runs[0])
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 20)
            finally:
                seen_through.append(True)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(lasting())
    async with httpx.AsyncClient(base_url=prefect_server, timeout=30) as client:
        state = (await client.get(f"/flow_runs/{runs[0]}")).json()["state"]
    assert (state["type"], seen_through) == ("CANCELLED", [True])
