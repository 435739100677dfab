"""Where a value of a pipeline comes from: the parameter behind a field, and what the pipeline around gave for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flows.document import Location, Problem, dotted
from flows.pipeline import Pipeline, Step
from flows.references import Reference, find, whole
from tasks.operations import OPERATIONS


def parameter_behind(pipeline: Pipeline, at: Location) -> str | None:
    """The parameter that a place in a pipeline gets its value from."""
    if len(at) < 2 or at[0] != "steps":
        name = at[1] if len(at) > 1 and at[0] == "params" else at[0] if at else None
        return str(name) if name in pipeline.params else None
    step = pipeline.steps.get(str(at[1]))
    if step is None:
        return None
    value: Any = step.model_dump()
    for part in at[2:]:
        if isinstance(value, dict):
            value = value.get(str(part), value)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
    return next((one.name for one in _behind(pipeline, step, value) if one.name in pipeline.params), None)


def _behind(pipeline: Pipeline, step: Step, value: Any) -> Iterator[Reference]:
    """What a value names; of items, the lists they come from; of a look at files, the files."""
    for one in _named(value):
        yield one
        looked = pipeline.steps.get(one.name)
        if looked is not None and looked.use and OPERATIONS[looked.use].looks:
            yield from _named(looked.input)
        if one.name == "item":
            lists = step.for_each
            yield from _named(lists.get(one.output, lists) if isinstance(lists, dict) else lists)


def _named(value: Any) -> list[Reference]:
    return [one for _, alternatives, _ in find({"value": value}) for one in alternatives]


def told_of_origin(problem: Problem, pipeline: Pipeline, name: str) -> Problem:
    """A problem within the pipeline of a step, with what that step gave for it, or the parameter that it handed on.

    Args:
        pipeline: the one around, of which ``name`` is the step.
    """
    step = pipeline.steps[name]
    behind = (
        parameter_behind(step.inner, problem.at if problem.given is None else problem.given) if step.inner else None
    )
    if behind not in step.input:
        return replace(problem, given=(), given_by="")
    at: Location = ("steps", name, "input", str(behind))
    document = pipeline.document
    said = ", ".join(part for part in (dotted(at), document.place(at) if document else "") if part)
    alone = whole(step.input[str(behind)])
    param = parameter_behind(pipeline, at) if alone else None
    if param is None:
        return replace(problem, given=at, given_by=f"{dotted(at)} ({document.place(at)})" if document else dotted(at))
    return replace(problem, given=("params", param), given_by=f"parameter {param} ({said})")
