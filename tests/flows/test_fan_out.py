"""A step runs for each item: of one list, of several side by side, and goes on without those that fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.engine import run_steps
from flows.parameters import resolve_params
from flows.pipeline import Pipeline
from flows.references import parse
from tasks.session import Session

Made = Callable[..., Pipeline]
Submits = Callable[[], list[str]]
SHOT = "model: wan2.6-t2v, parameters: {duration: 2, size: 1280*720}"


@pytest.mark.slow
async def test_items_that_fail_are_left_out_and_the_rest_stays_beside_its_item(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """`on_item_failure: skip`: one of three is refused; what follows runs for two, each with its own words."""
    steps = f"""
    clips:
      {{for_each: [dawn, something forbidden, dusk], on_item_failure: skip, {SHOT}, input: {{prompt: "${{item}}"}}}}
    next: {{for_each: "${{clips}}", {SHOT}, input: {{prompt: "after ${{item.item}}"}}, require: "${{item.video}}"}}
    film: {{use: concatenate, input: {{videos: "${{clips.video}}"}}}}
    sheet: {{use: contact_sheet, input: {{sources: "${{clips.video}}", captions: "${{clips.item}}"}}}}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert [step.state for step in run.steps.values()] == ["done"] * 4
    assert run.scope.look_up(parse("clips.item")) == ["dawn", "dusk"]
    assert len(run.steps["clips"].outputs["video"]) == 2
    [reason] = run.steps["clips"].left_out
    assert reason.startswith(
        "clips 2 (something forbidden): DataInspectionFailed: Input data may contain inappropriate content."
    )
    assert str(run.steps["clips"].reason).startswith("left out 1 of 3: clips 2 (something forbidden): ")
    assert sorted(submits()) == ["after dawn", "after dusk", "dawn", "dusk"]


@pytest.mark.slow
async def test_one_item_must_succeed(session: Session, pipeline_of: Made) -> None:
    """When all fail the step has failed, whatever is skipped; without `skip` the first failure is enough."""
    each = f"{SHOT}, input: {{prompt: 'something forbidden ${{item}}'}}"
    mixed = f"{SHOT}, input: {{prompt: '${{item}}'}}"
    steps = f"""
    none: {{for_each: [a, b], on_item_failure: skip, {each}}}
    one: {{for_each: [forbidden, good], {mixed}}}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert [step.state for step in run.steps.values()] == ["failed", "failed"]
    assert all("DataInspectionFailed" in str(step.reason) for step in run.steps.values())


async def test_a_demand_of_an_item_leaves_out_that_item(session: Session, pipeline_of: Made, submits: Submits) -> None:
    """`require` with `skip` picks the items to go on with; the others are not sent."""
    steps = """
    clips:
      for_each: {word: [one, two, three], seconds: [2, 5, 3]}
      on_item_failure: skip
      require: "${item.seconds} < 4"
      model: wan2.6-t2v
      input: {prompt: "${item.word}"}
      parameters: {duration: "${item.seconds}", size: 1280*720}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert sorted(submits()) == ["one", "three"]
    assert run.steps["clips"].left_out == [
        "clips 2 (two): RequirementFailed: requires ${item.seconds} < 4, which is not so: item.seconds is 5"
    ]


