"""Several takes, and one of them goes on: by rule, or by a person."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter

from blocks.storage import MediaStorage
from flows import asking
from flows.asking import Manner, Question
from flows.choosing import choose
from flows.engine import run_steps
from flows.pipeline import Pipeline
from flows.plan import make_plan
from tasks.importing import described
from tasks.session import Session

Made = Callable[..., Pipeline]
Submits = Callable[[], list[str]]
SHOT = "model: wan2.6-t2v, parameters: {duration: 2, size: 1280*720}"


@pytest.mark.slow
async def test_takes_are_variants_that_are_paid_once_each(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """Three takes are three generations; a fourth later is one more; choosing again sends nothing."""

    def made(takes: int, more: str = "") -> Pipeline:
        shot = f"{{takes: {takes}, {SHOT}, input: {{prompt: a street}}{more}}}"
        end = f"{{use: last_frame, input: {{video: '${{shot.video{'' if more else '[0]'}}}'}}}}"
        return pipeline_of(f"\n    shot: {shot}\n    end: {end}\n")

    run = await run_steps(made(3), {})
    assert submits() == ["a street"] * 3
    assert [one.take for _, one in run.steps["shot"].generations] == [1, 2, 3]
    assert len(run.steps["shot"].outputs["video"]) == 3
    again = await run_steps(made(3, ", choose: first"), {})
    assert again.steps["shot"].outputs["video"] == run.steps["shot"].outputs["video"][0]
    assert again.steps["shot"].chosen == ["shot: 1 of 3 (first)"]
    assert again.steps["end"].edits_cached
    assert len(submits()) == 3
    await run_steps(made(4, ", choose: longest"), {})
    assert len(submits()) == 4


@pytest.mark.slow
async def test_of_each_item_one_take_is_chosen(session: Session, pipeline_of: Made, submits: Submits) -> None:
    """Two items, two takes each: four generations, two clips go on, in the order of the items."""
    steps = f"""
    shots: {{for_each: [noon, night], takes: 2, choose: first, {SHOT}, input: {{prompt: "${{item}}"}}}}
    film: {{use: concatenate, input: {{videos: "${{shots.video}}"}}}}
    """
    run = await run_steps(pipeline_of(steps), {})
    assert sorted(submits()) == ["night", "night", "noon", "noon"]
    assert len(run.steps["shots"].outputs["video"]) == 2
    assert run.steps["shots"].chosen == ["shots 1: 1 of 2 (first)", "shots 2: 1 of 2 (first)"]
    assert [row["item"] for row in run.scope.rows["shots"]] == ["noon", "night"]


async def test_a_plan_shows_and_prices_every_take(planned: Callable[..., Any]) -> None:
    """Three takes of five seconds cost three times; what follows the choice is planned once."""
    text = """
pipeline: p
steps:
  shot: {takes: 3, choose: CHOOSE, model: wan2.6-t2v, input: {prompt: x}, parameters: {duration: 5, size: 1280*720}}
  style: {model: video-style-transform, input: {video_url: "${shot.video}"}}
