"""Lists of what there is: the models of the catalog and the pipelines, for people and as JSON."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from blocks import catalog
from blocks.catalog import UnknownModel
from flows import library
from flows.document import InvalidInput, Problem
from flows.terminal import out


def models_listed() -> list[dict[str, Any]]:
    """Every row of the catalog, in short."""
    return [
        {
            "id": row.id,
            "family": row.family,
            "summary": row.summary,
            "mode": row.mode,
            "kind": row.kind,
            "regions": list(row.regions),
            "documented": row.documented,
            "unit": row.billing.unit,
        }
        for row in catalog.MODELS.values()
    ]


def model_described(model: str) -> dict[str, Any]:
    """Everything about one model.

    Raises:
        InvalidInput: there is no such model; names the nearest.
    """
    try:
        return catalog.describe(model)
    except UnknownModel as error:
        raise InvalidInput([Problem((), str(error))]) from None


def show_models() -> None:
    """The models by family."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Model", style="cyan", no_wrap=True)
    table.add_column("What it does")
    family = ""
    for row in catalog.MODELS.values():
        if row.family != family:
            family = row.family
            table.add_row(Text(family, style="bold"), "")
        table.add_row(f"  {row.id}", row.summary)
    out.print(table)
    out.print(Text("wanflow models MODEL shows fields, limits, prices and an example.", style="dim"))


def show_model(said: dict[str, Any]) -> None:
    """One model: fields, prices, limits, regions, sources."""
    out.print(Text(f"{said['id']}  {said['summary']}", style="bold"))
    out.print(Text(f"{said['family']}, {said['mode']}, served in {', '.join(said['regions'])}"))
    fields = Table(box=None, pad_edge=False, header_style="bold")
    fields.add_column("Field", style="cyan", no_wrap=True)
    fields.add_column("Takes", overflow="fold")
    fields.add_column("Meaning", overflow="fold")
    for field in said["fields"]:
        name = field["name"] + (" *" if field["required"] else "")
        fields.add_row(name, _takes(field), field.get("description", ""))
    out.print(fields)
    out.print(Text("* required", style="dim"))
    for region, prices in said.get("prices", {}).items():
        listed = ", ".join(f"{key or 'each'} ¥{price}" for key, price in prices.items())
        out.print(Text(f"{region}: {listed} per {said.get('unit', 'unit')}"))
    for note in said.get("notes", []):
        out.print(Text(f"Note: {note}", style="yellow"))
    out.print(Text(f"Sources: {'; '.join(said.get('sources', []))}", style="dim"))


def _takes(field: dict[str, Any]) -> str:
    kind = f"list of {field['type']}" if field.get("list") else str(field["type"])
    if field.get("choices"):
        kind = " | ".join(str(choice) for choice in field["choices"])
    elif "min" in field or "max" in field:
        kind += f" {field.get('min', '')}…{field.get('max', '')}"
    if field.get("max_chars"):
        kind += f", at most {field['max_chars']} characters"
    if "default" in field:
        kind += f" (default {field['default']})"
    return kind


def pipelines_listed() -> list[dict[str, Any]]:
    """Every built-in pipeline with its parameters."""
    film = {
        "name": "film",
        "description": "A storyboard becomes a finished film: scenes side by side, a style, music, a review page.",
        "params": {"storyboard": {"type": "storyboard", "required": True, "description": "-f storyboard.yaml"}},
    }
    return [film] + [
        {
            "name": name,
            "description": pipeline.description,
            "params": {
                key: {"type": param.type, "required": param.is_required, "description": param.description}
                for key, param in pipeline.params.items()
            },
        }
        for name, pipeline in library.pipelines().items()
    ]


def show_pipelines() -> None:
    """The pipelines with their parameters."""
    for pipeline in pipelines_listed():
        out.print(Text(pipeline["name"], style="bold cyan"), Text(f" {pipeline['description']}"))
        for name, param in pipeline["params"].items():
            needed = "" if param["required"] else ", optional"
            out.print(Text(f"    {name} ({param['type']}{needed})  {param['description']}", style="dim"))
