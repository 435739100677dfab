"""Fan-out: a step runs once for each item of a list, of several lists side by side, or of every pair of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

from flows.document import InvalidInput, Location, Problem
from flows.kinds import an, kind_of
from flows.pipeline import Step
from flows.references import resolve
from flows.scope import Many, Scope
from flows.steps import condition_holds


def lanes(step: Step, scope: Scope, at: Location) -> list[Scope]:
    """The scope of each time a step runs: item by item, and take by take of each; in that order.

    Raises:
        InvalidInput: ``for_each`` is not a list, or its lists do not fit together.
        StepSkipped: it refers to a skipped step.
    """
    return [replace(one, take=take) for one in _items(step, scope, at) for take in range(step.takes)]


def _items(step: Step, scope: Scope, at: Location) -> list[Scope]:
    if step.for_each is None:
        return [scope]
    if isinstance(step.for_each, dict):
        found: list[Any] = _together(step, scope, at)
    else:
        found = _listed(step.for_each, scope, (*at, "for_each"))
    return [scope.of_item(item, index) for index, item in enumerate(found)]


def in_turn(step: Step, scope: Scope, at: Location) -> bool:
    """Whether the items of a step wait for each other; if only a run will know, they do.

    Raises:
        InvalidInput: the condition compares what cannot be compared.
        StepSkipped: it hangs on a skipped step.
    """
    return step.in_turn is not False and condition_holds(step.in_turn, scope, (*at, "in_turn")) is not False


def is_estimate(step: Step, scope: Scope) -> bool:
    """Whether only a run will know how many items there are."""
    asked = step.for_each.values() if isinstance(step.for_each, dict) else [step.for_each]
    return any(isinstance(resolve(one, scope.look_up), Many) for one in asked)


def _listed(value: Any, scope: Scope, at: Location) -> list[Any]:
    found = resolve(value, scope.look_up)
    if isinstance(found, Many):
        return [found.item] * found.likely
    if not isinstance(found, list):
        raise InvalidInput([Problem(at, f"must be a list, got {an(kind_of(found))}")])
    return found


def _together(step: Step, scope: Scope, at: Location) -> list[dict[str, Any]]:
    """The items of several lists: side by side, a list of one goes with all; or every one with every other."""
    columns = {name: _listed(value, scope, (*at, "for_each", name)) for name, value in step.for_each.items()}
    if step.cross:
        return [dict(zip(columns, row, strict=True)) for row in product(*columns.values())]
    longest = max(len(column) for column in columns.values())
    count = 0 if any(not column for column in columns.values()) else longest
    odd = [name for name, column in columns.items() if len(column) not in (1, longest)]
    if odd and not is_estimate(step, scope):
        lengths = ", ".join(f"{name} has {len(column)}" for name, column in columns.items())
        message = f"the lists go side by side and must be of one length (or of one item, for all): {lengths}"
        raise InvalidInput([Problem((*at, "for_each", odd[0]), message)])
    return [{name: column[min(number, len(column) - 1)] for name, column in columns.items()} for number in range(count)]
