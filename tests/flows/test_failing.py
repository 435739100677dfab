"""What a failure means for the step: another model, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from blocks.catalog import Status
from blocks.emulator import Emulator, Scenario
from flows.engine import run_steps
from flows.failing import is_final, with_prompt
from flows.pipeline import Pipeline, Step
from tasks.records import Failure, Generation
from tasks.session import open_session

STEP = Step(model="wan2.6-t2v", fallback=["wan2.5-t2v-preview"], input={"prompt": "a street"})


def failure(kind: str, *, stops_run: bool = False) -> Failure:
    return Failure(code="X", message="no", kind=kind, stops_run=stops_run)


@pytest.mark.parametrize(
    ("kind", "final"),
    [
        ("ModerationRefused", True),
        ("AmbiguousSubmission", True),  # may yet be billed
        ("DownloadFailed", True),  # was paid for
        ("ResultMissing", True),
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
    assert is_final(STEP, failure(kind), may_be_billed=True)


def test_moderation_is_passed_over_only_where_the_step_says_so() -> None:
    """The word of the step counts for moderation and for nothing else."""
    step = STEP.model_copy(update={"fallback_after_moderation": True})
    assert not is_final(step, failure("ModerationRefused")) and is_final(step, failure("TaskGone"))


@pytest.mark.slow
async def test_no_other_model_is_paid_for_beside_a_task_that_goes_on(
    prefect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline_of: Callable[..., Pipeline]
) -> None:
    """A service that refuses to say how a task is doing does not end it: the next run fetches what was paid for."""
    made = "input: {prompt: a street}, parameters: {duration: 5, size: 1280*720}"
    pipeline = pipeline_of(f"shot: {{model: wan2.6-t2v, fallback: wan2.5-t2v-preview, {made}}}")
    refused = {"kind": "refuse", "http_status": 403, "code": "AccessDenied", "message": "Access denied."}
    scenario = Scenario.model_validate({"rules": [{"at": "query", "times": 2, "do": refused}]})
    with Emulator(render="none", scenario=scenario) as service:
        monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-test")
        monkeypatch.setenv("DASHSCOPE_BASE_URL", service.base_url)
        states = []
        for _ in range(2):
            async with open_session(str(tmp_path / "media")):
                states.append((await run_steps(pipeline, {})).steps["shot"].state)
        assert states == ["failed", "done"]
        assert [task.model for task in service.tasks()] == ["wan2.6-t2v"]


@pytest.mark.parametrize(("kind", "said"), [("ModerationRefused", "no. The prompt: a street"), ("TaskGone", "no")])
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
