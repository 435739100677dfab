"""The production pipelines that come with wanflow: a file each, run by the one engine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flows.document import nearest
from flows.pipeline import Pipeline, load

FOLDER = Path(__file__).parent


@cache
def pipelines() -> dict[str, Pipeline]:
    """Every pipeline file of this folder by the pipeline's name."""
    found = [load(path)[0] for path in sorted(FOLDER.glob("*.yaml"))]
    return {pipeline.pipeline: pipeline for pipeline in found}


def not_there(name: str, known: Iterable[str]) -> str:
    """What is said of a pipeline that is none of the known ones; names the nearest."""
    listed = list(known)
    return f"there is no pipeline '{name}'.{nearest(name, listed)} Known: {', '.join(listed)}."


def names() -> list[str]:
    """The names of the pipelines of this folder; each file bears its pipeline's."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))
