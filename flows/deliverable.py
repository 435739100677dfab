"""Whether a run would deliver anything: at least one of its files must come from a step that runs."""

from __future__ import annotations

from typing import Any

from flows.conditions import values_in
from flows.document import InvalidInput, Problem
from flows.endings import suggested
from flows.pipeline import Pipeline
from flows.references import whole
from flows.scope import Scope, Skipped


def check_deliverable(pipeline: Pipeline, scope: Scope, answered: set[str]) -> None:
    """Refuse a run that what it was given leaves nothing to deliver, or that would deliver what no list has.

    Args:
        scope: what is known of every step after the plan's walk.
        answered: the steps that do not run because of what a model said, in an earlier run: that is no mistake.

    Raises:
        InvalidInput: with the steps that would have made the files, and the values that keep them from running.
    """
    targets = [whole(target) or () for target in pipeline.deliver.values()]
    named = zip(pipeline.deliver, (scope.no_item(target) for target in targets), strict=True)
    if problems := [Problem(("deliver", path), wrong) for path, wrong in named if wrong]:
        raise InvalidInput(problems)
    if not targets or any(_there(scope.find(target)) for target in targets):
        return
    makers = list(dict.fromkeys(one.name for target in targets for one in target if one.name in pipeline.steps))
    behind = _behind(pipeline, makers)
    if behind & answered:
        return
    titles = [f"'{pipeline.steps[name].title or name}'" for name in makers]
    message = f"no file would be delivered: none of the steps that make one would run ({', '.join(titles)})"
    said = dict.fromkeys(one for name in pipeline.steps if name in behind for one in _kept_from(pipeline, scope, name))
    raise InvalidInput([Problem(("deliver",), message + (f"; {', '.join(said)}" if said else ""))])


def undelivered(pipeline: Pipeline) -> list[str]:
    """That a pipeline names no file to deliver although its steps make some; they stay in the storage."""
    line = None if pipeline.deliver else suggested(pipeline)
    return [f"no file is delivered, since the pipeline names none; for instance {line}"] if line else []


def _there(value: Any) -> bool:
    return value is not None and value != [] and not isinstance(value, Skipped)


def _behind(pipeline: Pipeline, names: list[str]) -> set[str]:
    """The steps and all that they wait for."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += pipeline.needs[name]
    return found


def _kept_from(pipeline: Pipeline, scope: Scope, name: str) -> list[str]:
    """The values that keep a step from running: ``people is no``; of a list without items, that it is empty."""
    step, outputs = pipeline.steps[name], scope.steps[name]
    if isinstance(outputs, Skipped) and isinstance(step.when, str):
        return list(values_in(step.when, scope))
    empty = not isinstance(outputs, Skipped) and step.for_each is not None and not any(map(_there, outputs.values()))
    return [f"'{step.title or name}' has nothing to run for"] if empty else []
