"""What the command line shows: plans, progress, results. Words go to stderr, results to stdout."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tasks.prices import price

if TYPE_CHECKING:  # Prefect stays unread where only lists are shown
    from flows.engine import StepRun
    from flows.manifest import Manifest
    from flows.plan import Plan
    from tasks.session import Session

out = Console()
err = Console(stderr=True)
money = price

_WIDE = 110
_NUMBERS_WIDE = 38
"""Columns that the numbers of a plan take, with the gaps between them."""

_MARKS = {
    "waiting": ("·", "dim"),
    "running": ("▸", "cyan"),
    "done": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("–", "dim"),
}

_COLOURS = {"done": "green", "partly": "yellow", "failed": "red"}


def counted(calls: int, cached: int) -> str:
    """``8 generations, 3 of them cached``."""
    many = "one generation" if calls == 1 else f"{calls or 'no'} generations"
    if not cached:
        return many
    return f"{many}, {'cached' if calls == 1 else 'all cached' if cached == calls else f'{cached} of them cached'}"


def money_json(amount: Decimal | None) -> dict[str, Any] | None:
    """An amount in a JSON document; None is unknown."""
    return None if amount is None else {"amount": float(amount), "currency": "CNY"}


def show_plan(plan: Plan) -> None:
    """A plan as a table and its sum; what each step waits for, too, where there is room."""
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    wide = out.width >= _WIDE
    words = None if wide else max(12, (out.width - _NUMBERS_WIDE) // 2)
    table.add_column("Step", overflow="ellipsis", no_wrap=True, max_width=words)
    table.add_column("Does", overflow="ellipsis", no_wrap=True, max_width=words, style="cyan")
    for name in ("Calls", "Cached", "Seconds", "Price"):
        table.add_column(name, justify="right", no_wrap=True)
    if wide:
        table.add_column("After", overflow="ellipsis", no_wrap=True, style="dim")
    titles = {step.name: step.title for step in plan.steps}
    for step in plan.steps:
        after = [", ".join(titles.get(name, name) for name in step.needs) or "–"] if wide else []
        table.add_row(
            step.title,
            step.does,
            str(step.calls) if step.calls else "–",
            str(step.cached or "–"),
            "–" if step.seconds is None else f"{step.seconds:g}",
            money(step.quote_cny) if step.paid and step.calls else "–",
            *after,
        )
    out.print(Text(plan.title, style="bold"))
    out.print(table)
    if not wide:
        runs = {step.name for step in plan.steps if step.calls}
        for step in plan.steps:
            if step.calls and (needs := [name for name in step.needs if name in runs]):
                named = ", ".join(titles.get(name, name) for name in needs)
                out.print(Text(f"{step.title} after {named}", style="dim"))
    for step in plan.steps:
        if step.note:
            out.print(Text(f"{step.title}: {step.note}", style="dim"))
    out.print(_sum(plan))
    for warning in plan.warnings:
        out.print(Text(f"Note: {warning}", style="yellow"))


def _sum(plan: Plan) -> Text:
    text = Text(f"{counted(plan.calls, plan.cached)}: ").append(money(plan.total_cny), style="bold")
    if plan.maybe_cny:
        text.append(f", {money(plan.maybe_cny)} of it only if needed")
    if plan.unknown:
        text.append(f" and {len(plan.unknown)} of unknown price ({', '.join(plan.unknown)})", style="yellow")
    if plan.saved_cny:
        text.append(f"; the cache saves {money(plan.saved_cny)}")
    return text


def show_where(session: Session) -> None:
    """Which service is asked and where the results land, and who named that place."""
    service = "embedded emulator (no key is set: animatics, free)" if session.embedded else session.service
    err.print(Text(f"service {service}", "dim"), soft_wrap=True)
    err.print(Text(f"storage {session.storage.root} ({session.storage_from})", "dim"), soft_wrap=True)


@contextmanager
def naming_what_goes_on(session: Session) -> Iterator[None]:
    """However it ends, what goes on at the provider and will be charged is named."""
    try:
        yield
    finally:
        for said in session.cancelled:
            err.print(Text(said, style="dim"), soft_wrap=True)
        if session.left_running:
            for left in session.left_running:
                err.print(Text(str(left), style="yellow"), soft_wrap=True)
            what = "it" if len(session.left_running) == 1 else "them"
            err.print(Text(f"Run the same again to pick {what} up, or: wanflow generations resume --all", style="dim"))


class Progress:
    """The steps of a run as they go: a live table on a terminal, a line for each change elsewhere."""

    def __init__(self, steps: list[tuple[str, str, str]], *, quiet: bool = False) -> None:
        self._rows = {name: (title, does) for name, title, does in steps}
        self._state: dict[str, StepRun] = {}
        self._began: dict[str, float] = {}
        self._started = time.monotonic()
        self._quiet = quiet
        self._live: Live | None = None

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        """Show it until the context ends."""
        if self._quiet or not err.is_terminal:
            yield self
            return
        with Live(self, console=err, refresh_per_second=8, transient=True) as self._live:
            yield self

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Keep the table off the screen, for a question."""
        live = self._live
        if live is not None:
            live.stop()
        try:
            yield
        finally:
            if live is not None:
                live.start(refresh=True)

    def __call__(self, step: StepRun) -> None:
        """A step changed its state; one of a pipeline within this one gets a row when it begins."""
        self._rows.setdefault(step.name, (step.title, step.step.does))
        self._state[step.name] = step
        self._began.setdefault(step.name, time.monotonic())
        if self._live is None and not self._quiet:
            mark, style = _MARKS[step.state]
            said = f"{mark} {step.title} ({step.step.does}) {step.state}{_detail(step)}"
            err.print(Text(said, style=style), soft_wrap=True)

    def __rich__(self) -> Group:
        table = Table(box=None, pad_edge=False, show_header=False)
        for _ in range(4):
            table.add_column(overflow="ellipsis", no_wrap=True)
        shown = self._window()
        for name in shown:
            title, does = self._rows[name]
            step = self._state.get(name)
            state = step.state if step else "waiting"
            mark, style = _MARKS[state]
            sign: Any = Spinner("dots", style=style) if state == "running" else Text(mark, style=style)
            table.add_row(sign, Text(title, style=style), Text(does, style="dim"), self._note(name, step))
        over = sum(step.state in ("done", "failed", "skipped") for step in self._state.values())
        foot = Text(f"{over} of {len(self._rows)} steps, {time.monotonic() - self._started:.0f} s", style="dim")
        if len(shown) < len(self._rows):
            foot.append(f" ({len(self._rows) - len(shown)} not shown)")
        return Group(table, foot)

    def _window(self) -> list[str]:
        """What fits on the screen: what runs first, then what comes, then what is over."""
        room = max(4, err.size.height - 3)
        rank = {"running": 0, "failed": 1, "waiting": 2, "done": 3, "skipped": 4}
        names = list(self._rows)
        kept = sorted(names, key=lambda name: rank[self._state[name].state if name in self._state else "waiting"])[
            :room
        ]
        return [name for name in names if name in kept]

    def _note(self, name: str, step: StepRun | None) -> Text:
        if step is None:
            return Text("")
        if step.state == "running":
            return Text(f"{time.monotonic() - self._began[name]:.0f} s", style="dim")
        return Text(_detail(step).lstrip(": "), style="red" if step.state == "failed" else "dim")


