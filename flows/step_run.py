"""How a run goes while it goes: its steps, what they gave, why they ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flows.pipeline import Pipeline, Step
from flows.scope import Outputs, Scope
from tasks.asset import Asset
from tasks.records import Failure, Generation

_NAME_CHARACTERS = 40

State = Literal["waiting", "running", "done", "failed", "skipped"]


@dataclass
class StepRun:
    """How one step went.

    Attributes:
        name: of the step; within another pipeline ``outer/inner``.
        needs: the names of the steps it waits for.
        edits_cached: whether all local work was found done.
        left_out: the items and takes that failed and were left out, and why.
        stood_in: what another model made because the first one failed, and why.
        chosen: which variants the run went on with, one for each item.
        inner: the pipelines that it ran.
        handles: results of its Prefect tasks, handed on so that the UI draws the edges.
    """

    name: str
    step: Step
    needs: list[str] = field(default_factory=list)
    state: State = "waiting"
    outputs: Outputs = field(default_factory=dict)
    generations: list[tuple[int | None, Generation]] = field(default_factory=list)
    edits_cached: bool | None = None
    reason: str | None = None
    failure: Failure | None = None
    left_out: list[str] = field(default_factory=list)
    stood_in: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    inner: list[PipelineRun] = field(default_factory=list)
    seconds_taken: float | None = None
    handles: list[Any] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What people call it."""
        return self.step.title or self.name

    @property
    def assets(self) -> list[Asset]:
        """Every file it gave."""
        found: list[Asset] = []
        for value in self.outputs.values():
            listed = value if isinstance(value, list) else [value]
            found += [item for item in listed if isinstance(item, Asset)]
        return found


def label_of(step_run: StepRun, scope: Scope, *, takes: bool = True) -> str:
    """What people call an item of a step: ``clip 2``, ``clip 2 take 3``."""
    label = step_run.title if scope.index is None else f"{step_run.title} {scope.index + 1}"
    return f"{label} take {step_run.step.take + scope.take}" if takes and step_run.step.takes > 1 else label


def called(step_run: StepRun, scope: Scope) -> str:
    """The same with the item's ``name`` or few words: ``clip 2 (Kitchen)``, ``card 3 (a harbour, at dawn)``."""
    item = scope.item
    fields = ([item["name"]] if "name" in item else item.values()) if isinstance(item, Mapping) else [item]
    name = ", ".join(field for field in fields if type(field) is str)
    known = 0 < len(name) <= _NAME_CHARACTERS
    return f"{label_of(step_run, scope)} ({name})" if known else label_of(step_run, scope)


Listener = Callable[[StepRun], None]


@dataclass
class PipelineRun:
    """A pipeline on its way: what every step did so far.

    Attributes:
        steps: by their names within this pipeline.
        around: the run of the pipeline that this one is a step of.
        begins_after: results of Prefect tasks that came before it.
        halted: why nothing new is begun here.
        at_work: the steps that have not ended, each a task of the loop.
    """

    pipeline: Pipeline
    scope: Scope
    steps: dict[str, StepRun]
    listener: Listener = lambda _: None
    around: PipelineRun | None = None
    begins_after: list[Any] = field(default_factory=list)
    halted: str | None = None
    at_work: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def stopped(self) -> str | None:
        """Why nothing new is begun: a refused key or an unpaid account fails every further request, too; or a step
        failed and the pipeline says ``on_failure: stop``.
        """
        return self.halted or (self.around.stopped if self.around else None)

    def halt(self, reason: str, *, everywhere: bool) -> None:
        """Begin nothing new, here or in the pipelines around as well."""
        self.halted = self.halted or reason
        if everywhere and self.around is not None:
            self.around.halt(reason, everywhere=True)

    def every_step(self) -> Iterator[StepRun]:
        """Its steps, each followed by those of the pipelines that it ran."""
        for step in self.steps.values():
            yield step
            for inner in step.inner:
                yield from inner.every_step()


def begin(
    pipeline: Pipeline,
    scope: Scope,
    listener: Listener | None = None,
    *,
    around: PipelineRun | None = None,
    by: StepRun | None = None,
    name: str = "",
    title: str = "",
) -> PipelineRun:
    """A run of a pipeline that is about to begin.

    Args:
        around: the run that it is a part of, of which ``by`` is the step.
        name: of that step and item, for the names of the steps.
        title: the same for people.
    """
    steps = {}
    for key, step in pipeline.steps.items():
        needs = [f"{name}/{need}" if name else need for need in pipeline.needs[key]]
        if name:
            step = step.model_copy(update={"title": f"{title}: {step.title or key}"})
            needs = needs or list(by.needs if by else ())
        steps[key] = StepRun(f"{name}/{key}" if name else key, step, needs)
    listens = listener or (around.listener if around else None) or (lambda _: None)
    run = PipelineRun(pipeline, scope, steps, listens, around)
    if by is not None:
        by.inner.append(run)
    return run
