"""The engine runs any pipeline against a real service: in time, in order, and paying once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from blocks.emulator import Emulator
from flows.engine import PipelineRun, StepRun, run_steps
from flows.pipeline import Pipeline
from tasks.budget import Budget
from tasks.session import Session

Made = Callable[..., Pipeline]
Submits = Callable[[], list[str]]
SHOT = "{{model: wan2.6-t2v, input: {{prompt: {}}}, parameters: {{duration: 2, size: 1280*720}}}}"


def shot(prompt: str, **more: Any) -> str:
    text = SHOT.format(prompt)
    return text if not more else text[:-1] + "".join(f", {key}: {value}" for key, value in more.items()) + "}"


def states(run: PipelineRun) -> dict[str, str]:
    return {name: step.state for name, step in run.steps.items()}


class Log:
    """What the listener was told, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, step: StepRun) -> None:
        self.lines.append(f"{step.name} {step.state}")


@pytest.mark.slow
async def test_independent_steps_run_side_by_side_and_the_next_starts_when_its_inputs_are_there(
    session: Session, pipeline_of: Made
) -> None:
    """Two shots run at once; the frame of the quick one is cut while the slow one still runs."""
    log = Log()
    steps = f"""
    lazy: {shot("a slow river")}
    quick: {shot("a street")}
    frame: {{use: last_frame, input: {{video: "${{quick.video}}"}}}}
    both: {{use: concatenate, input: {{videos: ["${{lazy.video}}", "${{quick.video}}"]}}}}
    """
    run = await run_steps(pipeline_of(steps), {}, log)
    assert set(states(run).values()) == {"done"}
    assert set(log.lines[:2]) == {"lazy running", "quick running"}
    assert log.lines.index("frame running") < log.lines.index("lazy done") < log.lines.index("both running")
    assert run.steps["frame"].outputs["image"].media_type == "image/png"
    assert run.steps["both"].outputs["video"].seconds == pytest.approx(
        sum(run.steps[name].outputs["video"].seconds for name in ("lazy", "quick")), abs=0.2
    )


async def test_a_failed_step_takes_only_its_dependents_along(session: Session, pipeline_of: Made) -> None:
    """The refused shot fails with the provider's words, its frame is skipped, the other branch is delivered."""
    steps = f"""
    bad: {shot("something forbidden")}
    frame: {{use: last_frame, input: {{video: "${{bad.video}}"}}}}
    joined: {{use: concatenate, input: {{videos: ["${{good.video}}", "${{bad.video}}"]}}}}
    good: {shot("a street by day")}
    end: {{use: last_frame, input: {{video: "${{good.video}}"}}}}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert states(run) == {"bad": "failed", "frame": "skipped", "joined": "skipped", "good": "done", "end": "done"}
    assert run.steps["bad"].reason == (
        "DataInspectionFailed: Input data may contain inappropriate content. The prompt: something forbidden"
    )
    assert run.steps["frame"].reason == run.steps["joined"].reason == "bad failed"


@pytest.mark.slow
async def test_another_model_is_asked_after_a_refusal_but_not_after_moderation(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """A fallback replaces a model that will not; what moderation refused is not shown to the next model."""
    other = "{duration: 5, size: 1280*720}"
    steps = f"""
    odd: {{model: wan2.6-t2v, fallback: wan2.5-t2v-preview, input: {{prompt: unfilmable}}, parameters: {other}}}
    rude: {{model: wan2.6-t2v, fallback: wan2.5-t2v-preview, input: {{prompt: indecent}}, parameters: {other}}}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert states(run) == {"odd": "done", "rude": "failed"}
    assert [one.model for _, one in run.steps["odd"].generations] == ["wan2.6-t2v", "wan2.5-t2v-preview"]
    assert [one.model for _, one in run.steps["rude"].generations] == ["wan2.6-t2v"]
    assert sorted(submits()) == ["indecent", "unfilmable"]
    refused = "wan2.6-t2v failed: InvalidParameter: This cannot be filmed."
    assert run.steps["odd"].stood_in == [f"odd: by wan2.5-t2v-preview; {refused}"]
    assert run.steps["odd"].reason == run.steps["odd"].stood_in[0] and run.steps["rude"].stood_in == []


async def test_other_models_are_asked_in_their_order(session: Session, pipeline_of: Made, submits: Submits) -> None:
    """The second fallback is asked when the first refuses as well, and the third is left alone."""
    others = "[wan2.6-t2v, wan2.2-t2v-plus, wanx2.1-t2v-turbo]"
    run = await run_steps(
        pipeline_of(f"odd: {{model: wan2.5-t2v-preview, fallback: {others}, input: {{prompt: undrawable}}}}"), {}
    )
    asked = [(one.model, one.succeeded) for _, one in run.steps["odd"].generations]
    assert asked == [("wan2.5-t2v-preview", False), ("wan2.6-t2v", False), ("wan2.2-t2v-plus", True)]
    assert submits() == ["undrawable"]


