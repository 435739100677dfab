"""From plain data to a typed request, or to a clear account of what is wrong."""

from __future__ import annotations

import json
import pickle
from types import MappingProxyType

import pytest

from blocks import catalog


def _refused(body: object, **switches: bool) -> catalog.InvalidRequest:
    with pytest.raises(catalog.InvalidRequest) as refused:
        catalog.request(body, **switches)  # type: ignore[arg-type]
    return refused.value


@pytest.mark.parametrize("model", ["wan2.6-t2v", "wan2.6-i2v-flash", "video-style-transform", "wanx2.1-vace-plus"])
def test_every_problem_is_told_at_once(bodies, model: str) -> None:
    """A request with several mistakes is refused with all of them, in one text."""
    error = _refused(bodies(model, parameters={"seed": -1, "sead": 3}, extra={"a": 1}))
    fields = {problem.field for problem in error.problems}
    assert {"parameters.sead", "extra"} <= fields
    assert all(problem.field in str(error) for problem in error.problems)
    assert str(error).startswith(f"request to {model}: ")


def test_an_unknown_field_is_corrected(bodies) -> None:
    """The nearest field of the model is named."""
    error = _refused(bodies("wan2.6-t2v", parameters={"duraton": 3}))
    assert str(error) == "request to wan2.6-t2v: parameters.duraton: is no field of wan2.6-t2v; did you mean duration?"


def test_a_field_of_another_kind_of_model_leads_to_those_models() -> None:
    """A first frame given to a model of words names the models that take the whole request, and guesses no field."""
    given = {"prompt": "a cat runs", "img_url": "https://example.org/a.png"}
    (problem,) = _refused({"model": "wan2.6-t2v", "input": given}).problems
    assert {"wan2.6-i2v", "wan2.2-i2v-flash"} <= set(problem.models)
    assert all("i2v" in model for model in problem.models)
    assert "did you mean" not in str(problem)


def test_a_field_of_another_function_leads_to_those_functions() -> None:
    """A model with several functions tells which of them have the field; a misspelt function is corrected."""
    given = {
        "prompt": "a walk",
        "ref_images_url": ["https://example.org/a.png"],
        "video_url": "https://example.org/a.mp4",
    }
    (problem,) = _refused({"model": "wanx2.1-vace-plus", "input": {**given, "function": "image_reference"}}).problems
    assert "no field of wanx2.1-vace-plus with function image_reference" in problem.message
    assert "functions with it: video_repainting, video_edit, video_extension, video_outpainting" in problem.message
    (problem,) = _refused({"model": "wanx2.1-vace-plus", "input": {**given, "function": "image_referense"}}).problems
    assert "did you mean image_reference?" in problem.message


def test_a_missing_field_that_a_check_finds_names_the_check() -> None:
    """Nobody measures faces by hand: the model that gives the boxes is named, and how many numbers they hold."""
    given = {"image_url": "https://example.org/a.png", "audio_url": "https://example.org/a.mp3"}
    problem, _ = _refused({"model": "emo-v1", "input": given}).problems
    assert str(problem) == "input.face_bbox: is missing; emo-detect-v1 gives it; allowed: exactly 4"
    (problem,) = _refused({"model": "animate-anyone-gen2", "input": {"image_url": given["image_url"]}}).problems
    assert "animate-anyone-template-gen2 gives it" in problem.message


def test_a_field_in_the_wrong_place_is_shown_the_right_one(bodies) -> None:
    """A parameter among the inputs is sent where it belongs."""
    (problem,) = _refused(bodies("wan2.6-t2v", input={"duration": 3})).problems
    assert "belongs to parameters.duration" in problem.message


@pytest.mark.parametrize("prompt", ["", "  \n\t "])
def test_an_empty_prompt_is_refused(bodies, prompt: str) -> None:
    """Nothing to show is nothing to pay for, as the service sees it too."""
    for wire in (False, True):
        (problem,) = _refused(bodies("wan2.6-t2v", input={"prompt": prompt}), wire=wire).problems
        assert problem.field == "input.prompt"
        assert "empty" in problem.message


def test_a_text_that_would_be_cut_shows_where(bodies) -> None:
    """Over-long text is refused with the place of the cut; the service would cut it silently and bill."""
    text = "雨" * 1490 + "the lamp goes out here" + "夜" * 221
    (problem,) = _refused(bodies("wan2.6-t2v", input={"prompt": text})).problems
    assert problem.field == "input.prompt"
    assert problem.message == (
        f"has 1733 characters; the model reads 1500. It would be cut after '…{'雨' * 14}the lamp g', before "
        f"'oes out here{'夜' * 12}…'. Shorten it, or say `truncate: true`"
    )
    assert problem.models == []


def test_a_text_too_long_for_an_older_model_names_the_newer_ones(bodies) -> None:
    """800 characters are read by the older models, 1500 by the newer."""
    (problem,) = _refused(bodies("wan2.2-t2v-plus", input={"prompt": "x" * 801})).problems
    assert problem.models == ["wan2.6-t2v", "wan2.6-t2v-us", "wan2.5-t2v-preview"]
    assert catalog.request(bodies("wan2.2-t2v-plus", input={"prompt": "x" * 800})).input.prompt == "x" * 800


def test_text_is_cut_when_told_to(bodies) -> None:
    """With truncate, exactly what the service would read is sent."""
    request = catalog.request(bodies("wan2.2-t2v-plus", input={"prompt": "雪" * 900}), truncate=True)
    assert request.body()["input"]["prompt"] == "雪" * 800
    negative = catalog.request(bodies("wan2.6-t2v", input={"negative_prompt": "x" * 501}), truncate=True)
    assert len(negative.body()["input"]["negative_prompt"]) == 500


