"""A plan as a drawing: Mermaid text for pages that read it, SVG for everything else."""

from __future__ import annotations

import unicodedata
from html import escape
from pathlib import Path

from flows.document import InvalidInput, Problem
from flows.plan import Plan
from flows.plan_step import PlanStep
from flows.terminal import money

_WIDTH, _HEIGHT = 216, 66
_GAP, _ROW = 70, 22
_MARGIN = 28
_HEAD = 64
_CHARACTERS = 27
_PAID, _LOCAL, _CACHED = ("#fff4e0", "#c77700"), ("#eef2f6", "#5b6b7b"), ("#e6f5ea", "#2f8a4a")


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
    ids = {step.name: f"s{number}" for number, step in enumerate(plan.steps)}
    lines = ["flowchart LR"]
    for step in plan.steps:
        said = "<br/>".join(escape(line, quote=True).replace('"', "'") for line in _lines(step))
        lines.append(f'  {ids[step.name]}["{said}"]:::{_kind(step)}')
    lines += [f"  {ids[needed]} --> {ids[step.name]}" for step in plan.steps for needed in step.needs if needed in ids]
    for kind, (fill, line) in {"paid": _PAID, "local": _LOCAL, "cached": _CACHED}.items():
        lines.append(f"  classDef {kind} fill:{fill},stroke:{line},color:#1c2733")
    return "\n".join(lines) + "\n"


def svg(plan: Plan) -> str:
    """The same as a picture: a column for each wave of steps, a box for each step, an arrow for each dependency."""
    columns = _columns(plan)
    place = {
        step.name: (_MARGIN + column * (_WIDTH + _GAP), _HEAD + row * (_HEIGHT + _ROW))
        for column, steps in enumerate(columns)
        for row, step in enumerate(steps)
    }
    width = 2 * _MARGIN + len(columns) * _WIDTH + (len(columns) - 1) * _GAP
    height = _HEAD + max(len(steps) for steps in columns) * (_HEIGHT + _ROW) + _MARGIN - _ROW
    price = money(plan.total_cny) + (" and more of unknown price" if plan.unknown else "")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        '<defs><marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#7b8794"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_MARGIN}" y="34" font-size="17" font-weight="600" fill="#1c2733">{escape(plan.title)}'
        f'<tspan dx="12" font-size="13" font-weight="400" fill="#5b6b7b">{escape(price)}</tspan></text>',
    ]
    for step in plan.steps:
        parts += [_arrow(place[needed], place[step.name]) for needed in step.needs if needed in place]
    parts += [_box(step, place[step.name]) for step in plan.steps]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _columns(plan: Plan) -> list[list[PlanStep]]:
    """The steps by how many others must come first; within a column near to what they wait for."""
    known = {step.name: step for step in plan.steps}
    depth: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((of(needed) for needed in known[name].needs if needed in known), default=-1)
        return depth[name]

    columns: list[list[PlanStep]] = [[] for _ in range(1 + max(of(step.name) for step in plan.steps))]
    for step in plan.steps:
        columns[of(step.name)].append(step)
    row: dict[str, float] = {}
    for steps in columns:
        steps.sort(key=lambda step: _mean([row[needed] for needed in step.needs if needed in row]))
        row |= {step.name: float(number) for number, step in enumerate(steps)}
    return columns


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x, y = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    to, down = end[0] - 2, end[1] + _HEIGHT // 2
    middle = to - _GAP // 2
    return (
        f'<path d="M{x} {y} L{max(x, middle - _GAP // 2)} {y} C{middle} {y} {middle} {down} {to} {down}" '
        'fill="none" stroke="#7b8794" stroke-width="1.4" marker-end="url(#to)"/>'
    )


def _box(step: PlanStep, at: tuple[int, int]) -> str:
    fill, line = {"paid": _PAID, "local": _LOCAL, "cached": _CACHED}[_kind(step)]
    x, y = at
    title, does, rest = _lines(step)
    said = f"{step.title} · {does} · {rest}"
    return (
        f"<g><title>{escape(said)}</title>"
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="{fill}" stroke="{line}"/>'
        f'<text x="{x + 12}" y="{y + 21}" font-weight="600" fill="#1c2733">{escape(_short(title))}</text>'
        f'<text x="{x + 12}" y="{y + 38}" fill="#33414e">{escape(_short(does))}</text>'
        f'<text x="{x + 12}" y="{y + 55}" fill="{line}">{escape(_short(rest))}</text></g>'
    )


def _lines(step: PlanStep) -> tuple[str, str, str]:
    said = []
    if step.calls != 1:
        said.append(f"{step.calls} times" if step.calls else "skipped")
    if step.seconds:
        said.append(f"{step.seconds:g} s")
    if step.paid and step.calls:
        said.append("cached" if step.cached == step.calls else money(step.quote_cny))
        if 0 < step.cached < step.calls:
            said.append(f"{step.cached} cached")
    return step.title, step.does, ", ".join(said) or "free"


def _kind(step: PlanStep) -> str:
    if step.calls and step.cached == step.calls:
        return "cached"
    return "paid" if step.paid and step.calls else "local"


def _short(text: str) -> str:
    """What fits into a box; Chinese characters are twice as wide as letters."""
    room = _CHARACTERS
    for number, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return text[: max(1, number - 1)] + "…"
    return text
