"""Pipelines run other pipelines as steps: planned, priced and run by the one engine."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.engine import PipelineRun, run_steps
from flows.parameters import resolve_params
from flows.pipeline import load
from flows.productions import pipeline_flow
from tasks.session import Session

Submits = Callable[[], list[str]]
CLIP = """
pipeline: clip
params:
  words: {type: text, description: What is seen.}
  seconds: {type: integer, default: 2}
steps:
  shot:
    title: the shot
    model: wan2.6-t2v
    input: {prompt: "${words}"}
    parameters: {duration: "${seconds}", size: 1280*720}
  end: {use: last_frame, input: {video: "${shot.video}"}}
outputs: {video: "${shot.video}", end: "${end.image}"}
deliver: {clip.mp4: "${shot.video}"}
"""


def put(folder: Path, **files: str) -> Path:
    """Pipeline files in a folder; gives the first."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(files))}.yaml"


async def ran(path: Path, session: Session, **params: Any) -> PipelineRun:
    pipeline, _ = load(path)
    return await run_steps(pipeline, await resolve_params(pipeline, params, session.reach))


OUTER = """
pipeline: outer
params: {more: {type: boolean, default: false}}
steps:
  opening: {pipeline: clip.yaml, input: {words: a street}}
  extra: {when: "${more}", pipeline: clip.yaml, input: {words: an extra street}}
  each:
    for_each: [dawn, dusk]
    pipeline: clip.yaml
    input: {words: "${item}", seconds: 3}
  film: {use: concatenate, input: {videos: ["${opening.video}", "${each.video[1]}"]}}
  next: {model: wan2.6-i2v-flash, input: {img_url: "${opening.end}", prompt: onward}}
deliver: {film.mp4: "${film.video}", "clips/{n}.mp4": "${each.video}"}
"""


async def test_the_steps_of_a_pipeline_within_another_are_planned_and_priced(
    planned: Callable[..., Any], tmp_path: Path
) -> None:
    """Inner steps stand beneath their step, with all items in one row; a skipped one has none."""
    put(tmp_path, clip=CLIP)
    plan = await planned(OUTER)
    rows = {row.name: row for row in plan.steps}
    assert list(rows) == [
        "opening", "opening/shot", "opening/end", "extra", "each", "each/shot", "each/end", "film", "next",
    ]  # fmt: skip
    assert (rows["opening"].does, rows["opening"].paid, rows["opening"].calls) == ("pipeline clip.yaml", False, 1)
    assert (rows["each/shot"].calls, rows["each/shot"].quote_cny, rows["each/shot"].seconds) == (2, Decimal("3.6"), 6)
    assert rows["opening/shot"].title == "opening: the shot" and rows["opening/shot"].within == "opening"
    assert rows["opening/end"].needs == ["opening/shot"] and rows["next"].needs == ["opening"]
    assert plan.total_cny == sum(rows[name].quote_cny for name in ("opening/shot", "each/shot", "next"))
    assert (await planned(OUTER, more=True)).calls == plan.calls + 1


@pytest.mark.slow
async def test_a_pipeline_runs_another_for_each_item_and_pays_once(
    session: Session, submits: Submits, tmp_path: Path
) -> None:
    """The inner steps are named after the outer one; what follows uses their outputs; run again, nothing is sent."""
    put(tmp_path, clip=CLIP)
    path = put(tmp_path, outer=OUTER)
    pipeline, _ = load(path)
    production = await pipeline_flow(pipeline, tmp_path)()
    assert production.state == "done"
    steps = {step.name: step.state for step in production.manifest.steps}
    assert steps == {
        "opening": "done", "opening/shot": "done", "opening/end": "done", "extra": "skipped", "each": "done",
        "each 1/shot": "done", "each 1/end": "done", "each 2/shot": "done", "each 2/end": "done", "film": "done",
        "next": "done",
    }  # fmt: skip
    assert sorted(submits()) == ["a street", "dawn", "dusk", "onward"]
    assert [one.path for one in production.manifest.deliverables if one.path.endswith("mp4")] == [
        "film.mp4", "clips/01.mp4", "clips/02.mp4",
    ]  # fmt: skip
    assert {one.step for one in production.manifest.generations} == {
        "opening/shot", "each 1/shot", "each 2/shot", "next",
    }  # fmt: skip
    again = await ran(path, session)
    assert all(step.state in ("done", "skipped") for step in again.every_step()) and len(submits()) == 4
    put(tmp_path, outer=OUTER.replace("dusk", "night"))
    await ran(path, session)
    assert submits()[4:] == ["night"]