def test_null_means_not_set(bodies) -> None:
    """A null is left out of the wire; a required field cannot be null."""
    request = catalog.request(bodies("wan2.6-t2v", parameters={"seed": None}, input={"audio_url": None}))
    assert "seed" not in request.body()["parameters"]
    (problem,) = _refused(bodies("wan2.6-t2v", input={"prompt": None})).problems
    assert (problem.field, problem.message) == ("input.prompt", "is missing")


def test_what_the_vendors_sdk_adds_is_taken_on_the_wire_only(bodies) -> None:
    """input.extend_prompt and a null prompt come from the SDK and leave no trace."""
    body = bodies("wanx2.1-i2v-turbo", input={"extend_prompt": True, "prompt": None})
    assert catalog.request(body, wire=True).body() == bodies("wanx2.1-i2v-turbo")
    assert [problem.field for problem in _refused(body).problems] == ["input.extend_prompt"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (None, "not a mapping"),
        ("wan2.6-t2v", "not a mapping"),
        ({}, "model: is missing"),
        ({"model": None}, "model: is missing"),
        ({"model": 26}, "is no model"),
        ({"model": "wan2.6-t2v"}, "input: is missing"),
        ({"model": "wan2.6-t2v", "input": "rain"}, "input: 'rain' is not a mapping"),
        ({"model": "wan2.6-t2v", "input": {"prompt": "a"}, "parameters": []}, "parameters: '\\[\\]' is not a mapping"),
        ({"model": "wanx2.1-vace-plus", "input": []}, "input: is not a mapping"),
        ({"model": "wan2.6-t2v", "input": {"prompt": ["a"]}}, "is not a text"),
        ({"model": "wan2.6-t2v", "input": {"prompt": "a"}, "parameters": {"watermark": 1}}, "is not true or false"),
    ],
)
def test_what_is_no_request_at_all(body: object, text: str) -> None:
    """Whatever is handed in, the answer is one clear text and never a traceback."""
    with pytest.raises(catalog.InvalidRequest, match=text):
        catalog.request(body)  # type: ignore[arg-type]


def test_an_unknown_model_names_the_nearest() -> None:
    """A misspelt id is refused with the ids that come close; it is an InvalidRequest like any other."""
    with pytest.raises(catalog.UnknownModel, match=r"wan2\.6-t2v"):
        catalog.request({"model": "wan2.6-t2w", "input": {}})
    with pytest.raises(catalog.InvalidRequest, match="wanflow models"):
        catalog.find("zzz")


def test_any_mapping_will_do(bodies) -> None:
    """A read-only mapping is as good as a dict, at every level."""
    body = bodies("wan2.6-t2v")
    frozen = MappingProxyType({name: MappingProxyType(v) if isinstance(v, dict) else v for name, v in body.items()})
    assert catalog.request(frozen).body() == body


def test_a_request_cannot_be_changed(bodies) -> None:
    """Once checked it stays as it is."""
    request = catalog.request(bodies("wan2.6-t2v"))
    with pytest.raises(ValueError, match="frozen"):
        request.model = "other"  # type: ignore[misc]


def test_requests_and_refusals_travel_between_processes(bodies) -> None:
    """Both can be pickled, and say the same afterwards."""
    request = catalog.request(bodies("wan2.6-t2v"))
    assert pickle.loads(pickle.dumps(request)) == request
    error = _refused(bodies("wan2.6-t2v", parameters={"size": "1*1"}))
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.problems, copy.model) == (str(error), error.problems, "wan2.6-t2v")


def test_no_signature_and_no_file_body_in_an_error_text() -> None:
    """A refused address is shown without its query, a long one shortened."""
    signed = "https://bucket.example.org/a.mp4?Signature=abc123"
    body = {"model": "video-style-transform", "input": {"video_url": signed + "步"}}
    assert "abc123" not in str(_refused(body, wire=True))
    inline = {"model": "video-style-transform", "input": {"video_url": "data:video/mp4;base64," + "A" * 5000}}
    error = _refused(inline, wire=True)
    assert len(str(error)) < 400
    assert len(error.problems[0].value) < 100


def test_a_refusal_as_data(bodies) -> None:
    """The same account as JSON data."""
    said = _refused(bodies("wan2.6-t2v", parameters={"duration": 99})).to_dict()
    assert said["model"] == "wan2.6-t2v"
    assert said["problems"][0] | {"message": ""} == {
        "field": "parameters.duration",
        "message": "",
        "value": 99,
        "allowed": {"min": 2, "max": 15},
        "models": [],
    }


@pytest.mark.parametrize(
    ("model", "given", "written"),
    [
        (
            "liveportrait",
            {"eye_move_freq": 1.0, "mouth_move_strength": 1},
            '"eye_move_freq": 1.0, "mouth_move_strength": 1',
        ),
        ("qwen-plus", {"temperature": 1, "top_p": 1.0}, '"temperature": 1, "top_p": 1.0'),
    ],
)
def test_numbers_go_over_the_wire_as_they_were_written(bodies, model, given, written) -> None:
    """1 stays 1 and 1.0 stays 1.0; as a request they are the same."""
    body = {**bodies(model), "parameters": given}
    request = catalog.request(body)
    assert written in json.dumps(request.body())
    turned = {name: float(value) if isinstance(value, int) else int(value) for name, value in given.items()}
    other = catalog.request({**body, "parameters": turned})
    assert other == request
    assert json.dumps(other.to_dict()) == json.dumps(request.to_dict())
    assert json.dumps(other.body()) != json.dumps(request.body())
