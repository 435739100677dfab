"""What ``wanflow models`` shows."""

from __future__ import annotations

import io
import shlex

import pytest
from rich.console import Console

from blocks import catalog
from flows import listing
from flows.arguments import request_body


def shown(model: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """One model as people see it, on a very wide terminal."""
    console = Console(file=io.StringIO(), width=2000)
    monkeypatch.setattr(listing, "out", console)
    listing.show_model(listing.model_described(model))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("model", catalog.MODELS)
def test_every_example_is_a_request_that_the_model_takes(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command under a model's fields can be typed as it stands."""
    line = next(line for line in shown(model, monkeypatch).splitlines() if line.startswith("example"))
    words = shlex.split(line.removeprefix("example"))
    assert words[:3] == ["wanflow", "generate", model]
    given: dict[str, list[str]] = {"-i": [], "-p": []}
    for option, value in zip(words[3::2], words[4::2], strict=True):
        given[option].append(value)
    catalog.request(request_body(model, given["-i"], given["-p"]))


def test_brackets_in_a_meaning_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like markup is text: four corners are named."""
    text = shown("emo-v1", monkeypatch)
    assert "[x1, y1, x2, y2]" in text
    assert "list of number, 4 " in text


def test_limits_and_prices_read_as_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """One submit, calls of a minute, a price of an image, none of a free trial, sizes that may be chosen freely."""
    newest = shown("wan2.6-t2i", monkeypatch)
    assert "1 submit a second, 5 tasks in progress" in newest
    assert "¥0.20 an image" in newest
    assert "width*height, 1280*1280…1440*1440 pixels in all, up to 4 to 1" in newest
    assert "2 submits a minute" in shown("qwen-image-max", monkeypatch)
    assert "each side 512…1440" in shown("wan2.2-t2i-flash", monkeypatch)
    poster = shown("wanx-poster-generation-v1", monkeypatch)
    assert "none: free trial only" in poster
    assert "text, at most 50 Chinese characters or 50 words" in poster
    assert '(default "")' in poster
