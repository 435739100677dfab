"""What ``wanflow models`` shows."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from blocks import catalog
from flows import listing


def shown(model: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """One model as people see it, on a very wide terminal."""
    console = Console(file=io.StringIO(), width=2000)
    monkeypatch.setattr(listing, "out", console)
    listing.show_model(listing.model_described(model))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_every_row_is_listed() -> None:
    """`wanflow models --json` holds each row of the catalog once, in its order."""
    assert [row["id"] for row in listing.models_listed()] == list(catalog.MODELS)


def test_a_model_tells_how_sure_each_fact_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields and facts name a page and its lines; the pages stand below with their addresses."""
    text = shown("wan2.6-i2v", monkeypatch)
    assert "First frame; the ratio of the video follows it. [reference 1: 4904-4946]" in text
    assert "1 to 5 minutes [reference 1: 4824]" in text
    assert "5 submits a second, 5 tasks in progress [public 4; 5]" in text
    assert "  4 Rate limits, May, https://help.aliyun.com/zh/model-studio/rate-limit" in text
    assert "reference: the vendor's API reference says so" in text


def test_both_sides_of_a_contradiction_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pages disagree, what we follow and what the other page says."""
    text = shown("video-style-transform", monkeypatch)
    assert "Disputed: limits: Rate limits, autumn, says: 20 submits a second, 2 tasks in progress; we follow" in text


def test_a_checked_model_shows_its_pipeline_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a check finds is handed on by a pipeline; a template has to be made, so there is no request alone."""
    assert "Example, alone:" in shown("emo-v1", monkeypatch)
    text = shown("animate-anyone-gen2", monkeypatch)
    assert "wanflow run docs/models/pipelines/animate-anyone-gen2.yaml" in text
    assert "wanflow generate" not in text


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
