"""A task as the service knows it."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.emulator.task import prompt_of


@pytest.mark.parametrize(
    ("given", "prompt"),
    [
        ({"prompt": "a heron"}, "a heron"),
        ({"messages": [{"role": "user", "content": [{"text": "a heron"}]}]}, "a heron"),
        ({"base_image_url": "https://x.com/a.png", "ref_prompt": "mist"}, "mist"),
        ({"title": "秋", "prompt_text_zh": "落叶", "prompt_text_en": "leaves"}, "落叶"),
        ({"title": "Fair", "prompt_text_en": "leaves"}, "leaves"),
        ({"image_url": "https://x.com/a.png"}, None),
        (None, None),
    ],
)
def test_a_rule_finds_the_words_wherever_a_model_takes_them(given: Any, prompt: str | None) -> None:
    """A scenario's rule may name words of any model's request."""
    assert prompt_of({"model": "m", "input": given}) == prompt
