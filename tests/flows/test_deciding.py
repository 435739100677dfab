"""Values decide what a pipeline does: conditions skip steps, a parameter names the model."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from flows.engine import run_steps
from flows.pipeline import Pipeline
from flows.productions import pipeline_flow
from tasks.session import Session

Planned = Callable[..., Any]
Refusal = Callable[..., Any]
Made = Callable[..., Pipeline]
Submits = Callable[[], list[str]]

BY_NEED = """
pipeline: p
params:
  need: {type: text, choices: [full-body, close-up], default: full-body}
  seconds: {type: number, default: 3}
  model: {type: text, choices: [wan2.6-t2v, wan2.5-t2v-preview], default: wan2.6-t2v}
steps:
  body: {when: "${need} == full-body", model: wan2.6-t2v, input: {prompt: a body}, parameters: {duration: 5}}
  face: {when: "${need} == close-up and ${seconds} <= 20", model: wan2.6-t2v, input: {prompt: a face}}
  long: {when: "not (${seconds} <= 20 or ${need} == full-body)", model: wan2.6-t2v, input: {prompt: a long face}}
  any: {model: "${model}", input: {prompt: "${need}"}, parameters: {duration: 5, size: 1280*720}}
"""


async def test_what_a_value_says_is_planned_and_nothing_else(planned: Planned) -> None:
    """Each need has its step; a comparison of numbers is one of numbers."""

    async def runs(**params: Any) -> list[str]:
        return [row.name for row in (await planned(BY_NEED, **params)).steps if row.calls]

    assert await runs() == ["body", "any"]
    assert await runs(need="close-up") == ["face", "any"]
    assert await runs(need="close-up", seconds="21") == ["long", "any"]


async def test_a_parameter_names_the_model_and_its_price(planned: Planned) -> None:
    """The row shows the model that was chosen, at its price; without a word the default."""
    row = (await planned(BY_NEED)).steps[-1]
    assert (row.does, row.quote_cny) == ("wan2.6-t2v", Decimal("3.0"))
    row = (await planned(BY_NEED, model="wan2.5-t2v-preview")).steps[-1]
    assert (row.does, row.quote_cny) == ("wan2.5-t2v-preview", Decimal("3.0"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "${need} == full-body",
            "${need} == fullbody",
            "pipeline.yaml:8:10: steps.body.when: 'need' is never 'fullbody'. Did you mean 'full-body'?",
        ),
        ("${need} == full-body", "${need} = full-body", "pipeline.yaml:8:10: steps.body.when: cannot read '='"),
        ("${need} == full-body", "${ned} == full-body", "steps.body.when: there is no step or parameter 'ned'."),
        ("${need} == full-body", "${need} > 3", "pipeline.yaml:8:10: steps.body.when: > compares numbers; got text"),
        (", wan2.5-t2v-preview]", ", wan9]", "pipeline.yaml:11:9: steps.any.model: there is no model 'wan9'"),
        (
            ", wan2.5-t2v-preview]",
            ", wan2.5-t2i-preview]",
            "steps.any.model: wan2.5-t2i-preview does not give what wan2.6-t2v gives: video",
        ),
        (
            "{duration: 5, size: 1280*720}",
            "{duration: 5, shot_type: multi}",
            "steps.any.parameters.shot_type: wan2.5-t2v-preview, one of the models to choose from, has no such field.",
        ),
        ('"${model}"', '"${need}"', "steps.any.model: there is no model 'full-body'"),
        ('"${model}"', '"wan-${model}"', "pipeline.yaml:11:9: steps.any.model: a model is an id, or one parameter"),
        ('"${model}"', '"${seconds}"', "it must be text with `choices`, the ids of models"),
        ('"${model}"', '"${face.video}"', "a model is an id, or one parameter such as ${model}"),
    ],
)
async def test_a_decision_that_cannot_be_made_is_refused_with_its_place(
    refusal: Refusal, old: str, new: str, said: str
) -> None:
    """Every choice is checked, not only the one that is made."""
    assert old in BY_NEED
    assert said in await refusal(BY_NEED.replace(old, new))


async def test_what_came_out_decides_what_follows(session: Session, pipeline_of: Made, submits: Submits) -> None:
    """A check's answer and a measured length choose the step; what is not chosen is not sent."""
    shot = "model: wan2.6-t2v, parameters: {duration: 2, size: 1280*720}"
    steps = f"""
    first: {{{shot}, input: {{prompt: a street}}}}
    look: {{use: probe, input: {{media: "${{first.video}}"}}}}
    longer: {{when: "${{look.seconds}} > 20", {shot}, input: {{prompt: longer}}}}
    shorter: {{when: "${{look.seconds}} <= 20 and not ${{stop}}", {shot}, input: {{prompt: shorter}}}}
    strict: {{require: "${{look.width}} >= 4000 or ${{stop}}", {shot}, input: {{prompt: strict}}}}
    """
    run = await run_steps(pipeline_of(steps, params={"stop": {"type": "boolean"}}), {"stop": False})
    states = {name: step.state for name, step in run.steps.items()}
    assert states == {"first": "done", "look": "done", "longer": "skipped", "shorter": "done", "strict": "failed"}
    assert "requires ${look.width} >= 4000 or ${stop}, which is not so" in str(run.steps["strict"].reason)
    assert sorted(submits()) == ["a street", "shorter"]


@pytest.mark.slow
async def test_a_production_that_left_something_out_is_delivered_partly(
    session: Session, pipeline_of: Made, tmp_path: Any
) -> None:
    """Its manifest says what was left out and why; the model that was chosen stands in it."""
    steps = """
    clips:
      for_each: [dawn, forbidden]
      on_item_failure: skip
      model: "${model}"
      input: {prompt: "${item}"}
      parameters: {duration: 5, size: 1280*720}
    """
    model = {"choices": ["wan2.6-t2v", "wan2.5-t2v-preview"], "default": "wan2.6-t2v"}
    pipeline = pipeline_of(steps, params={"model": model}, deliver={"{n}.mp4": "${clips.video}"})
    production = await pipeline_flow(pipeline)(model="wan2.5-t2v-preview")
    assert production.state == "partly"
    [step] = production.manifest.steps
    assert (step.state, step.uses) == ("done", "wan2.5-t2v-preview")
    [left_out] = step.left_out
    assert left_out.startswith("clips 2 (forbidden): DataInspectionFailed: ")
    assert [one.path for one in production.manifest.deliverables if one.path.endswith(".mp4")] == ["01.mp4"]