@pytest.mark.slow
async def test_lists_go_side_by_side_or_each_with_each(session: Session, pipeline_of: Made, submits: Submits) -> None:
    """Two lists of one length give pairs, a list of one goes with all, `cross` gives every pair."""
    steps = f"""
    pairs: {{for_each: {{what: [cat, dog], look: [dark, light], where: [hall]}}, {SHOT},
             input: {{prompt: "${{item.look}} ${{item.what}} in a ${{item.where}}"}}}}
    all: {{for_each: {{what: [fish, bird], look: [red, blue]}}, cross: true, {SHOT},
           input: {{prompt: "${{item.look}} ${{item.what}}"}}}}
    """
    run = await run_steps(pipeline_of(steps), {})
    asked = {name: [one.request["input"]["prompt"] for _, one in step.generations] for name, step in run.steps.items()}
    assert asked["pairs"] == ["dark cat in a hall", "light dog in a hall"]
    assert asked["all"] == ["red fish", "blue fish", "red bird", "blue bird"]
    assert len(submits()) == 6


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            "{for_each: {a: [1, 2], b: [1, 2, 3]}, MODEL, input: {prompt: x}}",
            "pipeline.yaml:3:21: steps.clip.for_each.a: the lists go side by side and must be of one length (or of one "
            "item, for all): a has 2, b has 3",
        ),
        (
            "{for_each: {a: [1], b: [2]}, MODEL, input: {prompt: '${item.c}'}}",
            "steps.clip.input.prompt: an item has no 'c'.",
        ),
        ("{for_each: 5, MODEL, input: {prompt: x}}", "steps.clip.for_each: must be a list, got a number"),
        ("{for_each: [1], cross: true, MODEL, input: {prompt: x}}", "`cross` needs several lists"),
        ("{on_item_failure: skip, MODEL, input: {prompt: x}}", "`on_item_failure: skip` needs `for_each` or `takes`"),
        (
            "{MODEL, input: {prompt: x}}\n  b: {for_each: '${clip}', MODEL, input: {prompt: x}}",
            "pipeline.yaml:4:7: steps.b.for_each: step 'clip' runs once; for_each needs a list",
        ),
        (
            "{for_each: [1, 2], MODEL, input: {prompt: x}}\n"
            "  b: {for_each: '${clip}', MODEL, input: {prompt: '${item.vido}'}}",
            "steps.b.input.prompt: an item has no 'vido'. Did you mean 'video'? It has: item, video.",
        ),
        (
            "{for_each: [1, 2], on_item_failure: skip, MODEL, input: {prompt: x}}\n"
            "  b: {for_each: {v: '${clip.video}', w: [1, 2]}, MODEL, input: {prompt: x}}",
            "steps.b.for_each.v: 'clip' leaves out items that fail, so its lists may be shorter than w; write "
            "for_each: ${clip}",
        ),
    ],
)
async def test_a_fan_out_that_cannot_be_is_refused_with_its_place(
    refusal: Callable[..., Any], steps: str, said: str
) -> None:
    """Before anything is sent, with line and column."""
    text = f"pipeline: p\nsteps:\n  clip: {steps}\n".replace("MODEL", "model: wan2.6-t2v")
    assert said in await refusal(text)


async def test_a_folder_of_pictures_is_a_list_of_them(planned: Callable[..., Any], tmp_path: Any) -> None:
    """`-p photos=shots` and `-p photos='shots/*.png'` run for each picture, sorted; an empty folder is refused."""
    from PIL import Image

    from flows.document import InvalidInput

    (tmp_path / "shots").mkdir()
    for name in ("b.png", "a.png", "c.jpg"):
        Image.new("RGB", (512, 512), name.encode()[0]).save(tmp_path / "shots" / name)
    text = """
pipeline: p
params: {photos: {type: list, items: image}}
steps:
  clip: {for_each: "${photos}", model: wan2.6-i2v-flash, input: {img_url: "${item}", prompt: x}}
"""
    assert (await planned(text, photos="shots")).steps[0].calls == 3
    assert (await planned(text, photos=["shots/*.png", "shots/c.jpg"])).steps[0].calls == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="photos: there is no image in empty"):
        await planned(text, photos="empty")


async def test_pictures_of_a_folder_come_in_the_order_of_their_names(session: Session, tmp_path: Any) -> None:
    """The list is the same on every machine."""
    from PIL import Image

    pipeline = Pipeline.model_validate(
        {
            "pipeline": "p",
            "params": {"photos": {"type": "list", "items": "image"}},
            "steps": {"a": {"use": "probe", "input": {"media": "${photos[0]}"}}},
        }
    )
    (tmp_path / "shots").mkdir()
    for name in ("10.png", "02.png", "01.png"):
        Image.new("RGB", (64, 64)).save(tmp_path / "shots" / name)
    values = await resolve_params(pipeline, {"photos": str(tmp_path / "shots")}, session.reach)
    assert [one.uri.rpartition("/")[2] for one in values["photos"]] == ["01.png", "02.png", "10.png"]
