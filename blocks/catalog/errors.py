"""What is wrong with a request, said before it costs anything.

InvalidRequest (ValueError)     every problem at once: field, value, what is allowed, who would take it
  UnknownModel                  no such model; names the nearest ids
"""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        field: dotted path as on the wire, e.g. ``parameters.size``; items of a list by number.
        message: what is wrong with it, in words.
        value: what was given, shortened where it is long; None when nothing was given.
        allowed: what the model takes: a list of values, ``{"min", "max"}``, or None when that says nothing.
        models: models of the same family that would take this field as given.
    """

    field: str
    message: str
    value: Any = None
    allowed: Any = None
    models: list[str] = dataclasses.field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.field}: {self.message}"
        if isinstance(self.allowed, dict):
            low, high = self.allowed.get("min"), self.allowed.get("max")
            if low is not None and high is not None:
                text += f"; allowed: {f'exactly {low}' if low == high else f'{low} to {high}'}"
            elif low is not None or high is not None:
                text += f"; allowed: {f'at least {low}' if high is None else f'at most {high}'}"
        elif self.allowed:
            text += f"; allowed: {', '.join(_shown(item) for item in self.allowed)}"
        if self.models:
            text += f"; taken by: {', '.join(self.models)}"
        return text


class InvalidRequest(ValueError):
    """A request the model would refuse, cut or misread; nothing was sent.

    Attributes:
        model: the model that was asked for, None when the request names none.
        problems: everything that is wrong, in the order of the fields.
    """

    def __init__(self, problems: list[Problem], *, model: str | None = None) -> None:
        self.model = model
        self.problems = problems
        head = f"request to {model}" if model else "request"
        if len(problems) == 1:
            text = f"{head}: {problems[0]}"
        else:
            text = f"{head}: {len(problems)} problems" + "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(text)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.problems, self.model)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, for JSON output."""
        return {"model": self.model, "problems": [asdict(problem) for problem in self.problems]}


class UnknownModel(InvalidRequest):
    """No model of that name in the catalog."""


def _rebuild(kind: type[InvalidRequest], problems: list[Problem], model: str | None) -> InvalidRequest:
    return kind(problems, model=model)


def _shown(value: Any) -> str:
    return '""' if value == "" else str(value)
