"""The life of a generation: look up, submit, poll, download. Nothing is paid twice, nothing finished is lost.

The journal and the finished records in storage decide what is called; Prefect's cache keeps the results of the tasks
for the same keys.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from prefect.cache_policies import NO_CACHE

from blocks import catalog
from blocks.catalog import Request, Status
from blocks.client.errors import DashScopeError
from tasks import finished, journal
from tasks.asset import Asset
from tasks.downloading import DownloadFailed
from tasks.fingerprint import fingerprint as fingerprint_of
from tasks.finished import Finished
from tasks.inputs import check_inputs
from tasks.reconciling import AmbiguousSubmission
from tasks.records import TASK_LIFE, Failure, Generation, Outcome, Submission
from tasks.sending import back_off
from tasks.session import Session, current, now
from tasks.stages import GenerationFailed, call, download, failure_of, poll, submit
from tasks.staging import StagingFailed

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
    await check_inputs(request, session.storage, known)
    key = await fingerprint_of(request, take=take, storage=session.storage, assets=known)
    async with session.lock(key):
        return await _Life(session, request, label or request.model, take, key, known, list(after)).run()


@dataclass
class _Life:
    """The steps of one generation, with what they share."""

    session: Session
    request: Request
    label: str
    take: int
    fingerprint: str
    assets: dict[str, Asset]
    after: list[Any]

    async def run(self) -> Generation:
        started = time.monotonic()
        if self.fingerprint in self.session.failures:
            return self._generation(failure=self.session.failures[self.fingerprint])
        before = await self._finished_before()
        if before is not None:
            return before
        quote = catalog.quote(self.request, region=self.session.region, input_seconds=self._input_seconds()).amount
        self.session.budget.reserve(self.fingerprint, quote, what=f"{self.label} ({self.request.model})")
        try:
            outcome, files, submission = await self._afresh()
        except GenerationFailed as error:
            return await self._failed(error.outcome.failure, error.outcome)
        except (DashScopeError, StagingFailed, DownloadFailed, AmbiguousSubmission) as error:
            return await self._failed(failure_of(error), None)
        cost = catalog.cost(
            outcome.model,
            outcome.usage,
            request=self.request,
            status=outcome.status,
            region=self.session.region,
        ).amount
        self.session.budget.settle(self.fingerprint, cost)
        record = Finished(
            outcome=outcome,
            assets=files,
            submitted_at=submission.submitted_at if submission else None,
            quoted_cny=quote,
            cost_cny=cost,
            emulated=self.session.emulated,
        )
        await finished.write(self.session.storage, self.request.to_dict() | {"take": self.take}, record)
        await journal.settle(self.session.storage, self.fingerprint, self.session.account)
        taken = time.monotonic() - started
        return self._from(record, cached=False, seconds_taken=taken).with_handle(files or outcome)

    async def _finished_before(self) -> Generation | None:
        record = await finished.read(self.session.storage, self.fingerprint)
        if record is None or (record.emulated and not self.session.emulated):
            return None
        if await finished.all_whole(self.session.storage, record.assets):
            if not record.outcome.urls:
                return self._from(record, cached=True)
            files = await self._task(download)(self.label, record.outcome, wait_for=self.after)
            return self._from(record, cached=True).with_handle(files)
        outcome = record.outcome
        if outcome.task_id and outcome.account == self.session.account and now() - outcome.finished_at < TASK_LIFE:
            again = Submission(
                fingerprint=self.fingerprint,
                model=outcome.model,
                task_id=outcome.task_id,
                request_id=outcome.request_id,
                submitted_at=record.submitted_at or outcome.finished_at,
                account=outcome.account,
            )
            with suppress(GenerationFailed, DashScopeError, DownloadFailed):
                fresh = await poll(self.label, again)
                files = await self._task(download, refresh_cache=True)(self.label, fresh)
                repaired = record.model_copy(update={"outcome": fresh, "assets": files})
                await finished.write(self.session.storage, self.request.to_dict() | {"take": self.take}, repaired)
                return self._from(repaired, cached=True).with_handle(files)
        return None

    async def _afresh(self) -> tuple[Outcome, list[Asset], Submission | None]:
        model = catalog.find(self.request.model)
        arguments = (self.label, model.id, self.fingerprint, self.request.to_dict(), self.assets)
        if model.mode != "async":
            return await self._task(call)(*arguments, wait_for=self.after), [], None
        resubmits = 0
        while True:
            entry = await journal.read(self.session.storage, self.fingerprint, self.session.account)
            under_way = entry is not None and entry.submission and not entry.submission.expired(now())
            submission = await self._task(submit, refresh_cache=not under_way)(*arguments, wait_for=self.after)
            try:
                outcome = await poll(self.label, submission)
                return outcome, await self._download(submission, outcome), submission
            except GenerationFailed as error:
                await journal.settle(self.session.storage, self.fingerprint, self.session.account)
                if error.error is None or not error.error.transient or resubmits >= _RESUBMITS:
                    raise
                resubmits += 1
                await back_off(self.session, resubmits, None)

    async def _download(self, submission: Submission, outcome: Outcome) -> list[Asset]:
        if not outcome.urls:
            return []
        try:
            return await self._task(download, refresh_cache=True)(self.label, outcome)
        except* DownloadFailed as group:
            if not any(getattr(error, "expired", False) for error in group.exceptions):
                raise group.exceptions[0] from None
        fresh = await poll(self.label, submission)
        return await self._task(download, refresh_cache=True)(self.label, fresh)

    def _task(self, of: Any, *, refresh_cache: bool = False) -> Any:
        options: dict[str, Any] = {"tags": [self.request.model]}
        if self.session.results is not None:
            options["result_storage"] = self.session.results
        else:
            options |= {"persist_result": False, "cache_policy": NO_CACHE}
        if refresh_cache:
            options["refresh_cache"] = True
        return of.with_options(**options)

    def _input_seconds(self) -> float | None:
        lengths = [self.assets[media.value].seconds for media in self.request.media() if media.value in self.assets]
        return next((seconds for seconds in lengths if seconds is not None), None)

    async def _failed(self, failure: Failure | None, outcome: Outcome | None) -> Generation:
        failure = failure or Failure(code=None, message="the provider gave no reason")
        self.session.failures[self.fingerprint] = failure
        self.session.budget.settle(
            self.fingerprint, catalog.cost(self.request.model, None, status=Status.FAILED).amount
        )
        return self._generation(
            failure=failure,
            status=outcome.status if outcome else None,
            task_id=outcome.task_id if outcome else None,
            request_id=outcome.request_id if outcome else None,
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
