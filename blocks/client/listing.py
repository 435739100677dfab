"""The list call: what tasks the account has, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from blocks.catalog import Status

PROVIDER_TIME = timezone(timedelta(hours=8))
"""The provider's clock: times in queries and answers are UTC+8 without a zone (provider-api.md)."""


@dataclass(frozen=True)
class TaskRow:
    """One task of the account, without its result.

    Attributes:
        task_id: the task.
        status: where it is; None for a word the provider does not document.
        model: the model's id.
        request_id: of the submit.
        created_at: when it was accepted.
        started_at: when it began to run.
        ended_at: when it ended; None while it runs.
        key_id: which of the account's keys sent it.
        region: as the provider names it.
    """

    task_id: str
    status: Status | None
    model: str | None = None
    request_id: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    key_id: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class TaskPage:
    """One page of the list.

    Attributes:
        tasks: its rows, in the provider's order, which is not documented.
        page: its number, from 1.
        page_size: rows of a full page as the provider counts them.
        total: tasks in the whole list; None when the answer does not say.
        total_pages: pages of the whole list; None when the answer does not say.
    """

    tasks: tuple[TaskRow, ...]
    page: int
    page_size: int
    total: int | None = None
    total_pages: int | None = None

    @property
    def last(self) -> bool:
        """Whether no page comes after this one; where pages are not counted, only an empty one is the last."""
        return not self.tasks or (self.total_pages is not None and self.page >= self.total_pages)


def read_page(body: Mapping[str, Any], *, page: int, page_size: int) -> TaskPage:
    """Read an answer of the list call; rows without a task id are left out."""
    rows = body.get("data")
    return TaskPage(
        tasks=tuple(_row(row) for row in rows if isinstance(row, Mapping) and row.get("task_id"))
        if isinstance(rows, list)
        else (),
        page=_number(body.get("page_no")) or page,
        page_size=_number(body.get("page_size")) or page_size,
        total=_number(body.get("total")),
        total_pages=_number(body.get("total_page")),
    )


def provider_time(moment: datetime) -> str:
    """A moment as the list call takes it: ``YYYYMMDDhhmmss``, UTC+8; a moment without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(PROVIDER_TIME).strftime("%Y%m%d%H%M%S")


def _row(row: Mapping[str, Any]) -> TaskRow:
    try:
        status = Status(str(row.get("status")))
    except ValueError:
        status = None
    return TaskRow(
        task_id=str(row["task_id"]),
        status=status,
        model=_text(row.get("model_name")),
        request_id=_text(row.get("request_id")),
        created_at=_moment(row.get("gmt_create")),
        started_at=_moment(row.get("start_time")),
        ended_at=_moment(row.get("end_time")),
        key_id=_text(row.get("api_key_id")),
        region=_text(row.get("region")),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> int | None:
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> datetime | None:
    milliseconds = _number(value)
    if milliseconds is None or milliseconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
