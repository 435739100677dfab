"""The campaign: a production for each row of a table, of any pipeline. What rows have in common is paid once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from prefect import flow
from pydantic import Field

from flows import asking
from flows.cancellation import as_cancelled
from flows.engine import StepRun
from flows.filming import make_film
from flows.options import Ambiguous, Approve, CheckInputs, ChooseFirst, MaxCost, Options, Patience, Storage
from flows.pipeline import Step
from flows.plan import Plan
from flows.producing import ProductionFailed, listener, named_run, produce, ready, within_limit
from flows.production import Production
from flows.rows import AT_ONCE, Campaign, Row, plan_campaign, read_campaign
from flows.summary import RowEnd, deliver_summary
from tasks import reporting
from tasks.session import Session, current, now

AtOnce = Annotated[int, Field(ge=1, le=64, description="How many rows are produced side by side.")]


@flow(
    name="campaign",
    flow_run_name="campaign: {pipeline}",
    description="A table becomes as many productions of one pipeline as it has rows.",
    on_crashed=[as_cancelled],
)
async def campaign(
    table: str,
    pipeline: str,
    parameters: dict[str, Any] | None = None,
    at_once: AtOnce = AT_ONCE,
    storage: Storage = None,
    max_cost: MaxCost = None,
    check_inputs: CheckInputs = False,
    on_ambiguous: Ambiguous = "fail",
    patience_seconds: Patience = None,
    approve: Approve = False,
    choose_first: ChooseFirst = False,
) -> Production:
    """Make a production for each row of a table.

    A second run pays nothing for what is finished; what failed is tried again.

    Args:
        table: a CSV, JSONL or Parquet file; its columns are the pipeline's parameters, `name` names a production.
        pipeline: the name of a built-in pipeline, or a pipeline file; of film, columns are fields of the storyboard,
            `storyboard` names a file of them.
        parameters: of every row that does not say them itself.
        at_once: how many rows are produced side by side.
        storage: where results land.
        max_cost: the most that all rows together may cost, CNY.
        check_inputs: look at files behind web addresses, too, before they are paid for.
        on_ambiguous: what happens when nobody can tell whether a submit was accepted.
        patience_seconds: how long a service that takes nothing in is waited for; half an hour if absent.
        approve: wait until a person has seen plan and price and says yes.
        choose_first: where a person would choose a variant, take the first.

    Returns:
        The summary as a production, with the files of all rows. Its state says ``partly`` when rows failed.

    Raises:
        InvalidInput: a row cannot be produced; nothing was sent.
        BudgetExceeded: all rows together pass the limit; nothing was sent.
        ProductionFailed: no row was delivered.
    """
    asking.settle(approve=approve, choose_first=choose_first)
    asked = read_campaign(Path(table), pipeline, parameters or {}, at_once)
    options = Options(storage, max_cost, check_inputs, on_ambiguous, patience_seconds)
    async with options.session(base=asked.base, given=asked.given_files) as session:
        plan, plans = await plan_campaign(asked, session)
        within_limit(plan, session)
        asking.check_answerable(plan)
        await ready(session)
        await _show_plan(plan)
        await asking.approve(plan)
        return await _produce_all(asked, plans, session)


async def _produce_all(asked: Campaign, plans: list[Plan], session: Session) -> Production:
    started = now()
    run_name, flow_run_id = named_run(started)
    session.run = flow_run_id  # the rows are flow runs of their own, with one limit for all of them
    told = _Told(asked)
    # The rows ask nobody again whether they may be paid, and their steps are not the terminal's.
    asking.manner.set(replace(asking.manner.get(), approve=False))
    listener.set(None)
    gate = asyncio.Semaphore(asked.at_once)

    async def one(row: Row, plan: Plan) -> RowEnd:
        async with gate:
            await told(row, None)
            end = await _produce(asked, row, plan)
            await told(row, end)
            return end

    async with asyncio.TaskGroup() as group:
        at_work = [group.create_task(one(row, plan)) for row, plan in zip(asked.rows, plans, strict=True)]
    production = await deliver_summary(
        [task.result() for task in at_work],
        session=session,
        title=asked.title,
        makes=asked.makes,
        about=asked.about,
        run_name=run_name,
        started_at=started,
        flow_run_id=flow_run_id,
    )
    if production.state == "failed":
        raise ProductionFailed(production)
    return production


async def _produce(asked: Campaign, row: Row, plan: Plan) -> RowEnd:
    """A row's production, as a flow run of its own."""

    async def produced(row_number: int, parameters: dict[str, Any]) -> Production:
        if asked.pipeline is None:
            assert row.storyboard is not None
            return await make_film(row.storyboard, current(), title=row.name)
        return await produce(asked.pipeline, parameters, current(), plan, title=row.name)

    said = f"Row {row.source.number} of {asked.table.name}."
    made = flow(name=asked.makes, flow_run_name=lambda: row.name, description=said)(produced)
    production, error = None, None
    try:
        production = await made(row_number=row.source.number, parameters=row.params)
    except ProductionFailed as failed:
        production, error = failed.production, str(failed)
    except Exception as broken:  # one row never takes the others along
        error = f"{type(broken).__name__}: {broken}"
    if error is None and production is not None and production.state == "partly":
        error = "; ".join(["partly delivered", *production.manifest.failures])
    return RowEnd(row.source.number, row.name, row.params, production, error)


class _Told:
    """Tells the terminal and the UI's progress bar how the rows go."""

    def __init__(self, asked: Campaign) -> None:
        self._steps = {name: StepRun(name, Step(title=title, pipeline=asked.makes)) for name, title, _ in asked.steps()}
        self._bar = reporting.Progress(pipeline="campaign", title=asked.title)
        self._other = listener.get()
        self._began: dict[str, float] = {}

    async def __call__(self, row: Row, end: RowEnd | None) -> None:
        step = self._steps[row.key]
        if end is None:
            step.state = "running"
        else:
            step.state = "failed" if end.error else "done"
            step.reason = end.error or end.words
        if self._other is not None:
            self._other(step)
        over = sum(one.state in ("done", "failed") for one in self._steps.values())
        await self._bar.update(over, len(self._steps), f"{row.name} {step.state}")


async def _show_plan(plan: Plan) -> None:
    rows = [
        {
            "Row": step.name,
            "Production": step.title,
            "Calls": step.calls,
            "Cached": step.cached,
            "Price": step.quote_cny,
        }
        for step in plan.steps
    ]
    await reporting.plan_table(rows, plan.total_cny, pipeline="campaign", title=plan.title, unknown=len(plan.unknown))
