"""The production pipelines that come with wanflow: a file each, run by the one engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flows.pipeline import Pipeline, load

FOLDER = Path(__file__).parent


@cache
def pipelines() -> dict[str, Pipeline]:
    """Every pipeline file of this folder by the pipeline's name."""
    found = [load(path)[0] for path in sorted(FOLDER.glob("*.yaml"))]
    return {pipeline.pipeline: pipeline for pipeline in found}


def names() -> list[str]:
    """The names of the pipelines of this folder; each file bears its pipeline's."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))
