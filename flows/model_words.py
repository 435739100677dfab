"""A model's description in words: what its fields take, what it costs, its limits, its examples, where facts come from.

The terminal and the pages of docs/models say the same thing in the same words.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from flows.kinds import an

MODES = {"async": "answers later (a task)", "sync": "answers at once", "chat": "answers at once (chat)"}
_LINE = 78
FACTS = {
    "endpoint": "address",
    "result": "result",
    "usage": "billed by",
    "price": "price",
    "limits": "limits",
    "regions": "regions",
    "output": "output",
    "typical_seconds": "usual time",
}
"""What the facts beside the fields are called."""


def takes(field: Mapping[str, Any]) -> str:
    """What a field takes: type, choices, limits; for a file what it has to be like."""
    if field.get("choices"):
        kind = ("list of " if field.get("list") else "") + " | ".join(written(choice) for choice in field["choices"])
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
    if field.get("media"):
        kind += f": {demands(field['media'])}"
    return kind


def default(field: Mapping[str, Any]) -> str:
    """What the service uses when the field is not set; empty when nothing."""
    return written(field["default"]) if field.get("default") is not None else ""


def written(value: Any) -> str:
    """A value as people write it into a file: ``true``, ``720P``, ``""``."""
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


def demands(media: Mapping[str, Any]) -> str:
    """What a file has to be like: formats, sides, seconds, bytes."""
    said = [" ".join(media.get("formats", ())) or "any format"]
    if "min_side" in media or "max_side" in media:
        said.append(f"sides {_span(media, 'side')} px")
    if "max_pixels" in media:
        said.append(f"at most {media['max_pixels']} pixels")
    if "max_ratio" in media:
        said.append(f"sides {'below' if media.get('open_ratio') else 'up to'} {media['max_ratio']:g} to 1")
    if "same_size_as" in media:
        said.append(f"as large as {media['same_size_as']}")
    if "min_seconds" in media or "max_seconds" in media:
        ends = ", the ends excluded" if media.get("open_ends") else ""
        said.append(f"{_span(media, 'seconds')} s{ends}")
    if "min_fps" in media or "max_fps" in media:
        said.append(f"{_span(media, 'fps')} frames a second")
    if media.get("codecs"):
        said.append(" or ".join(media["codecs"]))
    if media["kind"] == "image" and not media["alpha"]:
        said.append("no transparency")
    if media.get("needs_alpha"):
        said.append("with transparent parts")
    if "max_bytes" in media:
        said.append(_megabytes(media["max_bytes"]))
    if "most" in media:
        said.append(f"at most {media['most']} of them")
    text = ", ".join(said)
    return f"{text}; or {media['also']['kind']}: {demands(media['also'])}" if "also" in media else text


def _span(media: Mapping[str, Any], what: str) -> str:
    low, high = media.get(f"min_{what}"), media.get(f"max_{what}")
    if low is None:
        return f"up to {high:g}"
    return f"from {low:g}" if high is None else f"{low:g}…{high:g}"


def _megabytes(count: int) -> str:
    whole, short = divmod(count + 1, 1024 * 1024)
    return f"less than {whole} MB" if short == 0 else f"up to {count / (1024 * 1024):g} MB"


def _size(size: Mapping[str, Any]) -> str:
    if "min_side" in size:
        return f"each side {size['min_side']}…{size['max_side']}"
    return f"{size['min_pixels']}…{size['max_pixels']} pixels in all, up to {size['max_ratio']} to 1"


def _bounds(field: Mapping[str, Any]) -> str:
    if "min" not in field and "max" not in field:
        return ""
    if field.get("min") == field.get("max"):
        return str(field["min"])
    return f"{field.get('min', '')}…{field.get('max', '')}"


def prices(said: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The unit prices by deployment and by what they depend on (empty for a flat price), as ``¥0.60``."""
    unit = said["billing"]["unit"]
    return {
        place: {"" if key == "each" else key: price(amount, unit) for key, amount in table.items()}
        for place, table in said["billing"]["prices"].items()
    }


def price(amount: str | Decimal, unit: str) -> str:
    """A unit price with every digit it has, at least two after the point; of tokens that of a thousand."""
    text = f"{Decimal(amount) * (1000 if unit == 'token' else 1):f}"
    whole, _, cents = text.partition(".")
    return f"¥{whole}.{cents.rstrip('0'):0<2}"


def unit(said: Mapping[str, Any]) -> str:
    """What a price is for: ``a second``, ``a thousand tokens``."""
    counted = said["billing"]["unit"]
    return "a thousand tokens" if counted == "token" else an(counted)


def no_price(said: Mapping[str, Any]) -> str:
    """Why there is no price."""
    return "none: free trial only" if said["billing"]["free_trial_only"] else "unknown"


def limits(said: Mapping[str, Any]) -> dict[str, str]:
    """``5 submits a second, 2 tasks in progress`` by deployment; under ``""`` where all have the same."""
    told = {"" if place == "default" else place: _limits(table) for place, table in said["limits"].items()}
    return {"": told[""]} if len(set(told.values())) == 1 else told


