"""Which of a scenario's rules applies to this call or this task."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .scenario import (
    CallAction,
    Expire,
    FailCheck,
    FailParts,
    FailTask,
    Moderate,
    Place,
    Rule,
    Scenario,
    Stick,
    TaskAction,
    Timing,
)


@dataclass(frozen=True)
class Fate:
    """What will become of a task, decided when it is accepted."""

    queue_seconds: float = 0.2
    run_seconds: float = 0.0
    statuses: tuple[str, ...] = ()
    end: str = "succeed"  # or: fail, expire, stick
    stuck_status: str = "RUNNING"
    code: str = ""
    message: str = ""
    failed_parts: tuple[int, ...] = ()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Fate:
        """Reads what `dataclasses.asdict` wrote."""
        lists = {"statuses", "failed_parts"}
        values: dict[str, Any] = {name: tuple(value) if name in lists else value for name, value in data.items()}
        return cls(**values)


@dataclass
class Chance:
    """Counts what happens and draws from the scenario's rules.

    Args:
        scenario: The rules.
        queue_seconds: Time in the queue when the scenario names none.
    """

    scenario: Scenario
    queue_seconds: float = 0.2
    _met: dict[int, int] = field(default_factory=dict)
    _done: dict[int, int] = field(default_factory=dict)

    def call(self, place: Place, *, model: str | None = None, prompt: str | None = None) -> CallAction | None:
        """What goes wrong with this call, if anything."""
        for number, rule in enumerate(self.scenario.rules):
            if rule.at == place and self._applies(number, rule, model, prompt):
                assert not isinstance(rule.do, TaskAction | FailCheck)
                return rule.do
        return None

    def check(self, *, model: str) -> FailCheck | None:
        """Whether a check must say no, and why."""
        for number, rule in enumerate(self.scenario.rules):
            if isinstance(rule.do, FailCheck) and self._applies(number, rule, model, None):
                return rule.do
        return None

    def fate(self, *, model: str, prompt: str | None) -> Fate:
        """What will become of a task that is being accepted."""
        scenario = self.scenario
        queue = self.queue_seconds if scenario.queue_seconds is None else scenario.queue_seconds
        values: dict[str, Any] = {"queue_seconds": queue, "run_seconds": scenario.run_seconds}
        for number, rule in enumerate(scenario.rules):
            if rule.at == "task" and self._applies(number, rule, model, prompt):
                values |= _traits(rule.do)
        return Fate.from_dict(values)

    def _applies(self, number: int, rule: Rule, model: str | None, prompt: str | None) -> bool:
        if rule.model is not None and not fnmatchcase(model or "", rule.model):
            return False
        if rule.prompt is not None and rule.prompt not in (prompt or ""):
            return False
        nth = self._met[number] = self._met.get(number, 0) + 1
        if rule.nth is not None and nth not in rule.nth:
            return False
        if rule.times is not None and self._done.get(number, 0) >= rule.times:
            return False
        if rule.probability < 1 and random.Random(f"{self.scenario.seed}/{number}/{nth}").random() >= rule.probability:
            return False
        self._done[number] = self._done.get(number, 0) + 1
        return True


def _traits(action: object) -> dict[str, Any]:
    match action:
        case Timing():
            return {name: value for name, value in action if name != "kind" and value is not None}
        case FailTask() | Moderate():
            return {"end": "fail", "code": action.code, "message": action.message}
        case FailParts():
            return {"failed_parts": tuple(action.parts), "code": action.code, "message": action.message}
        case Expire():
            return {"end": "expire"}
        case Stick():
            return {"end": "stick", "stuck_status": action.status}
    raise TypeError(f"not something that happens to a task: {action!r}")
