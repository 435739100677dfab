"""What a failure means for the step: another model, or none."""

from __future__ import annotations

import pytest

from blocks.catalog import Status
from flows.failing import is_final, with_prompt
from flows.pipeline import Step
from tasks.records import Failure, Generation

STEP = Step(model="wan2.6-t2v", fallback=["wan2.5-t2v-preview"], input={"prompt": "a street"})


def failure(kind: str, *, stops_run: bool = False) -> Failure:
    return Failure(code="X", message="no.", kind=kind, stops_run=stops_run)


@pytest.mark.parametrize(
    ("kind", "final"),
    [
        ("ModerationRefused", True),
        ("AmbiguousSubmission", True),  # may yet be billed
        ("DownloadFailed", True),  # was paid for
        ("TaskGone", True),
        ("RefusedRequest", False),
        ("ModelNotFound", False),
        ("ServiceFailed", False),
    ],
)
def test_after_which_failures_another_model_is_asked(kind: str, final: bool) -> None:
    """Not where it would refuse as well, nor where the first may be billed; never where the whole run stops."""
    assert is_final(STEP, failure(kind)) is final
    assert is_final(STEP, failure(kind, stops_run=True))


def test_moderation_is_passed_over_only_where_the_step_says_so() -> None:
    """The word of the step counts for moderation and for nothing else."""
    step = STEP.model_copy(update={"fallback_after_moderation": True})
    assert not is_final(step, failure("ModerationRefused")) and is_final(step, failure("TaskGone"))


@pytest.mark.parametrize(("kind", "said"), [("ModerationRefused", "no. The prompt: a street"), ("TaskGone", "no.")])
def test_the_refused_prompt_is_quoted(kind: str, said: str) -> None:
    """It is what has to be changed; other failures are told as they are."""
    generation = Generation(
        fingerprint="f" * 64,
        model="wan2.6-t2v",
        request={"model": "wan2.6-t2v", "input": {"prompt": "a street"}},
        status=Status.FAILED,
        failure=failure(kind),
    )
    told = with_prompt(generation)
    assert told is not None and told.message == said