"""
    for rule, said in (("sharpest", "the sharpest goes on"), ("person", "a person picks one")):
        plan = await planned(text.replace("CHOOSE", rule))
        shot, style = plan.steps
        assert (shot.calls, shot.takes, shot.choose, shot.quote_cny) == (3, 3, rule, Decimal("9.0"))
        assert shot.note == f"3 takes, {said}"
        assert (style.calls, style.quote_cny) == (1, Decimal("2.5"))


async def test_the_pictures_of_one_answer_are_variants_as_well(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """`choose` without takes picks one picture of several; both outputs name it."""
    steps = """
    still: {choose: sharpest, model: wan2.5-t2i-preview, input: {prompt: a hall}, parameters: {n: 3}}
    """
    run = await run_steps(pipeline_of(steps), {})
    outputs = run.steps["still"].outputs
    assert outputs["images"] == [outputs["image"]] and len(submits()) == 1
    assert run.steps["still"].chosen[0].endswith("of 3 (sharpest)")


async def test_the_rules_look_at_what_is_there(tmp_path: Path) -> None:
    """The sharpest picture and the longest clip win, not the first."""
    storage = MediaStorage(url=str(tmp_path / "media"))
    Image.effect_noise((320, 240), 90).save(tmp_path / "sharp.png")
    Image.open(tmp_path / "sharp.png").filter(ImageFilter.GaussianBlur(4)).save(tmp_path / "blurred.png")
    variants = []
    for name, seconds in (("blurred", 9.0), ("sharp", 2.0), ("blurred", 3.0)):
        await storage.put(tmp_path / f"{name}.png", f"{name}.png")
        asset = await described(tmp_path / f"{name}.png", uri=storage.uri(f"{name}.png"), stored=f"{name}.png")
        variants.append({"image": asset.model_copy(update={"seconds": seconds})})
    assert await choose("sharpest", variants, storage, "x", "p") == 1
    assert await choose("longest", variants, storage, "x", "p") == 0
    assert await choose("longest", variants[1:], storage, "x", "p") == 1
    assert await choose("first", variants, storage, "x", "p") == 0


@pytest.mark.slow
async def test_a_person_is_asked_once_for_the_same_variants(
    session: Session, pipeline_of: Made, submits: Submits
) -> None:
    """The next run goes on with the choice, also with `--choose-first`; other variants, deleted ones: asked again."""
    asked: list[str] = []

    async def answer(question: Question) -> int:
        asked.append(question.title)
        return 1

    def made(prompt: str) -> Pipeline:
        shot = f"shot: {{takes: 2, choose: person, {SHOT}, input: {{prompt: {prompt}}}}}"
        return pipeline_of(f"\n    {shot}\n    end: {{use: last_frame, input: {{video: '${{shot.video}}'}}}}\n")

    async def chosen(prompt: str) -> list[str]:
        return (await run_steps(made(prompt), {})).steps["shot"].chosen

    before = asking.terminal.set(answer)
    try:
        assert await chosen("a fox") == await chosen("a fox") == ["shot: 2 of 2 (person)"]
        assert len(asked) == 1
        plan = await make_plan(made("a fox"), {}, session.reach, emulated=True)
        assert plan.steps[0].decided and plan.steps[0].note == "2 takes, a person has picked one"
        assert plan.steps[1].cached == 1
        asking.settle(approve=False, choose_first=True)
        assert await chosen("a fox") == ["shot: 2 of 2 (person)"], "--choose-first answers only what is open"
        assert await chosen("a bear") == ["shot: 1 of 2 (person)"] and len(asked) == 1
        asking.manner.set(Manner())
        await chosen("a hare")
        assert len(asked) == 2
        kept = [path for path in await session.storage.list("choices") if path.endswith(".json")]
        assert len(kept) == 2
        for path in kept:
            await session.storage.delete(path)
        await chosen("a fox")
        assert len(asked) == 3 and len(submits()) == 6
    finally:
        asking.terminal.reset(before)
        asking.manner.set(Manner())


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{choose: first, model: wan2.6-t2v, input: {prompt: x}}", "p.yaml:3:7: steps.s.choose: there is nothing to "),
        ("{takes: 2, use: last_frame, input: {}}", "`takes` belong to steps with a `model`"),
        (
            "{takes: 2, choose: best, model: wan2.6-t2v}",
            "'best' is not taken; allowed: first, sharpest, longest, person",
        ),
        ("{takes: 0, model: wan2.6-t2v}", "greater than or equal to 1"),
    ],
)
async def test_a_choice_without_variants_is_refused(refusal: Callable[..., Any], step: str, said: str) -> None:
    """Before anything is sent, with line and column."""
    assert said.replace("p.yaml", "pipeline.yaml") in await refusal(f"pipeline: p\nsteps:\n  s: {step}\n")
