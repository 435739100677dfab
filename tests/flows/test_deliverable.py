"""A run that would deliver nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

INNER = """
pipeline: inner
params: {rain: {type: boolean, default: false}}
steps: {clip: {when: "${rain}", model: wan2.6-t2v, input: {prompt: rain}}}
deliver: {clip.mp4: "${clip.video}"}
"""
OUTER = """
pipeline: outer
params:
  rain: {type: boolean, default: false}
  snow: {type: integer, default: 0}
  words: {type: list, default: []}
steps:
  wet: {pipeline: inner.yaml, input: {rain: "${rain}"}}
  white: {title: the snow, when: "${snow} > 2", model: wan2.6-t2v, input: {prompt: snow}}
  said: {for_each: "${words}", model: wan2.6-t2v, input: {prompt: "${item}"}}
deliver:
  wet.mp4: ${wet.clip}
  one.mp4: ${white.video}
  "all/{n}.mp4": ${said.video}
"""


@pytest.mark.parametrize("given", [{"rain": True}, {"snow": 3}, {"words": ["a boat"]}])
async def test_one_file_is_enough(planned: Callable[..., Any], tmp_path: Path, given: dict[str, Any]) -> None:
    """Whatever else is switched off."""
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    assert (await planned(OUTER, **given)).calls == 1


async def test_a_run_that_would_deliver_nothing_is_refused(refusal: Callable[..., Any], tmp_path: Path) -> None:
    """Said at once, with the steps that would have made the files and the values that keep them from running."""
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    assert await refusal(OUTER, snow=1) == (
        "pipeline.yaml:11:1: deliver: no file would be delivered: none of the steps that make one would run "
        "('wet', 'the snow', 'said'); snow is 1, 'said' has nothing to run for"
    )