@pytest.mark.slow
async def test_a_step_of_its_own_stands_in_with_other_fields(session: Session, pipeline_of: Made) -> None:
    """It runs where the first failed, and only there."""
    steps = """
    clip: {model: wan2.6-t2v, input: {prompt: PROMPT}, parameters: {duration: 2}}
    other:
      when: not ${clip.video or none}
      model: wan2.5-t2v-preview
      input: {prompt: other}
      parameters: {size: 832*480, duration: 5}
    """
    none = {"none": {"type": "video", "required": False}}
    for prompt, expected in (("unfilmable", ("failed", "done")), ("rain", ("done", "skipped"))):
        run = await run_steps(pipeline_of(steps.replace("PROMPT", prompt), params=none), {"none": None})
        assert states(run) == dict(zip(("clip", "other"), expected, strict=True))


async def test_moderation_is_passed_over_where_the_step_says_so(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """`fallback_after_moderation` shows the next model what the first one's moderation refused."""
    made = "{duration: 5, size: 1280*720}"
    asked = "fallback: wan2.5-t2v-preview, fallback_after_moderation: true, input: {prompt: indecent}"
    run = await run_steps(pipeline_of(f"\n    rude: {{model: wan2.6-t2v, {asked}, parameters: {made}}}\n"), {})
    assert [one.model for _, one in run.steps["rude"].generations] == ["wan2.6-t2v", "wan2.5-t2v-preview"]
    assert submits() == ["indecent", "indecent"]


@pytest.mark.slow
async def test_a_failed_step_may_end_the_run(
    session: Session, pipeline_of: Made, submits: Submits, service: Emulator
) -> None:
    """`on_failure: stop`: what waits is cancelled, what runs is named with its price, the rest not sent."""
    steps = f"""
    runs: {shot("an endless river")}
    waits: {shot("queued up")}
    later: {shot("never sent", when='"${runs.video}"')}
    bad: {shot("indecent and slow")}
    """
    pipeline = pipeline_of(steps).model_copy(update={"on_failure": "stop"})
    run = await run_steps(pipeline, {})
    assert states(run) == {"runs": "skipped", "waits": "skipped", "later": "skipped", "bad": "failed"}
    assert run.steps["later"].reason == run.steps["waits"].reason == "the run was stopped: bad failed"
    [left] = session.left_running
    assert f"task {left.task_id} (wan2.6-t2v) goes on and will be charged, 1.2 CNY" in str(run.steps["runs"].reason)
    ended = {task.body["input"]["prompt"]: task.status for task in service.tasks()[: len(submits())]}
    assert (ended["queued up"], ended["an endless river"]) == ("CANCELED", "RUNNING")
    assert "never sent" not in submits()


@pytest.mark.slow
async def test_a_fan_out_gives_its_results_in_the_order_of_the_items(session: Session, pipeline_of: Made) -> None:
    """The first item takes longest, and its clip still comes first."""
    steps = """
    shots:
      for_each: [a slow sunrise, noon, night]
      model: wan2.6-t2v
      input: {prompt: "${item}, take ${index}"}
      parameters: {duration: 2, size: 1280*720}
    film: {use: concatenate, input: {videos: "${shots.video}"}}
    first: {use: last_frame, input: {video: "${shots.video[0]}"}}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert set(states(run).values()) == {"done"}
    asked = [one.request["input"]["prompt"] for _, one in run.steps["shots"].generations]
    assert asked == ["a slow sunrise, take 0", "noon, take 1", "night, take 2"]
    assets = [one.assets[0] for _, one in run.steps["shots"].generations]
    assert run.steps["shots"].outputs["video"] == assets


async def test_a_fan_out_over_nothing_gives_nothing(session: Session, pipeline_of: Made) -> None:
    """An empty list runs no item; what needs a clip of it fails with a clear reason, without an exception."""
    steps = """
    shots: {for_each: "${words}", model: wan2.6-t2v, input: {prompt: "${item}"}}
    film: {use: concatenate, input: {videos: "${shots.video}"}}
    """
    run = await run_steps(pipeline_of(steps, params={"words": {"type": "list"}}), {"words": []})
    assert states(run) == {"shots": "done", "film": "failed"}
    assert run.steps["shots"].outputs == {"video": []}
    assert "videos" in str(run.steps["film"].reason)


@pytest.mark.slow
async def test_when_skips_a_step_and_the_alternative_takes_its_place(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """A skipped step costs nothing; `or` goes on with what is there."""
    steps = f"""
    plain: {shot("a plain street")}
    fancy: {shot("a fancy street", when='"${wanted}"')}
    other: {shot("another street", when='"not ${wanted}"')}
    end: {{use: last_frame, input: {{video: "${{fancy.video or plain.video}}"}}}}
    """
    run = await run_steps(pipeline_of(steps, params={"wanted": {"type": "boolean"}}), {"wanted": False})
    assert states(run) == {"plain": "done", "fancy": "skipped", "other": "done", "end": "done"}
    assert run.steps["fancy"].reason == "its `when` does not hold"
    assert sorted(submits()) == ["a plain street", "another street"]


@pytest.mark.slow
async def test_a_demand_that_is_not_met_stops_before_anything_is_paid(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """`require` looks at what came before; when it fails the step is not sent."""
    steps = f"""
    first: {shot("a quiet street")}
    look: {{use: probe, input: {{media: "${{first.video}}"}}}}
    met: {shot("a loud street", require='"${look.has_audio}"')}
    unmet: {shot("a silent street", require='["not ${look.has_audio}"]')}
    """
    run = await run_steps(pipeline_of(steps), {})
    has_audio = run.steps["look"].outputs["has_audio"]
    expected = {"met": "done", "unmet": "failed"} if has_audio else {"met": "failed", "unmet": "done"}
    assert {name: states(run)[name] for name in expected} == expected
    failed = next(step for step in run.steps.values() if step.state == "failed")
    assert str(failed.reason).startswith("RequirementFailed: requires ")
    assert len(submits()) == 2


async def test_the_limit_stops_a_run_before_the_request_that_would_pass_it(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """Two shots of 1.20 CNY fit into 3 CNY; the third is not sent, and what is done stays done."""
    session.budget = Budget(Decimal(3))
    steps = f"""
    one: {shot("first street")}
    two: {shot("second street", when='"${one.video}"')}
    three: {shot("third street", when='"${two.video}"', fallback="wan2.6-t2v-us")}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert states(run) == {"one": "done", "two": "done", "three": "failed"}
    assert "over the limit of 3 CNY; not sent" in str(run.steps["three"].reason)
    assert submits() == ["first street", "second street"]


async def test_a_second_run_sends_nothing_and_a_changed_step_only_itself_and_what_follows(
    session: Session, pipeline_of: Made, submits: Submits, service: Emulator
) -> None:
    """Finished work is never paid for twice; a new prompt makes one new submit and one new edit."""

    def pipeline(second: str) -> Pipeline:
        return pipeline_of(f"""
        one: {shot("a known street")}
        two: {shot(second)}
        end: {{use: last_frame, input: {{video: "${{one.video}}"}}}}
        film: {{use: concatenate, input: {{videos: ["${{one.video}}", "${{two.video}}"]}}}}
        """)

    await run_steps(pipeline("a known square"), {})
    assert sorted(submits()) == ["a known square", "a known street"]
    queries = service.queries
    again = await run_steps(pipeline("a known square"), {})
    assert set(states(again).values()) == {"done"}
    assert all(one.cached for step in again.steps.values() for _, one in step.generations)
    assert again.steps["end"].edits_cached and again.steps["film"].edits_cached
    assert len(submits()) == 2 and service.queries == queries
    changed = await run_steps(pipeline("a slow new square"), {})
    assert sorted(submits()) == ["a known square", "a known street", "a slow new square"]
    assert changed.steps["one"].generations[0][1].cached and not changed.steps["two"].generations[0][1].cached
    assert changed.steps["end"].edits_cached


@pytest.mark.slow
async def test_another_take_is_a_new_generation_and_twice_the_same_is_one(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """Two steps that ask for the same thing pay once; `take: 2` pays again, on purpose."""
    steps = f"""
    one: {shot("the same street")}
    same: {shot("the same street")}
    anew: {shot("the same street", take=2)}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert submits() == ["the same street"] * 2
    made = {name: step.generations[0][1] for name, step in run.steps.items()}
    assert made["one"].fingerprint == made["same"].fingerprint != made["anew"].fingerprint
    assert sorted([made["one"].cached, made["same"].cached]) == [False, True]


async def test_a_refused_key_stops_everything_that_has_not_begun(
    session: Session, pipeline_of: Made, submits: Submits, service: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What every further request would meet as well is met once."""
    monkeypatch.setattr(session.client, "_key", "bad-key")
    steps = f"""
    one: {shot("a keyless street")}
    two: {shot("a keyless square", when='"${one.video or word}"')}
    """
    run = await run_steps(pipeline_of(steps, params={"word": {}}), {"word": "x"})
    assert states(run) == {"one": "failed", "two": "skipped"}
    assert str(run.steps["two"].reason).startswith("the run was stopped: ")
    assert submits() == []


@pytest.mark.slow
async def test_a_job_that_failed_in_part_is_delivered_partly(session: Session, pipeline_of: Made) -> None:
    """Of two pictures one is held back: the step goes on with the other and says what is missing and why."""
    run = await run_steps(
        pipeline_of(
            """
    pictures: {model: wan2.2-t2i-flash, input: {prompt: half of them}, parameters: {n: 2}}
    sheet: {use: contact_sheet, input: {sources: "${pictures.images}"}}
"""
        ),
        {},
    )
    assert states(run) == {"pictures": "done", "sheet": "done"}
    assert len(run.steps["pictures"].outputs["images"]) == 1
    [left_out] = run.steps["pictures"].left_out
    assert left_out.startswith("pictures: one of its results: InternalError.Timeout: ")
    assert run.steps["pictures"].reason == f"left out: {left_out}"
