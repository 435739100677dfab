"""Sending what is paid for: the intent in the journal, then the POST; sent again only when nothing was accepted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from blocks import catalog
from blocks.catalog import Request
from blocks.client.errors import AnswerLost, DashScopeError, InputUnreachable, NotSent
from tasks import journal, spending
from tasks.answers import outcome_of_call
from tasks.finished import Finished
from tasks.leases import LeaseLost, clock
from tasks.patience import Patience
from tasks.reconciling import advice, reconcile
from tasks.records import Outcome, Submission
from tasks.session import Session

T = TypeVar("T")

log = logging.getLogger("wanflow.sending")

STORAGE_PATIENCE_SECONDS = 120.0
"""How long an answer that storage does not take is kept in mind."""
_UNREACHABLE_INPUTS = 3
_LOST_ANSWERS = 2
_SOON_SECONDS = 1.0
_LAST_WORD_SECONDS = 10.0
"""How long a cancelled run waits for the answer to a submit; a model that answers at once gets its usual time."""
_INTENT_SECONDS = 60.0
"""How old an intent may be when its request leaves: reconciling looks for a task around that time."""
_PROMPT_KEPT = 400  # characters, so that the longest prompt leaves the entry small


async def send(session: Session, request: Request, fingerprint: str) -> Submission:
    """Submit a staged request, once.

    Raises:
        DashScopeError: the provider refused it, or could not be reached for long; nothing was accepted.
        AmbiguousSubmission: the answer was lost and nobody can tell whether it was accepted.
        LeaseLost: another run works on the generation by now; nothing was sent.
    """
    again = _Again(session, request.model)
    lost = 0
    prompt = _prompt(request)
    await session.unanswered.wait(fingerprint=fingerprint, model=request.model, account=session.account, prompt=prompt)
    while True:
        async with session.turn(request.model):
            entry, came = await _attempt(session, request, fingerprint, _post)
            if not isinstance(came, DashScopeError):
                return came
            failed = came
            if failed.accepted == "unknown":
                submission = await recover(session, entry, request_id=failed.request_id)
                if submission is not None:
                    return submission
            await journal.take_back(session.storage, entry)
        if failed.accepted == "unknown":
            lost += 1
            if lost > _LOST_ANSWERS:
                raise failed
            log.info("The answer to a submit of %s was lost; it was not accepted, sending it again.", request.model)
            await session.pace.back_off(lost, failed.retry_after)
        else:
            await again.wait_out(failed)


async def recover(session: Session, entry: journal.Entry, *, request_id: str | None = None) -> Submission | None:
    """Reconcile an open intent and journal what it led to.

    Raises:
        AmbiguousSubmission: nobody can tell.
    """
    submission = await reconcile(session, entry, request_id=request_id)
    if submission is not None:
        await complete(session, entry, submission)
    return submission


async def ask(session: Session, request: Request, fingerprint: str) -> Outcome:
    """Ask a model that answers at once, once; a lost answer is asked for anew only where the user chose to pay twice.

    Raises:
        DashScopeError: it was refused, or the answer is lost; then the intent stays in the journal.
        LeaseLost: another run works on the generation by now; nothing was sent.
    """
    again = _Again(session, request.model)
    lost = 0
    while True:
        entry, came = await _attempt(session, request, fingerprint, _call)
        if not isinstance(came, DashScopeError):
            return came
        failed = came
        if failed.accepted == "no":
            await journal.take_back(session.storage, entry)
            await again.wait_out(failed)
            continue
        lost += 1
        if lost > _LOST_ANSWERS or session.on_ambiguous == "fail":
            failed.advice = advice(entry)
            raise failed
        await reconcile(session, entry)
        await journal.take_back(session.storage, entry)
        await session.pace.back_off(lost, failed.retry_after)


class _Again:
    """How often and how long one request is sent again while the provider takes nothing in."""

    def __init__(self, session: Session, model: str) -> None:
        self._patience = Patience(session.patience_seconds, session.pace, f"{model} takes no submit now")
        self._unreachable = 0

    async def wait_out(self, error: DashScopeError) -> None:
        """Wait before the next attempt; raises the error when there should be none."""
        if not error.may_resend:
            raise error
        if isinstance(error, InputUnreachable):
            self._unreachable += 1
            if self._unreachable > _UNREACHABLE_INPUTS:
                raise error
        await self._patience.wait_out(error)


async def _attempt(
    session: Session,
    request: Request,
    fingerprint: str,
    post: Callable[[Session, Request, journal.Entry, float], Coroutine[Any, Any, T]],
) -> tuple[journal.Entry, T | DashScopeError]:
    """Write the intent and send the request, when the submit limit allows: the intent, and what came of it."""
    async with session.pace.submit(request.model):
        began = clock()
        entry = await _intend(session, request, fingerprint)
        try:
            return entry, await _seen_through(post(session, request, entry, began), request.model)
        except DashScopeError as error:
            return entry, error


async def _intend(session: Session, request: Request, fingerprint: str) -> journal.Entry:
    """Write the intent of what is about to be sent, as long as this run holds the generation."""
    lease = journal.name_of(fingerprint, session.account)
    entry = await journal.write_intent(
        session.storage,
        fingerprint=fingerprint,
        model=request.model,
        account=session.account,
        now=session.time,
        prompt=_prompt(request),
        quoted_cny=session.quotes.get(fingerprint) or catalog.quote(request, region=session.region).amount,
    )
    if entry is None:
        raise LeaseLost(f"another run has begun to send {lease}")
    try:
        await session.leases.check(lease)
    except (LeaseLost, OSError, asyncio.CancelledError):  # nothing has left, so nobody need ever doubt it
        await journal.take_back(session.storage, entry)
        raise
    return entry


async def _post(session: Session, request: Request, entry: journal.Entry, began: float) -> Submission:
    answer = await session.client.submit(request, before=lambda: _in_time(session, began))
    assert answer.task_id is not None
    submission = entry.accepted(answer.task_id, answer.request_id, session.time)
    await complete(session, entry, submission)
    return submission


async def _call(session: Session, request: Request, entry: journal.Entry, began: float) -> Outcome:
    answer = await session.client.call(request, before=lambda: _in_time(session, began))
    row = catalog.find(request.model)
    if row.kind == "image" and not answer.urls:
        raise AnswerLost("The provider's answer names no picture", http_status=200, request_id=answer.request_id)
    outcome = outcome_of_call(answer, fingerprint=entry.fingerprint, model=request.model, account=session.account)
    await _kept(session, f"The answer of {request.model}", lambda: journal.answered(session.storage, entry, outcome))
    # It is paid for, whatever becomes of its files.
    bill = catalog.cost(row.id, outcome.usage, request=request, status=outcome.status, region=session.region)
    record = Finished(
        outcome=outcome,
        assets=[],
        submitted_at=None,
        quoted_cny=entry.quoted_cny,
        cost_cny=bill.amount,
        emulated=session.emulated,
    )
    await spending.record(session.storage, entry.fingerprint, record)
    return outcome


def _in_time(session: Session, began: float) -> None:
    # Stopped between the look at the lease and this moment, the process may wake when another has sent it.
    if not session.leases.safe or clock() - began > _INTENT_SECONDS:
        raise NotSent("The process stood still before the request left", advice="Nothing was sent.")


async def complete(session: Session, entry: journal.Entry, submission: Submission) -> None:
    """Journal what the provider answered; a storage that is away for a moment is waited for."""
    said = f"Task {submission.task_id}"
    await _kept(session, said, lambda: journal.complete(session.storage, entry, submission))


async def _kept(session: Session, what: str, write: Callable[[], Awaitable[object]]) -> None:
    started = time.monotonic()
    attempt = 0
    while True:
        try:
            await write()
            return
        except OSError as error:
            if time.monotonic() - started >= STORAGE_PATIENCE_SECONDS:
                raise
            attempt += 1
            log.warning("%s cannot be journalled (%s); trying again.", what, error.strerror or error)
        await session.pace.back_off(attempt)


def _prompt(request: Request) -> str | None:
    said = getattr(request.input, "prompt", None)
    return said[:_PROMPT_KEPT] if isinstance(said, str) else None


async def _seen_through(post: Coroutine[Any, Any, T], model: str) -> T:
    """A POST that is on its way is waited for even when the run is cancelled: what answers may be paid for."""
    posting = asyncio.create_task(post)
    try:
        return await asyncio.shield(posting)
    except asyncio.CancelledError:
        try:
            patience = _patience(model)
            done, _ = await asyncio.wait({posting}, timeout=min(_SOON_SECONDS, patience))
            if not done:
                log.warning("%s: waiting up to %.0f s for its answer; interrupt again to give it up.", model, patience)
                await asyncio.wait({posting}, timeout=patience)
        finally:  # interrupted again, nothing of it goes on beside what follows
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)
        raise


def _patience(model: str) -> float:
    row = catalog.find(model)
    return max(_LAST_WORD_SECONDS, row.typical_seconds[1]) if row.at_once else _LAST_WORD_SECONDS
