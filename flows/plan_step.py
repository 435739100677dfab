"""A row of the plan: one step, how often it runs and what that costs."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel


class PlanStep(BaseModel):
    """One step of a plan.

    Attributes:
        calls: how often it runs.
        cached: how many of those are in storage already.
        again: how many of the others the plan asks for before; they are paid once.
        seconds: of output, all calls together; None when only a run will know.
        quote_cny: price of the calls that are not cached; 0 for local operations; None is unknown.
        full_cny: price of all calls, as if nothing were cached.
        needs: the steps it waits for.
        takes: how many variants of each item.
        choose: how one of them is picked.
        decided: whether it is known which: by the rule, or because a person was asked in an earlier run.
        maybe: whether only a run will know if it is needed: its ``when`` is still open, or what it waits for is.
        within: the step that runs the pipeline it belongs to.
    """

    name: str
    title: str
    does: str
    paid: bool
    calls: int
    cached: int
    seconds: float | None
    quote_cny: Decimal | None
    full_cny: Decimal | None
    needs: list[str]
    takes: int = 1
    choose: str | None = None
    decided: bool = False
    maybe: bool = False
    within: str | None = None
    again: int = 0
    note: str = ""


def added(row: PlanStep, other: PlanStep) -> PlanStep:
    """Two items of one step as one row."""
    return row.model_copy(
        update={
            "calls": row.calls + other.calls,
            "cached": row.cached + other.cached,
            "again": row.again + other.again,
            "seconds": None if row.seconds is None or other.seconds is None else row.seconds + other.seconds,
            "quote_cny": total([row.quote_cny, other.quote_cny]),
            "full_cny": total([row.full_cny, other.full_cny]),
            "maybe": row.maybe and other.maybe,
            "decided": row.decided and other.decided,
            "note": row.note or other.note,
        }
    )


def total(amounts: list[Decimal | None]) -> Decimal | None:
    """The sum; None when one of them is unknown."""
    known = [amount for amount in amounts if amount is not None]
    return None if len(known) < len(amounts) else sum(known, Decimal(0))
