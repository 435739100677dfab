"""Sending a submit: the intent in the journal first, then the POST; sent again only when nothing was accepted."""

from __future__ import annotations

import asyncio
import random
import time

from blocks import catalog
from blocks.catalog import Request
from blocks.client.errors import DashScopeError, NotSent, Throttled
from tasks import journal
from tasks.reconciling import AmbiguousSubmission, reconcile
from tasks.records import Submission
from tasks.session import Session, now

THROTTLED_PATIENCE_SECONDS = 1800.0
"""How long 429 is waited out before a submit gives up."""
NOT_SENT_PATIENCE_SECONDS = 120.0
"""The same for connections that are refused."""
_LOST_ANSWERS = 2


async def send(session: Session, request: Request, fingerprint: str) -> Submission:
    """Submit a staged request, once.

    Raises:
        DashScopeError: the provider refused it, or could not be reached for long; nothing was accepted.
        AmbiguousSubmission: the answer was lost and nobody can tell whether it was accepted.
    """
    started = time.monotonic()
    attempt = 0
    while True:
        entry = await journal.write_intent(
            session.storage, fingerprint=fingerprint, model=request.model, account=session.account, now=now()
        )
        try:
            async with session.pace.submit(request.model):
                answer = await session.client.submit(request)
        except DashScopeError as error:
            waited = time.monotonic() - started
            if error.accepted == "unknown":
                submission = await reconcile(session, entry)
                if submission is not None:
                    await journal.complete(session.storage, entry, submission)
                    return submission
                if attempt >= _LOST_ANSWERS:
                    await journal.settle(session.storage, fingerprint, session.account)
                    raise
            else:
                await journal.settle(session.storage, fingerprint, session.account)
                patience = NOT_SENT_PATIENCE_SECONDS if isinstance(error, NotSent) else THROTTLED_PATIENCE_SECONDS
                if not isinstance(error, NotSent | Throttled) or waited >= patience:
                    raise
            attempt += 1
            await back_off(session, attempt, error.retry_after)
            continue
        if not answer.task_id:
            raise AmbiguousSubmission(entry, [], "the answer named no task_id")
        submission = Submission(
            fingerprint=fingerprint,
            model=request.model,
            task_id=answer.task_id,
            request_id=answer.request_id,
            submitted_at=now(),
            account=session.account,
            quoted_cny=catalog.quote(request, region=session.region).amount,
        )
        await journal.complete(session.storage, entry, submission)
        return submission


async def back_off(session: Session, attempt: int, retry_after: float | None) -> None:
    """Wait before a submit is sent again: what the provider asks for, else doubling with jitter."""
    longest = min(60.0, 2.0**attempt) if not session.emulated else min(2.0, 0.1 * 2.0**attempt)
    await asyncio.sleep(max(retry_after or 0.0, random.uniform(0.5, 1.0) * longest))
