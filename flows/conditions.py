"""Conditions of ``when`` and ``require``: ``${need} == full-body``, ``${check.passed} and not ${a.seconds} > 20``.

Three answers: it holds, it does not, or only a run will know. Nothing is evaluated but what this file reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flows.kinds import kind_of, written
from flows.references import Alternatives, BadReference, parse
from flows.scope import Many, Pending, Scope, StepSkipped

_TOKEN = re.compile(
    r"""\s*(?:(?P<reference>\$\{[^{}]*\})|(?P<sign>==|!=|>=|<=|>|<|\(|\))|"(?P<double>[^"]*)"|'(?P<single>[^']*)'"""
    r"""|(?P<word>[^\s()<>=!"'$]+))"""
)
_SIGNS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}
_KEYWORDS = ("and", "or", "not")
_CONSTANTS: dict[str, Any] = {"true": True, "yes": True, "false": False, "no": False, "none": None, "nothing": None}


class BadCondition(ValueError):
    """A condition cannot be read, or compares what cannot be compared."""


@dataclass(frozen=True)
class Named:
    """A reference."""

    to: Alternatives
    text: str


@dataclass(frozen=True)
class Literal:
    """A word, text or number; a bare ``true``, ``false`` or ``none`` means that."""

    value: Any


@dataclass(frozen=True)
class Compared:
    """Two values with a sign between them."""

    left: Named | Literal
    sign: str
    right: Named | Literal


@dataclass(frozen=True)
class Turned:
    """``not``."""

    what: Condition


@dataclass(frozen=True)
class Joined:
    """``and`` or ``or``."""

    word: str
    left: Condition
    right: Condition


Condition = Named | Literal | Compared | Turned | Joined


@cache
def read(text: str) -> Condition:
    """A condition as it is meant.

    Raises:
        BadCondition: with the character where it goes wrong.
    """
    reader = _Reader(text)
    found = reader.either()
    if reader.next is not None:
        raise reader.problem(f"did not expect {reader.next[1]!r}")
    return found