def _limits(table: Mapping[str, Any]) -> str:
    rate, tasks = table["submits_per_second"], table["in_progress"]
    count, span = (rate, "second") if rate is None or rate >= 1 else (round(rate * 60, 2), "minute")
    held = [f"{count:g} {'submit' if count == 1 else 'submits'} a {span}"] if count else []
    held += [f"{tasks} {'task' if tasks == 1 else 'tasks'} in progress"] if tasks else []
    return ", ".join(held) or "unknown"


def span(seconds: list[float]) -> str:
    """How long a task usually takes: ``1 to 5 minutes``."""
    low, high = seconds
    if low % 60 == 0 and high % 60 == 0:
        return f"{low / 60:g} to {high / 60:g} minutes"
    return f"{low:g} to {high:g} seconds"


def output(said: Mapping[str, Any]) -> str:
    """Frame rate and sound of a video; empty when it makes none."""
    if said["makes"] != "video":
        return ""
    sound = {True: "with sound", False: "silent", "optional": "with sound or silent", None: "sound not documented"}
    rate = f"{said['fps']} frames a second" if said["fps"] else "the frame rate is not fixed"
    return f"{rate}, {sound[said['sound']]}"


def result(said: Mapping[str, Any]) -> str:
    """Where the answer holds what was made."""
    verdict = said["passed"]
    places = [*said["result"], *([verdict] if isinstance(verdict, str) else verdict or ())]
    return ", ".join(places) or ", ".join(f"{name} ({kind})" for name, kind in said["outputs"].items())


def fields(said: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The fields by function; under ``""`` for a model with one."""
    return said.get("functions") or {"": said["fields"]}


def where(source: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    """How sure a fact is, and where it stands, pages by number: ``reference 1: 4888-4899``, ``disputed 1, not 2``."""
    places = "; ".join(_place(place, numbers) for place in source["from"])
    others = "; ".join(_place(place, numbers) for place in source.get("instead_of", ()))
    return f"{source['sure']} {places}{f', not {others}' if others else ''}".strip()


def _place(place: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    return f"{numbers[page_name(place)]}" + (f": {place['lines']}" if "lines" in place else "")


def page_name(place: Mapping[str, Any]) -> str:
    """What the page of a place is called."""
    return str(place["page"]) + {"reference": ", API reference", "guide": ", guide"}.get(place["kind"], "")


def all_sources(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The source of every field and of every other fact."""
    return [*(field["source"] for items in fields(said).values() for field in items), *said["sources"].values()]


def pages(said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The pages that the facts of a model come from, by name, in the order in which they are numbered."""
    places = [place for source in all_sources(said) for place in [*source["from"], *source.get("instead_of", ())]]
    order = ("reference", "public", "guide", "gateway")
    places.sort(key=lambda place: order.index(place["kind"]))
    return {page_name(place): place for place in places}


def numbers(said: Mapping[str, Any]) -> dict[str, int]:
    """The number of each page."""
    return {name: number for number, name in enumerate(pages(said), 1)}


def disputes(said: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each fact that pages disagree on: what we follow, and what the other page says."""
    known = {field["name"]: field["source"] for items in fields(said).values() for field in items}
    known |= {FACTS[name]: source for name, source in said["sources"].items()}
    for name, source in known.items():
        followed = " and ".join(_in_words(place) for place in source["from"])
        for other in source.get("instead_of", ()):
            yield f"{name}: {_in_words(other)}, says: {other['says']}; we follow {followed}."


def _in_words(place: Mapping[str, Any]) -> str:
    lines = str(place.get("lines", ""))
    many = "s" if "-" in lines or "," in lines else ""
    return f"{page_name(place)}{f' (line{many} {lines})' if lines else ''}"


def command(request: Mapping[str, Any]) -> list[str]:
    """The ``wanflow generate`` command that asks for a request, word by word, as a shell reads them."""
    words = ["wanflow", "generate", str(request["model"])]
    for part, option in (("input", "-i"), ("parameters", "-p")):
        for name, value in request.get(part, {}).items():
            plain = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
            for item in value if plain else [value]:
                words += [option, f"{name}={_argument(item)}"]
    return words


def typed(words: list[str]) -> str:
    """Words as they are typed into a shell: one line while it is short, else an option a line."""
    quoted = [_quoted(word) for word in words]
    line = " ".join(quoted)
    if len(line) <= _LINE:
        return line
    starts = [at for at, word in enumerate(words) if word in ("-i", "-p")]
    parts = [quoted[first:last] for first, last in pairwise([0, *starts, len(words)])]
    return " \\\n  ".join(" ".join(part) for part in parts)


def _quoted(word: str) -> str:
    if shlex.quote(word) == word:
        return word
    name, equals, value = word.partition("=")
    return f"{name}={shlex.quote(value)}" if equals and shlex.quote(name) == name else shlex.quote(word)


def _argument(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
