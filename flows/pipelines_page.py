"""The table of local operations in docs/pipelines.md, made from the operations by `make docs`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from tasks import editing  # noqa: F401 - registers the operations
from tasks.operations import OPERATIONS, Operation

FILE = Path(__file__).parents[1] / "docs" / "pipelines.md"
BEGIN = "<!-- Made by `make docs` from the operations. Change the operation, not this table. -->\n"
END = "<!-- The end of what is made. -->\n"


def page(text: str) -> str:
    """The page with the table as the operations are now.

    Raises:
        ValueError: the marks between which it stands are missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{FILE.name} has no place for the table of operations")
    return before + begin + table() + end + after


def table() -> str:
    """Every operation by name: what it does, takes and gives."""
    lines = ["| Operation | Takes | Gives |", "| --- | --- | --- |"]
    for name, operation in sorted(OPERATIONS.items()):
        gives = "<br>".join(
            f"`{output}` {'list of ' if output in operation.lists else ''}{kind}"
            for output, kind in operation.outputs.items()
        )
        lines.append(f"| `{name}`<br>{_cell(operation.description)} | {_takes(operation)} | {gives} |")
    return "\n".join(lines) + "\n"


def _takes(operation: Operation) -> str:
    schema = operation.inputs.model_json_schema()
    required = schema.get("required", [])
    said = []
    for name, field in sorted(schema["properties"].items(), key=lambda one: one[0] not in required):
        default = field.get("default")
        end = "" if name in required else ", may be left out" if default is None else f", else {_value(default)}"
        meaning = field.get("description") or next((one["description"] for one in _options(field)), "")
        said.append(f"`{name}` {_kind(operation, name, field)}{end}{': ' + _cell(meaning) if meaning else ''}")
    return "<br>".join(said)


def _options(field: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in field.get("anyOf", []) if "description" in one]


def _kind(operation: Operation, name: str, field: dict[str, Any]) -> str:
    """The type of an input with what it allows, for people."""
    plain = next((one for one in field.get("anyOf", [field]) if one.get("type") != "null"), field)
    media = operation.media_input(name)
    if plain.get("type") == "array":
        items = " or ".join(media.kinds) if media else _plain(plain["items"])
        return f"list of {items}{_range(plain, 'minItems', 'maxItems')}"
    return " or ".join(media.kinds) if media else _plain(plain)


def _plain(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{one}`" for one in field["enum"])
    kind = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
    low = "minimum" if "minimum" in field else "exclusiveMinimum"
    return kind.get(field.get("type", ""), "fields") + _range(field, low, "maximum")


def _range(field: dict[str, Any], low: str, high: str) -> str:
    if low not in field and high not in field:
        return ""
    above = "above " if low.startswith("exclusive") else ""
    most = _value(field[high]) if high in field else ""
    return f" {above}{_value(field.get(low, ''))}{'…' if most or not above else ''}{most}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(page(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("docs/pipelines.md\n")
