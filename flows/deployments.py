"""Every production as a deployment: a form drawn from typed parameters, a schedule, a process that serves the runs.

`python -m flows.deployments` registers blocks, limits and deployments on the Prefect server at ``PREFECT_API_URL`` and
serves them; `wanflow up` runs it. `prefect.yaml` deploys the same flows to a work pool.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from flows.settings import apply_defaults

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.deployments.runner import RunnerDeployment
    from prefect.flows import Flow

    from blocks.catalog import Model

PRODUCTIONS = "flows.productions"
"""The module whose ``flows_to_serve()`` gives the flows; each is an attribute of it too, ``-`` written as ``_``."""

TAG = "wanflow"
EXAMPLE_CRON = "0 6 * * 1"
"""The example schedule: Mondays at six, paused until somebody wants it."""

RUNS_AT_ONCE = 4
"""Flow runs that one serving process starts side by side; a run is a process of its own."""


def deployments(productions: ModuleType, *, known: Iterable[str] = ()) -> list[RunnerDeployment]:
    """Every flow of a module as a deployment of the flow's own name.

    Args:
        productions: has ``flows_to_serve()``, and may have ``SCHEDULED``: the parameters of a flow's example schedule,
            by flow name.
        known: deployments the server has already: their schedules are the user's by now and stay as they are.

    Raises:
        LookupError: a run's process could not find a flow again by the name of its module and attribute.
    """
    scheduled: Mapping[str, dict[str, Any]] = getattr(productions, "SCHEDULED", {})
    served: list[Flow[Any, Any]] = productions.flows_to_serve()
    known = set(known)
    return [
        _deployment(flow, productions, scheduled.get(flow.name) if flow.name not in known else None) for flow in served
    ]


def _deployment(flow: Flow[Any, Any], productions: ModuleType, example: dict[str, Any] | None) -> RunnerDeployment:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    schedules = None
    if example is not None:
        schedules = [Cron(EXAMPLE_CRON, active=False, parameters=dict(example), slug="example")]
    deployment = RunnerDeployment.from_flow(
        flow,
        name=flow.name,
        description=flow.description,
        tags=[TAG],
        version=flow.version,
        entrypoint_type=EntrypointType.MODULE_PATH,
        schedules=schedules,
    )
    deployment.entrypoint = entrypoint(flow, productions)
    return deployment


def entrypoint(flow: Flow[Any, Any], productions: ModuleType) -> str:
    """Where a run's process finds the flow: ``module.attribute``.

    Raises:
        LookupError: nowhere.
    """
    name = flow.name.replace("-", "_").replace(" ", "_")
    if getattr(getattr(productions, name, None), "name", None) != flow.name:
        raise LookupError(
            f"{productions.__name__} has no attribute {name}, so the runs of {flow.name!r} could not find it; add it"
        )
    return f"{productions.__name__}.{name}"


async def save_blocks() -> list[str]:
    """Register both block types, and save as ``default`` what the environment says.

    A saved block stays as it is where the environment is silent; a storage is saved the first time in any case.

    Returns:
        The blocks saved, as ``type/name``.
    """
    from blocks.dashscope import DashScope
    from blocks.storage import MediaStorage

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
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

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
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate

    from tasks.shared_limits import LIMIT_PREFIX

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


async def _saved(client: PrefectClient) -> list[DeploymentResponse]:
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

    found: list[DeploymentResponse] = []
    while True:
        wanted = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
        page = await client.read_deployments(deployment_filter=wanted, limit=200, offset=len(found))
        if not page:
            return found
        found += page


async def take_up_runs() -> list[str]:
    """Schedule again the served runs that a process was busy with when it ended; what they paid for is found again.

    Only for a server that nobody else serves: a run that another process is busy with would run twice. Runs of a work
    pool are their worker's business.

    Returns:
        The names of the runs.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterId,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import Cancelled, Scheduled

    taken = []
    async with get_client() as client:
        served = [deployment.id for deployment in await _saved(client) if not deployment.work_pool_name]
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


async def _prepare(*, alone: bool) -> set[str]:
    from prefect.client.orchestration import get_client

    from blocks import catalog

    await save_blocks()
    await save_limits(catalog.MODELS.values())
    if alone:
        await take_up_runs()
    async with get_client() as client:
        return {deployment.name for deployment in await _saved(client)}


def serve(productions: str = PRODUCTIONS, *, alone: bool = False) -> None:
    """Register everything on the configured Prefect server and serve the deployments until interrupted.

    Args:
        productions: the module whose ``flows_to_serve()`` gives the flows.
        alone: nobody else serves this server, so runs that were interrupted are taken up again.
    """
    import prefect

    module = importlib.import_module(productions)
    known = asyncio.run(_prepare(alone=alone))
    # A schedule that somebody set going stays so: a stopped process runs nothing, the next one goes on.
    prefect.serve(
        *deployments(module, known=known), pause_on_shutdown=False, print_starting_message=False, limit=RUNS_AT_ONCE
    )


if __name__ == "__main__":
    apply_defaults()
    serve(*[name for name in sys.argv[1:] if name != "--alone"], alone="--alone" in sys.argv[1:])