@pytest.mark.slow
async def test_what_fails_within_a_pipeline_fails_the_step_that_runs_it(session: Session, tmp_path: Path) -> None:
    """With the inner step's reason; with `skip` the item is left out, and where an output is there it goes on."""
    put(tmp_path, clip=CLIP)
    path = put(
        tmp_path,
        outer="""
pipeline: outer
steps:
  bad: {pipeline: clip.yaml, input: {words: something forbidden}}
  some: {for_each: [forbidden, fine], on_item_failure: skip, pipeline: clip.yaml, input: {words: "${item}"}}
  after: {use: last_frame, input: {video: "${bad.video}"}}
  film: {use: concatenate, input: {videos: "${some.video}"}}
""",
    )
    run = await ran(path, session)
    assert {name: step.state for name, step in run.steps.items()} == {
        "bad": "failed", "some": "done", "after": "skipped", "film": "done",
    }  # fmt: skip
    assert str(run.steps["bad"].reason).startswith("DataInspectionFailed: bad: the shot: Input data may contain")
    assert len(run.steps["some"].outputs["video"]) == 1 and len(run.steps["some"].left_out) == 1


async def test_a_built_in_pipeline_is_a_step_by_its_name_with_what_it_delivers(
    planned: Callable[..., Any], refusal: Callable[..., Any]
) -> None:
    """`moving-picture` delivers film.mp4, so it gives `film`; a picture is wanted for its `picture`."""
    text = """
pipeline: outer
params: {photo: {type: image}, clip: {type: video}}
steps:
  alive: {pipeline: moving-picture, input: {picture: "${PICTURE}", motion: a wave}}
  styled: {model: video-style-transform, input: {video_url: "${alive.OUTPUT}"}}
"""
    given = {"photo": "https://example.com/a.png", "clip": "https://example.com/a.mp4"}
    good = text.replace("PICTURE", "photo").replace("OUTPUT", "film")
    assert (await planned(good, **given)).calls == 2
    wrong = await refusal(text.replace("PICTURE", "clip").replace("OUTPUT", "film"), **given)
    assert wrong == "pipeline.yaml:5:45: steps.alive.input.picture: wants an image, got a video"
    wrong = await refusal(text.replace("PICTURE", "photo").replace("OUTPUT", "flim"), **given)
    assert "pipeline.yaml:6:50: steps.styled.input.video_url: step 'alive' has no output 'flim'." in wrong
    assert "Did you mean 'film'? It gives: film." in wrong


