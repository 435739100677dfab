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


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ("{clip: {model: wan2.6-t2v, input: {prompt: rain}}}", 'deliver: {"clip.mp4": "${clip.video}"}'),
        (
            "{look: {for_each: [a, b], model: wan2.2-t2i-flash, input: {prompt: x}}}",
            '{"look-{n}.png": "${look.image}"}',
        ),
    ],
)
async def test_a_pipeline_that_names_no_file_says_so(planned: Callable[..., Any], steps: str, line: str) -> None:
    """It may run, as a part of another does; the plan warns, with a line that would do."""
    plan = await planned(f"pipeline: part\nsteps: {steps}\n")
    assert plan.warnings[0].startswith("no file is delivered") and line in plan.warnings[0]


async def test_a_pipeline_without_any_file_is_not_warned_of(planned: Callable[..., Any]) -> None:
    """What gives only words has nothing to name."""
    said = "{said: {model: qwen-plus, input: {messages: [{role: user, content: rain}]}}}"
    assert (await planned(f"pipeline: part\nsteps: {said}\n")).warnings == []
