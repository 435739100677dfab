"""What the provider's answers come to: the outcome of a task, of a call that answers at once, and of an error."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from blocks.catalog import Answer, Status
from blocks.client.errors import DashScopeError, error_from_failed_task
from blocks.client.listing import PROVIDER_TIME
from tasks.records import Failure, Outcome, Submission


def outcome_of_task(answer: Answer, submission: Submission) -> tuple[Outcome, DashScopeError | None]:
    """How a task ended, and why it gave nothing where it did not."""
    failed = answer.status != Status.SUCCEEDED
    error = error_from_failed_task(answer, model=submission.model) if failed else None
    outcome = Outcome(
        fingerprint=submission.fingerprint,
        model=submission.model,
        status=answer.status or Status.UNKNOWN,
        task_id=submission.task_id,
        request_id=submission.request_id,
        account=submission.account,
        finished_at=ended_at(answer),
        urls=answer.urls,
        values={**answer.values, **_held_back(answer)},
        usage=answer.usage,
        failure=failure_of(error) if error else None,
    )
    return outcome, error


def outcome_of_call(answer: Answer, *, fingerprint: str, model: str, account: str) -> Outcome:
    """What a model that answers at once gave, just now."""
    reason = {"reason": answer.reason} if answer.reason else {}
    return Outcome(
        fingerprint=fingerprint,
        model=model,
        status=Status.SUCCEEDED,
        request_id=answer.request_id,
        account=account,
        finished_at=datetime.now(UTC),
        urls=answer.urls,
        values={**answer.values, **reason, **_held_back(answer)},
        usage=answer.usage,
    )


def ended_at(answer: Answer) -> datetime:
    """When the task ended as the provider says, because its URLs live from then on; now when it does not say."""
    now = datetime.now(UTC)
    with suppress(KeyError, ValueError):
        said = datetime.fromisoformat(answer.times["end_time"])
        return min(said if said.tzinfo else said.replace(tzinfo=PROVIDER_TIME), now).astimezone(UTC)
    return now


def failure_of(error: Exception) -> Failure:
    """An error as a record: code, message, what to do."""
    if isinstance(error, DashScopeError):
        return Failure(
            code=error.code,
            message=error.message,
            advice=error.advice,
            kind=type(error).__name__,
            stops_run=error.stops_run,
        )
    kind = type(error).__name__
    code, advice = getattr(error, "code", None) or kind, getattr(error, "advice", None)
    return Failure(code=code, message=str(error), advice=advice, kind=kind)


def _held_back(answer: Answer) -> dict[str, Any]:
    """The results that failed beside others that did not: why, each."""
    return {"failed_parts": [asdict(part) for part in answer.failed_parts]} if answer.failed_parts else {}
