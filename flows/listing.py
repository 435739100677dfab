"""Lists of what there is: the models of the catalog and the pipelines, for people and as JSON."""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from blocks import catalog
from blocks.catalog import UnknownModel
from flows import library
from flows.document import InvalidInput, Problem
from flows.kinds import an, no_model
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
        raise InvalidInput([Problem((), no_model(error))]) from None


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
    """One model: fields, prices, limits, regions, an example, sources."""
    out.print(Text(said["id"], style="bold").append(f"  {said['summary']}", style="default"))
    out.print(Text(f"{said['family']}, {_MODES[said['mode']]}, served in {', '.join(said['regions'])}", style="dim"))
    functions = said.get("functions") or {"": said["fields"]}
    for function, fields in functions.items():
        out.print()
        if function:
            out.print(Text(f"function {function}", style="bold"))
        out.print(_fields_table(fields))
    out.print(Text("* required", style="dim"))
    out.print()
    out.print(_facts(said))
    for note in said["notes"]:
        out.print(Text(f"Note: {note}", style="yellow"))
    out.print(Text(f"Sources: {'; '.join(said['sources'])}", style="dim"))


_MODES = {"async": "answers later (a task)", "sync": "answers at once", "chat": "answers at once (chat)"}


def _fields_table(fields: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Field", style="cyan", no_wrap=True)
    table.add_column("Takes", ratio=2, overflow="fold")
    table.add_column("Meaning", ratio=3, overflow="fold")
    part = ""
    for field in fields:
        section, _, name = field["name"].partition(".")
        if section != part:
            part = section
            table.add_row(Text(part, style="bold"), "", "")
        row = Text(_takes(field)), Text(field.get("description", ""))
        table.add_row(f"  {name}{' *' if field['required'] else ''}", *row)
    return table


def _facts(said: dict[str, Any]) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    prices = said["billing"]["prices"]
    unit = said["billing"]["unit"]
    for region, table in prices.items():
        listed = [f"{_price(price, unit)}{'' if key in ('', 'each') else f' at {key}'}" for key, price in table.items()]
        facts.add_row(f"price, {region}", f"{', '.join(listed)} {'a thousand tokens' if unit == 'token' else an(unit)}")
    if not prices:
        free = said["billing"]["free_trial_only"]
        facts.add_row("price", "none: free trial only" if free else "unknown")
    limits = said["limits"]["default"]
    rate, tasks = limits["submits_per_second"], limits["in_progress"]
    count, span = (rate, "second") if rate is None or rate >= 1 else (round(rate * 60, 2), "minute")
    held = [f"{count:g} {'submit' if count == 1 else 'submits'} a {span}"] if count else []
    held += [f"{tasks} {'task' if tasks == 1 else 'tasks'} in progress"] if tasks else []
    facts.add_row("limits", ", ".join(held) or "unknown")
    facts.add_row("example", Text(_example(said), style="cyan"))
    return facts


def _price(price: str, unit: str) -> str:
    amount = Decimal(price) * (1000 if unit == "token" else 1)
    text = f"{amount:f}".rstrip("0")
    whole, _, cents = text.partition(".")
    return f"¥{whole}.{cents:0<2}"


_SAMPLES = {"image": "picture.png", "video": "clip.mp4", "audio": "sound.mp3"}


def _example(said: dict[str, Any]) -> str:
    """A ``generate`` command that asks for what the model needs."""
    fields = next(iter(said["functions"].values())) if said.get("functions") else said["fields"]
    words = [f"wanflow generate {said['id']}"]
    for field in fields:
        section, _, name = field["name"].partition(".")
        if "." not in name and (field["required"] or name == "prompt" or "example" in field):
            words.append(f"{'-i' if section == 'input' else '-p'} {name}={_sample(field)}")
    return " ".join(words)


def _sample(field: dict[str, Any]) -> str:
    if "example" in field:
        return shlex.quote(str(field["example"]))
    if field.get("choices"):
        return str(field["choices"][0])
    if field["name"] == "input.messages":
        return "'[{role: user, content: Hello}]'"
    if field.get("media"):
        return _SAMPLES[field["media"]["kind"]]
    return str(field.get("min", 1)) if field["type"] in ("integer", "number") else "'A lantern in the snow'"


def _takes(field: dict[str, Any]) -> str:
    if field.get("choices"):
        kind = " | ".join(_yaml(choice) for choice in field["choices"])
    elif field.get("list"):
        kind = f"list of {field['type']}, {_bounds(field)}".removesuffix(", ")
    else:
        kind = f"{field['type']} {_bounds(field)}".strip()
    if field.get("size"):
        kind = f"width*height, {_size(field['size'])}"
    if field.get("max_words"):
        kind += f", at most {field['max_chars']} Chinese characters or {field['max_words']} words"
    elif field.get("max_chars"):
        kind += f", at most {field['max_chars']} characters"
    if "default" in field and field["default"] is not None:
        kind += f" (default {_yaml(field['default'])})"
    return kind


def _size(size: dict[str, Any]) -> str:
    if "min_side" in size:
        return f"each side {size['min_side']}…{size['max_side']}"
    return f"{size['min_pixels']}…{size['max_pixels']} pixels in all, up to {size['max_ratio']} to 1"


def _bounds(field: dict[str, Any]) -> str:
    if "min" not in field and "max" not in field:
        return ""
    if field.get("min") == field.get("max"):
        return str(field["min"])
    return f"{field.get('min', '')}…{field.get('max', '')}"


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


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
        out.print(Text(pipeline["name"], style="bold cyan"))
        out.print(Padding(Text(pipeline["description"]), (0, 0, 0, 2)))
        params = Table(box=None, pad_edge=False, show_header=False)
        params.add_column(no_wrap=True, style="cyan")
        params.add_column(no_wrap=True, style="dim")
        params.add_column()
        for name, param in pipeline["params"].items():
            params.add_row(f"  {name}{' *' if param['required'] else ''}", param["type"], param["description"])
        out.print(params)
    out.print(
        Text("* required. wanflow plan PIPELINE -p KEY=VALUE prices one; a file of your own goes as well.", "dim")
    )
