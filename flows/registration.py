"""What a Prefect server must know before deployments are served: block types, saved blocks, limits, unfinished runs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from blocks.dashscope import DashScope
from blocks.storage import MediaStorage
from tasks.shared_limits import LIMIT_PREFIX

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse

    from blocks.catalog import Model


async def save_blocks() -> list[str]:
    """Register both block types, and save as ``default`` what the environment says.

    A saved block stays as it is where the environment is silent; a storage is saved the first time in any case.

    Returns:
        The blocks saved, as ``type/name``.
    """
    await DashScope.aregister_type_and_schema()
    await MediaStorage.aregister_type_and_schema()
    saved = []
    if os.environ.get("DASHSCOPE_API_KEY", "").strip():
        account = DashScope.from_environment()
        if account is not None:
            await account.asave("default", overwrite=True)
            saved.append("dashscope/default")
    if os.environ.get("WANFLOW_STORAGE", "").strip() or not await _has_block("media-storage", "default"):
        await MediaStorage.from_environment().asave("default", overwrite=True)
        saved.append("media-storage/default")
    return saved


async def _has_block(slug: str, name: str) -> bool:
    async with get_client() as client:
        try:
            await client.read_block_document_by_name(name=name, block_type_slug=slug, include_secrets=False)
        except ObjectNotFound:
            return False
    return True


async def save_limits(models: Iterable[Model]) -> list[str]:
    """Save the documented submit rates as global concurrency limits, where the server has none of the name yet.

    Args:
        models: the catalog's rows; one without a documented rate gets no limit.

    Returns:
        The names of the limits added. One that exists stays: somebody may have agreed on another rate.
    """
    added = []
    async with get_client() as client:
        existing = await _limit_names(client)
        for model in models:
            rate = model.limits.submits_per_second
            name = LIMIT_PREFIX + model.id
            if rate and name not in existing:
                limit = GlobalConcurrencyLimitCreate(name=name, limit=max(1, int(rate)), slot_decay_per_second=rate)
                await client.create_global_concurrency_limit(limit)
                added.append(name)
    return added


async def _limit_names(client: PrefectClient) -> set[str]:
    names: set[str] = set()
    while True:
        page = await client.read_global_concurrency_limits(limit=200, offset=len(names))
        fresh = {limit.name for limit in page} - names
        if not fresh:
            return names
        names |= fresh


async def saved_deployments(tag: str) -> list[DeploymentResponse]:
    """The deployments with a tag that the server has."""
    async with get_client() as client:
        return await _saved(client, tag)


async def _saved(client: PrefectClient, tag: str) -> list[DeploymentResponse]:
    found: list[DeploymentResponse] = []
    while True:
        wanted = DeploymentFilter(tags=DeploymentFilterTags(all_=[tag]))
        page = await client.read_deployments(deployment_filter=wanted, limit=200, offset=len(found))
        if not page:
            return found
        found += page


async def take_up_runs(tag: str) -> list[str]:
    """Schedule again the served runs that a process was busy with when it ended; what they paid for is found again.

    Only for a server that nobody else serves: a run that another process is busy with would run twice. Runs of a work
    pool are their worker's business.

    Args:
        tag: of the deployments.

    Returns:
        The names of the runs.
    """
    taken = []
    async with get_client() as client:
        served = [deployment.id for deployment in await _saved(client, tag) if not deployment.work_pool_name]
        if not served:
            return []
        busy = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING, StateType.PAUSED]
        runs = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=served)),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=busy))),
            limit=200,
        )
        for run in runs:
            if run.state is None or run.state.state_details.pause_reschedule:
                continue  # a suspended run has no process and waits for a person
            if run.state.is_cancelling():
                await client.set_flow_run_state(run.id, Cancelled(message="Its process ended."), force=True)
            else:
                message = "The process that ran it ended; it goes on where it was."
                await client.set_flow_run_state(run.id, Scheduled(message=message), force=True)
                taken.append(run.name)
    return taken
