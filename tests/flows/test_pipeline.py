"""What can be declared as a pipeline, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.document import InvalidInput
from flows.pipeline import Pipeline, Step, check_names

Refusal = Callable[..., Any]


def film(steps: str, params: str = "{}", deliver: str = "{}") -> str:
    return f"pipeline: p\nparams: {params}\nsteps:\n{steps}\ndeliver: {deliver}\n"


T2V = "  shot: {model: wan2.6-t2v, input: {prompt: a street}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            film("  shot: {model: wan2.6-tv, input: {prompt: x}}"),
            "pipeline.yaml:4:10: steps.shot.model: there is no model 'wan2.6-tv'; the nearest: wan2.6-t2v",
            id="model",
        ),
        pytest.param(
            film("  cut: {use: last_fram, input: {video: x.mp4}}"),
            "steps.cut.use: there is no operation 'last_fram'. Did you mean 'last_frame'?",
            id="operation",
        ),
        pytest.param(
            film(T2V + "\n  cut: {use: last_frame, input: {video: '${shto.video}'}}"),
            "pipeline.yaml:5:34: steps.cut.input.video: there is no step or parameter 'shto'. Did you mean 'shot'?",
            id="step",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, input: {prompt: '${loook}'}}", "{look: {type: text}}"),
            "there is no step or parameter 'loook'. Did you mean 'look'? Known: shot, look.",
            id="parameter",
        ),
        pytest.param(
            film(T2V + "\n  cut: {use: last_frame, input: {video: '${shot.vidio}'}}"),
            "step 'shot' has no output 'vidio'. Did you mean 'video'? It gives: video.",
            id="output",
        ),
        pytest.param(
            film(T2V + "\n  cut: {use: last_frame, input: {video: '${shot}'}}"),
            "say which output of step 'shot', e.g. ${shot.video}",
            id="no output",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, input: {prompt: '${look.text}'}}", "{look: {}}"),
            "parameter 'look' has no outputs; write ${look}",
            id="output of a parameter",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, input: {prompt: '${shot.video}'}}"),
            "steps.shot.input.prompt: a step cannot refer to itself",
            id="itself",
        ),
        pytest.param(
            film(
                "  a: {use: last_frame, input: {video: '${c.video}'}}\n"
                "  b: {model: wan2.6-i2v, input: {img_url: '${a.image}'}}\n"
                "  c: {use: concatenate, input: {videos: ['${b.video}']}}"
            ),
            "these steps wait for each other: a -> c -> b -> a",
            id="circle",
        ),
        pytest.param(film("  item: {model: wan2.6-t2v}"), "steps.item: this name is reserved", id="reserved step"),
        pytest.param(film(T2V, "{storage: {}}"), "params.storage: this name is reserved", id="reserved parameter"),
        pytest.param(film(T2V, "{class: {}}"), "params.class: this name is reserved", id="keyword"),
        pytest.param(film(T2V, "{shot: {}}"), "steps.shot: a parameter has this name, too", id="both"),
        pytest.param(
            film(T2V, deliver="{../film.mp4: '${shot.video}'}"),
            "must be the path of a file inside the production, e.g. film.mp4",
            id="outside",
        ),
        pytest.param(film(T2V, deliver="{/film.mp4: '${shot.video}'}"), "inside the production", id="absolute"),
        pytest.param(film(T2V, deliver="{scenes/: '${shot.video}'}"), "must be the path of a file", id="a folder"),
        pytest.param(
            film(T2V, deliver="{manifest.json: '${shot.video}'}"),
            "every production has its own manifest.json; choose another name",
            id="own file",
        ),
        pytest.param(
            film(T2V, deliver="{film.mp4: shot.video}"),
            "must be one reference such as ${step.video}",
            id="no reference",
        ),
        pytest.param(
            film(T2V + "\n  look: {use: probe, input: {media: '${shot.video}'}}", deliver="{a.txt: '${look.seconds}'}"),
            "must be a file; look.seconds is a number",
            id="delivers a number",
        ),
        pytest.param(
            film(T2V, "{word: {type: text}}", deliver="{a.mp4: '${word}'}"),
            "must be a file; parameter 'word' is text",
            id="delivers a word",
        ),
        pytest.param(
            film("  shot: {for_each: [a], model: wan2.6-t2v, input: {prompt: '${itm}'}}"),
            "there is no step or parameter 'itm'. Did you mean 'item'? Known: item, index, shot.",
            id="item misspelt",
        ),
        pytest.param(
            film("  shot: {for_each: [a], in_turn: true, model: wan2.6-t2v, input: {prompt: '${previos.video}'}}"),
            "'previos'. Did you mean 'previous'? Known: item, index, previous, shot.",
            id="previous misspelt",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, input: {prompt: '${item}'}}"),
            "${item} is known only within a step with `for_each`",
            id="item alone",
        ),
        pytest.param(
            film("  shot: {for_each: [a], when: '${item}', model: wan2.6-t2v, input: {prompt: '${item}'}}"),
            "steps.shot.when: ${item} is known only within a step with `for_each`",
            id="item in when",
        ),
        pytest.param(
            film("  shot: {for_each: '${word}', model: wan2.6-t2v, input: {prompt: x}}", "{word: {default: a}}"),
            "steps.shot.for_each: must be a list, got text",
            id="for_each over a word",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, use: probe}"),
            "a step has either `model` (a model of the catalog), `use` (a local operation) or `pipeline`",
            id="model and use",
        ),
        pytest.param(
            film("  cut: {use: last_frame, take: 2, input: {video: x.mp4}}"),
            "`parameters`, `fallback`, `take` and `takes` belong to steps with a `model`",
            id="take of an operation",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, fallback: qwen-plus, input: {prompt: x}}"),
            "steps.shot.fallback: qwen-plus does not give what wan2.6-t2v gives: video",
            id="fallback of another kind",
        ),
        pytest.param(
            film(
                "  shot: {model: wan2.6-t2v, fallback: [wan2.5-t2v-preview], input: {prompt: x}, parameters: "
                "{duration: 7}}"
            ),
            "steps.shot.parameters.duration: 7 is not taken by wan2.5-t2v-preview; allowed: 5, 10",
            id="fallback that cannot",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, input: {prompt: '${a b}'}}"),
            "'${a b}' is not a reference",
            id="no reference",
        ),
        pytest.param(
            film("  shot: {model: wan2.6-t2v, input: {prompt: 'in ${shot'}}"),
            "pipeline.yaml:4:37: steps.shot.input.prompt: a reference is not closed in 'in ${shot'",
            id="not closed",
        ),
        pytest.param(
            film(T2V + "\n  film: {use: concatenate, input: {video: ['${shot.video}']}}"),
            "pipeline.yaml:5:36: steps.film.input.video: unknown field 'video'. Did you mean 'videos'?",
            id="input of an operation",
        ),
        pytest.param(
            film(T2V + "\n  film: {use: concatenate, input: {videos: ['${shot.video[0]}']}}"),
            "pipeline.yaml:5:45: steps.film.input.videos[0]: shot.video is a single video, not a list",
            id="one of a single one",
        ),
        pytest.param(
            film("  shot: {when: need == film, model: wan2.6-t2v, input: {prompt: x}}", "{need: {}}"),
            "steps.shot.when: 'need == film' refers to nothing, so it is always the same; did you mean ${need}?",
            id="when without a reference",
        ),
        pytest.param(
            film(
                "  shot: {for_each: {city: [a, b]}, model: wan2.6-t2v, input: {prompt: '${item.city}'}}\n"
                "  sheet: {use: contact_sheet, input: {sources: '${shot.video}', captions: '${shot.town}'}}"
            ),
            "step 'shot' has no output 'town'. It gives: video; its items have city.",
            id="no field of the items",
        ),
        pytest.param(film("  shot: {modle: wan2.6-t2v}"), "unknown field 'modle'. Did you mean 'model'?", id="typo"),
        pytest.param("pipeline: p\nsteps: {}\n", "pipeline.yaml:2:1: steps: ", id="no steps"),
        pytest.param("- a\n- b\n", "expected fields such as pipeline", id="a list"),
        pytest.param("", "expected fields such as pipeline", id="empty"),
    ],
)
async def test_a_pipeline_that_cannot_run_is_refused_with_the_place_and_the_remedy(
    refusal: Refusal, text: str, said: str
) -> None:
    """Every mistake in a pipeline file is named where it stands, with what would be right."""
    assert said in await refusal(text)


IMAGE = "{picture: {type: image, default: 'https://example.com/a.png'}}"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        pytest.param(
            T2V + "\n  clip: {model: wan2.6-i2v, input: {img_url: '${shot.video}'}}",
            "pipeline.yaml:5:37: steps.clip.input.img_url: wants an image, got a video",
            id="video as image",
        ),
        pytest.param(
            T2V + "\n  clip: {model: wan2.6-t2v, input: {prompt: '${shot.video}'}}",
            "steps.clip.input.prompt: wants text, got a video",
            id="video as text",
        ),
        pytest.param(
            T2V + "\n  frame: {use: last_frame, input: {video: '${shot.video}'}}"
            "\n  end: {use: last_frame, input: {video: '${frame.image}'}}",
            "steps.end.input.video: wants a video, got an image",
            id="image as video",
        ),
        pytest.param(
            T2V + "\n  all: {use: concatenate, input: {videos: '${shot.video}'}}",
            "steps.all.input.videos: wants a list, got a video",
            id="one where a list is wanted",
        ),
        pytest.param(
            "  shot: {for_each: [a, b], model: wan2.6-t2v, input: {prompt: '${item}'}}"
            "\n  end: {use: last_frame, input: {video: '${shot.video}'}}",
            "steps.end.input.video: wants a single file, got a list",
            id="a list where one is wanted",
        ),
        pytest.param(
            "  shot: {for_each: [a, b], model: wan2.6-t2v, input: {prompt: '${item}'}}"
            "\n  restyled: {model: video-style-transform, input: {video_url: '${shot.video}'}}",
            "steps.restyled.input.video_url: ",
            id="a list where a model wants one",
        ),
        pytest.param(
            "  all: {use: concatenate, input: {videos: ['${picture}']}}",
            "steps.all.input.videos: wants a video, got an image",
            id="parameter of another kind",
        ),
        pytest.param(
            "  restyled: {model: video-style-transform, input: {video_url: '${picture}'}}",
            "steps.restyled.input.video_url: wants a video, got an image",
            id="web address of another kind",
        ),
        pytest.param(
            T2V + "\n  cut: {use: mux, input: {video: '${shot.video}', audoi: a.mp3}}",
            "unknown field 'audoi'. Did you mean 'audio'?",
            id="typo in an operation",
        ),
        pytest.param(
            T2V + "\n  cut: {use: mux, input: {video: '${shot.video}', audio: missing.mp3}}",
            "steps.cut.input.audio: there is no file",
            id="missing file of an operation",
        ),
        pytest.param(
            "  clip: {model: wan2.6-i2v, input: {img_url: missing.png}}",
            "steps.clip.input.img_url: there is no file",
            id="missing file of a model",
        ),
        pytest.param(
            "  shot: {model: wan2.6-t2v, input: {prompt: x}, parameters: {size: 1280x720}}",
            "steps.shot.parameters.size: '1280x720' is not taken by wan2.6-t2v; did you mean 1280*720?; allowed: 1280",
            id="size",
        ),
        pytest.param(
            "  shot: {model: wan2.6-t2v, input: {prompt: ''}}", "steps.shot.input.prompt: is empty", id="empty prompt"
        ),
    ],
)
async def test_an_input_of_the_wrong_kind_is_refused_before_anything_runs(
    refusal: Refusal, steps: str, said: str
) -> None:
    """What a step gives must be what the next step takes; that is known from the declaration alone."""
    answer = await refusal(film(steps, IMAGE))
    assert said in answer
    assert len(answer.splitlines()) == 1, answer


@pytest.mark.parametrize(
    ("param", "given", "said"),
    [
        ("{type: integer}", "soon", "value: must be a whole number; got 'soon'"),
        ("{type: number}", "much", "value: must be a number; got 'much'"),
        ("{type: boolean}", "perhaps", "value: must be true or false; got 'perhaps'"),
        ("{type: text, choices: [day, night]}", "noon", "value: must be one of day, night; got 'noon'"),
        ("{type: image}", "nothing.png", "value: there is no file"),
        ("{type: image}", "pipeline.yaml", "value: "),
        ("{type: text, description: What is seen}", None, "value: is required: What is seen"),
        ("{type: integer, default: soon}", ..., "pipeline.yaml:2:33: params.value.default: must be a whole number"),
    ],
)
async def test_a_parameter_of_the_wrong_type_is_refused(refusal: Refusal, param: str, given: Any, said: str) -> None:
    """Parameters are checked against their declared type, and files are looked at."""
    params = {} if given is ... else {"value": given}
    assert said in await refusal(film(T2V, f"{{value: {param}}}"), **params)


async def test_an_unknown_parameter_is_named_with_the_nearest(refusal: Refusal) -> None:
    """A misspelt parameter is answered with the one that was meant."""
    assert "lok: unknown parameter 'lok'. Did you mean 'look'? This pipeline knows: look." in await refusal(
        film(T2V, "{look: {default: x}}"), lok="night"
    )


def test_a_step_waits_for_what_it_refers_to_and_nothing_else() -> None:
    """References are the edges, wherever they stand: inputs, for_each, when, require."""
    pipeline = Pipeline(
        pipeline="p",
        steps={
            "d": Step(use="last_frame", input={"video": "${a.video}"}, when="${b.has_audio}"),
            "b": Step(use="probe", input={"media": "${a.video}"}),
            "a": Step(model="wan2.6-t2v", input={"prompt": "x"}),
            "c": Step(model="wan2.6-t2v", input={"prompt": "y"}, require="${b.has_audio}"),
        },
    )
    assert pipeline.needs == {"d": ("b", "a"), "b": ("a",), "a": (), "c": ("b",)}
    assert pipeline.order.index("a") < pipeline.order.index("b") < pipeline.order.index("d")


def test_every_problem_is_told_at_once() -> None:
    """Two mistakes in two steps are two problems of one error."""
    pipeline = Pipeline(
        pipeline="p",
        steps={name: Step(model="wan2.6-t2v", input={"prompt": f"${{no{name}}}"}) for name in ("a", "b")},
    )
    with pytest.raises(InvalidInput) as caught:
        check_names(pipeline)
    assert [problem.at for problem in caught.value.problems] == [
        ("steps", "a", "input", "prompt"),
        ("steps", "b", "input", "prompt"),
    ]
