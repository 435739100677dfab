"""Steps of a pipeline: what they give, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flows.document import InvalidInput

Planned = Callable[..., Any]

POSTERS = """
pipeline: posters
steps:
  draft:
    model: wanx-poster-generation-v1
    input: {generate_mode: generate, title: 秋日书市, prompt_text_zh: 落叶, generate_num: 2}
  first:
    model: wanx-poster-generation-v1
    input:
      generate_mode: hrf
      title: 秋日书市
      prompt_text_zh: 落叶
      auxiliary_parameters: ${draft.auxiliary_parameters[0]}
  each:
    for_each: ${draft.auxiliary_parameters}
    model: wanx-poster-generation-v1
    input: {generate_mode: sr, title: 秋日书市, prompt_text_zh: 落叶, auxiliary_parameters: "${item}"}
deliver: {poster.png: "${first.image}"}
"""


async def test_one_text_for_each_result_is_a_list(planned: Planned) -> None:
    """A poster's texts for a second call are taken one by one, or all of them in a fan-out."""
    plan = await planned(POSTERS)
    assert {row.name: row.calls for row in plan.steps} == {"draft": 1, "first": 1, "each": 2}


async def test_a_list_of_texts_is_no_file(planned: Planned) -> None:
    """What is no file cannot be delivered."""
    wrong = POSTERS.replace("${first.image}", "${first.auxiliary_parameters}")
    with pytest.raises(InvalidInput, match="must be a file"):
        await planned(wrong)


EDITED = """
pipeline: edited
params:
  pictures: {type: list, items: image, default: [a.png, a.png]}
  overlap: {type: number, default: 1}
  start: {type: number, default: 1}
steps:
  shot: {model: wan2.6-t2v, input: {prompt: a street}, parameters: {duration: 5, size: 1280*720}}
  part: {use: trim, input: {video: "${shot.video}", start_seconds: "${start}"}}
  slow: {use: speed, input: {video: "${part.video}", factor: 0.5}}
  slides: {use: slideshow, input: {images: "${pictures}", seconds: 3}}
  joined: {use: crossfade, input: {videos: ["${slow.video}", "${slides.video}"], seconds: "${overlap}"}}
  styled: {model: video-style-transform, input: {video_url: "${joined.video}"}}
  stills: {use: frames, input: {video: "${part.video}", every_seconds: 1}}
  moves:
    for_each: ${stills.images}
    model: wan2.6-i2v-flash
    input: {img_url: "${item}", prompt: slowly}
    parameters: {resolution: 720P, duration: 5, audio: false}
  compared: {use: side_by_side, input: {videos: "${moves.video}"}}
deliver: {film.mp4: "${styled.video}", "still-{n}.png": "${stills.images}", compared.mp4: "${compared.video}"}
"""


@pytest.fixture
def pictures(tmp_path: Path) -> None:
    """The picture that the pipeline names."""
    Image.new("RGB", (64, 64)).save(tmp_path / "a.png")


async def test_operations_say_how_long_and_how_many(planned: Planned, pictures: None) -> None:
    """Four seconds at half speed and two slides of three, one second shared: 13 are styled; four stills, four calls."""
    plan = await planned(EDITED)
    rows = {row.name: row for row in plan.steps}
    assert rows["styled"].quote_cny == Decimal("6.5")
    assert rows["moves"].calls == 4 and rows["moves"].quote_cny is not None


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"start": 5}, "start_seconds: must be within the video, which is 5.00 s long; got 5"),
        ({"overlap": 7}, "seconds: video 2 is 6.00 s long and can overlap by 6.00 s at most; got 7"),
    ],
)
async def test_what_cannot_be_cut_is_refused_by_the_plan(
    planned: Planned, pictures: None, params: dict[str, Any], said: str
) -> None:
    """What the lengths to come do not allow is refused before anything is paid for."""
    with pytest.raises(InvalidInput, match=said):
        await planned(EDITED, **params)


async def test_what_only_a_run_knows_is_not_refused(planned: Planned, pictures: None) -> None:
    """A number that a step will give may be anything that its input takes."""
    unknown = (
        EDITED.replace("every_seconds: 1", "count: 4")
        .replace('start_seconds: "${start}"', 'start_seconds: "${facts.seconds}"')
        .replace("  part:", '  facts: {use: probe, input: {media: "${shot.video}"}}\n  part:')
    )
    plan = await planned(unknown)
    assert next(row for row in plan.steps if row.name == "styled").quote_cny is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${words[chosen]}", "it was accepted"),
        ("${words[chosn]}", "[chosn] is no parameter. Did you mean 'chosen'? Whole numbers: chosen."),
        ("${words[words]}", "[words] must be a parameter of whole numbers"),
        ("${words[index]}", "[index] is no parameter. Whole numbers: chosen."),
    ],
)
async def test_what_says_which_of_a_list_is_a_parameter_of_whole_numbers(
    refusal: Callable[..., Any], text: str, said: str
) -> None:
    """Checked before anything else, with what there is."""
    params = "{words: {type: list, default: [a, b]}, chosen: {type: integer, default: 1}}"
    steps = f"{{clip: {{model: wan2.6-t2v, input: {{prompt: '{text}'}}}}}}"
    assert said in await refusal(f"pipeline: p\nparams: {params}\nsteps: {steps}\n")
