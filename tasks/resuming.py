"""Picking up, cancelling and forgetting what is in flight, one task at a time and without the run that sent it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from blocks import catalog
from blocks.catalog import Status
from tasks import finished, journal, spending
from tasks.asset import Asset
from tasks.finished import Finished
from tasks.in_flight import InFlight, NotInFlight
from tasks.missing import check_named
from tasks.reconciling import no_task
from tasks.records import Failure, Outcome, Submission
from tasks.sending import complete, recover
from tasks.session import Session
from tasks.stages import GenerationFailed, download, poll

RECOVERED = "recovered"
"""Begins the name of a generation whose request nobody here kept."""


class NotOurs(Exception):
    """Another account sent it; only that one can ask for it."""

    code = "NotOurs"


@dataclass(frozen=True)
class Resumed:
    """How picking up one thing in flight ended.

    Attributes:
        status: of the task; None when the submit was never accepted.
        cost_cny: what it costs; None is unknown.
    """

    one: InFlight
    status: Status | None
    assets: tuple[Asset, ...] = ()
    cost_cny: Decimal | None = None
    failure: Failure | None = None


async def resume(session: Session, one: InFlight, *, task_id: str | None = None) -> Resumed:
    """See a task through: wait for its end, bring its files into storage, settle it. Nothing is ever sent.

    A generation of this storage is finished as if its run had gone on; the files of a task that nobody here asked for
    go to a folder ``recovered-<task_id>`` beside the others.

    Args:
        task_id: of the task that a submit without an answer led to, when a person recognised it.

    Raises:
        NotOurs: another account sent it.
        NotInFlight: its task is known already, or the one named is not there, or is another generation's.
        AmbiguousSubmission: the answer to its submit was lost and nobody can tell which task it is.
        StillRunning: it takes longer than its deadline.
        DownloadFailed: a file cannot be brought into storage.
        DashScopeError: the provider refuses to answer.
    """
    _check_account(session, one)
    if task_id is not None and one.task_id is not None:
        raise NotInFlight(f"the task of this one is known: {one.task_id}")
    if one.fingerprint is None:
        return await _recovered(session, one)
    async with session.leases.hold(f"{one.fingerprint}-{journal.account_slug(one.account)}"):
        entry = await journal.read(session.storage, one.fingerprint, one.account)
        if entry is not None and entry.outcome is not None:
            return await _kept(session, one, entry.outcome, None)
        submission = entry.submission if entry else None
        if entry is not None and entry.unanswered:
            if entry.at_once:
                raise no_task(entry)
            submission = await (recover(session, entry) if task_id is None else _recognised(session, entry, task_id))
        if submission is None:
            await journal.settle(session.storage, one.fingerprint, one.account)
            done = await finished.read(session.storage, one.fingerprint)
            if done is None:
                return Resumed(one, None)
            return Resumed(one, done.outcome.status, tuple(done.assets), done.cost_cny)
        return await _seen_through(session, one, submission)


async def _recognised(session: Session, entry: journal.Entry, task_id: str) -> Submission:
    """The submission of an intent whose task a person named."""
    async with session.pace.query():
        answer = await session.client.query(task_id, entry.model)
    if answer.status is Status.UNKNOWN:
        raise NotInFlight(f"the provider knows no task {task_id} of this account")
    if not await journal.claim(session.storage, entry, task_id):
        raise NotInFlight(f"task {task_id} belongs to another generation")
    submission = entry.accepted(task_id, answer.request_id, entry.intent_at)
    await complete(session, entry, submission)
    return submission


async def _seen_through(session: Session, one: InFlight, submission: Submission) -> Resumed:
    try:
        outcome = await poll.fn(one.model, submission)
    except GenerationFailed as error:
        await journal.settle(session.storage, submission.fingerprint, submission.account)
        return Resumed(one, error.outcome.status, failure=error.outcome.failure, cost_cny=Decimal(0))
    return await _kept(session, one, outcome, submission)


async def _kept(session: Session, one: InFlight, outcome: Outcome, submission: Submission | None) -> Resumed:
    """Bring what an outcome names into storage and settle it."""
    check_named(outcome)
    files = await download.fn(one.model, outcome)
    record = Finished(
        outcome=outcome,
        assets=files,
        submitted_at=submission.submitted_at if submission else None,
        quoted_cny=one.quoted_cny,
        cost_cny=_cost(session, one, outcome),
        emulated=session.emulated,
    )
    await finished.write(session.storage, one.request or {"model": one.model, "lost": True}, record)
    await spending.record(session.storage, outcome.fingerprint, record)
    await journal.settle(session.storage, outcome.fingerprint, outcome.account)
    return Resumed(one, outcome.status, tuple(files), record.cost_cny)


async def _recovered(session: Session, one: InFlight) -> Resumed:
    """A task that only the provider knows of."""
    assert one.task_id is not None
    submission = Submission(
        fingerprint=f"{RECOVERED}-{journal.plain(one.task_id)}",
        model=one.model,
        task_id=one.task_id,
        request_id=one.request_id,
        submitted_at=one.since,
        account=one.account,
    )
    resumed = await _seen_through(session, one, submission)
    await journal.let_go(session.storage, one.task_id, "it was recovered")
    return resumed


def _cost(session: Session, one: InFlight, outcome: Outcome) -> Decimal | None:
    if outcome.model not in catalog.MODELS:
        return None
    bill = catalog.cost(outcome.model, outcome.usage, request=one.typed, status=outcome.status, region=session.region)
    return bill.amount


async def cancel(session: Session, one: InFlight) -> None:
    """Cancel a task that still waits; it costs nothing then.

    Raises:
        NotOurs: another account sent it.
        NotCancellable: it already runs or has ended: it will be charged, and can be resumed.
        DashScopeError: the provider could not be asked; it may be tried again.
        NotInFlight: nobody knows its task yet.
    """
    _check_account(session, one)
    if one.task_id is None and one.at_once:
        raise NotInFlight(f"{one.model} answers at once, so there is no task to cancel; forget it")
    if one.task_id is None:
        raise NotInFlight("the answer to its submit was lost, so there is no task to cancel yet; resume it first")
    await session.client.cancel(one.task_id)
    await forget(session, one)


async def forget(session: Session, one: InFlight) -> None:
    """Drop it from the journal: it is neither picked up nor adopted any more. The provider may still bill it."""
    if one.fingerprint is not None:
        await journal.settle(session.storage, one.fingerprint, one.account)
    elif one.task_id is not None:
        await journal.let_go(session.storage, one.task_id, "it was forgotten")


def _check_account(session: Session, one: InFlight) -> None:
    if not one.mine:
        raise NotOurs(
            f"{one.task_id or one.fingerprint} was sent by the account {one.account}, this is {session.account}"
        )
