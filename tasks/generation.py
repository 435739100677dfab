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

from prefect.cache_policies import NO_CACHE

from blocks import catalog
from blocks.catalog import Request, Status
from blocks.client.errors import DashScopeError, TaskGone
from tasks import finished, journal, spending
from tasks.asset import Asset
from tasks.downloading import DownloadFailed
from tasks.fingerprint import fingerprint as fingerprint_of
from tasks.finished import Finished
from tasks.inputs import check_inputs
from tasks.leases import LeaseLost
from tasks.reconciling import AmbiguousSubmission
from tasks.records import TASK_LIFE, Failure, Generation, Outcome, Submission
from tasks.session import Session, current, now
from tasks.spending import run_under_way
from tasks.stages import GenerationFailed, call, download, failure_of, poll, submit
from tasks.staging import StagingFailed
from tasks.withdrawing import withdraw

log = logging.getLogger("wanflow.generation")

_RESUBMITS = 2


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
        return await _Life(session, request, label or request.model, take, key, known, lengths, list(after)).run()


@dataclass
class _Life:
    """The steps of one generation, with what they share."""

    session: Session
    request: Request
    label: str
    take: int
    fingerprint: str
    assets: dict[str, Asset]
    lengths: dict[str, float]
    after: list[Any]

    async def run(self) -> Generation:
        if self.fingerprint in self.session.failures:
            return self._generation(failure=self.session.failures[self.fingerprint], cost_cny=Decimal(0))
        record = await self._known()
        if record is not None and (before := await self._finished_before(record)):
            return before
        while True:
            try:
                return await self._leased(record)
            except LeaseLost:
                await self.session.budget.settle(self.fingerprint, Decimal(0))
                log.warning("%s: this run was silent for too long and another took over; waiting for it.", self.label)

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
                await asyncio.shield(withdraw(self.session, self.fingerprint, self.label))
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
        if record.outcome.task_id is None and not record.outcome.urls:
            handle = await self._task(call)(*self._arguments, wait_for=self.after)
        else:
            handle = await self._task(download)(self.label, record.outcome, wait_for=self.after)
        return self._from(record, cached=True).with_handle(handle or record.outcome)

    async def _seen_through(self, record: Finished | None) -> Generation:
        """Everything that may be paid for."""
        started = time.monotonic()
        quote = catalog.quote(self.request, region=self.session.region, input_seconds=self.lengths).amount
        self.session.quotes[self.fingerprint] = quote
        try:
            if record is not None and (repaired := await self._repaired(record)):
                return repaired
            under_way = await journal.under_way(
                self.session.storage, self.fingerprint, self.session.account, self.session.time
            )
            await self._set_aside(sent=under_way is not None)
            if under_way is None:
                await finished.write_request(self.session.storage, self.fingerprint, self._asked)
            outcome, files, submission = await self._made(under_way)
        except GenerationFailed as error:
            return await self._failed(error.outcome.failure, error.outcome)
        except (DashScopeError, StagingFailed, DownloadFailed, AmbiguousSubmission) as error:
            return await self._failed(failure_of(error), None, lost=self._lost(error))
        cost = self._cost(outcome)
        await self.session.budget.settle(self.fingerprint, cost)
        record = Finished(
            outcome=outcome,
            assets=files,
            submitted_at=submission.submitted_at if submission else None,
            quoted_cny=quote,
            cost_cny=cost,
            emulated=self.session.emulated,
        )
        await self._keep(record)
        taken = time.monotonic() - started
        return self._from(record, cached=False, seconds_taken=taken).with_handle(files or outcome)

    async def _set_aside(self, *, sent: bool) -> None:
        quote, run = self.session.quotes[self.fingerprint], self.session.run or run_under_way()[1]
        await self.session.budget.reserve(self.fingerprint, quote, what=self._what, run=run, sent=sent)

    async def _set_aside_anew(self, ended: Outcome) -> None:
        """Ask the limit about what it was not asked for while it was an earlier run's."""
        if ended.status is Status.UNKNOWN and ended.task_id:
            what = f"{self._what}: the provider forgot task {ended.task_id}, which may be billed; to send it again"
            await self.session.budget.reserve_again(self.fingerprint, journal.plain(ended.task_id), what=what)
        else:
            await self.session.budget.settle(self.fingerprint, Decimal(0))
            await self._set_aside(sent=False)

    async def _repaired(self, record: Finished) -> Generation | None:
        """A finished generation whose files are damaged or missing, downloaded again; None when it is gone."""
        outcome = record.outcome
        mine = outcome.account == self.session.account
        if not (outcome.task_id and mine and now() - outcome.finished_at < TASK_LIFE):
            return None
        submission = Submission(
            fingerprint=self.fingerprint,
            model=outcome.model,
            task_id=outcome.task_id,
            request_id=outcome.request_id,
            submitted_at=record.submitted_at or outcome.finished_at,
            account=outcome.account,
        )
        log.warning("%s: files are missing or damaged; downloading them again.", self.label)
        try:
            fresh = await self._task(poll)(self.label, submission, wait_for=self.after)
            files = await self._task(download, refresh_cache=True)(self.label, fresh)
        except GenerationFailed:
            return None
        except DownloadFailed as error:
            if not error.expired:
                raise
            return None
        repaired = record.model_copy(update={"outcome": fresh, "assets": files})
        await self._keep(repaired)
        return self._from(repaired, cached=True).with_handle(files)

    async def _keep(self, record: Finished) -> None:
        await finished.write(self.session.storage, self._asked, record)
        await spending.record(self.session.storage, self.fingerprint, record)
        await journal.settle(self.session.storage, self.fingerprint, self.session.account)

    async def _made(self, resumed: Submission | None) -> tuple[Outcome, list[Asset], Submission | None]:
        model = catalog.find(self.request.model)
        if model.mode != "async":
            outcome = await self._task(call)(*self._arguments, wait_for=self.after)
            return outcome, await self._downloaded(outcome, None), None
        failures = 0
        while True:
            async with self.session.pace.slot(model.id):
                try:
                    submission = await self._submitted(resumed)
                    outcome = await self._task(poll)(self.label, submission)
                    break
                except GenerationFailed as error:
                    await journal.settle_task(self.session.storage, submission)
                    gone = resumed is not None and isinstance(error.error, TaskGone)
                    if not gone:
                        failures += 1
                        if error.error is None or not error.error.transient or failures > _RESUBMITS:
                            raise
                    if resumed is not None:
                        await self._set_aside_anew(error.outcome)
                    resumed = None
                    log.info("%s: task %s gave nothing (%s); sending it again.", self.label, submission.task_id, error)
            if failures:
                await self.session.pace.back_off(failures)
        return outcome, await self._downloaded(outcome, submission), submission

    async def _submitted(self, resumed: Submission | None) -> Submission:
        submit_it = self._task(submit, refresh_cache=resumed is None)
        submission: Submission = await submit_it(*self._arguments, wait_for=self.after)
        if resumed is not None and submission.task_id != resumed.task_id:
            # Prefect remembers an earlier task, because the process died before it heard of this one.
            submission = await self._task(submit, refresh_cache=True)(*self._arguments, wait_for=self.after)
        return submission

    async def _downloaded(self, outcome: Outcome, submission: Submission | None) -> list[Asset]:
        if not outcome.urls:
            return []
        # What Prefect remembers of an earlier download may have been deleted since.
        download_it = self._task(download, refresh_cache=True)
        try:
            files: list[Asset] = await download_it(self.label, outcome)
        except DownloadFailed as error:
            if not error.expired or submission is None:
                raise
            log.info("%s: the result's address has expired; asking for a fresh one.", self.label)
            files = await download_it(self.label, await self._task(poll)(self.label, submission))
        return files

    @property
    def _what(self) -> str:
        return f"{self.label} ({self.request.model})"

    @property
    def _asked(self) -> dict[str, Any]:
        return self.request.to_dict() | {"take": self.take}

    @property
    def _arguments(self) -> tuple[Any, ...]:
        return (self.label, self.request.model, self.fingerprint, self.request.to_dict(), self.assets)

    def _task(self, of: Any, *, refresh_cache: bool = False) -> Any:
        options: dict[str, Any] = {"tags": [self.request.model]}
        if of is poll:
            return of.with_options(**options)
        if self.session.results is not None:
            options["result_storage"] = self.session.results
        else:
            options |= {"persist_result": False, "cache_policy": NO_CACHE}
        if refresh_cache:
            options["refresh_cache"] = True
        return of.with_options(**options)

    def _cost(self, outcome: Outcome) -> Decimal | None:
        return catalog.cost(
            outcome.model, outcome.usage, request=self.request, status=outcome.status, region=self.session.region
        ).amount

    def _lost(self, error: Exception) -> bool:
        """Whether a model that answers at once may have done its work: there is no task to look for."""
        at_once = catalog.find(self.request.model).mode != "async"
        return at_once and isinstance(error, DashScopeError) and error.accepted == "unknown"

    async def _failed(self, failure: Failure | None, outcome: Outcome | None, *, lost: bool = False) -> Generation:
        failure = failure or Failure(code=None, message="the provider gave no reason")
        self.session.failures[self.fingerprint] = failure
        entry = await journal.read(self.session.storage, self.fingerprint, self.session.account)
        # What is still in the journal may be billed yet.
        cost = Decimal(0) if entry is None and not lost else None
        await self.session.budget.settle(self.fingerprint, cost, lost=lost)
        submission = entry.submission if entry else None
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
