"""Where each fact of a row comes from, and how sure that makes it.

facts/<model>.yaml names, for each field and each of FACTS, lines of the vendor's pages (``4888-4899``), lines of a
gateway's page (``001 51-53``), public pages by key (``vace``), or ``assumed``; several with ``;`` between them, the one
that settles it first. Where pages disagree, ``from`` is what we follow and ``instead_of`` what another page says.
pages.yaml says what the pages are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from blocks.catalog.model import Model
from blocks.catalog.rows import find

Sure = Literal["reference", "public", "guide", "gateway", "assumed", "disputed"]

FACTS = ("endpoint", "result", "usage", "price", "limits", "regions", "output", "typical_seconds")
"""What a row says beside its fields; ``usage`` is the billed field, ``output`` what the file is like, if it is one."""

MEANINGS: Mapping[Sure, str] = {
    "reference": "the vendor's API reference says so",
    "public": "another public page says so: a newer copy of the API reference, the price or rate-limit list",
    "guide": "a guide, an overview or an example of the vendor shows it",
    "gateway": "a gateway that passes requests on says so",
    "assumed": "no page says it; what we take is our reading",
    "disputed": "two pages disagree; both are named",
}
"""What is meant by how sure a fact is, the surest first."""

_PAGES = Path(__file__).with_name("pages.yaml")
_FOLDER = Path(__file__).with_name("facts")
_GATEWAY = re.compile(r"(00\d) (.+)")


@dataclass(frozen=True)
class Page:
    """A page that facts come from.

    Attributes:
        kind: what sort of page it is; how sure a fact is follows from it.
        title: what it is about, in English.
        url: where it is, None when that is not known.
        date: its own date, as far as it tells one.
        lines: its first and last line in the collected text of the vendor's pages; None for another page.
    """

    kind: Sure
    title: str
    url: str | None = None
    date: str | None = None
    lines: tuple[int, int] | None = None


@dataclass(frozen=True)
class Place:
    """A place on a page: ``lines`` of the collected text, or of the gateway's page; empty for a whole page."""

    page: Page
    lines: str = ""


@dataclass(frozen=True)
class Source:
    """Where one fact comes from.

    Attributes:
        places: what we follow, what settles it first; empty when the fact is assumed.
        instead_of: what other pages say, in words.
    """

    places: tuple[Place, ...] = ()
    instead_of: tuple[tuple[Place, str], ...] = ()

    @property
    def sure(self) -> Sure:
        """How sure the fact is, in one word of MEANINGS."""
        if self.instead_of:
            return "disputed"
        return self.places[0].page.kind if self.places else "assumed"

    def describe(self) -> dict[str, Any]:
        """The source as JSON data."""
        said: dict[str, Any] = {"sure": self.sure, "from": [_described(place) for place in self.places]}
        if self.instead_of:
            said["instead_of"] = [_described(place) | {"says": words} for place, words in self.instead_of]
        return said


def sources(model: str) -> dict[str, Source]:
    """Where the facts of a model come from, by field path and by the names of FACTS; {} when nobody wrote it down.

    Raises:
        UnknownModel: no such model.
        ValueError: a source names a page that is not there.
    """
    return {str(name): _source(said) for name, said in _written(model).get("sources", {}).items()}


def examples(model: str) -> list[dict[str, Any]]:
    """Requests that show what a model takes; their files are those of docs/models/inputs.

    Returns:
        ``{"title", "request"}`` for each, at least one for every function; the title of a function is its name.

    Raises:
        UnknownModel: no such model.
    """
    row = find(model)
    section, name = row.variant_field
    return [
        {
            "title": said.get("title") or (said[section][name] if row.variants else ""),
            "request": {"model": model, "input": said["input"], "parameters": said.get("parameters", {})},
        }
        for said in _written(model).get("examples", [])
    ]


def facts(row: Model) -> list[str]:
    """What is to be known of a model and needs a source: its fields by path, then the names of FACTS."""
    return [*row.fields, *(name for name in FACTS if name != "output" or row.kind in ("video", "image", "audio"))]


def collected() -> str:
    """The day on which the vendor's pages were collected into the text whose lines are counted."""
    return str(_read(_PAGES)["collected"])


@cache
def pages() -> tuple[tuple[Page, ...], Mapping[str, Page]]:
    """The vendor's pages in the order of the collected text, and every other page by the key that facts use."""
    said = _read(_PAGES)
    vendor = []
    for page in said["vendor"]:
        first, last = page["lines"].split("-")
        lines = int(first), int(last)
        vendor.append(Page(page["kind"], page["title"], page.get("url"), collected(), lines))
    named = {key: Page("gateway", page["title"]) for key, page in said["gateway"].items()}
    named |= {
        key: Page("public", page["title"], page.get("url"), page.get("date")) for key, page in said["public"].items()
    }
    return tuple(vendor), named


def _written(model: str) -> dict[str, Any]:
    row = find(model)
    file = _FOLDER / f"{row.same_as or row.id}.yaml"
    return _read(file) if file.is_file() else {}


@cache
def _read(file: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), loader)
    return found


def _source(said: Any) -> Source:
    if not isinstance(said, Mapping):
        return Source(_places(said))
    others = [(place, words) for where, words in said["instead_of"].items() for place in _places(where)]
    return Source(_places(said["from"]), tuple(others))


def _places(said: Any) -> tuple[Place, ...]:
    return tuple(place for part in str(said).split("; ") if part != "assumed" for place in _place(part))


def _place(part: str) -> list[Place]:
    vendor, named = pages()
    if gateway := _GATEWAY.fullmatch(part):
        return [Place(named[gateway[1]], gateway[2])]
    if part in named:
        return [Place(named[part])]
    by_page: dict[Page, list[str]] = {}
    for lines in part.split(", "):
        if not re.fullmatch(r"\d+(-\d+)?", lines):
            raise ValueError(f"{part!r} is neither lines nor a page of pages.yaml")
        first = int(lines.partition("-")[0])
        page = next((page for page in vendor if page.lines and page.lines[0] <= first <= page.lines[1]), None)
        if page is None:
            raise ValueError(f"line {first} is on no page of pages.yaml")
        by_page.setdefault(page, []).append(lines)
    order = sorted(by_page, key=lambda page: list(MEANINGS).index(page.kind))
    return [Place(page, ", ".join(by_page[page])) for page in order]


def _described(place: Place) -> dict[str, Any]:
    page = place.page
    said = {"page": page.title, "kind": page.kind, "lines": place.lines or None, "url": page.url, "date": page.date}
    return {name: value for name, value in said.items() if value is not None}
