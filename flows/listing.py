"""Lists of what there is: the models of the catalog and the pipelines, for people and as JSON."""

from __future__ import annotations

from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from blocks import catalog
from blocks.catalog import UnknownModel
from blocks.catalog.sources import collected
from flows import library
from flows import model_words as words
from flows.document import InvalidInput, Problem
from flows.kinds import no_model
from flows.model_examples import examples
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
    """One model: fields, facts, examples, and where each of them is known from."""
    out.print(Text(said["id"], style="bold").append(f"  {said['summary']}", style="default"))
    out.print(Text(f"{said['family']}, {words.MODES[said['mode']]}", style="dim"))
    for function, fields in words.fields(said).items():
        out.print()
        if function:
            out.print(Text(f"function {function}", style="bold"))
        out.print(_fields_table(fields, words.numbers(said)))
    out.print(Text("* required", style="dim"))
    out.print()
    out.print(_facts(said))
    for dispute in words.disputes(said):
        out.print(Text(f"Disputed: {dispute}", style="yellow"))
    for note in said["notes"]:
        out.print(Text(f"Note: {note}", style="yellow"))
    for title, command in examples(said["id"]):
        out.print()
        out.print(Text(f"Example, {title}:" if title else "Example:", style="bold"))
        out.print(Text(words.typed(command), style="cyan"))
    out.print()
    out.print(_legend(said))


def _fields_table(fields: list[dict[str, Any]], numbers: dict[str, int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Field", style="cyan", no_wrap=True)
    table.add_column("Takes", ratio=4, overflow="fold")
    table.add_column("Meaning, and how sure", ratio=5, overflow="fold")
    part = ""
    for field in fields:
        section, _, name = field["name"].partition(".")
        if section != part:
            part = section
            table.add_row(Text(part, style="bold"), "", "")
        kind = words.takes(field)
        if words.default(field):
            kind += f" (default {words.default(field)})"
        meaning = Text(field["description"] + " " if "description" in field else "")
        meaning.append(f"[{words.where(field['source'], numbers)}]", style="dim")
        table.add_row(f"  {name}{' *' if field['required'] else ''}", Text(kind), meaning)
    return table


def _facts(said: dict[str, Any]) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(ratio=1)

    numbers, told = words.numbers(said), set()

    def add(name: str, fact: str, text: str) -> None:
        source = said["sources"].get(fact) if fact not in told else None
        told.add(fact)
        facts.add_row(name, Text(text).append(f" [{words.where(source, numbers)}]" if source else "", style="dim"))

    for place, table in words.prices(said).items():
        listed = ", ".join(f"{price}{f' at {key}' if key else ''}" for key, price in table.items())
        add(f"price, {place}", "price", f"{listed} {words.unit(said)}")
    if not said["billing"]["prices"]:
        add("price", "price", words.no_price(said))
    add("billed by", "usage", ", ".join(said["billing"]["usage_fields"]))
    for place, held in words.limits(said).items():
        add(f"limits, {place}" if place else "limits", "limits", held)
    add("served in", "regions", ", ".join(said["regions"]))
    add("address", "endpoint", said["endpoint"])
    add("result", "result", words.result(said))
    if words.output(said):
        add("output", "output", words.output(said))
    add("usual time", "typical_seconds", words.span(said["typical_seconds"]))
    return facts


def _legend(said: dict[str, Any]) -> Text:
    """The pages that the facts come from, and what the words for how sure they are mean."""
    legend = Text(f"Sources; after a colon stand lines of the vendor's pages as of {collected()}:\n", style="dim")
    for number, (name, page) in enumerate(words.pages(said).items(), 1):
        legend.append(f"{number:3} {name}{', ' + page['url'] if 'url' in page else ''}\n")
    used = {source["sure"] for source in words.all_sources(said)}
    return legend.append(
        "; ".join(f"{word}: {meaning}" for word, meaning in catalog.SURE.items() if word in used) + "."
    )


def pipelines_listed() -> list[dict[str, Any]]:
    """Every built-in pipeline with its parameters."""
    film = {
        "name": "film",
        "description": "A storyboard becomes a finished film: scenes side by side, a style, music, a review page.",
        "params": {"storyboard": {"type": "storyboard", "required": True, "description": "-f storyboard.yaml"}},
    }
    campaign = {
        "name": "campaign",
        "description": "A table becomes as many productions of one pipeline as it has rows, with a summary.",
        "params": {
            "table": {
                "type": "table",
                "required": True,
                "description": "-f rows.csv, .jsonl or .parquet; a column each.",
            },
            "pipeline": {
                "type": "text",
                "required": True,
                "description": "What is produced of each row: film, or any other pipeline.",
            },
            "at_once": {"type": "integer", "required": False, "description": "Rows side by side, 4 if absent."},
        },
    }
    return [film, campaign] + [
        {
            "name": name,
            "description": pipeline.description,
            "params": {
                key: {
                    "type": param.type,
                    "required": param.is_required,
                    "description": param.description,
                    **({"items": param.items} if param.type == "list" else {}),
                    **({"choices": param.choices} if param.choices else {}),
                    **({"default": param.default} if param.default is not None else {}),
                }
                for key, param in pipeline.params.items()
            },
            "gives": list(pipeline.gives),
        }
        for name, pipeline in library.pipelines().items()
    ]


def pipeline_listed(name: str) -> dict[str, Any]:
    """One built-in pipeline with its parameters.

    Raises:
        InvalidInput: there is no such pipeline; names the nearest.
    """
    known = {pipeline["name"]: pipeline for pipeline in pipelines_listed()}
    if name not in known:
        raise InvalidInput([Problem((), library.not_there(name, known))])
    return known[name]


def show_pipelines() -> None:
    """The pipelines with what they make."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Pipeline", style="cyan", no_wrap=True)
    table.add_column("What it makes")
    for pipeline in pipelines_listed():
        table.add_row(pipeline["name"], pipeline["description"])
    out.print(table)
    out.print(Text("wanflow pipelines PIPELINE shows its parameters; plan and run take files of your own, too.", "dim"))


def show_pipeline(pipeline: dict[str, Any]) -> None:
    """A pipeline with its parameters."""
    out.print(Text(pipeline["name"], style="bold cyan"))
    out.print(Padding(Text(pipeline["description"]), (0, 0, 0, 2)))
    params = Table(box=None, pad_edge=False, show_header=False)
    params.add_column(no_wrap=True, style="cyan")
    params.add_column(no_wrap=True, style="dim")
    params.add_column()
    for name, param in pipeline["params"].items():
        kind = f"list of {param['items']}" if "items" in param else param["type"]
        said = Text(param["description"]).append(_taken(param), style="dim")
        params.add_row(f"  {name}{' *' if param['required'] else ''}", kind, said)
    out.print(params)
    if given := pipeline.get("gives"):
        out.print(Text(f"As a step of another pipeline it gives {', '.join(given)}.", style="dim"))
    out.print(Text(f"* required. wanflow plan {pipeline['name']} -p KEY=VALUE prices it.", style="dim"))


def _taken(param: dict[str, Any]) -> str:
    """What else is to be known of a parameter: its only values, and what it is when none is given."""
    taken = f" One of {', '.join(map(str, param['choices']))}." if "choices" in param else ""
    if "default" in param:
        default = param["default"]
        plain = {True: "yes", False: "no"}.get(default) if isinstance(default, bool) else None
        listed = ", ".join(map(str, default)) if isinstance(default, list) else str(default)
        taken += f" Else {plain or listed or 'none'}."
    return taken
