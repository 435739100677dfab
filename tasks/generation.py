"""The life of a generation: look up, submit, poll, download. Nothing is paid twice, nothing finished is lost.

The journal and the finished records in storage decide what is called; Prefect's cache keeps the results of the tasks
for the same keys.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from blocks import catalog
from blocks.catalog import Request
from blocks.client.errors import DashScopeError
from tasks import finished, journal, spending
from tasks.answers import failure_of
from tasks.asset import Asset
from tasks.downloading import DownloadFailed
from tasks.fingerprint import fingerprint as fingerprint_of
from tasks.finished import Finished
from tasks.inputs import check_inputs
from tasks.leases import LeaseLost
from tasks.making import Making
from tasks.reconciling import AmbiguousSubmission
from tasks.records import Failure, Generation, Outcome, Submission
from tasks.session import Session, current
from tasks.stages import GenerationFailed
from tasks.staging import StagingFailed
from tasks.withdrawing import withdraw

log = logging.getLogger("wanflow.generation")


async def generate(
    request: Request,
    *,
    label: str | None = None,
    take: int = 1,
    assets: Mapping[str, Asset] | None = None,
    after: Iterable[Any] = (),
) -> Generation:
    """One request's whole life: what it gave, what it cost, or why it failed. Needs an open session.

    Args:
        label: what runs and logs call it; the model's id when absent.
        take: ask for 2 to have the same request generated anew, on purpose.
        assets: what is known of stored media in the request, by URI.
        after: results of earlier tasks it builds on; they make the edges of the graph in the UI.

    Returns:
        The generation. Failures of the provider are in it, not raised.

    Raises:
        InvalidRequest: an input is missing or outside the model's limits; nothing was sent.
        BudgetExceeded: it would pass the run's limit; nothing was sent.
        StillRunning: it takes longer than its deadline; it can be picked up later.
    """
    session = current()
    known = dict(assets or {})
    lengths = await check_inputs(request, session.storage, known, base=session.base, web=session.web)
    key = await fingerprint_of(request, take=take, storage=session.storage, assets=known, base=session.base)
    async with session.lock(key):
        making = Making(session, request, label or request.model, key, known, list(after))
        return await _Life(session, request, take, key, lengths, making).run()


@dataclass
class _Life:
    """The steps of one generation, with what they share."""

    session: Session
    request: Request
    take: int
    fingerprint: str
    lengths: dict[str, float]
    making: Making

    async def run(self) -> Generation:
        if self.fingerprint in self.session.failures:
            return await self._failed(self.session.failures[self.fingerprint], None)
        record = await self._known()
        if record is not None and (before := await self._finished_before(record)):
            return before
        while True:
            try:
                return await self._leased(record)
            except LeaseLost:
                await self.session.budget.settle(self.fingerprint, Decimal(0))
                log.warning(
                    "%s: this run was silent for too long and another took over; waiting for it.", self.making.label
                )

    async def _leased(self, damaged: Finished | None) -> Generation:
        """What only one run at a time does; another may have done it since the first look, waited for or not."""
        name = journal.name_of(self.fingerprint, self.session.account)
        async with self.session.leases.hold(name):
            record = await self._known()
            if record is not None and record != damaged and (before := await self._finished_before(record)):
                return before
            try:
                return await self._seen_through(record)
            except asyncio.CancelledError:
                try:
                    await asyncio.shield(withdraw(self.session, self.fingerprint, self.making.label))
                except OSError as error:
                    said = "the storage does not answer, so its task could not be cancelled"
                    log.warning("%s: %s (%s). Run the same again to pick it up.", self.making.label, said, error)
                raise

    async def _known(self) -> Finished | None:
        """How it ended before. What an emulator made never stands for what the real service makes."""
        record = await finished.read(self.session.storage, self.fingerprint)
        return None if record is not None and record.emulated and not self.session.emulated else record

    async def _finished_before(self, record: Finished) -> Generation | None:
        if not await finished.all_whole(self.session.storage, record.assets):
            return None
        if await journal.read(self.session.storage, self.fingerprint, self.session.account) is not None:
            # A run that died after the record was written left its entry.
            await spending.record(self.session.storage, self.fingerprint, record)
            await journal.settle(self.session.storage, self.fingerprint, self.session.account)
        handle = await self.making.shown(record)
        return self._from(record, cached=True).with_handle(handle or record.outcome)

    async def _seen_through(self, record: Finished | None) -> Generation:
        """Everything that may be paid for."""
        started = time.monotonic()
        bill = catalog.quote(self.request, region=self.session.region, input_seconds=self.lengths)
        self.session.quotes[self.fingerprint] = bill.amount
        try:
            if record is not None and (repaired := await self.making.repaired(record)):
                await self._keep(repaired)
                return self._from(repaired, cached=True).with_handle(repaired.assets)
            under_way = await journal.under_way(
                self.session.storage, self.fingerprint, self.session.account, self.session.time
            )
            await self.making.set_aside(bill.most, sent=under_way is not None)
            if under_way is None:
                await finished.write_request(self.session.storage, self.fingerprint, self._asked)
            outcome, files, submission = await self.making.make(under_way)
        except GenerationFailed as error:
            return await self._failed(error.outcome.failure, error.outcome)
        except (DashScopeError, StagingFailed, DownloadFailed, AmbiguousSubmission) as error:
            return await self._failed(failure_of(error), None, asked=isinstance(error, DashScopeError))
        cost = self._cost(outcome)
        await self.session.budget.settle(self.fingerprint, cost)
        record = Finished(
            outcome=outcome,
            assets=files,
            submitted_at=submission.submitted_at if submission else None,
            quoted_cny=bill.amount,
            cost_cny=cost,
            emulated=self.session.emulated,
        )
        await self._keep(record)
        taken = time.monotonic() - started
        return self._from(record, cached=False, seconds_taken=taken).with_handle(files or outcome)

    async def _keep(self, record: Finished) -> None:
        await finished.write(self.session.storage, self._asked, record)
        await spending.record(self.session.storage, self.fingerprint, record)
        await journal.settle(self.session.storage, self.fingerprint, self.session.account)

    @property
    def _asked(self) -> dict[str, Any]:
        return self.request.to_dict() | {"take": self.take}

    def _cost(self, outcome: Outcome) -> Decimal | None:
        return catalog.cost(
            outcome.model, outcome.usage, request=self.request, status=outcome.status, region=self.session.region
        ).amount

    async def _failed(self, failure: Failure | None, outcome: Outcome | None, *, asked: bool = False) -> Generation:
        """How it ended without a result; ``asked``: the service failed a call, maybe a question about the task."""
        failure = failure or Failure(code=None, message="the provider gave no reason")
        entry = await journal.read(self.session.storage, self.fingerprint, self.session.account)
        # What is still in the journal may be billed yet.
        cost = Decimal(0) if entry is None else None
        await self.session.budget.settle(self.fingerprint, cost)
        submission = entry.submission if entry else None
        if submission is not None and asked:
            failure = failure.model_copy(update={"advice": _goes_on(submission)})
        self.session.failures[self.fingerprint] = failure
        return self._generation(
            failure=failure,
            cost_cny=cost,
            status=outcome.status if outcome else None,
            task_id=outcome.task_id if outcome else submission.task_id if submission else None,
            request_id=outcome.request_id if outcome else submission.request_id if submission else None,
        )

    def _from(self, record: Finished, *, cached: bool, seconds_taken: float | None = None) -> Generation:
        outcome = record.outcome
        return self._generation(
            status=outcome.status,
            task_id=outcome.task_id,
            request_id=outcome.request_id,
            submitted_at=record.submitted_at,
            finished_at=outcome.finished_at,
            seconds_taken=seconds_taken,
            cached=cached,
            usage=outcome.usage,
            quoted_cny=record.quoted_cny,
            cost_cny=record.cost_cny,
            assets=record.assets,
            values=outcome.values,
        )

    def _generation(self, **ended: Any) -> Generation:
        return Generation(
            fingerprint=self.fingerprint,
            model=self.request.model,
            request=self.request.to_dict(),
            take=self.take,
            **ended,
        )


def _goes_on(submission: Submission) -> str:
    """What to do where a generation failed whose task is in the journal: a question about it was refused, say."""
    return (
        f"Task {submission.task_id} may go on and be billed: run the same again, or `wanflow generations resume"
        f" {submission.task_id}`; nothing is sent again then."
    )