def _detail(step: StepRun) -> str:
    reason = (step.reason or "").removeprefix(f"{step.title}: ")
    if step.state != "done" or (reason and not step.generations):
        return f": {reason}" if reason else ""
    return f"{_took(step)}; {reason}" if reason else _took(step)


def _took(step: StepRun) -> str:
    if (step.generations and all(one.cached for _, one in step.generations)) or step.edits_cached:
        return ": cached"
    costs = [one.cost_cny for _, one in step.generations if not one.cached]
    known = [cost for cost in costs if cost is not None]
    price = f", {money(sum(known, Decimal(0)) if len(known) == len(costs) else None)}" if costs else ""
    return f": {step.seconds_taken or 0:.1f} s{price}"


def show_production(manifest: Manifest, page: str) -> None:
    """How a run ended: where things are, what they cost, what failed. Paths stay whole, to be copied."""
    ended = {"done": "done", "partly": "partly delivered", "failed": "failed"}[manifest.state]
    out.print(Text(f"{manifest.title}: {ended}", style=f"bold {_COLOURS[manifest.state]}"))
    for step in manifest.steps:
        if step.state == "failed":
            out.print(Text(f"✗ {step.title or step.name}: {step.reason}", style="red"), soft_wrap=True)
        for left_out in step.left_out:
            out.print(Text(f"– left out: {left_out}", style="yellow"), soft_wrap=True)
        for stood_in in step.stood_in:
            out.print(Text(f"– {stood_in}", style="yellow"), soft_wrap=True)
    for name, said in _facts(manifest, page):
        out.print(Text(f"{name:<7} ", style="dim").append(said, style="default"), soft_wrap=True)


def show_rows(rows: list[dict[str, Any]]) -> None:
    """How the rows of a campaign went."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Row", justify="right", no_wrap=True)
    table.add_column("Production", overflow="ellipsis", no_wrap=True)
    table.add_column("State", no_wrap=True)
    for name in ("Calls", "Cached", "Cost"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        state = Text(row["state"], style=_COLOURS[row["state"]])
        table.add_row(
            str(row["row"]),
            row["name"],
            state,
            str(row["generations"]),
            str(row["cached"] or "–"),
            money(row["cost_cny"]),
        )
    out.print(table)


def _facts(manifest: Manifest, page: str) -> Iterator[tuple[str, str]]:
    for deliverable in manifest.deliverables[:1]:
        yield "film" if deliverable.path.endswith(".mp4") else "result", deliverable.asset.uri
    for step in [] if manifest.deliverables else manifest.steps:
        more = f" and {len(step.assets) - 1} more" if len(step.assets) > 1 else ""
        yield from [("kept", f"{step.title or step.name}: {asset.uri}{more}") for asset in step.assets[:1]]
    yield "review", page
    cost = money(manifest.cost_cny if manifest.cost_cny is not None or manifest.unknown_costs else Decimal(0))
    if manifest.unknown_costs and manifest.cost_cny is not None:
        cost += f" and {manifest.unknown_costs} of unknown cost"
    if manifest.saved_cny:
        cost += f"; the cache saved {money(manifest.saved_cny)}"
    yield "cost", cost + (" (the service's price; the emulator is free)" if manifest.region == "emulator" else "")
    made = [one for one in manifest.generations if one.error is None]
    failed = len(manifest.generations) - len(made)
    seconds = (manifest.finished_at - manifest.started_at).total_seconds()
    yield (
        "made",
        counted(len(made), sum(one.cached for one in made))
        + (f" ({failed} failed)" if failed else "")
        + f", {seconds:.0f} s",
    )
