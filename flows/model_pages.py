"""The pages of docs/models: one of every model, and a list of them, made from the catalog by `make docs`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from blocks import catalog
from blocks.catalog.sources import collected
from blocks.media import probe
from flows import model_examples
from flows import model_words as words

FOLDER = Path("docs/models")
_MADE = "<!-- Made by `make docs` from the catalog. Change the catalog, not this page. -->\n"


def pages() -> dict[Path, str]:
    """Every page and pipeline file by its path. The files of the examples are read from docs/models/inputs."""
    made = {FOLDER / "README.md": overview()}
    for model in catalog.MODELS:
        made[FOLDER / f"{model}.md"] = page(model)
        pipeline = model_examples.pipeline(model)
        if pipeline is not None:
            made[Path(model_examples.PIPELINES) / f"{model}.yaml"] = pipeline
    return made


def write(root: Path) -> list[Path]:
    """Write the pages under a folder and remove what is no page of a model any more; gives what changed."""
    made = {root / path: text for path, text in pages().items()}
    stale = {*(root / FOLDER).glob("*.md"), *(root / model_examples.PIPELINES).glob("*.yaml")} - set(made)
    for path in stale:
        path.unlink()
    changed = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8")
    return [*changed, *stale]


def overview() -> str:
    """The list of models."""
    lines = [
        "# Models",
        "",
        _MADE,
        "Every model of the catalog with what it takes, what it costs, its limits and an example that runs. A page",
        "names the source of each fact and says in one word how sure we are:",
        "",
        *(f"- **{word}**: {meaning}." for word, meaning in catalog.SURE.items()),
        "",
        f"The vendor's pages are those of {collected()}, collected into one text: line numbers count in that text.",
        "Notes call what was taken from them `models.yaml`, and what public pages added later `models-extra.yaml`.",
        "The examples run in the folder of the repository, with a key or, without one, against the embedded emulator;",
        "their portrait, evening and clip in [`inputs`](inputs) were made by it, the other files in code.",
        "",
    ]
    family = ""
    for row in catalog.MODELS.values():
        if row.family != family:
            family = row.family
            lines += [
                "",
                f"## {family}",
                "",
                *_table_head("Model", "What it does", "Price", "Regions", "Answers"),
            ]
        said = catalog.describe(row.id)
        mode = {"async": "later", "sync": "at once", "chat": "at once"}[row.mode]
        lines.append(_row(f"[{row.id}]({row.id}.md)", row.summary, _from(said), ", ".join(row.regions), mode))
    return _text(lines)


def page(model: str) -> str:
    """The page of a model."""
    said = catalog.describe(model)
    lines = [f"# {model}", "", _MADE, said["summary"], ""]
    lines += [f"Family {said['family']}; {words.MODES[said['mode']]}.{_names(said)}", "", "## Example", ""]
    for title, command in model_examples.examples(model):
        lines += [*([f"{title[0].upper()}{title[1:]}:", ""] if title else []), "```sh", words.typed(command), "```", ""]
    lines += [*_sum(model), *_pairing(model), *_fields(said), *_prices(said), *_facts(said)]
    told = [*words.disputes(said), *said["notes"]]
    if told:
        lines += ["## Notes", "", *(f"- {_plain(note)}" for note in told), ""]
    return _text([*lines, *_sources(said)])


def _names(said: dict[str, Any]) -> str:
    row = catalog.find(said["id"])
    others = [f"[{name}]({name}.md) in {region}" for region, name in row.also.items()]
    if row.same_as:
        others = [f"[{row.same_as}]({row.same_as}.md) in {', '.join(catalog.find(row.same_as).regions)}"]
    return f" The same model is called {', '.join(others)}." if others else ""


def _from(said: dict[str, Any]) -> str:
    """The cheapest and dearest unit price of the first deployment."""
    if not said["billing"]["prices"]:
        return words.no_price(said)
    table = next(iter(said["billing"]["prices"].values()))
    amounts = sorted(set(table.values()), key=Decimal)
    unit = said["billing"]["unit"]
    return f"{' to '.join(words.price(amounts[at], unit) for at in sorted({0, len(amounts) - 1}))} {words.unit(said)}"


def _sum(model: str) -> Iterator[str]:
    """What the first example costs, where that is known before it runs."""
    row, request = catalog.find(model), catalog.request(catalog.examples(model)[0]["request"])
    lengths = {field.name: probe(Path(field.value)).seconds for field in request.media()}
    bill = catalog.quote(
        request, region=row.regions[0], input_seconds={name: length for name, length in lengths.items() if length}
    )
    if bill.amount is None:
        most = f", at most {words.price(bill.at_most, '')}" if bill.at_most is not None else ""
        return iter(() if not row.billing.prices else (f"What the example costs is known afterwards{most}.", ""))
    counted = f"{bill.quantity:f} {bill.unit}{'' if bill.quantity == 1 else 's'}"
    unit = words.price(bill.unit_price or Decimal(0), bill.unit)
    sum_of_it, place = words.price(bill.amount, ""), row.regions[0].capitalize()
    return iter((f"The request above costs {sum_of_it} in {place}: {counted} at {unit}.", ""))


def _pairing(model: str) -> list[str]:
    pairing = catalog.PAIRINGS.get(model)
    if pairing is None:
        found = [one for one in catalog.PAIRINGS.values() if model in (one.check, one.template)]
        what = {one.check: "The check", one.template: "The template"} if (one := found[0] if found else None) else {}
        return [f"{what[model]} before [{one.generate}]({one.generate}.md).", ""] if one else []
    said = f"[{pairing.check}]({pairing.check}.md) looks at the picture first"
    if pairing.hands_on:
        said += f" and hands on {' and '.join(f'`{name}`' for name in pairing.hands_on)}"
    if pairing.template:
        said += f"; [{pairing.template}]({pairing.template}.md) makes the `template_id` from a video"
    return [f"{said}. The [pipeline](pipelines/{model}.yaml) does it all and stops when the check says no.", ""]


def _fields(said: dict[str, Any]) -> Iterator[str]:
    numbers = words.numbers(said)
    yield from ("## Fields", "")
    for function, items in words.fields(said).items():
        if function:
            yield from (f"### {function}", "")
        yield from _table_head("Field", "Takes", "Default", "Meaning", "Source")
        for field in items:
            unset = "required" if field["required"] else words.default(field)
            meaning = field.get("description", "")
            yield _row(f"`{field['name']}`", words.takes(field), unset, meaning, words.where(field["source"], numbers))
        yield ""


def _prices(said: dict[str, Any]) -> Iterator[str]:
    yield from ("## Price", "")
    tables = words.prices(said)
    if tables:
        keys = list(dict.fromkeys(key for table in tables.values() for key in table))
        yield from _table_head("Deployment", *(f"{key or 'price'}" for key in keys))
        for place, table in tables.items():
            yield _row(place, *(table.get(key, "") for key in keys))
        yield ""
        billing = said["billing"]
        counted = ", else ".join(f"`{name}`" for name in billing["usage_fields"])
        both = ", of the input as well as of the result" if billing["input_billed"] else ""
        yield f"CNY {words.unit(said)}{both}; counted by {counted} of the answer. Failed tasks are free."
        if billing["free_quota_beijing"]:
            yield f"A new account has {billing['free_quota_beijing']} free {billing['unit']}s in Beijing."
    else:
        yield f"{words.no_price(said).capitalize()}."
    yield ""


def _facts(said: dict[str, Any]) -> Iterator[str]:
    numbers = words.numbers(said)
    held = "; ".join(f"{place.capitalize()}: {told}" if place else told for place, told in words.limits(said).items())
    shown = {
        "endpoint": f"`{said['endpoint']}`",
        "regions": ", ".join(said["regions"]),
        "limits": held,
        "typical_seconds": words.span(said["typical_seconds"]),
        "result": f"`{words.result(said)}`",
        "output": words.output(said),
        "price": "the table above" if said["billing"]["prices"] else words.no_price(said),
        "usage": ", ".join(f"`{name}`" for name in said["billing"]["usage_fields"]),
    }
    yield from ("## Facts", "", *_table_head("Fact", "What is known", "Source"))
    for name, text in shown.items():
        source = said["sources"].get(name)
        if text and source:
            yield _row(words.FACTS[name], text, words.where(source, numbers))
    yield ""


def _sources(said: dict[str, Any]) -> Iterator[str]:
    yield from ("## Sources", "")
    for number, (name, place) in enumerate(words.pages(said).items(), 1):
        shown = f"[{name}]({place['url']})" if "url" in place else name
        yield f"{number}. {shown}{', ' + place['date'] if 'date' in place else ''}"
    yield ""
    yield "After a colon stand lines of the collected pages; [the list of models](README.md) says what the words mean."


def _table_head(*names: str) -> list[str]:
    return [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(_plain(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is; links and bold names of ours are kept."""
    return text if text.startswith(("[", "**", "`")) else text.replace("*", "\\*").replace("_", "\\_")


def _text(lines: list[str]) -> str:
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"


def main() -> None:
    """Write the pages of the folder that this is called in."""
    for path in write(Path()):
        print(path)


if __name__ == "__main__":
    main()
