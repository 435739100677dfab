"""What happens to a task at the provider when the run that waits for it is cancelled."""

from __future__ import annotations

import asyncio
import logging
from decimal import Decimal

from blocks.catalog import Status
from blocks.client.errors import DashScopeError, NotCancellable
from tasks import journal
from tasks.records import LeftRunning
from tasks.session import Session

log = logging.getLogger("wanflow.generation")

_CANCEL_SECONDS = 5
_PAUSES_SECONDS = (0.3, 1.0)
_LISTED = "`wanflow generations list` names it."


async def withdraw(session: Session, fingerprint: str, label: str) -> None:
    """Cancel a generation's task where it still waits; one that runs is named, with its price, and stays resumable.

    Args:
        fingerprint: of the generation.
        label: what the run calls it.
    """
    entry = await journal.read(session.storage, fingerprint, session.account)
    if entry is None:
        return
    if entry.unanswered:
        log.warning("%s: nobody knows whether %s took it in; it may be charged. %s", label, entry.model, _LISTED)
    submission = entry.submission
    if submission is None or submission.expired(session.time):
        return
    cancelled, reached = False, True
    try:
        async with asyncio.timeout(_CANCEL_SECONDS):
            cancelled = await _cancelled(session, submission.task_id)
    except (DashScopeError, TimeoutError):
        reached = False
    if cancelled:
        await journal.settle(session.storage, fingerprint, session.account)
        await session.budget.settle(fingerprint, Decimal(0))
        said = f"{label}: task {submission.task_id} was cancelled before it began; it costs nothing."
        session.cancelled.append(said)
        log.warning("%s", said)
        return
    left = LeftRunning(
        label=label,
        model=submission.model,
        task_id=submission.task_id,
        quoted_cny=submission.quoted_cny,
        uncancelled=not reached,
    )
    log.warning("%s. Run the same again to pick it up.", left)
    session.left_running.append(left)


async def _cancelled(session: Session, task_id: str) -> bool:
    """Whether the provider cancelled it; asked again after a passing failure, because asking costs nothing.

    Raises:
        DashScopeError: it does not say.
    """
    lost = False
    for pause in (*_PAUSES_SECONDS, 0):
        try:
            await session.client.cancel(task_id)
            return True
        except NotCancellable:
            # It runs already; or an earlier call did cancel it, and only its answer was lost.
            return lost and (await session.client.query(task_id)).status is Status.CANCELED
        except DashScopeError as error:
            lost = True
            if not (pause and error.transient):
                raise
            await asyncio.sleep(pause)
    return False
