"""References: ``${step.output}``, ``${param}``, ``${item}``, ``${index}`` in the inputs of a step.

A string that is nothing but one reference takes the value as it is; within other text it is written out.
``${a.video or b.video}`` takes the first that is there (a skipped step gives nothing). ``$${`` is a literal ``${``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_PATTERN = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_ONE = re.compile(r"^([A-Za-z_][\w-]*)(?:\.([A-Za-z_][\w-]*))?(?:\[(?:(\d+)|([A-Za-z_][\w-]*))\])?$")


class BadReference(ValueError):
    """What stands between ``${`` and ``}`` is not a reference.

    Attributes:
        at: where it stands within what was searched.
    """

    at: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Reference:
    """One name in a reference: a parameter, ``item``, ``index``, or a step with one of its outputs.

    Attributes:
        index: which item of a list is meant, from 0.
        by: the parameter that says so; of a list of numbers, the items in that order. Or ``item``, ``index``.
    """

    name: str
    output: str | None = None
    index: int | None = None
    by: str | None = None

    def __str__(self) -> str:
        which = self.by if self.index is None else self.index
        return self.name + (f".{self.output}" if self.output else "") + ("" if which is None else f"[{which}]")


Alternatives = tuple[Reference, ...]


def parse(text: str) -> Alternatives:
    """The alternatives between ``${`` and ``}``.

    Raises:
        BadReference: with what is allowed.
    """
    found = []
    for part in re.split(r"\s+or\s+", text.strip()):
        match = _ONE.match(part)
        if match is None:
            raise BadReference(f"'${{{text}}}' is not a reference: write ${{step.output}}, ${{param}} or ${{item}}")
        name, output, index, by = match.groups()
        found.append(Reference(name, output, int(index) if index else None, by))
    return tuple(found)


def whole(value: Any) -> Alternatives | None:
    """The reference that a value is, when it is nothing but one."""
    if not isinstance(value, str):
        return None
    match = _PATTERN.fullmatch(value.strip())
    return parse(match.group(1)) if match and match.group(1) is not None else None


def find(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Alternatives, bool]]:
    """Every reference within a value: where it stands, what it names, and whether it is the whole string there.

    Raises:
        BadReference: something begins like a reference and is none.
    """
    if isinstance(value, str):
        try:
            alone = whole(value) is not None
            found = [parse(match.group(1)) for match in _PATTERN.finditer(value) if match.group(1) is not None]
            if "${" in _PATTERN.sub("", value):
                raise BadReference(f"a reference is not closed in {value!r}; the signs themselves are written $${{")
        except BadReference as error:
            error.at = at
            raise
        yield from ((at, one, alone) for one in found)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from find(item, (*at, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from find(item, (*at, number))


def resolve(value: Any, look_up: Callable[[Alternatives], Any], write: Callable[[Any], str] = str) -> Any:
    """The value with every reference replaced by what it names.

    Args:
        look_up: gives the value of a reference.
        write: writes a value out within other text.
    """
    if isinstance(value, str):
        alone = whole(value)
        if alone is not None:
            return look_up(alone)

        def replace(match: re.Match[str]) -> str:
            return "${" if match.group(1) is None else write(look_up(parse(match.group(1))))

        return _PATTERN.sub(replace, value)
    if isinstance(value, dict):
        return {key: resolve(item, look_up, write) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, look_up, write) for item in value]
    return value
