"""When a task ended: its addresses live from then on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blocks.catalog import Answer, Status
from tasks.answers import ended_at
from tasks.session import now


def ended(said: str | None) -> datetime:
    return ended_at(Answer(status=Status.SUCCEEDED, times={} if said is None else {"end_time": said}))


def test_the_providers_clock_has_no_zone() -> None:
    """A time without a zone is UTC+8; one with a zone is what it says."""
    assert ended("2026-02-09 20:30:00.123") == datetime(2026, 2, 9, 12, 30, 0, 123_000, UTC)
    assert ended("2026-02-09T12:30:00+00:00") == datetime(2026, 2, 9, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("said", [None, "", "soon", "2999-01-01 00:00:00"])
def test_what_cannot_be_is_now(said: str | None) -> None:
    """No time, an odd one, one still to come: the address is not believed to live longer than a day from now."""
    before = now()
    assert before <= ended(said) <= now()
