"""A storyboard compiles to a pipeline, and the pipeline makes the film."""

from __future__ import annotations

import json
from typing import Any

import pytest

from blocks.catalog import Status
from flows.document import InvalidInput, Problem
from flows.film import Film, compile_film, foreseen, in_storyboard, storyboard_text, writing_request, written
from flows.productions import film as film_flow
from flows.storyboard import Storyboard
from tasks.records import Generation


def compiled(*scenes: dict[str, Any], **more: Any) -> Film:
    listed = [
        {"shots": [{"prompt": f"scene {number}", "seconds": 3}], **scene} for number, scene in enumerate(scenes, 1)
    ]
    return compile_film(Storyboard.model_validate({"title": "A film", "scenes": listed, **more}))


def test_scenes_stand_side_by_side_and_the_film_joins_them_in_order() -> None:
    """Without a style each scene is one request, and they wait for nobody."""
    pipeline = compiled({}, {}, {}, size="1280*720", seed=7).pipeline
    assert list(pipeline.steps) == ["scene-1", "scene-2", "scene-3", "film"]
    assert pipeline.needs["scene-2"] == ()
    assert pipeline.steps["film"].input == {"videos": ["${scene-1.video}", "${scene-2.video}", "${scene-3.video}"]}
    assert pipeline.steps["scene-2"].parameters == {"size": "1280*720", "duration": 3, "seed": 7}
    assert pipeline.deliver["film.mp4"] == "${film.video}"


def test_a_scene_says_otherwise_for_itself_only() -> None:
    """Model, size, seed, look, negative prompt, sound and take of one scene leave the others alone."""
    own = {
        "model": "wan2.5-t2v-preview",
        "size": "832*480",
        "seed": 9,
        "negative_prompt": "fog",
        "audio_url": "https://example.com/a.mp3",
        "take": 2,
        "look": "bright",
        "shots": [{"prompt": "a square", "seconds": 5}],
    }
    steps = compiled({}, own, look="dark", size="1280*720", seed=1, negative_prompt="rain").pipeline.steps
    assert steps["scene-1"].input == {"prompt": "dark. scene 1.", "negative_prompt": "rain"}
    other = steps["scene-2"]
    assert (other.model, other.take) == ("wan2.5-t2v-preview", 2)
    assert other.input == {
        "prompt": "bright. a square.",
        "negative_prompt": "fog",
        "audio_url": "https://example.com/a.mp3",
    }
    assert other.parameters == {"size": "832*480", "duration": 5, "seed": 9}


def test_several_shots_are_asked_for_in_the_documented_way() -> None:
    """A multi-shot request says shot_type multi, which needs prompt_extend."""
    shots = [{"prompt": "wide", "seconds": 2}, {"prompt": "close", "seconds": 3}]
    step = compiled({"shots": shots}).pipeline.steps["scene-1"]
    assert step.input["prompt"] == "Shot 1 [0-2s] wide. Shot 2 [2-5s] close."
    assert step.parameters == {"duration": 5, "shot_type": "multi", "prompt_extend": True}


def test_a_preset_restyles_every_scene_and_a_scene_may_have_its_own() -> None:
    """Raw and styled clips are both delivered; the film is made of the styled ones."""
    pipeline = compiled({}, {"style": 7}, style="paper craft").pipeline
    assert [pipeline.steps[f"style-{n}"].parameters["style"] for n in (1, 2)] == [5, 7]
    assert pipeline.steps["style-1"].model == "video-style-transform"
    assert pipeline.steps["film"].input["videos"] == ["${style-1.video}", "${style-2.video}"]
    assert pipeline.deliver["scenes/02-raw.mp4"] == "${scene-2.video}"
    assert pipeline.deliver["scenes/02-styled.mp4"] == "${style-2.video}"


def test_a_style_in_free_words_repaints_and_puts_the_sound_back() -> None:
    """Repainting gives silence, so the scene's own sound is laid under it again; a silent model needs none."""
    steps = compiled({}, style={"prompt": "oil on canvas"}).pipeline.steps
    assert steps["style-1"].model == "wanx2.1-vace-plus"
    assert steps["style-1"].input["function"] == "video_repainting"
    assert steps["sound-1"].input["audio"] == "${scene-1.video}"
    assert steps["film"].input["videos"] == ["${sound-1.video}"]
    silent = compiled(
        {"shots": [{"prompt": "x", "seconds": 5}]}, model="wan2.2-t2v-plus", style={"prompt": "oil on canvas"}
    ).pipeline.steps
    assert "sound-1" not in silent


