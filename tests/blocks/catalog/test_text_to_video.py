"""Text to video."""

from __future__ import annotations

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of


def test_the_wire_holds_what_was_set_and_nothing_more(bodies) -> None:
    """The body equals what the user said; a default is never sent."""
    body = bodies("wan2.6-t2v")
    assert catalog.request(body).body() == body
    bare = {"model": "wan2.6-t2v", "input": {"prompt": "rain"}}
    assert catalog.request(bare).body() == bare


def test_defaults_are_known_without_being_sent() -> None:
    """What was not set still has its documented value."""
    request = catalog.request({"model": "wan2.6-t2v", "input": {"prompt": "rain"}})
    assert (request.seconds, request.size, request.tier, request.sound) == (5.0, (1920, 1080), "1080P", True)
    older = catalog.request({"model": "wanx2.1-t2v-turbo", "input": {"prompt": "rain"}})
    assert (older.seconds, older.size, older.tier, older.sound) == (5.0, (1280, 720), "720P", False)


def test_a_size_of_another_model_names_that_model(bodies) -> None:
    """A wrong size is refused with the sizes the model takes, and the models that take it."""
    problem = problem_of(bodies("wan2.6-t2v", parameters={"size": "624*624"}))
    assert problem.field == "parameters.size"
    assert problem.value == "624*624"
    assert "1280*720" in problem.allowed and "624*624" not in problem.allowed
    assert problem.models == ["wan2.5-t2v-preview", "wan2.2-t2v-plus", "wanx2.1-t2v-turbo"]


@pytest.mark.parametrize("size", ["1280x720", "1280×720"])
def test_a_misspelt_size_is_corrected(bodies, size: str) -> None:
    """The nearest right spelling is named."""
    assert "did you mean 1280*720?" in problem_of(bodies("wan2.6-t2v", parameters={"size": size})).message


def test_there_is_no_720p_where_the_table_has_none(bodies) -> None:
    """wan2.2-t2v-plus makes 480P and 1080P only."""
    problem = problem_of(bodies("wan2.2-t2v-plus", parameters={"size": "1280*720"}))
    assert "832*480" in problem.allowed and "1920*1080" in problem.allowed
    assert "wan2.6-t2v" in problem.models


@pytest.mark.parametrize("seconds", [1, 16, 0, -3])
def test_a_shot_longer_or_shorter_than_the_model_makes(bodies, seconds: int) -> None:
    """Seconds outside 2 to 15 are refused, and nobody else is named who could not do it either."""
    problem = problem_of(bodies("wan2.6-t2v", parameters={"duration": seconds}))
    assert (problem.field, problem.allowed, problem.models) == ("parameters.duration", {"min": 2, "max": 15}, [])


def test_seconds_of_the_us_model_are_five_or_ten() -> None:
    """wan2.6-t2v-us takes 5 and 10 where wan2.6-t2v takes all between 2 and 15."""
    body = {"model": "wan2.6-t2v-us", "input": {"prompt": "rain"}, "parameters": {"duration": 7}}
    problem = problem_of(body)
    assert problem.allowed == [5, 10]
    assert problem.models == ["wan2.6-t2v"]


@pytest.mark.parametrize("value", [True, "5", 5.0, 5.5])
@pytest.mark.parametrize("model", ["wan2.6-t2v", "wan2.2-t2v-plus"])
def test_a_number_is_a_whole_number(bodies, model: str, value: object) -> None:
    """A bool, a text or a float is no duration, whether it is a range or a choice."""
    problem = problem_of(bodies(model, parameters={"duration": value}))
    assert problem.field == "parameters.duration"
    assert "whole number" in problem.message


@pytest.mark.parametrize("seed", [-1, 2147483648])
def test_a_seed_outside_its_range(bodies, seed: int) -> None:
    """Seeds run from 0 to 2147483647."""
    problem = problem_of(bodies("wan2.6-t2v", parameters={"seed": seed}))
    assert (problem.field, problem.allowed) == ("parameters.seed", {"min": 0, "max": 2147483647})


@pytest.mark.parametrize("shot_type", ["single", "multi"])
def test_shot_type_needs_the_rewritten_prompt(bodies, shot_type: str) -> None:
    """shot_type beside prompt_extend false would be ignored and is refused, though not as the service sees it."""
    body = bodies("wan2.6-t2v", parameters={"shot_type": shot_type, "prompt_extend": False})
    assert problem_of(body).field == "parameters.shot_type"
    assert catalog.request(body, wire=True).body() == body


def test_shot_type_is_for_models_with_several_shots() -> None:
    """wan2.5 knows no shot_type; the models that do are named."""
    body = {"model": "wan2.5-t2v-preview", "input": {"prompt": "rain"}, "parameters": {"shot_type": "multi"}}
    assert problem_of(body).models == ["wan2.6-t2v", "wan2.6-t2v-us"]


def test_a_silent_model_knows_no_sound_track(bodies) -> None:
    """audio_url for a silent model is refused, and the models with sound are named."""
    problem = problem_of(bodies("wan2.2-t2v-plus", input={"audio_url": "https://example.org/song.mp3"}))
    assert problem.field == "input.audio_url"
    assert problem.models == ["wan2.6-t2v", "wan2.6-t2v-us", "wan2.5-t2v-preview"]


def test_a_sound_track_is_found_and_replaced(bodies) -> None:
    """The sound track is a media field: found with its demands, and replaced by a reachable address."""
    request = catalog.request(bodies("wan2.6-t2v", input={"audio_url": "songs/rain.wav"}))
    (field,) = request.media()
    assert (field.path, field.name, field.value) == (("input", "audio_url"), "input.audio_url", "songs/rain.wav")
    assert (field.spec.kind, field.spec.min_seconds, field.spec.max_seconds) == ("audio", 3, 30)
    assert field.spec.accepts == {"http", "oss"}
    staged = request.with_media({field.path: "oss://tmp/rain.wav"})
    assert staged.body() == bodies("wan2.6-t2v", input={"audio_url": "oss://tmp/rain.wav"})
    with pytest.raises(KeyError):
        request.with_media({("input", "prompt"): "x"})


def test_singapore_calls_the_older_models_by_other_names() -> None:
    """The Singapore id is a row of its own and goes over the wire as it is."""
    body = {"model": "wan2.1-t2v-turbo", "input": {"prompt": "rain"}, "parameters": {"size": "624*624"}}
    request = catalog.request(body)
    assert request.body() == body
    assert request.row.regions == ("singapore",)
    assert request.row.same_as == "wanx2.1-t2v-turbo"
