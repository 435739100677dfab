"""What ``plan`` and ``run`` do: find what is asked for, open the session, run it, and say how it went."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.text import Text

from flows import asking, producing, temporary_server
from flows.asked import Asked
from flows.options import Options
from flows.plan import Plan
from flows.production import Production
from flows.prompting import asks_beside, somebody_there
from flows.terminal import Progress, counted, err, money, money_json, naming_what_goes_on, show_where


async def plan_of(pipeline: str, file: Path | None, given: list[str], options: Options, *, quiet: bool) -> Plan:
    """The plan of what a command names, saying which service and storage it is for.

    Raises:
        InvalidInput: with every problem and its place.
    """
    asked = Asked(pipeline, file, given)
    async with options.session(base=asked.base, given=asked.given_files, offline=True) as session:
        plan = await asked.plan(session)
        if not quiet:
            show_where(session)
        return plan


async def run_of(pipeline: str, file: Path | None, given: list[str], options: Options, *, quiet: bool) -> Production:
    """Run what a command names, showing how it goes.

    Raises:
        InvalidInput: it cannot run; nothing was sent.
        DashScopeError: the service refuses the key or cannot be reached; nothing was sent.
    """
    asked = Asked(pipeline, file, given)
    asking.settle(approve=options.approve, choose_first=options.choose_first)
    at_terminal = not quiet and somebody_there() and not asking.has_server()
    async with options.session(base=asked.base, given=asked.given_files, offline=True) as session:
        # What is wrong is said before anything is started.
        asking.check_answerable(await asked.plan(session), at_terminal=at_terminal)
    async with options.session(base=asked.base, given=asked.given_files) as session:
        plan = await asked.plan(session)
        producing.within_limit(plan, session)
        await session.preflight()
        temporary_server.shield()
        if not quiet:
            price = money(plan.total_cny) + (" and more of unknown price" if plan.unknown else "")
            err.print(Text(f"{plan.title}: {counted(plan.calls, plan.cached)}, {price}"), soft_wrap=True)
            show_where(session)
        progress = Progress(asked.steps(), quiet=quiet)
        if at_terminal:
            asking.terminal.set(asks_beside(progress))
        asking.waiting.set(lambda said: err.print(Text(said, "yellow"), soft_wrap=True))
        token = producing.listener.set(progress)
        try:
            with naming_what_goes_on(session), progress.shown():
                return await asked.run()
        except producing.ProductionFailed as failed:
            return failed.production
        finally:
            producing.listener.reset(token)


def summary(production: Production) -> dict[str, Any]:
    """A production as one JSON document."""
    manifest = production.manifest
    return {
        "production": manifest.production,
        "title": manifest.title,
        "state": manifest.state,
        "folder": production.uri,
        "page": production.page,
        "deliverables": [
            {
                "path": one.path,
                "uri": one.asset.uri,
                "media_type": one.asset.media_type,
                "bytes": one.asset.bytes,
                "sha256": one.asset.sha256,
                "seconds": one.asset.seconds,
            }
            for one in manifest.deliverables
        ],
        "cost": money_json(manifest.cost_cny),
        "saved": money_json(manifest.saved_cny),
        "unknown_costs": manifest.unknown_costs,
        "cached": sum(one.cached for one in manifest.generations),
        "steps": [{"name": one.name, "state": one.state, "reason": one.reason} for one in manifest.steps],
        "generations": [
            {"step": one.step, "model": one.model, "task_id": one.task_id, "status": one.status, "cached": one.cached}
            for one in manifest.generations
        ],
        "error": {"code": "ProductionFailed", "message": "; ".join(manifest.failures)}
        if manifest.state == "failed"
        else None,
    }
