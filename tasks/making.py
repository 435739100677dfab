"""Having a request made: sent, waited for, downloaded; sent again only where that is free or set aside anew."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from prefect.cache_policies import NO_CACHE

from blocks import catalog
from blocks.catalog import Request, Status
from blocks.client.errors import TaskGone
from tasks import journal
from tasks.asset import Asset
from tasks.downloading import DownloadFailed
from tasks.finished import Finished
from tasks.missing import ResultMissing, check_named
from tasks.records import TASK_LIFE, Outcome, Submission
from tasks.session import Session, now
from tasks.spending import run_under_way
from tasks.stages import GenerationFailed, call, download, poll, submit

log = logging.getLogger("wanflow.generation")

_RESUBMITS = 2
_LOOKS = 4

Made = tuple[Outcome, list[Asset], Submission | None]
"""What it gave, its files, and the submission that led to it where there was one."""


@dataclass
class Making:
    """One request on its way through the stages.

    Attributes:
        label: what runs and logs call it.
        assets: what is known of stored media in the request, by URI.
        after: results of earlier tasks it builds on.
    """

    session: Session
    request: Request
    label: str
    fingerprint: str
    assets: dict[str, Asset]
    after: list[Any]
    _most: Decimal | None = None

    async def set_aside(self, most: Decimal | None, *, sent: bool = False) -> None:
        """Ask the run's limit.

        Args:
            most: what it may come to, CNY; None is unknown.
            sent: an earlier run has sent it: it will be billed whatever the limit says.

        Raises:
            BudgetExceeded: it would pass the limit; nothing was sent.
        """
        self._most = most
        run = self.session.run or run_under_way()[1]
        await self.session.budget.reserve(self.fingerprint, most, what=self._what, run=run, sent=sent)

    async def make(self, under_way: journal.Entry | None) -> Made:
        """Have it made, or go on with what an earlier run has sent.

        Raises:
            BudgetExceeded: it would have to be sent again, and would pass the run's limit.
            GenerationFailed: the provider ended its task without a result.
            DashScopeError: the provider refused it, or nobody knows what came of it.
            AmbiguousSubmission: nobody can tell whether an earlier submit was accepted.
            StagingFailed: an input cannot be made reachable for the provider.
            DownloadFailed: a file cannot be brought into storage, or no answer names one.
        """
        if catalog.find(self.request.model).at_once:
            return await self._answered(under_way)
        return await self._polled(under_way.submission if under_way else None)

    async def shown(self, record: Finished) -> Any:
        """The task run of what was finished before: its last one, Cached, with its edges. Gives that task's result."""
        if record.outcome.task_id is None and not record.outcome.urls:
            return await self._task(call)(*self._arguments, wait_for=self.after)
        return await self._task(download)(self.label, record.outcome, wait_for=self.after)

    async def repaired(self, record: Finished) -> Finished | None:
        """A finished generation whose files are damaged or missing, downloaded again; None when it is gone."""
        outcome = record.outcome
        mine = outcome.account == self.session.account
        if not (mine and now() - outcome.finished_at < TASK_LIFE):
            return None
        log.warning("%s: files are missing or damaged; downloading them again.", self.label)
        try:
            fresh = await self._told_again(record)
            files = await self._task(download, refresh_cache=True)(self.label, fresh)
        except GenerationFailed:
            return None
        except DownloadFailed as error:
            if not error.expired:
                raise
            return None
        return record.model_copy(update={"outcome": fresh, "assets": files})

    async def _told_again(self, record: Finished) -> Outcome:
        """What the provider says of a finished generation's task today; without a task, what it said."""
        outcome = record.outcome
        if outcome.task_id is None:
            return outcome
        submission = Submission(
            fingerprint=self.fingerprint,
            model=outcome.model,
            task_id=outcome.task_id,
            request_id=outcome.request_id,
            submitted_at=record.submitted_at or outcome.finished_at,
            account=outcome.account,
        )
        said: Outcome = await self._task(poll)(self.label, submission, wait_for=self.after)
        return await self._named(said, submission)

    async def _set_aside_anew(self, ended: Outcome) -> None:
        """Ask the limit about what it was not asked for while it was an earlier run's."""
        if ended.status is Status.UNKNOWN and ended.task_id:
            what = f"{self._what}: the provider forgot task {ended.task_id}, which may be billed; to send it again"
            await self.session.budget.reserve_again(self.fingerprint, journal.plain(ended.task_id), what=what)
        else:
            await self.session.budget.settle(self.fingerprint, Decimal(0))
            await self.set_aside(self._most)

    async def _answered(self, under_way: journal.Entry | None) -> Made:
        """What a model that answers at once gave; asked anew where the files of an earlier run's answer are gone."""
        call_it = self._task(call, refresh_cache=True)
        outcome = await call_it(*self._arguments, wait_for=self.after)
        try:
            return outcome, await self._downloaded(outcome, None), None
        except DownloadFailed as error:
            if not error.expired:
                raise
            if under_way is None:
                error.advice = "It may be billed, and its address is dead: run the same again to ask anew."
                raise
        what = f"{self._what}: its files are gone; to ask for it again"
        await self.session.budget.reserve_again(self.fingerprint, f"{outcome.finished_at:%Y%m%dT%H%M%S%f}", what=what)
        await journal.settle(self.session.storage, self.fingerprint, self.session.account)
        outcome = await call_it(*self._arguments, wait_for=self.after)
        return outcome, await self._downloaded(outcome, None), None

    async def _polled(self, resumed: Submission | None) -> Made:
        failures = 0
        while True:
            async with self.session.pace.slot(self.request.model):
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
        outcome = await self._named(outcome, submission)
        return outcome, await self._downloaded(outcome, submission), submission

    async def _named(self, outcome: Outcome, submission: Submission) -> Outcome:
        """The outcome once it names what was made: an answer that does not is asked for again, a few times."""
        for attempt in range(1, _LOOKS):
            try:
                check_named(outcome)
                return outcome
            except ResultMissing:
                log.info("%s: the answer about task %s names no result; asking again.", self.label, outcome.task_id)
            await self.session.pace.back_off(attempt)
            outcome = await self._task(poll)(self.label, submission)
        check_named(outcome)
        return outcome

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
            fresh = await self._named(await self._task(poll)(self.label, submission), submission)
            files = await download_it(self.label, fresh)
        return files

    @property
    def _what(self) -> str:
        return self.label if self.label == self.request.model else f"{self.label} ({self.request.model})"

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