def test_continuity_starts_each_scene_from_the_last_frame_before_it() -> None:
    """The second scene is made by the image model from the first one's end, in its own terms of size."""
    pipeline = compiled({}, {}, continuity="last-frame", size="1280*720").pipeline
    second = pipeline.steps["scene-2"]
    assert (second.model, second.input["img_url"]) == ("wan2.6-i2v", "${frame-1.image}")
    assert second.parameters["resolution"] == "720P" and "size" not in second.parameters
    assert pipeline.needs["frame-1"] == ("scene-1",)
    assert "frame-2" not in pipeline.steps


def test_music_lies_under_the_film() -> None:
    """The film is delivered with its music, whose file is a parameter of the pipeline."""
    pipeline = compiled({}, music="https://example.com/theme.mp3", music_gain_db=-3).pipeline
    assert pipeline.steps["score"].input == {"video": "${film.video}", "audio": "${music}", "gain_db": -3}
    assert pipeline.deliver["film.mp4"] == "${score.video}"
    assert pipeline.params["music"].default == "https://example.com/theme.mp3"


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (("steps", "scene-1", "parameters", "size"), "size"),
        (("steps", "scene-2", "parameters", "size"), "scenes[1].size"),
        (("steps", "scene-2", "parameters", "duration"), "scenes[1].shots[0].seconds"),
        (("steps", "scene-1", "input", "prompt"), "scenes[0]"),
        (("steps", "style-1", "parameters", "style"), "style"),
        (("steps", "score", "input", "audio"), "music"),
        (("params", "music", "default"), "music"),
    ],
)
def test_a_problem_of_the_pipeline_is_told_where_the_storyboard_says_it(at: tuple[Any, ...], place: str) -> None:
    """Who wrote a storyboard never hears of steps."""
    film = compiled({}, {"size": "1280*720"}, size="1920*1080", style=1, music="a.mp3")
    told = in_storyboard(film, InvalidInput([Problem(at, "is wrong")]))
    assert str(told) == f"{place}: is wrong"


BRIEF = {"title": "A film", "brief": {"text": "a lighthouse at dawn", "scenes": 2, "seconds": 12}}


def answer(text: str) -> Generation:
    return Generation(fingerprint="f", model="qwen-plus", request={}, status=Status.SUCCEEDED, values={"text": text})


def test_a_brief_is_written_out_by_the_chat_model() -> None:
    """The model is told the brief and the form, and its scenes become the storyboard's."""
    board = Storyboard.model_validate(BRIEF)
    body = writing_request(board.brief).to_dict() if board.brief else {}
    asked = json.loads(body["input"]["messages"][1]["content"])
    assert asked["brief"] == "a lighthouse at dawn" and (asked["scenes"], asked["seconds"]) == (2, 12)
    said = {"look": "grey", "scenes": [{"title": "one", "shots": [{"prompt": "sea", "seconds": 6}]}] * 2}
    story = written(board, answer(f"```json\n{json.dumps(said)}\n```"))
    assert (story.brief, story.look, story.seconds) == (None, "grey", 12)
    assert [cut.prompt for cut in compile_film(story).cuts] == ["grey. sea."] * 2
    assert [cut.seconds for cut in compile_film(foreseen(board)).cuts] == [6, 6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Here you are!", "qwen-plus did not answer with JSON"),
        ('{"scenes": []}', "qwen-plus wrote no scenes"),
        ('{"scenes": [{"shots": [{"seconds": 3}]}]}', "qwen-plus wrote: shots[0].prompt: is missing"),
        ('{"scenes": ["a"]}', "qwen-plus wrote"),
    ],
)
def test_an_answer_that_is_no_storyboard_is_refused(text: str, said: str) -> None:
    """What the chat model writes is checked like what a person writes."""
    with pytest.raises(InvalidInput, match="brief: ") as caught:
        written(Storyboard.model_validate(BRIEF), answer(text))
    assert said in str(caught.value)


def test_a_storyboard_as_text_is_the_storyboard() -> None:
    """What is delivered beside the film makes the same film again."""
    import yaml

    film = compiled({"title": "雨"}, {"style": 3}, look="夜", seed=3)
    assert Storyboard.model_validate(yaml.safe_load(storyboard_text(film.storyboard))) == film.storyboard


@pytest.mark.slow
async def test_scenes_go_on_from_the_last_frame(service: Any, prefect_server: str) -> None:
    """The image-to-video request carries the frame that was cut from the scene before."""
    board = compiled({}, {}, continuity="last-frame", size="1280*720").storyboard
    production = await film_flow(board)
    assert production.state == "done"
    second = next(one for one in production.manifest.generations if one.step == "scene-2")
    assert (second.model, second.status) == ("wan2.6-i2v", "SUCCEEDED")
    assert second.request["input"]["img_url"].endswith("last-frame.png")
