"""A run that nobody looks after hears that it was cancelled in the UI."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows import cancellation
from flows.cancellation import as_cancelled, heard


async def _ask(server: str, run: str, state: str) -> None:
    async with httpx.AsyncClient(base_url=server, timeout=30) as client:
        body = {"state": {"type": state}, "force": True}
        (await client.post(f"/flow_runs/{run}/set_state", json=body)).raise_for_status()


@pytest.mark.parametrize("asked", ["CANCELLING", "CANCELLED"])
async def test_a_cancelled_run_ends(prefect_server: str, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """What it does is cancelled and seen through, and the UI says that the run was cancelled, not that it crashed.

    A server that is away when the run asks for its state is asked again.
    """
    monkeypatch.setattr(cancellation, "_EVERY_SECONDS", 0.1)
    read, looks = PrefectClient.read_flow_run, list[UUID]()

    async def away_at_first(client: PrefectClient, run: UUID) -> FlowRun:
        looks.append(run)
        if len(looks) == 1:
            raise httpx.ConnectError("away")
        return await read(client, run)

    runs: list[str] = []
    seen_through: list[bool] = []

    @flow(name="lasting", on_crashed=[as_cancelled])
    async def lasting() -> None:
        async with heard():
            context: Any = FlowRunContext.get()
            runs.append(str(context.flow_run.id))
            monkeypatch.setattr(PrefectClient, "read_flow_run", away_at_first)
            await _ask(prefect_server, runs[0], asked)
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 20)
            finally:
                seen_through.append(True)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(lasting())
    async with httpx.AsyncClient(base_url=prefect_server, timeout=30) as client:
        state = (await client.get(f"/flow_runs/{runs[0]}")).json()["state"]
    assert (state["type"], seen_through) == ("CANCELLED", [True])


async def test_who_is_looked_after_does_not_ask(prefect_server: str) -> None:
    """A worker ends the runs of deployments, and a parent its own; without a server nobody can cancel anything."""

    @flow(name="within")
    async def within() -> UUID | None:
        return cancellation._unattended()

    @flow(name="unattended")
    async def unattended() -> None:
        context = FlowRunContext.get()
        assert context and context.flow_run and cancellation._unattended() == context.flow_run.id
        assert await within() is None
        deployed = context.flow_run.model_copy(update={"deployment_id": uuid4()})
        with context.model_copy(update={"flow_run": deployed}):
            assert cancellation._unattended() is None
        with temporary_settings(updates={PREFECT_API_URL: None}):
            assert cancellation._unattended() is None

    await unattended()
    assert cancellation._unattended() is None
