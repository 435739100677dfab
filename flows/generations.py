"""``wanflow generations``: everything in flight or lost, and what to do about it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.invocation import (
    DONE,
    PARTLY,
    REFUSED,
    WRONG_INPUT,
    JsonOption,
    StorageOption,
    fail,
    prepare,
    print_json,
    run_async,
)

if TYPE_CHECKING:
    from tasks.in_flight import InFlight
    from tasks.resuming import Resumed

app = typer.Typer(
    help="Everything in flight or lost: list it, show it, pick it up, cancel it, forget it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="ID", help="A task id or a fingerprint, or how it begins.")]


@app.command("list")
def list_(storage: StorageOption = None, as_json: JsonOption = False) -> None:
    """List what has not settled, from the journal and the provider's list; oldest first."""

    async def work() -> list[InFlight]:
        from flows.options import Options
        from tasks.in_flight import in_flight

        async with Options(storage).session() as session:
            return await in_flight(session)

    prepare(verbose=False)
    found = run_async(work, as_json)
    if as_json:
        print_json([as_data(one) for one in found])
    else:
        _show_list(found)


@app.command()
def show(name: Name, storage: StorageOption = None, as_json: JsonOption = False) -> None:
    """Show one with its request."""

    async def work() -> InFlight:
        from flows.options import Options
        from tasks.in_flight import find

        async with Options(storage).session() as session:
            return await find(session, name)

    prepare(verbose=False)
    one = run_async(work, as_json)
    if as_json:
        print_json(as_data(one) | {"request": one.request})
    else:
        _show_one(one)


