"""The stages of a generation's life as Prefect tasks: submit, poll, download; and call, for models that answer at once.

Each shows in the UI with its own timing and cached state. They share the open session and are given plain data.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.context import TaskRunContext

from blocks import catalog
from blocks.catalog import Request, Status
from blocks.client.errors import DashScopeError
from tasks import finished, journal
from tasks.answers import outcome_of_task
from tasks.asset import Asset
from tasks.downloading import DownloadFailed, fetch
from tasks.missing import TO_BE_HAD
from tasks.records import TASK_LIFE, Outcome, Submission
from tasks.rhythm import usual_seconds
from tasks.sending import ask, recover, send
from tasks.session import Session, current
from tasks.staging import stage


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
        submission = entry.submission
        if submission is None:
            submission = await recover(session, entry)
            if submission is None:
                await journal.settle(session.storage, fingerprint, session.account)
        if submission is not None and not submission.expired(session.time):
            return submission
        if submission is not None:
            await journal.settle_task(session.storage, submission)
    return await send(session, await _staged(session, request, assets), fingerprint)


@task(name="poll", task_run_name="{label}: poll {submission.model}", persist_result=False, cache_policy=NO_CACHE)
async def poll(label: str, submission: Submission) -> Outcome:
    """Wait for the terminal answer of a submission.

    Raises:
        GenerationFailed: the task failed, was cancelled, or the provider no longer knows it.
        StillRunning: the deadline passed; the task goes on and can be picked up later.
    """
    session = current()
    answer = await session.watcher.wait(
        submission.task_id,
        model=submission.model,
        submitted_at=submission.submitted_at,
        deadline_seconds=patience_seconds(submission.model),
    )
    outcome, error = outcome_of_task(answer, submission)
    if outcome.status is not Status.SUCCEEDED:
        raise GenerationFailed(outcome, error)
    return outcome


def patience_seconds(model: str) -> float:
    """How long a poll waits: twenty times what the model usually takes at most, at least two hours, at most a day."""
    return min(max(20 * usual_seconds(model)[1], 2 * 3600.0), TASK_LIFE.total_seconds())


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
    row = catalog.MODELS.get(outcome.model)
    kind = row.kind if row is not None else "file"  # another program's task may be of a model without a row
    known = await finished.read(session.storage, outcome.fingerprint)
    same_task = known is not None and known.outcome.task_id == outcome.task_id
    if known is not None and same_task and await finished.all_whole(session.storage, known.assets):
        return known.assets
    home = finished.folder(outcome.fingerprint)
    names = [f"{home}/{kind}" if len(outcome.urls) == 1 else f"{home}/{kind}-{n + 1}" for n in range(len(outcome.urls))]
    try:
        async with asyncio.TaskGroup() as group:
            fetching = [
                group.create_task(fetch(url, session.storage, name, base_url=session.client.base_url))
                for url, name in zip(outcome.urls, names, strict=True)
            ]
    except ExceptionGroup as errors:
        error = errors.exceptions[0]
        if isinstance(error, DownloadFailed):
            error.advice = TO_BE_HAD
        raise error from None
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
    """Ask a model that answers at once: a check, a text, a picture; once, as `submit` does.

    Raises:
        DashScopeError: the provider refused it, or its answer is lost.
        AmbiguousSubmission: an earlier answer was lost, and what it may have cost is too much to ask anew unasked.
        StagingFailed: an input cannot be made reachable for the provider.
    """
    session = current()
    known = await finished.read(session.storage, fingerprint)
    if known is not None and not known.outcome.urls and (session.emulated or not known.emulated):
        return known.outcome
    entry = await journal.read(session.storage, fingerprint, session.account)
    if entry is not None:
        if entry.outcome is not None and not entry.outcome.expired(session.time):
            return entry.outcome
        if entry.unanswered:
            await recover(session, entry)
        await journal.settle(session.storage, fingerprint, session.account)
    return await ask(session, await _staged(session, request, assets), fingerprint)


async def _staged(session: Session, request: dict[str, Any], assets: dict[str, Asset]) -> Request:
    typed = catalog.request(request)
    return await stage(typed, client=session.client, storage=session.storage, assets=assets, base=session.base)
