"""Finding out whether a submit whose answer is missing was accepted, before it is ever sent again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from blocks.client import TaskRow
from blocks.client.errors import DashScopeError
from tasks import journal
from tasks.records import Submission
from tasks.session import Session

_CLOCKS_DIFFER = timedelta(minutes=2)
_LOOKS = 3
_PAUSE_SECONDS = 2.0


class AmbiguousSubmission(Exception):
    """Nobody can tell whether the provider accepted a submit. It is not sent again.

    Attributes:
        candidates: ids of tasks that may be the one.
    """

    code = "AmbiguousSubmission"

    def __init__(self, entry: journal.Entry, candidates: list[str], why: str) -> None:
        self.candidates = candidates
        named = f" Candidates: {', '.join(candidates)}." if candidates else ""
        super().__init__(
            f"{entry.model}: the answer to the submit of {entry.intent_at:%Y-%m-%d %H:%M:%S} UTC was lost and {why}."
            f"{named} It was not sent again, because that could pay twice. Look the task up in the provider's console;"
            f" when it is not there, delete {journal.path_of(entry.fingerprint, entry.account)} and run again."
        )


async def reconcile(session: Session, entry: journal.Entry) -> Submission | None:
    """The submission that an intent without an answer led to, found in the account's task list.

    Returns:
        The adopted submission, or None when the provider has no task that could be it: then it may be sent.

    Raises:
        AmbiguousSubmission: several tasks could be it, or the provider cannot list tasks.
    """
    for look in range(_LOOKS):
        try:
            rows = await _tasks_since(session, entry)
        except DashScopeError as error:
            raise AmbiguousSubmission(entry, [], f"the task list cannot be read ({error})") from error
        unowned = [row for row in rows if not await journal.owns(session.storage, row.task_id)]
        if len(unowned) == 1:
            return _adopted(session, entry, unowned[0])
        if len(unowned) > 1:
            raise AmbiguousSubmission(entry, [row.task_id for row in unowned], "several tasks may be the one")
        if look + 1 < _LOOKS:
            await asyncio.sleep(0.2 if session.emulated else _PAUSE_SECONDS)
    return None


async def _tasks_since(session: Session, entry: journal.Entry) -> list[TaskRow]:
    found: list[TaskRow] = []
    page = 1
    while True:
        answer = await session.client.list_tasks(
            start=entry.intent_at - _CLOCKS_DIFFER, model=entry.model, page=page, page_size=100
        )
        found += [row for row in answer.tasks if _created(row) >= entry.intent_at - _CLOCKS_DIFFER]
        if page >= (answer.total_pages or 1) or not answer.tasks:
            return found
        page += 1


def _created(row: TaskRow) -> datetime:
    return row.created_at or datetime.max.replace(tzinfo=row.created_at.tzinfo if row.created_at else None)


def _adopted(session: Session, entry: journal.Entry, row: TaskRow) -> Submission:
    return Submission(
        fingerprint=entry.fingerprint,
        model=entry.model,
        task_id=row.task_id,
        request_id=row.request_id,
        submitted_at=_created(row),
        account=session.account,
    )
