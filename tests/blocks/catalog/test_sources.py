"""Where the facts of the rows come from."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from blocks import catalog
from blocks.catalog import sources

_ROOT = Path(__file__).parents[3]
REFERENCE = Path(os.environ.get("WANFLOW_REFERENCE") or _ROOT.parent / "shared" / "reference")
FACTS = Path(sources.__file__).with_name("facts")

needs_reference = pytest.mark.skipif(
    not (REFERENCE / "models.yaml").is_file(),
    reason=f"no models.yaml in {REFERENCE}; WANFLOW_REFERENCE names another directory",
)
OWN = [row for row in catalog.MODELS.values() if row.same_as is None]


@pytest.mark.parametrize("row", catalog.MODELS.values(), ids=lambda row: row.id)
def test_every_fact_has_a_source_and_every_source_a_fact(row: catalog.Model) -> None:
    """Each field, price, limit, region, … says where it is known from; nothing is sourced that the row lacks."""
    assert set(sources.sources(row.id)) == set(sources.facts(row))
    assert sources.examples(row.id), "an example is missing"


def test_every_file_of_facts_belongs_to_a_row() -> None:
    """No file speaks of a model that the catalog does not have."""
    assert {file.stem for file in FACTS.iterdir()} == {row.id for row in OWN}


def test_every_page_is_the_source_of_something() -> None:
    """No public page stands in the table for nothing, and lines of the collected pages belong to one page only."""
    vendor, named = sources.pages()
    places = [place for row in OWN for one in sources.sources(row.id).values() for place in _places(one)]
    assert set(named.values()) <= {place.page for place in places}
    ends = [page.lines for page in vendor if page.lines is not None]
    assert all(before[1] < after[0] for before, after in pairwise(ends))
    for place in places:
        if place.page.lines is not None:
            first, last = place.page.lines
            assert all(first <= int(number) <= last for number in re.findall(r"\d+", place.lines)), place


def _places(source: sources.Source) -> list[sources.Place]:
    return [*source.places, *(place for place, _ in source.instead_of)]


@pytest.mark.parametrize(
    ("model", "fact", "sure"),
    [
        ("wan2.6-i2v", "input.img_url", "reference"),
        ("wan2.6-i2v", "price", "public"),
        ("image-out-painting", "typical_seconds", "guide"),
        ("wan2.2-s2v-detect", "typical_seconds", "assumed"),
        ("video-style-transform", "limits", "disputed"),
    ],
)
def test_how_sure_a_fact_is_follows_from_its_page(model: str, fact: str, sure: str) -> None:
    """One word says it, and the word has a meaning."""
    assert sources.sources(model)[fact].sure == sure
    assert sure in catalog.SURE


def test_another_regions_name_shares_the_sources() -> None:
    """What is known of wanx2.1-t2v-turbo is known of its name in Singapore; its example asks for that name."""
    assert sources.sources("wan2.1-t2v-turbo") == sources.sources("wanx2.1-t2v-turbo")
    assert sources.examples("wan2.1-t2v-turbo")[0]["request"]["model"] == "wan2.1-t2v-turbo"


@pytest.mark.parametrize("said", ["no_such_page", "99999", "4888-"])
def test_a_source_that_is_nowhere_is_refused(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that nobody described, or a line outside every page, is an error and not a source."""
    (tmp_path / "qwen-plus.yaml").write_text(f'sources: {{endpoint: "{said}"}}', encoding="utf-8")
    monkeypatch.setattr(sources, "_FOLDER", tmp_path)
    with pytest.raises(ValueError, match=re.escape(said.rstrip("-"))):
        sources.sources("qwen-plus")


def _documented() -> dict[str, dict[str, Any]]:
    return {model["id"]: model for model in _loaded("models.yaml")["models"]}


def _extra() -> dict[str, Any]:
    return _loaded("models-extra.yaml")


def _loaded(name: str) -> dict[str, Any]:
    text = (REFERENCE / name).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def _numbers(lines: object) -> set[str]:
    return set(re.findall(r"\d+(?:-\d+)?", str(lines).split(" L")[-1]))


@needs_reference
def test_the_lines_are_those_of_the_reference() -> None:
    """A field that models.yaml found on some lines is sourced with exactly those lines."""
    seen = 0
    documented = _documented()
    for row in OWN:
        known = documented.get(row.id, {})
        for part in ("input", "parameters"):
            for field in known.get(part) or ():
                source = sources.sources(row.id).get(f"{part}.{field['name']}")
                if source is None or not field.get("lines"):
                    continue
                ours = {line for place in _places(source) for line in _numbers(place.lines)}
                assert ours == _numbers(field["lines"]), (row.id, field["name"])
                seen += 1
    assert seen > 300


@needs_reference
def test_fields_that_the_references_put_differently_are_disputed() -> None:
    """Formats, bounds, types and whether a field is required: where two pages differ, both stand in the row."""
    documented, seen = _documented(), set()
    for said in _extra()["models"]:
        for part in ("input", "parameters"):
            ours = {field["name"]: field for field in documented.get(said["id"], {}).get(part) or ()}
            for field in said.get(part) or ():
                name = field["name"].removeprefix(f"{part}.")
                path = f"{part}.{name}"
                if path not in catalog.find(said["id"]).fields or not _differ(ours.get(name, {}), field):
                    continue
                assert sources.sources(said["id"])[path].sure == "disputed", (said["id"], path)
                seen.add(path)
    assert len(seen) >= 3


def _differ(one: dict[str, Any], other: dict[str, Any]) -> bool:
    for name in ("required", "type"):
        values = [known.get(name) for known in (one, other)]
        if all(isinstance(value, bool if name == "required" else str) for value in values) and values[0] != values[1]:
            return True
    limits = [known.get("constraints") or {} for known in (one, other)]
    if all("formats" in limit for limit in limits):
        formats = [{str(name).upper() for name in limit["formats"]} for limit in limits]
        if formats[0] != formats[1]:
            return True
    numbers = [{name: limit for name, limit in known.items() if isinstance(limit, int | float)} for known in limits]
    return any(numbers[1].get(name, limit) != limit for name, limit in numbers[0].items())


@needs_reference
def test_where_the_references_disagree_both_stand_in_the_row() -> None:
    """Limits that the two reference files put differently are disputed, with what the other page says."""
    extra, documented = _extra(), _documented()
    disputed = []
    for said in extra["rate_limits"]["rows"]:
        known = (documented.get(said["id"]) or {}).get("limits") or {}
        for name in ("submit_rps", "concurrent"):
            if isinstance(known.get(name), int) and isinstance(said.get(name), int) and known[name] != said[name]:
                disputed.append(said["id"])
    assert len(set(disputed)) == 3
    for model in disputed:
        assert sources.sources(model)["limits"].sure == "disputed", model
    for contradiction in extra["contradictions"]:
        where = re.match(r"models\.yaml (\S+?)\.(input|parameters)\.(\w+)", contradiction["where"])
        if where and where[1] in documented and f"{where[2]}.{where[3]}" in catalog.find(where[1]).fields:
            assert sources.sources(where[1])[f"{where[2]}.{where[3]}"].sure == "disputed", contradiction["where"]
