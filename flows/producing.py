"""From a pipeline to a production within a flow run: plan, run, deliver, and show it all in the UI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from prefect.context import FlowRunContext

from flows import asking
from flows.engine import Listener, PipelineRun, StepRun, run_steps
from flows.manifest import ManifestScene
from flows.parameters import resolve_params
from flows.pipeline import Pipeline
from flows.plan import Plan, make_plan
from flows.production import Production, deliver
from tasks import reporting
from tasks.budget import BudgetExceeded
from tasks.pruning import prune
from tasks.records import Generation
from tasks.session import Session, current, now

Describe = Callable[[PipelineRun, dict[str, str]], list[ManifestScene]]

listener: ContextVar[Listener | None] = ContextVar("wanflow_listener", default=None)
"""Told about every step that changes its state, beside the UI; the terminal sets it."""


class ProductionFailed(Exception):
    """A run delivered nothing.

    Attributes:
        production: its folder and manifest say why.
    """

    def __init__(self, production: Production) -> None:
        self.production = production
        super().__init__("; ".join(production.manifest.failures) or "nothing was delivered")


async def run_pipeline(pipeline: Pipeline, params: dict[str, Any]) -> Production:
    """Run a pipeline within a flow and an open session.

    Raises:
        InvalidInput: it cannot run; nothing was sent.
        ProductionFailed: nothing was delivered.
    """
    session = current()
    plan = await plan_pipeline(pipeline, params, session)
    await ready(session)
    return await produce(pipeline, params, session, plan, title=pipeline.title or pipeline.pipeline)


def within_limit(plan: Plan, session: Session) -> None:
    """Let a plan pass that keeps the session's limit; what may not be needed is left to the budget of the run.

    Raises:
        BudgetExceeded: it does not; nothing was sent.
    """
    limit = session.budget.limit
    certain = plan.total_cny - plan.maybe_cny
    if limit is not None and certain > limit:
        raise BudgetExceeded(f"the plan comes to {certain} CNY, over the limit of {limit} CNY; nothing was sent")


async def ready(session: Session) -> None:
    """Reach service and storage before anything is paid, and keep Prefect's results in that storage."""
    await session.preflight()
    await session.save_results_block()
    await prune(session.storage, now())


async def plan_pipeline(
    pipeline: Pipeline, params: dict[str, Any], session: Session, asked: set[str] | None = None
) -> Plan:
    """Check and price a pipeline for the session that would run it; ``asked`` as in `make_plan`."""
    return await make_plan(
        pipeline,
        params,
        session.reach,
        emulated=session.emulated,
        region=session.region,
        place=session.client.region,
        web=session.web,
        asked=asked,
    )


def named_run(started: datetime) -> tuple[str, str | None]:
    """What tells the folder of this run from others of its title, and the id of its flow run."""
    context = FlowRunContext.get()
    flow_run = context.flow_run if context else None
    return (flow_run.id.hex[:8], str(flow_run.id)) if flow_run else (started.strftime("%Y%m%d-%H%M%S"), None)


async def produce(
    pipeline: Pipeline,
    params: dict[str, Any],
    session: Session,
    plan: Plan,
    *,
    title: str,
    files: dict[str, str] | None = None,
    describe: Describe | None = None,
    before: list[tuple[str, Generation]] | None = None,
) -> Production:
    """Run a checked and priced pipeline, deliver it, and show it in the UI.

    Raises:
        BudgetExceeded: its plan passes the run's limit; nothing was sent.
        NotApproved: a person looked at the plan and said no; nothing was sent.
        ProductionFailed: nothing was delivered.
    """
    within_limit(plan, session)
    asking.check_answerable(plan)
    started = now()
    await _show_plan(plan, title)
    await asking.approve(plan, "\n".join(f"```yaml\n{text}\n```" for text in (files or {}).values()))
    values = await resolve_params(pipeline, params, session.reach)
    told = _Told(pipeline, title)
    run = await run_steps(pipeline, values, told)
    await told.close()
    run_name, flow_run_id = named_run(started)
    production = await deliver(
        run,
        session=session,
        title=title,
        run_name=run_name,
        started_at=started,
        params=values,
        files=files,
        scenes=describe,
        before=before,
        flow_run_id=flow_run_id,
    )
    await _show_production(production, session, pipeline.pipeline, title)
    if production.state == "failed":
        raise ProductionFailed(production)
    return production


class _Told:
    """Passes what the steps do to the terminal's listener and to the progress bar in the UI."""

    def __init__(self, pipeline: Pipeline, title: str) -> None:
        self._bar = reporting.Progress(pipeline=pipeline.pipeline, title=title)
        self._total = len(pipeline.steps)
        self._over: set[str] = set()
        self._other = listener.get()
        self._updates: set[asyncio.Task[None]] = set()

    def __call__(self, step: StepRun) -> None:
        if self._other is not None:
            self._other(step)
        if "/" not in step.name and step.state in ("done", "failed", "skipped"):
            self._over.add(step.name)
        update = asyncio.create_task(self._bar.update(len(self._over), self._total, f"{step.title} {step.state}"))
        self._updates.add(update)
        update.add_done_callback(self._updates.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._updates)
        await self._bar.flush()


async def _show_plan(plan: Plan, title: str) -> None:
    rows = [
        {
            "Step": step.title,
            "Does": step.does,
            "Calls": step.calls,
            "Cached": step.cached,
            "Seconds": step.seconds if step.seconds is not None else "–",
            "Price": step.quote_cny if step.paid else "–",
            "After": ", ".join(step.needs) or "–",
        }
        for step in plan.steps
    ]
    await reporting.plan_table(rows, plan.total_cny, pipeline=plan.pipeline, title=title, unknown=len(plan.unknown))


async def _show_production(production: Production, session: Session, pipeline: str, title: str) -> None:
    if production.contact_sheet is not None:
        async with session.storage.local_copy(production.contact_sheet.path) as path:
            jpeg = await asyncio.to_thread(path.read_bytes)
        await reporting.contact_sheet_artifact(jpeg, pipeline=pipeline, title=title)
    await reporting.cost_table(production.manifest)
    await reporting.production_link(production.page, title, pipeline=pipeline)
    for generation in production.manifest.generations:
        reporting.generation_event(generation, "succeeded" if generation.error is None else "failed")
    reporting.production_event(production.manifest)