@pytest.mark.parametrize(
    ("outer", "inner", "said"),
    [
        (
            "{pipeline: clip.yaml, input: {wrds: x}}",
            CLIP,
            "pipeline.yaml:3:36: steps.s.input.wrds: unknown parameter 'wrds'. Did you mean 'words'?",
        ),
        ("{pipeline: clip.yaml}", CLIP, "pipeline.yaml:3:3: steps.s.input: words is required: What is seen."),
        (
            "{pipeline: clip.yaml, input: {words: x, seconds: long}}",
            CLIP,
            "pipeline.yaml:3:46: steps.s.input.seconds: must be a whole number; got 'long'",
        ),
        (
            "{pipeline: clip.yaml, input: {words: x, seconds: 99}}",
            CLIP,
            "clip.yaml:11:18: steps.shot.parameters.duration: in the pipeline clip.yaml: ",
        ),
        (
            "{pipeline: clip.yaml, input: {words: x}}",
            CLIP.replace('shot.video}", end', 'shot.vido}", end'),
            "clip.yaml:13:11: outputs.video: in the pipeline clip.yaml: step 'shot' has no output 'vido'",
        ),
        (
            "{pipeline: clip.yaml, input: {words: x}}",
            CLIP.replace('video: "${shot.video}", end', 'video: "${shot.video or end.image}", end'),
            "clip.yaml:13:11: outputs.video: in the pipeline clip.yaml: must be of one type, got video or image",
        ),
        ("{pipeline: clap}", CLIP, "pipeline.yaml:3:7: steps.s.pipeline: there is no built-in pipeline 'clap'."),
        ("{pipeline: clip}", CLIP, "Did you mean the file clip.yaml?"),
        ("{pipeline: ../clip.yaml}", CLIP, "a pipeline that is a step lies beside the file that names it"),
        ("{pipeline: none.yaml}", CLIP, "there is no file none.yaml beside this one"),
        (
            "{pipeline: clip.yaml}",
            "pipeline: clip\nsteps: {a: {pipeline: pipeline.yaml}}",
            "clip.yaml:2:13: steps.a.pipeline: in the pipeline clip.yaml: these pipelines run each other: "
            "pipeline -> clip -> pipeline",
        ),
        ("{pipeline: clip.yaml, takes: 2}", CLIP, "`takes` belong to steps with a `model`"),
    ],
)
async def test_a_pipeline_that_cannot_be_a_step_is_refused_with_its_place(
    refusal: Callable[..., Any], tmp_path: Path, outer: str, inner: str, said: str
) -> None:
    """At the step that gives what is wrong, or in the inner file where it is wrong."""
    put(tmp_path, clip=inner)
    assert said in await refusal(f"pipeline: p\nsteps:\n  s: {outer}\n")


MIDDLE = """
pipeline: middle
params: {length: {type: integer, default: 60}}
steps: {m: {pipeline: clip.yaml, input: {words: x, seconds: "${length}"}}}
deliver: {m.mp4: "${m.video}"}
"""


@pytest.mark.parametrize(
    ("outer", "params", "given", "said"),
    [
        (
            "{pipeline: clip.yaml, input: {words: x, seconds: 99}}",
            "{}",
            {},
            "steps.s.input.seconds (pipeline.yaml:4:46)",
        ),
        (
            "{pipeline: clip.yaml, input: {words: x, seconds: '${long}'}}",
            "{long: {type: integer}}",
            {"long": 99},
            "parameter long (steps.s.input.seconds, pipeline.yaml:4:46)",
        ),
        (
            "{pipeline: middle.yaml, input: {length: '${long}'}}",
            "{long: {type: integer}}",
            {"long": 99},
            "parameter long (steps.s.input.length, pipeline.yaml:4:38)",
        ),
        ("{pipeline: middle.yaml, input: {length: 99}}", "{}", {}, "steps.s.input.length (pipeline.yaml:4:38)"),
        ("{pipeline: middle.yaml}", "{}", {}, None),
    ],
)
async def test_what_is_wrong_within_a_pipeline_says_who_gave_it(
    refusal: Callable[..., Any], tmp_path: Path, outer: str, params: str, given: dict[str, Any], said: str | None
) -> None:
    """The place in the outermost file and its parameter, however deep it lies; a default is nobody's but its own."""
    put(tmp_path, clip=CLIP, middle=MIDDLE)
    found = await refusal(f"pipeline: p\nparams: {params}\nsteps:\n  s: {outer}\n", **given)
    assert found.startswith("clip.yaml:11:18: steps.shot.parameters.duration: in the pipeline clip.yaml: ")
    assert len(found.splitlines()) == 1
    assert found.endswith(f"; it comes from {said}") if said else "comes from" not in found


async def test_pipelines_lie_five_deep_at_most(refusal: Callable[..., Any], tmp_path: Path) -> None:
    """Deeper ones are refused."""
    files = {f"p{n}": f"pipeline: p{n}\nsteps: {{a: {{pipeline: p{n + 1}.yaml}}}}\n" for n in range(1, 6)}
    put(tmp_path, **files, p6="pipeline: p6\nsteps: {a: {model: wan2.6-t2v, input: {prompt: x}}}\n")
    assert "more than 5 deep" in await refusal("pipeline: p0\nsteps: {a: {pipeline: p1.yaml}}\n")
    assert await refusal("pipeline: p0\nsteps: {a: {pipeline: p2.yaml}}\n") == "it was accepted"
