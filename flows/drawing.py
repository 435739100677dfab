"""A plan as a drawing: Mermaid text for pages that read it, SVG for everything else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from pathlib import Path

from flows.document import InvalidInput, Problem
from flows.plan import Plan
from flows.plan_step import PlanStep, total
from flows.terminal import money

_WIDTH, _HEIGHT = 256, 66
_GAP, _ROW = 70, 22
_LANE = 10
_MARGIN = 28
_HEAD = 72
_CHARACTERS = 33
_PAID, _LOCAL, _CACHED = ("#fff4e0", "#c77700"), ("#eef2f6", "#5b6b7b"), ("#e6f5ea", "#2f8a4a")
_DASHES = "5 3"
"""The border of what only a run will find to be needed."""


def draw(plan: Plan, path: Path) -> None:
    """Write the drawing of a plan: ``.svg``, or ``.mmd`` and ``.md`` for Mermaid.

    Raises:
        InvalidInput: the file's ending says neither.
    """
    match path.suffix.lower():
        case ".svg":
            text = svg(plan)
        case ".mmd":
            text = mermaid(plan)
        case ".md":
            text = f"```mermaid\n{mermaid(plan)}```\n"
        case other:
            raise InvalidInput([Problem((), f"--draw takes a file that ends with .svg, .mmd or .md, not '{other}'")])
    path.write_text(text, encoding="utf-8")


def mermaid(plan: Plan) -> str:
    """The steps and what each waits for, as a Mermaid flowchart from left to right."""
    flow = _flow(plan)
    ids = {step.name: f"s{number}" for number, step in enumerate(plan.steps)}
    lines = ["flowchart LR"]
    for step in plan.steps:
        said = "<br/>".join(escape(line, quote=True).replace('"', "'") for line in _lines(plan, step))
        lines.append(f'  {ids[step.name]}["{said}"]:::{_kind(step)}')
    lines += [f"  {ids[needed]} --> {ids[step.name]}" for step in plan.steps for needed in flow[step.name]]
    for kind, (fill, line) in {"paid": _PAID, "local": _LOCAL, "cached": _CACHED}.items():
        lines.append(f"  classDef {kind} fill:{fill},stroke:{line},color:#1c2733")
    lines += [f"  style {ids[step.name]} stroke-dasharray:{_DASHES}" for step in plan.steps if _if_needed(step)]
    return "\n".join(lines) + "\n"


def svg(plan: Plan) -> str:
    """The same as a picture: a column for each wave of steps, a box for each step, an arrow for each dependency."""
    flow = _flow(plan)
    columns = _columns(plan, flow)
    place: dict[tuple[str, int], tuple[int, int]] = {}
    lowest = _HEAD
    for column, cells in enumerate(columns):
        y = _HEAD
        for cell in cells:
            place[cell.name, column] = (_MARGIN + column * (_WIDTH + _GAP), y)
            y += (_LANE if cell.passes else _HEIGHT) + _ROW
        lowest = max(lowest, y - _ROW)
    own = {cell.name: place[cell.name, column] for column, cells in enumerate(columns) for cell in cells if cell.step}
    width = 2 * _MARGIN + len(columns) * _WIDTH + (len(columns) - 1) * _GAP
    price = money(plan.total_cny) + (f", {money(plan.maybe_cny)} of it only if needed" if plan.maybe_cny else "")
    price += ", and more of unknown price" if plan.unknown else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {lowest + _MARGIN}" width="{width}" '
        f'height="{lowest + _MARGIN}" font-family="system-ui, sans-serif" font-size="12">',
        '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#7b8794"/></marker></defs>',
        f'<rect width="{width}" height="{lowest + _MARGIN}" fill="#ffffff"/>',
        f'<text x="{_MARGIN}" y="34" font-size="17" font-weight="600" fill="#1c2733">'
        f"{escape(_short(plan.title, (width - 2 * _MARGIN) // 20))}</text>",
        f'<text x="{_MARGIN}" y="52" fill="#5b6b7b">{escape(_short(price, (width - 2 * _MARGIN) // 8))}</text>',
    ]
    for step in plan.steps:
        for needed in flow[step.name]:
            left, right = own[needed][0], own[step.name][0]
            lanes = [at for (name, _), at in place.items() if name == needed and left < at[0] < right]
            parts.append(_arrow(own[needed], lanes, own[step.name]))
    parts += [_box(plan, step, own[step.name]) for step in plan.steps]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _flow(plan: Plan) -> dict[str, list[str]]:
    """For each step the steps that an arrow comes from.

    A step that runs another pipeline leads into it: to its first steps; its last ones lead to what waits for the step.
    """
    known = {step.name: step for step in plan.steps}
    inner: dict[str | None, list[PlanStep]] = {}
    for step in plan.steps:
        inner.setdefault(step.within, []).append(step)

    def beside(step: PlanStep) -> list[str]:
        return [need for need in step.needs if need in known and known[need].within == step.within]

    def ends(name: str) -> list[str]:
        steps = inner.get(name, [])
        needed = {need for step in steps for need in step.needs}
        return [end for step in steps if step.name not in needed for end in (made(step) or ends(step.name))] or [name]

    def made(step: PlanStep) -> list[str]:
        """What comes out of it; where it is skipped, what would have gone in."""
        return ends(step.name) if step.calls else [end for need in beside(step) for end in made(known[need])]

    def before(step: PlanStep) -> list[str]:
        found = [end for need in beside(step) for end in ends(need)]
        return list(dict.fromkeys(found)) or ([step.within] if step.within else [])

    return {step.name: before(step) for step in plan.steps}


@dataclass(frozen=True)
class _Cell:
    """A place in a column: a step, or room for what passes from an earlier step to a later one."""

    name: str
    step: PlanStep | None = None

    @property
    def passes(self) -> bool:
        return self.step is None


def _columns(plan: Plan, flow: dict[str, list[str]]) -> list[list[_Cell]]:
    """The steps by how many others must come first; within a column near to what they wait for."""
    depth: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((of(needed) for needed in flow[name]), default=-1)
        return depth[name]

    columns: list[list[_Cell]] = [[] for _ in range(1 + max(of(step.name) for step in plan.steps))]
    last = {
        needed: of(step.name)
        for step in sorted(plan.steps, key=lambda step: of(step.name))
        for needed in flow[step.name]
    }
    for step in plan.steps:
        columns[of(step.name)].append(_Cell(step.name, step))
        for column in range(of(step.name) + 1, last.get(step.name, 0)):
            columns[column].append(_Cell(step.name))
    row: dict[str, float] = {}
    for cells in columns:
        cells.sort(key=lambda cell: _mean([row[needed] for needed in _before(cell, flow) if needed in row]))
        row |= {cell.name: float(number) for number, cell in enumerate(cells)}
    return columns


def _before(cell: _Cell, flow: dict[str, list[str]]) -> list[str]:
    return [cell.name] if cell.passes else flow[cell.name]


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def _arrow(start: tuple[int, int], passed: list[tuple[int, int]], end: tuple[int, int]) -> str:
    """From the right side of a box to the left side of another, between the boxes that it passes."""
    x, y = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    path = f"M{x} {y}"
    for to, down in [*((left, top + _LANE // 2) for left, top in passed), (end[0] - 2, end[1] + _HEIGHT // 2)]:
        middle = (x + to) // 2
        path += f" C{middle} {y} {middle} {down} {to} {down}"
        x, y = to + _WIDTH, down
        path += "" if to == end[0] - 2 else f" L{x} {y}"
    return f'<path d="{path}" fill="none" stroke="#7b8794" stroke-width="1.4" marker-end="url(#to)"/>'


def _box(plan: Plan, step: PlanStep, at: tuple[int, int]) -> str:
    fill, line = {"paid": _PAID, "local": _LOCAL, "cached": _CACHED}[_kind(step)]
    x, y = at
    title, does, rest = _lines(plan, step)
    dashes = f' stroke-dasharray="{_DASHES}"' if _if_needed(step) else ""
    said = f"{step.title} · {does} · {rest}"
    return (
        f"<g><title>{escape(said)}</title>"
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="{fill}" stroke="{line}"{dashes}/>'
        f'<text x="{x + 12}" y="{y + 21}" font-weight="600" fill="#1c2733">{escape(_short(title))}</text>'
        f'<text x="{x + 12}" y="{y + 38}" fill="#33414e">{escape(_short(does))}</text>'
        f'<text x="{x + 12}" y="{y + 55}" fill="{line}">{escape(_short(rest))}</text></g>'
    )


def _lines(plan: Plan, step: PlanStep) -> tuple[str, str, str]:
    said = []
    if step.calls != 1:
        said.append(f"{step.calls} times" if step.calls else "skipped")
    if step.seconds:
        said.append(f"{step.seconds:g} s")
    if step.paid and step.calls:
        said.append("cached" if step.cached == step.calls else money(step.quote_cny))
        if 0 < step.cached < step.calls:
            said.append(f"{step.cached} cached")
    within = [one.quote_cny for one in plan.steps if one.paid and one.calls and one.name.startswith(f"{step.name}/")]
    if within:
        said.append(f"{money(total(within))} in all")
    if said and _if_needed(step):
        said[-1] += " if needed"
    return step.title, step.does, ", ".join(said) or "free"


def _if_needed(step: PlanStep) -> bool:
    """Whether it may turn out to be not needed, and with it its price."""
    return step.maybe and step.calls > 0


def _kind(step: PlanStep) -> str:
    if step.calls and step.cached == step.calls:
        return "cached"
    return "paid" if step.paid and step.calls else "local"


def _short(text: str, room: int = _CHARACTERS) -> str:
    """What fits into so many letters; Chinese characters are twice as wide."""
    for number, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return text[: max(1, number - 1)] + "…"
    return text
