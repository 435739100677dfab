"""Why a step failed, in words, and whether anything else is worth asking."""

from __future__ import annotations

from blocks.media import MediaError
from flows.pipeline import Step
from tasks.budget import BudgetExceeded
from tasks.downloading import DownloadFailed
from tasks.records import Failure, Generation

EXPECTED = (BudgetExceeded, DownloadFailed, MediaError, OSError)
"""What may go wrong with a step without being a mistake of ours; a deadline that passed is an OSError."""

_FINAL = frozenset({"ModerationRefused", "AmbiguousSubmission", "DownloadFailed", "ResultMissing", "TaskGone"})
"""Failures that no other model is asked after: it would refuse as well, or the first may yet be billed."""


class StepFailed(Exception):
    """A step gave nothing; what refers to it is skipped."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.message)


def with_prompt(generation: Generation) -> Failure | None:
    """Why it failed; the prompt that moderation refused is quoted, because that is what has to be changed."""
    failure = generation.failure
    if failure is None or failure.kind != "ModerationRefused" or generation.prompt is None:
        return failure
    return failure.model_copy(update={"message": f"{failure.message.rstrip('.。 ')}. The prompt: {generation.prompt}"})


def is_final(step: Step, failure: Failure, *, may_be_billed: bool = False) -> bool:
    """Whether no other model is asked after it.

    Args:
        may_be_billed: what was sent is still under way, whatever went wrong with asking about it.
    """
    if may_be_billed:
        return True
    if failure.kind == "ModerationRefused" and step.fallback_after_moderation:
        return False
    return failure.kind in _FINAL or failure.stops_run


def reason_of(failure: Failure) -> str:
    """A failure in a line."""
    return in_words(failure.code, failure.message) or failure.advice or failure.kind


def in_words(code: str | None, message: str | None) -> str:
    """What the provider says of a failure: ``DataInspectionFailed: the text was refused``."""
    return ": ".join(part for part in (code, message) if part)