@app.command()
def resume(
    names: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Task ids or fingerprints.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Whatever this storage has in flight.")] = False,
    task: Annotated[
        str | None,
        typer.Option(metavar="TASK_ID", help="The task you recognised as the one whose answer was lost."),
    ] = None,
    storage: StorageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Wait for what is in flight and bring its files into storage. Nothing is sent."""
    if bool(names) == everything:
        fail("give the ids to resume, or --all", "InvalidInput", WRONG_INPUT, as_json)
    if task is not None and len(names or []) != 1:
        fail("--task names the task of one generation: give the id of that one", "InvalidInput", WRONG_INPUT, as_json)

    async def work() -> list[Resumed]:
        from flows.options import Options
        from tasks.in_flight import find, in_flight

        async with Options(storage).session() as session:
            wanted = [await find(session, name) for name in names or []]
            wanted = wanted or [one for one in await in_flight(session) if one.fingerprint and one.mine]
            return await _resume_all(session, wanted, task)

    prepare(verbose=False)
    done = run_async(work, as_json)
    if as_json:
        print_json([_resumed_data(one) for one in done])
    else:
        for one in done:
            _show_resumed(one)
        if not done:
            typer.echo("Nothing is in flight.")
    failed = sum(one.failure is not None for one in done)
    raise typer.Exit(DONE if not failed else REFUSED if failed == len(done) else PARTLY)


async def _resume_all(session: Any, wanted: list[InFlight], task: str | None) -> list[Resumed]:
    import asyncio

    from blocks.client.errors import DashScopeError
    from tasks.answers import failure_of
    from tasks.downloading import DownloadFailed
    from tasks.reconciling import AmbiguousSubmission
    from tasks.resuming import NotOurs, Resumed
    from tasks.resuming import resume as see_through
    from tasks.watching import StillRunning

    async def one_of(one: InFlight) -> Resumed:
        try:
            return await see_through(session, one, task_id=task)
        except (DashScopeError, DownloadFailed, AmbiguousSubmission, NotOurs, StillRunning) as error:
            return Resumed(one, one.status, failure=failure_of(error))

    return list(await asyncio.gather(*(one_of(one) for one in wanted)))


@app.command()
def cancel(name: Name, storage: StorageOption = None, as_json: JsonOption = False) -> None:
    """Cancel a task that still waits at the provider; it costs nothing then."""

    async def work() -> InFlight:
        from blocks.client.errors import NotCancellable
        from flows.options import Options
        from flows.terminal import money
        from tasks import resuming
        from tasks.in_flight import find

        async with Options(storage).session() as session:
            one = await find(session, name)
            try:
                await resuming.cancel(session, one)
            except NotCancellable as error:
                error.message = f"Task {one.task_id} already runs or has ended, so it cannot be cancelled"
                error.advice = f"It will be charged ({money(one.quoted_cny)}); `wanflow generations resume` fetches it."
                raise
            return one

    prepare(verbose=False)
    one = run_async(work, as_json)
    _say(as_json, one, "cancelled", f"{one.task_id} was cancelled before it began; it costs nothing.")


@app.command()
def forget(name: Name, storage: StorageOption = None, as_json: JsonOption = False) -> None:
    """Drop one from the journal, so that the same request is sent anew. The provider may still bill it."""

    async def work() -> InFlight:
        from flows.options import Options
        from tasks import resuming
        from tasks.in_flight import find

        async with Options(storage).session() as session:
            one = await find(session, name)
            await resuming.forget(session, one)
            return one

    prepare(verbose=False)
    one = run_async(work, as_json)
    billed = " The provider may still bill it." if one.state in ("pending", "running", "ready", "unanswered") else ""
    _say(as_json, one, "forgotten", f"{one.task_id or one.fingerprint} is forgotten.{billed}")


def as_data(one: InFlight) -> dict[str, Any]:
    """One thing in flight as JSON data."""
    from flows.terminal import money_json

    return {
        "fingerprint": one.fingerprint,
        "model": one.model,
        "state": one.state,
        "status": str(one.status) if one.status else None,
        "task_id": one.task_id,
        "request_id": one.request_id,
        "since": one.since.isoformat(),
        "quote": money_json(one.quoted_cny),
        "account": one.account,
        "sent_by": one.writer or None,
    }


def _resumed_data(done: Resumed) -> dict[str, Any]:
    from flows.terminal import money_json

    return as_data(done.one) | {
        "status": str(done.status) if done.status else None,
        "cost": money_json(done.cost_cny),
        "outputs": [asset.uri for asset in done.assets],
        "error": {"code": done.failure.code, "message": done.failure.message} if done.failure else None,
    }


def _say(as_json: bool, one: InFlight, became: str, text: str) -> None:
    if as_json:
        print_json(as_data(one) | {"state": became})
    else:
        typer.echo(text)


_STYLES = {"unanswered": "yellow", "expired": "red", "failed": "red", "ready": "green"}


def _show_list(found: list[InFlight]) -> None:
    from rich.table import Table
    from rich.text import Text

    from flows.terminal import money, out

    if not found:
        out.print("Nothing is in flight.")
        return
    rows = [
        (
            _age(one),
            Text(one.state if one.fingerprint else f"{one.state}*", style=_STYLES.get(one.state, "")),
            one.model,
            money(_price(one)),
            one.task_id or f"{(one.fingerprint or '')[:12]}… ({'answered' if one.state == 'ready' else 'no answer'})",
        )
        for one in found
    ]
    # Only the model is shortened where there is little room: an id is there to be copied.
    age, state, price, task = (max(len(row[at]) for row in rows) for at in (0, 1, 3, 4))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Age", justify="right", no_wrap=True, min_width=age)
    table.add_column("State", no_wrap=True, min_width=state)
    table.add_column("Model", no_wrap=True, style="cyan", overflow="ellipsis")
    table.add_column("Price", justify="right", no_wrap=True, min_width=price)
    table.add_column("Task", no_wrap=True, min_width=task)
    for row in rows:
        table.add_row(*row)
    out.print(table)
    ours = [one for one in found if one.fingerprint]
    if any(one.at_once and one.state == "unanswered" for one in ours):
        said = "An answer that was lost and left no task cannot be fetched; forget it to have it asked for anew."
        out.print(Text(said, "dim"))
    if any(one.state != "unanswered" or not one.at_once for one in ours):
        out.print(Text("Run the same again, or `wanflow generations resume --all`, to pick up what is ours.", "dim"))
    if len(ours) < len(found):
        said = "* Not ours: sent with this account by something else, or its journal is lost. Resume it by its id."
        out.print(Text(said, "dim"))


def _no_task(one: InFlight) -> str:
    if not one.at_once:
        return "the answer to the submit was lost"
    return "none, and its answer was lost" if one.state == "unanswered" else "none: it was answered at once"


def _price(one: InFlight) -> Decimal | None:
    """What it will cost; what gave nothing costs nothing."""
    return Decimal(0) if one.state in ("failed", "cancelled") else one.quoted_cny


def _show_one(one: InFlight) -> None:
    import json

    from rich.text import Text

    from flows.terminal import money, out

    facts = {
        "model": one.model,
        "state": one.state,
        "task": one.task_id or _no_task(one),
        "request": one.request_id or "unknown",
        "sent": f"{one.since:%Y-%m-%d %H:%M:%S} UTC, {_age(one)} ago{f', by {one.writer}' if one.writer else ''}",
        "price": money(_price(one)),
        "account": one.account if one.mine else f"{one.account} (not the one in use)",
        "made as": one.fingerprint or "nobody on this storage asked for it",
    }
    for name, said in facts.items():
        out.print(Text(f"{name:<8} ", style="dim").append(said, style="default"), soft_wrap=True)
    if one.request is not None:
        out.print_json(json.dumps(one.request, ensure_ascii=False))


def _show_resumed(done: Resumed) -> None:
    from rich.text import Text

    from flows.failing import reason_of
    from flows.terminal import money, out

    name = done.one.task_id or (done.one.fingerprint or "")[:12]
    if done.failure is not None:
        out.print(Text(f"✗ {done.one.model}  {name}  {reason_of(done.failure)}", style="red"), soft_wrap=True)
    elif done.status is None:
        out.print(
            Text(f"– {done.one.model}  {name}  was never accepted; run the same again to send it"), soft_wrap=True
        )
    else:
        out.print(Text(f"✓ {done.one.model}  {name}  {money(done.cost_cny)}", style="green"), soft_wrap=True)
        for asset in done.assets:
            out.print(Text(f"  {asset.uri}"), soft_wrap=True)


def _age(one: InFlight) -> str:
    from tasks.session import now

    seconds = max(0, int((now() - one.since).total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h"
