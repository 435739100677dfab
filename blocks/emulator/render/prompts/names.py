"""Who has a name in a scene's overall line: "Lan is a nine-year-old girl", "小岚是九岁女孩"."""

import re
from collections.abc import Mapping

from blocks.emulator.render.prompts.words import SUBJECTS

Names = Mapping[str, tuple[str, ...]]

PEOPLE = ("detective", "conductor", "elder", "girl", "woman", "child")
"""People known by more than that they are people."""
_ENGLISH = re.compile(
    r"\b([A-Z][a-z]+(?: [A-Z][a-z]+)?),? (?:is|as) (?:a|an|the) ([^.;]+)|\b([A-Z][a-z]+), (?:a|an) ([^.;,]+)"
)
_CHINESE = re.compile(r"(?:主角|女主角|男主角|主人公)?([\u4e00-\u9fff]{2,3}?)(?:是|，(?=[^，。；]{0,6}岁))([^。；]+)")


def named_people(overall: str) -> Names:
    """The names an overall line gives to people and animals, by kind.

    Args:
        overall: The scene's words before its shots.

    Returns:
        Per kind of words.SUBJECTS the patterns that find its names; kinds without a name are absent.
    """
    found: dict[str, tuple[str, ...]] = {}
    for match in _ENGLISH.finditer(overall):
        name, description = match[1] or match[3], match[2] or match[4]
        _add(found, rf"\b{re.escape(name.split()[0])}\b", description)
    for match in _CHINESE.finditer(overall):
        _add(found, re.escape(match[1]), match[2])
    return found


def _add(found: dict[str, tuple[str, ...]], name: str, description: str) -> None:
    kinds = [
        (match.start(), kind)
        for kind, pattern in SUBJECTS.items()
        if (match := re.search(f"(?<![A-Za-z])(?:{pattern})", description, re.IGNORECASE))
    ]
    if kinds:
        kind = min(kinds)[1]
        if kind == "person":
            kind = next((other for _, other in sorted(kinds) if other in PEOPLE), kind)
        found[kind] = (*found.get(kind, ()), name)
