"""What references can name while a pipeline is walked: parameters, the outputs of steps, the item of a fan-out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flows.references import Alternatives, Reference
from tasks.operations import OutputType
from tasks.reach import Reach


@dataclass(frozen=True)
class Pending:
    """A value that only a run will know: its type, and what can be said of it before.

    Attributes:
        origin: of a file: files to come with the same one will be the same file; None: nobody can tell.
    """

    type: OutputType
    seconds: float | None = None
    origin: str | None = None


class Address(str):
    """Where a file is that only the network knows, with the kind of media that a parameter says it is."""

    kind: str

    def __new__(cls, text: str, kind: str) -> Address:
        """The address, as text that remembers its kind."""
        self = super().__new__(cls, text)
        self.kind = kind
        return self


@dataclass(frozen=True)
class Many:
    """A list of which only a run will know the length; a plan counts it as ``likely`` items.

    Attributes:
        most: how many there may be; None: nobody can tell.
    """

    item: Any
    likely: int = 1
    most: int | None = None


SWITCHED_OFF = "its `when` does not hold"
"""Why a step did not run that was not wanted."""


@dataclass(frozen=True)
class Skipped:
    """A step that did not run, and why. What refers to it is skipped as well."""

    reason: str


@dataclass(frozen=True)
class NoItem(Skipped):
    """An item that a list does not have, although it has others."""


class StepSkipped(Exception):
    """Resolving met a skipped step."""


Outputs = dict[str, Any]


@dataclass
class Scope:
    """What references can name: parameters, the outputs of steps so far, the item of a fan-out.

    Attributes:
        steps: what each step gave, by output; an output may be missing on its own.
        rows: of steps that ran for each of something: every item with what came of it.
        previous: what the item before gave, where items go in turn; None for the first.
        lost: the first of the items before, when all of them failed.
        take: which variant of the item this is, from 0.
        reach: which files the pipeline may name by itself; None: any.
    """

    params: Mapping[str, Any]
    steps: dict[str, Outputs | Skipped] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    item: Any = None
    index: int | None = None
    previous: Outputs | None = None
    lost: str | None = None
    take: int = 0
    reach: Reach | None = None

    def of_item(self, item: Any, index: int) -> Scope:
        """The same for one item of a fan-out."""
        return replace(self, item=item, index=index)

    def look_up(self, alternatives: Alternatives) -> Any:
        """The value of the first alternative that is there.

        Raises:
            StepSkipped: none is there.
        """
        found = self.find(alternatives)
        if isinstance(found, Skipped):
            raise StepSkipped(found.reason)
        return found

    def find(self, alternatives: Alternatives) -> Any:
        """The same, but `Skipped` when none is there: with the first reason that is more than a `when`.

        A parameter without a value, and what no item before gave, is nothing: another alternative goes before it.
        """
        missing, nothing = Skipped(""), any(one.name == "previous" for one in alternatives)
        for one in alternatives:
            found = self._value(one)
            if isinstance(found, Skipped):
                missing = found if missing.reason in ("", SWITCHED_OFF) else missing
            elif found is None:
                nothing = True
            elif isinstance(found, Pending) and len(alternatives) > 1:
                return replace(found, origin=None)  # should it fail, another file takes its place
            else:
                return found
        return None if nothing else missing

    def no_item(self, alternatives: Alternatives) -> str | None:
        """What is wrong if each alternative names an item that its list does not have."""
        found = [self._value(one) for one in alternatives]
        reasons = [one.reason for one in found if isinstance(one, NoItem)]
        return reasons[0] if len(reasons) == len(alternatives) else None

    def _value(self, one: Reference) -> Any:
        if one.name == "item":
            value = self.item
            if one.output is not None:
                value = value.get(one.output) if isinstance(value, Mapping) else getattr(value, one.output, None)
        elif one.name == "index":
            value = self.index
        elif one.name == "previous":
            value = (self.previous or {}).get(one.output or "", Skipped("no item before gave it"))
            if isinstance(value, Skipped):
                return value
        elif one.name in self.params:
            value = self.params[one.name]
        else:
            outputs = self.steps[one.name]
            if isinstance(outputs, Skipped):
                return outputs
            rows = self.rows.get(one.name, [])
            value = outputs.get(one.output) if one.output else rows
            if one.output and one.output not in outputs and rows:
                value = [row.get(one.output) for row in rows]
                if any(isinstance(given, Many) for given in outputs.values()):
                    value = Many(value[0], len(rows))
            if isinstance(value, Skipped):
                return value
        number = one.index if one.by is None else self._value(Reference(one.by))
        if isinstance(number, list):
            picked = [_picked(value, each, one) for each in number]
            return next((each for each in picked if isinstance(each, Skipped)), picked)
        return value if number is None else _picked(value, number, one)


def _picked(value: Any, number: Any, one: Reference) -> Any:
    """That item of a list."""
    if isinstance(number, Pending):
        return Pending("any")
    has = len(value) if isinstance(value, list) else value.most if isinstance(value, Many) else 0
    if type(number) is int and has and number not in range(has):
        asked = f"{one}, {one.by} is {number}" if one.by else str(one)
        return NoItem(f"{asked}: the list has {f'{has} items, [0] to [{has - 1}]' if has > 1 else 'one item, [0]'}")
    if isinstance(value, Many):
        return value.item
    return value[number] if isinstance(value, list) and type(number) is int and value else Skipped(f"{one} has no item")


def hopeful(scope: Scope) -> Scope:
    """The same with a yes from every check that is still to come: what runs even so is not there for a no alone."""
    return replace(scope, steps={name: _passed(outputs) for name, outputs in scope.steps.items()})


def _passed(outputs: Outputs | Skipped) -> Outputs | Skipped:
    if isinstance(outputs, Skipped) or not isinstance(outputs.get("passed"), Pending):
        return outputs
    return {**outputs, "passed": True}