class _Reader:
    """Reads from left to right; ``or`` binds weakest, then ``and``, ``not``, comparisons."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    @property
    def next(self) -> tuple[str, str, int] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def problem(self, message: str) -> BadCondition:
        at = self.next[2] if self.next else len(self.text)
        return BadCondition(
            f"{message} at character {at + 1} of {self.text!r}; write e.g. ${{need}} == full-body, "
            f"${{probe.seconds}} > 20, or ${{check.passed}} and not ${{other}}"
        )

    def _take(self, kind: str, *texts: str) -> str | None:
        if self.next is not None and self.next[0] == kind and self.next[1] in texts:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def either(self) -> Condition:
        found = self.both()
        while self._take("word", "or"):
            found = Joined("or", found, self.both())
        return found

    def both(self) -> Condition:
        found = self.turned()
        while self._take("word", "and"):
            found = Joined("and", found, self.turned())
        return found

    def turned(self) -> Condition:
        if self._take("word", "not"):
            return Turned(self.turned())
        if self._take("sign", "("):
            found = self.either()
            if not self._take("sign", ")"):
                raise self.problem("a bracket is not closed")
            return found
        left = self.value()
        sign = self._take("sign", *_SIGNS)
        return left if sign is None else Compared(left, sign, self.value())

    def value(self) -> Named | Literal:
        if self.next is None:
            raise self.problem("a value is missing")
        kind, text, _ = self.next
        if kind == "sign" or (kind == "word" and text in _KEYWORDS):
            raise self.problem(f"a value is missing before {text!r}")
        self._at += 1
        if kind == "reference":
            try:
                return Named(parse(text[2:-1]), text)
            except BadReference as error:
                raise BadCondition(str(error)) from None
        if kind == "text":
            return Literal(text)
        if self.next is not None and self.next[0] == "word" and self.next[1] not in _KEYWORDS:
            raise self.problem('text of several words needs quotes ("soft light"), found another word')
        return Literal(_CONSTANTS.get(text.lower(), text))


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            odd = len(text[at:]) - len(text[at:].lstrip()) + at
            hint = "; == compares" if text[odd : odd + 1] == "=" else ""
            raise BadCondition(f"cannot read {text[odd : odd + 1]!r} at character {odd + 1} of {text!r}{hint}")
        kind = str(match.lastgroup)
        kind = "text" if kind in ("double", "single") else kind
        yield kind, match.group(match.lastgroup or 0), match.start(match.lastgroup or 0)
        at = match.end()


def references_in(condition: Condition) -> Iterator[tuple[Alternatives, list[Any]]]:
    """Every reference of a condition, with the literals that it is compared with for being the same or not."""
    match condition:
        case Named(to):
            yield to, []
        case Compared(left, sign, right):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, Named):
                    alike = sign in ("==", "!=") and isinstance(other, Literal)
                    yield one.to, [other.value] if alike and isinstance(other, Literal) else []
        case Turned(what):
            yield from references_in(what)
        case Joined(_, left, right):
            yield from references_in(left)
            yield from references_in(right)


def holds(text: str | bool, scope: Scope) -> bool | None:
    """Whether a condition holds; None when only a run will know. What is there holds, the number 0 as well.

    Raises:
        BadCondition: it cannot be read, or compares what has no order.
        StepSkipped: it hangs on a skipped step.
    """
    return text if isinstance(text, bool) else _holds(read(text), scope)


def _holds(condition: Condition, scope: Scope) -> bool | None:
    match condition:
        case Turned(what):
            found = _holds(what, scope)
            return None if found is None else not found
        case Joined("and", left, right):
            first = _holds(left, scope)
            second = False if first is False else _holds(right, scope)
            return False if second is False else None if None in (first, second) else True
        case Joined(_, left, right):
            return _one_of(left, right, scope)
        case Compared(left, sign, right):
            return _compared(_value(left, scope), sign, _value(right, scope))
        case Named() | Literal():
            value = _value(condition, scope)
            return None if isinstance(value, Pending | Many) else is_there(value)


def _one_of(left: Condition, right: Condition, scope: Scope) -> bool | None:
    """``or`` goes on with its other side when one hangs on a skipped step."""
    answers: list[bool | None] = []
    skipped: StepSkipped | None = None
    for side in (left, right):
        try:
            answers.append(_holds(side, scope))
        except StepSkipped as error:
            skipped = skipped or error
        if True in answers:
            return True
    if skipped is not None and None not in answers:
        raise skipped
    return None if None in answers else False


def reasons(text: str, scope: Scope) -> str:
    """Why a condition does not hold, in the words of the checks whose ``passed`` it names; empty without any."""
    named = [one for alternatives, _ in references_in(read(text)) for one in alternatives if one.output == "passed"]
    found = [scope.find((replace(one, output="reason"),)) for one in named]
    return "; ".join(dict.fromkeys(reason for reason in found if isinstance(reason, str) and reason))


def not_so(text: str, scope: Scope) -> str:
    """That a demand is not met, with the reasons of checks, else with the values: ``requires …: width is 100``."""
    said = reasons(text, scope) or ", ".join(values_in(text, scope))
    return f"requires {text}, which is not so" + (f": {said}" if said else "")


def values_in(text: str, scope: Scope) -> Iterator[str]:
    """The plain values that a condition hangs on: ``width is 100``."""
    found = {one: scope.find(alternatives) for alternatives, _ in references_in(read(text)) for one in alternatives[:1]}
    for one, value in found.items():
        if value is None or isinstance(value, bool | int | float | str):
            said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else written(value)
            yield f"{one} is {said or 'not given'}"


def is_there(value: Any) -> bool:
    """Whether a value counts as yes."""
    return value is not None and value is not False and value not in ("", "false", "no", [], {})


def _value(one: Named | Literal, scope: Scope) -> Any:
    return one.value if isinstance(one, Literal) else scope.look_up(one.to)


def _compared(left: Any, sign: str, right: Any) -> bool | None:
    if isinstance(left, Pending | Many) or isinstance(right, Pending | Many):
        return None
    pair = _numbers(left, right) or (left, right)
    if sign in ("==", "!="):
        alike = pair[0] == pair[1] or _same_text(*pair)
        return alike if sign == "==" else not alike
    if left is None or right is None:
        return False  # nothing is neither more nor less
    if not isinstance(pair[0], int | float) or not isinstance(pair[1], int | float):
        raise BadCondition(f"{sign} compares numbers; got {kind_of(left)} {left!r} and {kind_of(right)} {right!r}")
    return bool(_SIGNS[sign](*pair))


def _same_text(left: Any, right: Any) -> bool:
    yes_or_no = isinstance(left, bool) and str(right).lower() in _CONSTANTS
    return yes_or_no and _CONSTANTS[str(right).lower()] is left


def _numbers(left: Any, right: Any) -> tuple[float, float] | None:
    """Both as numbers, where both are: a number in a file may come as text."""
    if isinstance(left, bool) or isinstance(right, bool):
        return None
    try:
        return float(left), float(right)
    except (TypeError, ValueError):
        return None
