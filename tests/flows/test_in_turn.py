"""Items go in turn: each may begin from what the one before gave."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flows.engine import run_steps
from flows.parameters import resolve_params
from flows.pipeline import Pipeline
from flows.step_run import StepRun
from tasks.session import Session

Made = Callable[..., Pipeline]
Submits = Callable[[], list[str]]
PARAMS = {"photo": {"type": "image"}, "waits": {"type": "boolean", "default": True}}
PLAY = """
play:
  for_each: [dawn, {word}, dusk]
  in_turn: ${{waits}}
  on_item_failure: {failure}
  model: wan2.6-r2v-flash
  input: {{prompt: "character1 at ${{item}}", reference_urls: ["${{previous.video or photo}}"]}}
  parameters: {{duration: 2, size: 1280*720}}
"""


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.png"
    Image.new("RGB", (1024, 1024), (90, 120, 150)).save(path)
    return str(path)


@pytest.fixture
def played(session: Session, pipeline_of: Made, photo: str) -> Callable[..., Any]:
    """The step that films each of three words, the second of which is given."""

    async def run(word: str, failure: str = "fail", **params: Any) -> StepRun:
        pipeline = pipeline_of(PLAY.format(word=word, failure=failure), params=PARAMS)
        done = await run_steps(pipeline, await resolve_params(pipeline, {"photo": photo, **params}, session.reach))
        return done.steps["play"]

    return run


def bases(step: StepRun) -> list[str]:
    """What its generations began from."""
    return [str(one.request["input"]["reference_urls"][0]) for _, one in step.generations]


@pytest.mark.slow
async def test_each_item_begins_from_what_the_one_before_gave(played: Callable[..., Any], submits: Submits) -> None:
    """The first has none before it and takes the alternative; with the condition off all of them do, at once."""
    step = await played("noon")
    assert submits() == [f"character1 at {word}" for word in ("dawn", "noon", "dusk")]
    began, gave = bases(step), [asset.uri for asset in step.assets]
    assert began[0].endswith("photo.png")
    assert began[1:] == gave[:2]
    apart = bases(await played("noon", waits=False))
    assert apart == began[:1] * 3


@pytest.mark.parametrize(
    ("failure", "sent"), [("skip", ["dawn", "forbidden", "dusk"]), ("fail", ["dawn", "forbidden"])]
)
async def test_a_failure_is_passed_over_or_ends_it(played: Callable[..., Any], failure: str, sent: list[str]) -> None:
    """With `skip` the next goes on from the last that went well; else nothing more is paid for."""
    step = await played("forbidden", failure)
    asked = [one.request["input"]["prompt"].removeprefix("character1 at ") for _, one in step.generations]
    assert asked == sent
    assert step.state == ("done" if failure == "skip" else "failed")
    if failure == "skip":
        assert bases(step)[2] == step.assets[0].uri


GOING_ON = """
play:
  for_each: ["character1, forbidden", "character1 meets character2", "character1 leaves character2"]
  in_turn: true
  on_item_failure: skip
  model: wan2.6-r2v-flash
  input: {prompt: "${item}", reference_urls: ["${photo}", "${previous.video}"]}
  parameters: {duration: 2, size: 1280*720}
alone: {model: wan2.6-t2v, input: {prompt: rain}, parameters: {duration: 2}}
"""


async def test_what_cannot_do_without_a_failed_item_says_so(
    session: Session, pipeline_of: Made, photo: str, submits: Submits
) -> None:
    """Which one failed, that nothing was paid for those after it, and what to do; what hangs on none is made."""
    pipeline = pipeline_of(GOING_ON, params=PARAMS)
    run = await run_steps(pipeline, await resolve_params(pipeline, {"photo": photo}, session.reach))
    assert run.steps["play"].state == "failed" and run.steps["alone"].state == "done"
    assert sorted(submits()) == ["rain"]  # the first was refused, the others were not sent
    said = (
        "it goes on from play 1, which failed. Nothing was sent or paid for this one. Mend play 1 and run the same "
        "again: what is finished is not paid for again"
    )
    assert [one.partition("; ")[2] for one in run.steps["play"].left_out] == [said, said]


async def test_a_plan_knows_that_items_wait(planned: Callable[..., Any], photo: str) -> None:
    """Every item is priced, two with the seconds of the clip before; the plan says that they go one after the other."""
    text = "pipeline: plays\nparams: {photo: {type: image}, waits: {type: boolean, default: true}}\nsteps:\n"
    text += "".join(f"  {line}\n" for line in PLAY.format(word="noon", failure="fail").splitlines())
    plan = await planned(text, photo=photo)
    assert (plan.calls, plan.total_cny) == (3, Decimal("3.00"))
    assert plan.steps[0].note == "one after the other"
    assert (await planned(text, photo=photo, waits=False)).steps[0].note == ""


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("for_each: [a], use: last_frame, input: {video: '${previous.image}'}", "only within a step with `for_each`"),
        ("for_each: [a], in_turn: yes, use: last_frame, input: {video: '${previous}'}", "which output of the item"),
        ("for_each: [a], in_turn: yes, use: last_frame, input: {video: '${previous.vide}'}", "no output 'vide'"),
        ("in_turn: yes, use: last_frame, input: {video: boat.mp4}", "`in_turn` needs `for_each`"),
        ("for_each: [a], in_turn: '${wait}', use: last_frame, input: {video: boat.mp4}", "no step or parameter 'wait'"),
    ],
)
async def test_what_cannot_go_in_turn_is_refused(refusal: Callable[..., Any], step: str, said: str) -> None:
    """`previous` belongs to items in turn and names an output of the step itself."""
    assert said in await refusal(f"pipeline: chain\nsteps:\n  chain: {{{step}}}\n")
