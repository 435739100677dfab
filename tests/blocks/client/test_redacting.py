"""What may be read in logs and errors."""

from __future__ import annotations

import base64
import logging
from typing import Any

import httpx
import pytest

from blocks.client import Client, redact


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://b.example/a.mp4", "https://b.example/a.mp4"),
        ("https://b.example/a.mp4?Expires=1&Signature=s", "https://b.example/a.mp4?…"),
        ("https://b.example?Signature=a/b", "https://b.example?…"),
        ("http://me:secret@b.example:81/a#token", "http://b.example:81/a?…"),
        ("s3://key:secret@bucket/a", "s3://bucket/a"),
        (
            "see https://b.example/a?sig=1, and http://c.example/b?x=2 too",
            "see https://b.example/a?… and http://c.example/b?… too",
        ),
        ("下载 https://b.example/图.png?Signature=s，超时", "下载 https://b.example/图.png?…，超时"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("key sk-1234567890abcdef is wrong", "key sk-*** is wrong"),
        ("no address at all", "no address at all"),
    ],
)
def test_queries_users_and_keys_are_masked(said: str, shown: str) -> None:
    """A URL keeps its host and path; its query, its user and every key go."""
    assert redact(said) == shown


def test_a_named_secret_is_masked_wherever_it_stands() -> None:
    """A key of another form than sk-… is masked when it is named."""
    assert redact("wrong key hunter2hunter2!", "hunter2hunter2") == "wrong key ***!"


@pytest.mark.parametrize("before", ["", "u", "me", "user:", "user:with:many"])
def test_a_named_secret_is_masked_in_base64(before: str) -> None:
    """Alone, or as the end of what a Basic header holds; nothing of it can be read back."""
    told = base64.b64encode(f"{before}hunter2hunter2".encode()).decode()
    shown = redact(f"got {told}", "hunter2hunter2")
    assert "***" in shown and len(shown) <= len("got ***") + -(-len(before) * 4 // 3) + 4


async def test_httpx_logs_no_presigned_query(caplog: pytest.LogCaptureFixture, wire: Any, words: Any) -> None:
    """httpx writes every URL at INFO; once a client exists, without its query string, whoever makes the call."""
    caplog.set_level(logging.DEBUG)
    wire.answers(words.Says({}, 302, {"Location": f"{wire.url}/film.mp4?Signature=evenmoresecret"}))
    Client(wire.url)
    async with httpx.AsyncClient(trust_env=False) as other:
        await other.get(f"{wire.url}/film.mp4?Signature=verysecret", headers={"Authorization": "Bearer topsecret"})

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("http")]
    assert any("/film.mp4?…" in line for line in lines)
    assert not any("secret" in line for line in lines)
