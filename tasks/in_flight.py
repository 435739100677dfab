"""What is in flight or lost: generations that have not settled, and tasks of the account that nobody here asked for.

The journal says what this storage sent; the provider's list says what the account has. Together they name everything
that may still be billed or fetched.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from blocks import catalog
from blocks.catalog import InvalidRequest, Request, Status, UnknownModel
from blocks.client import TaskRow
from blocks.client.errors import DashScopeError
from tasks import finished, journal
from tasks.records import TASK_LIFE
from tasks.session import Session, now
from tasks.task_list import patiently

_SHORTEST_ID = 6
_AT_ONCE = 16
_LIST_PATIENCE_SECONDS = 15.0

log = logging.getLogger("wanflow.in_flight")


class NotInFlight(Exception):
    """Nothing in flight goes by this name, or several things do."""

    code = "NotInFlight"


@dataclass(frozen=True)
class InFlight:
    """One generation, or one task at the provider, that has not settled.

    Attributes:
        fingerprint: of the generation; None for a task that nobody on this storage asked for.
        task_id: None where the answer to the submit was lost, and of a model that answers at once.
        status: what the provider says of the task; None where it was not asked or does not say.
        since: when it was sent, UTC.
        quoted_cny: what it will cost; None is unknown.
        request: as asked for, with its take; None where nobody kept it.
        writer: host and process that sent it.
        mine: whether the open session's account sent it; only that account can ask for it.
    """

    fingerprint: str | None
    model: str
    task_id: str | None
    request_id: str | None
    status: Status | None
    since: datetime
    quoted_cny: Decimal | None
    account: str
    request: dict[str, Any] | None = None
    writer: str = ""
    mine: bool = True

    @property
    def state(self) -> str:
        """In a word: ``pending``, ``running``, ``ready``, ``failed``, ``unanswered``, ``expired``, ``unknown``."""
        if self.task_id is None and self.status is None:
            return "unanswered"
        if now() - self.since >= TASK_LIFE:
            return "expired"
        words = {
            Status.PENDING: "pending",
            Status.SUCCEEDED: "ready",
            Status.FAILED: "failed",
            Status.CANCELED: "cancelled",
            Status.UNKNOWN: "expired",
            None: "unknown",
        }
        return words.get(self.status, "running")

    @property
    def at_once(self) -> bool:
        """Whether its model answers at once: there is no task to ask for or to cancel."""
        return catalog.at_once(self.model)

    @property
    def typed(self) -> Request | None:
        """The request, checked again; None where nobody kept it."""
        if self.request is None:
            return None
        try:
            return catalog.request({key: value for key, value in self.request.items() if key != "take"})
        except (InvalidRequest, UnknownModel):
            return None


async def in_flight(session: Session) -> list[InFlight]:
    """Everything that has not settled, oldest first.

    Raises:
        DashScopeError: the key is refused, or the provider's list cannot be read and the journal holds nothing.
    """
    entries = await journal.entries(session.storage)
    rows = await _rows(session, needed=not entries)
    listed = {row.task_id: row for row in rows}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def known(entry: journal.Entry) -> InFlight:
        async with gate:
            return await _of_journal(session, entry, listed)

    found = list(await asyncio.gather(*(known(entry) for entry in entries)))
    named = {one.task_id for one in found}
    for row in rows:
        if row.task_id not in named and await journal.owner(session.storage, row.task_id) is None:
            found.append(_of_list(session, row))
    return sorted(found, key=lambda one: one.since)


async def find(session: Session, name: str) -> InFlight:
    """The one that goes by this task id or fingerprint, or by the beginning of one.

    Raises:
        NotInFlight: none does, or several do.
        DashScopeError: the key is refused, or the provider's list cannot be read and the journal holds nothing.
    """
    everything = await in_flight(session)
    exact = [one for one in everything if name in (one.task_id, one.fingerprint)]
    begun = [
        one for one in everything if any((known or "").startswith(name) for known in (one.task_id, one.fingerprint))
    ]
    found = exact or (begun if len(name) >= _SHORTEST_ID else [])
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.task_id or one.fingerprint or "" for one in found)
        raise NotInFlight(f"'{name}' may be any of {ids}; give more of it")
    raise NotInFlight(f"nothing in flight goes by '{name}'; `wanflow generations list` shows what is")


async def _rows(session: Session, *, needed: bool) -> list[TaskRow]:
    """The account's tasks; none where the list cannot be read and the journal has something to tell without it."""
    try:
        return await patiently(session.client, session.pace, seconds=_LIST_PATIENCE_SECONDS)
    except DashScopeError as error:
        if needed or error.stops_run:
            raise
        why = error.code or error.message
        log.warning("The provider's list cannot be read (%s): only what the journal knows is in flight.", why)
        return []


async def _of_journal(session: Session, entry: journal.Entry, listed: dict[str, TaskRow]) -> InFlight:
    sent = entry.submission
    mine = entry.account == session.account
    row = listed.get(sent.task_id) if sent else None
    status = row.status if row else None
    if entry.outcome is not None:
        status = entry.outcome.status
    elif sent and mine and row is None:
        status = await _asked(session, sent.task_id, entry.model)
    request = await finished.read_request(session.storage, entry.fingerprint)
    return InFlight(
        fingerprint=entry.fingerprint,
        model=entry.model,
        task_id=sent.task_id if sent else None,
        request_id=sent.request_id if sent else entry.outcome.request_id if entry.outcome else None,
        status=status,
        since=sent.submitted_at if sent else entry.intent_at,
        quoted_cny=sent.quoted_cny if sent else entry.quoted_cny,
        account=entry.account,
        request=request,
        writer=entry.writer,
        mine=mine,
    )


async def _asked(session: Session, task_id: str, model: str) -> Status | None:
    try:
        async with session.pace.query():
            return (await session.client.query(task_id, model)).status
    except DashScopeError:
        return None


def _of_list(session: Session, row: TaskRow) -> InFlight:
    return InFlight(
        fingerprint=None,
        model=row.model or "",
        task_id=row.task_id,
        request_id=row.request_id,
        status=row.status,
        since=row.created_at or now(),
        quoted_cny=None,
        account=session.account,
    )
