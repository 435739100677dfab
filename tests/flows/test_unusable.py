"""A service or storage that cannot be used, as people meet it: one line that says what and who named it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from blocks.emulator import Emulator
from tests.flows.conftest import wanflow

Submits = Callable[[], list[str]]

STORY = "title: A short film\nsize: 1280*720\nscenes: [{shots: [{prompt: a quiet street, seconds: 2}]}]\n"


@pytest.mark.parametrize(
    ("name", "value", "code", "said"),
    [
        ("DASHSCOPE_API_KEY", "bad-key", 3, "InvalidApiKey: Invalid API-key provided"),
        ("DASHSCOPE_BASE_URL", "http://127.0.0.1:9/api/v1", 3, "No connection to http://127.0.0.1:9/api/v1/tasks/"),
        ("DASHSCOPE_BASE_URL", "ftp://example.com", 2, "The base URL must be an http(s) address such as"),
        ("WANFLOW_STORAGE_OPTIONS", "{", 2, "WANFLOW_STORAGE_OPTIONS is not JSON"),
        ("WANFLOW_STORAGE", "/dev/null/media", 2, "cannot read the storage /dev/null/media: Not a directory"),
    ],
)
@pytest.mark.parametrize("words", [["run", "film", "-f", "story.yaml"], ["generate", "wan2.6-t2v", "-i", "prompt=x"]])
def test_a_service_or_storage_that_cannot_be_used_is_met_at_once_and_for_free(
    service: Emulator,
    submits: Submits,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    name: str,
    value: str,
    code: int,
    said: str,
) -> None:
    """A wrong key, an address nobody answers, broken options: one line, no waiting, no traceback, no key shown."""
    Path("story.yaml").write_text(STORY, encoding="utf-8")
    monkeypatch.setenv(name, value)
    began = time.monotonic()
    result = wanflow(*words)
    assert result.exit_code == code, result.stderr
    assert said in result.stderr and len(result.stderr.splitlines()) == 1, result.stderr
    assert "bad-key" not in result.stderr
    assert time.monotonic() - began < 15
    assert submits() == []


@pytest.mark.parametrize("words", ["plan film -f story.yaml", "run film -f story.yaml", "spend", "generations list"])
@pytest.mark.parametrize(
    ("url", "said", "given"),
    [
        ("/tmp/" + "x" * 300, "cannot read the storage /tmp/xxx", True),
        ("nonsense://bucket/media", "storage nonsense://bucket/media: Protocol not known", False),
    ],
)
def test_a_storage_that_cannot_be_read_is_said_in_a_line_by_every_command(
    service: Emulator, monkeypatch: pytest.MonkeyPatch, words: str, url: str, said: str, given: bool
) -> None:
    """What is wrong with it and who named it, no traceback, exit code 2."""
    Path("story.yaml").write_text(STORY, encoding="utf-8")
    if not given:
        monkeypatch.setenv("WANFLOW_STORAGE", url)
    result = wanflow(*words.split(), *(["--storage", url] if given else []))
    assert result.exit_code == 2 and result.stdout == "", result.stderr
    assert result.stderr.startswith(said) and len(result.stderr.splitlines()) == 1
    assert result.stderr.endswith(f". It is named by {'--storage' if given else 'WANFLOW_STORAGE'}.\n")


def test_without_a_key_the_storage_is_looked_at_before_the_emulator_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its state lies in the storage: where nothing can be written, that is what is said."""
    monkeypatch.chdir(tmp_path)
    for name in ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL", "WANFLOW_STORAGE"):
        monkeypatch.delenv(name, raising=False)
    result = wanflow("generations", "list", "--storage", "/proc/nope")
    assert result.exit_code == 2 and result.stderr.startswith("cannot write to the storage /proc/nope: No such file")
    (tmp_path / "media").write_text("a file", encoding="utf-8")
    assert wanflow("spend").stderr.endswith("It is named by the default.\n")
