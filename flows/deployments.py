"""Every production as a deployment: a form drawn from typed parameters, a schedule, a process that serves the runs.

`python -m flows.deployments` registers blocks, limits and deployments on the Prefect server at ``PREFECT_API_URL`` and
serves them; `wanflow up` runs it. `prefect.yaml` deploys the same flows to a work pool.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import yaml

from flows.settings import apply_defaults

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.deployments.runner import RunnerDeployment
    from prefect.flows import Flow

PRODUCTIONS = "flows.productions"
"""The module whose ``flows_to_serve()`` gives the flows; each is an attribute of it too, ``-`` written as ``_``."""

TAG = "wanflow"
"""On every deployment of ours."""

EXAMPLE_FLOW = "film"
EXAMPLE_STORYBOARD = Path(__file__).parent / "examples" / "night-investigation.yaml"
EXAMPLE_CRON = "0 6 * * 1"
"""The example schedule of the film: Mondays at six, paused until somebody wants it."""

RUNS_AT_ONCE = 4
"""Flow runs that one serving process starts side by side; a run is a process of its own."""


def deployments(
    productions: ModuleType, *, known: Mapping[str, DeploymentResponse] | None = None
) -> list[RunnerDeployment]:
    """Every flow of a module as a deployment of the flow's own name.

    The film's form comes filled in with an example, which has a schedule, paused.

    Args:
        productions: has ``flows_to_serve()``.
        known: deployments the server has already, by name: their schedules and filled-in parameters are the user's by
            now and stay as they are.

    Raises:
        LookupError: a run's process could not find a flow again by the name of its module and attribute.
    """
    served: list[Flow[Any, Any]] = productions.flows_to_serve()
    return [_deployment(flow, productions, (known or {}).get(flow.name)) for flow in served]


def _deployment(flow: Flow[Any, Any], productions: ModuleType, known: DeploymentResponse | None) -> RunnerDeployment:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    fresh_film = known is None and flow.name == EXAMPLE_FLOW
    deployment = RunnerDeployment.from_flow(
        flow,
        name=flow.name,
        description=flow.description,
        tags=[TAG],
        version=flow.version,
        parameters=dict(known.parameters) if known else _example() if fresh_film else None,
        schedules=[Cron(EXAMPLE_CRON, active=False, slug="example")] if fresh_film else None,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    deployment.entrypoint = entrypoint(flow, productions)
    return deployment


def _example() -> dict[str, Any]:
    from flows.storyboard import Storyboard

    # In the form's own words: a file may say some things shorter than the server's check of the form allows.
    storyboard = Storyboard.model_validate(yaml.safe_load(EXAMPLE_STORYBOARD.read_text(encoding="utf-8")))
    return {"storyboard": storyboard.model_dump(mode="json", exclude_defaults=True)}


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


async def _prepare(*, alone: bool) -> dict[str, DeploymentResponse]:
    from blocks import catalog
    from flows import registration

    await registration.save_blocks()
    await registration.save_limits(catalog.MODELS.values())
    if alone:
        await registration.take_up_runs(TAG)
    return {deployment.name: deployment for deployment in await registration.saved_deployments(TAG)}


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
