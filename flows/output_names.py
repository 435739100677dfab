"""What a pipeline's deliverables are called as outputs of the step that runs it: by the names of their files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

_NAME = re.compile(r"^[A-Za-z_][\w-]*$")


def output_names(paths: Iterable[str]) -> dict[str, str]:
    """The name of each deliverable: ``film`` for ``film.mp4``, ``scenes`` for ``scenes/{n}.mp4``.

    Where several would share one, their endings tell them apart (``film-gif``), or else what numbers and names them
    (``scenes-n`` beside ``scenes``). A path of which no name can be made has none.
    """
    listed = list(paths)
    names = {path: _name(path, without=True) for path in listed}
    for name in _shared(names):
        alike = [path for path in listed if names[path] == name]
        by_ending = {path: f"{name}-{PurePosixPath(path).suffix[1:]}" for path in alike}
        names |= {path: _name(path) for path in alike} if _shared(by_ending) else by_ending
    return {path: name for path, name in names.items() if _NAME.match(name)}


def not_told_apart(paths: Iterable[str]) -> list[list[str]]:
    """The deliverables that share a name all the same."""
    names = output_names(paths)
    return [[path for path in names if names[path] == name] for name in _shared(names)]


def _shared(names: dict[str, str]) -> list[str]:
    return [name for name, count in Counter(names.values()).items() if count > 1]


def _name(path: str, *, without: bool = False) -> str:
    """A path as a name, with or without the words in its brackets."""
    stem = re.sub(r"\{(\w+)\}", "" if without else r"-\1", str(PurePosixPath(path).with_suffix("")))
    return re.sub(r"[^\w-]+", "-", re.sub(r"/-|--+", "-", stem)).strip("-_")
