"""Steps of a pipeline: what they give, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.document import InvalidInput

Planned = Callable[..., Any]

POSTERS = """
pipeline: posters
steps:
  draft:
    model: wanx-poster-generation-v1
    input: {generate_mode: generate, title: 秋日书市, prompt_text_zh: 落叶, generate_num: 2}
  first:
    model: wanx-poster-generation-v1
    input:
      generate_mode: hrf
      title: 秋日书市
      prompt_text_zh: 落叶
      auxiliary_parameters: ${draft.auxiliary_parameters[0]}
  each:
    for_each: ${draft.auxiliary_parameters}
    model: wanx-poster-generation-v1
    input: {generate_mode: sr, title: 秋日书市, prompt_text_zh: 落叶, auxiliary_parameters: "${item}"}
deliver: {poster.png: "${first.image}"}
"""


async def test_one_text_for_each_result_is_a_list(planned: Planned) -> None:
    """A poster's texts for a second call are taken one by one, or all of them in a fan-out."""
    plan = await planned(POSTERS)
    assert {row.name: row.calls for row in plan.steps} == {"draft": 1, "first": 1, "each": 2}


async def test_a_list_of_texts_is_no_file(planned: Planned) -> None:
    """What is no file cannot be delivered."""
    wrong = POSTERS.replace("${first.image}", "${first.auxiliary_parameters}")
    with pytest.raises(InvalidInput, match="must be a file"):
        await planned(wrong)
