"""Retry-After in its two forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blocks.client.sending import retry_after

NOON = datetime(2026, 2, 9, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3", 3.0),
        (" 1.5 ", 1.5),
        ("-4", 0.0),
        ("Mon, 09 Feb 2026 12:00:30 GMT", 30.0),
        ("Mon, 09 Feb 2026 11:59:00 GMT", 0.0),
        ("nan", None),
        ("inf", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(said: str, seconds: float | None) -> None:
    """Both forms the header may have give seconds from now; anything else gives nothing."""
    assert retry_after({"retry-after": said}, now=NOON) == seconds


def test_no_header_says_nothing() -> None:
    """An answer without the header asks for no wait."""
    assert retry_after({}) is None
