"""The life of a generation: look up, submit, poll, download. Nothing is paid twice, nothing finished is lost.

``submit``, ``poll`` and ``download`` are three Prefect tasks, so that each shows in the UI with its own timing and
cached state; ``generate`` composes them. The journal and the finished records in storage decide what is called;
Prefect's cache keeps the results of the tasks for the same keys.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.context import TaskRunContext

from blocks import catalog
from blocks.catalog import InvalidRequest, Request, Status
from blocks.client.errors import DashScopeError, NotSent, Throttled, error_from_failed_task
from tasks import finished, journal
from tasks.asset import Asset
from tasks.budget import BudgetExceeded
from tasks.downloading import DownloadFailed, fetch
from tasks.fingerprint import fingerprint as fingerprint_of
from tasks.finished import Finished
from tasks.inputs import check_inputs
from tasks.reconciling import AmbiguousSubmission, reconcile
from tasks.records import TASK_LIFE, Failure, Generation, Outcome, Submission
from tasks.session import Session, current, now
from tasks.staging import StagingFailed, stage

SUBMIT_PATIENCE = timedelta(minutes=30)
"""How long a refused connection or 429 is waited out before a submit gives up."""
_RESUBMITS = 2
_NOT_SENT_PATIENCE_SECONDS = 120.0


@dataclass
class _ByFingerprint(CachePolicy):
    """Cache by the generation asked for and the account that pays, whatever else a task is told."""

    step: str = ""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: Any
    ) -> str | None:
        outcome = inputs.get("outcome")
        fingerprint = outcome.fingerprint if outcome else inputs["fingerprint"]
        of = f"-{outcome.task_id}" if outcome and outcome.task_id else ""
        return f"{self.step}-{fingerprint}{of}-{journal.account_slug(current().account)}"


class GenerationFailed(Exception):
    """The provider ended the task without a result. Failed generations cost nothing."""

    def __init__(self, outcome: Outcome, error: DashScopeError | None) -> None:
        self.outcome = outcome
        self.error = error
        failure = outcome.failure
        super().__init__(f"{failure.code or outcome.status}: {failure.message}" if failure else str(outcome.status))


@task(
    name="submit",
    task_run_name="{label}: submit {model}",
    persist_result=True,
    result_serializer="json",
    cache_policy=_ByFingerprint(step="submit"),
    cache_expiration=TASK_LIFE - timedelta(hours=1),
)
async def submit(
    label: str, model: str, fingerprint: str, request: dict[str, Any], assets: dict[str, Asset]
) -> Submission:
    """Send a request once, or give back the submission that is already under way.

    Args:
        label: what the run shows, e.g. ``scene 2``.
        fingerprint: of the request and its take.
        request: ``{"model", "input", "parameters"}``; local and stored media as their URIs.
        assets: what is known of the stored media, by URI.

    Raises:
        DashScopeError: the provider refused it; nothing was accepted.
        AmbiguousSubmission: the answer was lost and nobody can tell whether it was accepted.
        StagingFailed: an input cannot be made reachable for the provider.
    """
    session = current()
    entry = await journal.read(session.storage, fingerprint, session.account)
    if entry is not None:
        submission = entry.submission or await reconcile(session, entry)
        if submission is not None and not submission.expired(now()):
            if entry.submission is None:
                await journal.complete(session.storage, entry, submission)
            return submission
    typed = catalog.request(request)
    staged = await stage(typed, client=session.client, storage=session.storage, assets=assets)
    return await _send(session, staged, fingerprint)


async def _send(session: Session, request: Request, fingerprint: str) -> Submission:
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
                if attempt >= _RESUBMITS:
                    await journal.settle(session.storage, fingerprint, session.account)
                    raise
            else:
                await journal.settle(session.storage, fingerprint, session.account)
                patience = _NOT_SENT_PATIENCE_SECONDS if isinstance(error, NotSent) else SUBMIT_PATIENCE.total_seconds()
                if not isinstance(error, NotSent | Throttled) or waited >= patience:
                    raise
            attempt += 1
            await session.pace.back_off(attempt, getattr(error, "retry_after", None))
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


@task(name="poll", task_run_name="{label}: poll {submission.model}", persist_result=False, cache_policy=NO_CACHE)
async def poll(label: str, submission: Submission) -> Outcome:
    """Wait for the terminal answer of a submission. A cancelled wait cancels the task while it is still queued.

    Raises:
        GenerationFailed: the task failed, was cancelled, or the provider no longer knows it.
        StillRunning: the deadline passed; the task goes on and can be picked up later.
    """
    session = current()
    try:
        answer = await session.watcher.wait(
            submission.task_id, model=submission.model, submitted_at=submission.submitted_at
        )
    except asyncio.CancelledError:
        await asyncio.shield(_cancel_queued(session, submission))
        raise
    failed = answer.status != Status.SUCCEEDED
    error = error_from_failed_task(answer) if failed else None
    outcome = Outcome(
        fingerprint=submission.fingerprint,
        model=submission.model,
        status=answer.status or Status.UNKNOWN,
        task_id=submission.task_id,
        request_id=submission.request_id,
        account=submission.account,
        finished_at=now(),
        urls=answer.urls,
        values=answer.values,
        usage=answer.usage,
        failure=_failure(error) if error else None,
    )
    if failed:
        raise GenerationFailed(outcome, error)
    return outcome


async def _cancel_queued(session: Session, submission: Submission) -> None:
    with suppress(DashScopeError, TimeoutError):
        async with asyncio.timeout(5):
            await session.client.cancel(submission.task_id)
            await journal.settle(session.storage, submission.fingerprint, submission.account)


@task(
    name="download",
    task_run_name="{label}: download",
    persist_result=True,
    result_serializer="json",
    cache_policy=_ByFingerprint(step="download"),
)
async def download(label: str, outcome: Outcome) -> list[Asset]:
    """Bring every file of an outcome into storage, checked and complete.

    Raises:
        DownloadFailed: a URL has expired, or what it gives is not whole.
    """
    session = current()
    kind = catalog.find(outcome.model).kind
    known = await finished.read(session.storage, outcome.fingerprint)
    if known is not None and known.outcome.task_id == outcome.task_id and await _all_whole(session, known.assets):
        return known.assets
    home = finished.folder(outcome.fingerprint)
    names = [f"{home}/{kind}" if len(outcome.urls) == 1 else f"{home}/{kind}-{n + 1}" for n in range(len(outcome.urls))]
    async with asyncio.TaskGroup() as group:
        fetching = [
            group.create_task(fetch(url, session.storage, name, base_url=session.client.base_url))
            for url, name in zip(outcome.urls, names, strict=True)
        ]
    expires = outcome.finished_at + TASK_LIFE
    return [
        item.result().model_copy(
            update={"source_url": url, "source_expires": expires, "source_account": outcome.account}
        )
        for item, url in zip(fetching, outcome.urls, strict=True)
    ]


@task(
    name="call",
    task_run_name="{label}: {model}",
    persist_result=True,
    result_serializer="json",
    cache_policy=_ByFingerprint(step="call"),
)
async def call(label: str, model: str, fingerprint: str, request: dict[str, Any], assets: dict[str, Asset]) -> Outcome:
    """Ask a model that answers at once: a detection, a chat completion.

    Raises:
        DashScopeError: the provider refused it.
    """
    session = current()
    typed = catalog.request(request)
    staged = await stage(typed, client=session.client, storage=session.storage, assets=assets)
    async with session.pace.submit(model):
        answer = await session.client.call(staged)
    return Outcome(
        fingerprint=fingerprint,
        model=model,
        status=Status.SUCCEEDED,
        task_id=None,
        request_id=answer.request_id,
        account=session.account,
        finished_at=now(),
        urls=answer.urls,
        values=answer.values,
        usage=answer.usage,
    )


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
            return await self._failed(_failure(error), None)
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
        return self._from(record, cached=False, seconds_taken=time.monotonic() - started)

    async def _finished_before(self) -> Generation | None:
        record = await finished.read(self.session.storage, self.fingerprint)
        if record is None or (record.emulated and not self.session.emulated):
            return None
        if await _all_whole(self.session, record.assets):
            if record.outcome.urls:
                await self._task(download)(self.label, record.outcome, wait_for=self.after)
            return self._from(record, cached=True)
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
                return self._from(repaired, cached=True)
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
                await self.session.pace.back_off(resubmits, None)

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
        self.session.budget.settle(self.fingerprint, catalog.cost(self.request.model, None, status=Status.FAILED).amount)
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


async def _all_whole(session: Session, assets: list[Asset]) -> bool:
    return all([await finished.whole(session.storage, asset) for asset in assets])


def _failure(error: Exception) -> Failure:
    if isinstance(error, DashScopeError):
        return Failure(code=error.code, message=error.message, advice=error.advice, kind=type(error).__name__)
    return Failure(code=getattr(error, "code", type(error).__name__), message=str(error), kind=type(error).__name__)


__all__ = ["BudgetExceeded", "Generation", "InvalidRequest", "generate", "submit", "poll", "download", "call"]
