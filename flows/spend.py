"""``wanflow spend``: what was paid, by day, model and run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

from flows.terminal import money, money_json, out
from flows.wording import plural
from tasks.spending import Spending

BY: dict[str, Callable[[Spending], str]] = {
    "day": lambda one: f"{one.at:%Y-%m-%d}",
    "model": lambda one: one.model,
    "run": lambda one: f"{one.run} ({one.run_id[:8]})" if one.run_id else one.run,
}
"""What spending can be added up by."""


def summed(found: list[Spending], by: str) -> list[dict[str, Any]]:
    """Spending added up, days in order, everything else the dearest first.

    Returns:
        Rows of ``name``, ``generations``, ``cost`` (CNY), ``unknown`` (generations of unknown cost).
    """
    rows: dict[str, dict[str, Any]] = {}
    for one in found:
        row = rows.setdefault(BY[by](one), {"generations": 0, "cost": Decimal(0), "unknown": 0})
        row["generations"] += 1
        row["cost"] += one.cost_cny or Decimal(0)
        row["unknown"] += one.cost_cny is None
    listed = [{"name": name, **row} for name, row in rows.items()]
    return listed if by == "day" else sorted(listed, key=lambda row: row["cost"], reverse=True)


def spend_json(found: list[Spending], since: date | None) -> dict[str, Any]:
    """Spending as one JSON document: what is really paid, and apart from it what emulators made."""

    def said(some: list[Spending]) -> dict[str, Any]:
        return {
            "cost": money_json(sum((one.cost_cny or Decimal(0) for one in some), Decimal(0))),
            "generations": len(some),
            "unknown_costs": sum(one.cost_cny is None for one in some),
        } | {by: [row | {"cost": money_json(row["cost"])} for row in summed(some, by)] for by in BY}

    return {
        "since": since.isoformat() if since else None,
        "paid": said([one for one in found if not one.emulated]),
        "emulated": said([one for one in found if one.emulated]),
    }


def show_spend(found: list[Spending], by: str | None) -> None:
    """Spending as tables: really paid; what emulators made is told apart, in a line or, when there is no other, too."""
    paid = [one for one in found if not one.emulated]
    emulated = [one for one in found if one.emulated]
    shown = paid or emulated
    if not shown:
        out.print("Nothing was paid.")
        return
    for each in [by] if by else BY:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column(each.capitalize(), overflow="ellipsis", no_wrap=True)
        table.add_column("Generations", justify="right", no_wrap=True)
        table.add_column("Cost", justify="right", no_wrap=True)
        for row in summed(shown, each):
            more = f" + {row['unknown']} unknown" if row["unknown"] else ""
            table.add_row(row["name"], str(row["generations"]), money(row["cost"]) + more)
        out.print(table)
        out.print()
    total = sum((one.cost_cny or Decimal(0) for one in shown), Decimal(0))
    out.print(Text("All together ").append(money(total), style="bold"))
    if not paid:
        out.print(Text("All of it was made by an emulator: nobody pays it; the price is the service's.", "dim"))
    elif emulated:
        out.print(Text(f"Beside it {plural(len(emulated), 'generation')} of emulators, which nobody pays.", "dim"))
