"""The words of the review page."""

from __future__ import annotations

from typing import Any

import pytest

from flows import wording
from flows.manifest import ManifestGeneration


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prompt": "a grey heron", "negative_prompt": "people"}, "a grey heron"),
        ({"ref_prompt": "an oak table"}, "an oak table"),
        ({"title": "秋日书市", "prompt_text_zh": "落叶，长椅"}, "落叶，长椅"),
        ({"title": "Fair", "prompt_text_en": "fallen leaves"}, "fallen leaves"),
        ({"prompt_text_zh": "落叶", "prompt_text_en": "a bench"}, "落叶\n\na bench"),
        ({"prompt_text_zh": "", "prompt_text_en": "a bench"}, "a bench"),
        ({"messages": [{"role": "user", "content": "Three words"}]}, "Three words"),
        ({"image_url": "a.png"}, ""),
    ],
)
def test_what_was_asked_is_found_wherever_it_stands(given: dict[str, Any], said: str) -> None:
    """Films, backgrounds, posters and chats hold their words in different fields; some models take none."""
    made = ManifestGeneration(step="one", fingerprint="f", model="m", request={"input": given}, status="SUCCEEDED")
    assert wording.prompt_of(made) == said
