"""The chat model."""

from __future__ import annotations

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_fields

FLAT = {
    "model": "qwen-plus",
    "messages": [{"role": "system", "content": "Answer in JSON."}, {"role": "user", "content": "Three words for rain"}],
    "temperature": 0.2,
    "response_format": {"type": "json_object"},
}


def test_the_wire_form_is_flat(bodies) -> None:
    """A chat goes over the wire in the OpenAI-compatible form; the canonical form keeps its sections."""
    request = catalog.request(bodies("qwen-plus"))
    assert request.body() == {
        "model": "qwen-plus",
        "messages": [{"role": "user", "content": "Write one line about rain."}],
        "temperature": 0.3,
        "max_tokens": 200,
    }
    assert request.to_dict() == bodies("qwen-plus")
    assert request.row.endpoint == "/compatible-mode/v1/chat/completions"


def test_the_flat_form_is_read_too() -> None:
    """What comes over the wire is typed the same way."""
    request = catalog.request(FLAT, wire=True)
    assert request.body() == FLAT
    assert catalog.request(request.to_dict()) == request


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"temperature": 2}, "parameters.temperature"),
        ({"top_p": 0}, "parameters.top_p"),
        ({"top_p": 1.01}, "parameters.top_p"),
        ({"max_tokens": 0}, "parameters.max_tokens"),
        ({"presence_penalty": -2.5}, "parameters.presence_penalty"),
        ({"messages": []}, "input.messages"),
        ({"messages": [{"role": "robot", "content": "hi"}]}, "input.messages.0.role"),
        ({"messages": [{"role": "system", "content": "JSON please"}]}, "input.messages"),
        ({"messages": [{"role": "user", "content": "   "}]}, "input.messages.0.content"),
        ({"messages": [{"role": "user", "content": "a list"}]}, "parameters.response_format"),
        ({"stream": True}, "parameters.stream"),
        ({"tempratur": 1}, "parameters.tempratur"),
    ],
)
def test_a_bad_chat_is_refused(changes: dict, field: str) -> None:
    """Each rule of the chat call is refused by its field."""
    assert problem_fields({**FLAT, **changes}) == [field]
