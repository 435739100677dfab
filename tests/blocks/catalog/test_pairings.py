"""From a check to the generation it is for."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog import NotPassed

PICTURE, VOICE = "https://example.org/me.png", "https://example.org/me.mp3"
FACE, MOVING = [100, 100, 200, 200], [50, 50, 250, 250]
COUNTED = {"usage": {"image_count": 1}, "request_id": "r-1"}

YES: dict[str, dict[str, Any]] = {
    "wan2.2-s2v": {"check_pass": True, "humanoid": True},
    "emo-v1": {"check_pass": True, "face_bbox": FACE, "ext_bbox": MOVING},
    "emoji-v1": {"bbox_face": FACE, "ext_bbox_face": MOVING},
    "liveportrait": {"pass": True, "message": ""},
    "animate-anyone-gen2": {"check_pass": True, "bodystyle": "full"},
}
OWN: dict[str, dict[str, Any]] = {
    "emoji-v1": {"driven_id": "jingdian_lei"},
    "animate-anyone-gen2": {"template_id": "AACT.1.2-3.4"},
}
GIVEN = {"emo-v1": {"face_bbox": FACE, "ext_bbox": MOVING}, "emoji-v1": {"face_bbox": FACE, "ext_bbox": MOVING}}


@pytest.mark.parametrize("model", YES)
def test_what_the_check_found_is_what_the_generation_takes(model: str) -> None:
    """Boxes keep or get the names of the next request, which is complete and right, read or not."""
    own = {"image_url": PICTURE, **OWN.get(model, {"audio_url": VOICE})}
    raw = {"output": YES[model], **COUNTED}
    fields = catalog.pair(raw, model, **own)
    assert fields == {**own, **GIVEN.get(model, {})}
    assert catalog.pair(catalog.read(catalog.PAIRINGS[model].check, raw), model, **own) == fields
    assert catalog.request({"model": model, "input": fields}, wire=True).body()["input"] == fields


@pytest.mark.parametrize(
    ("model", "output", "code", "reason"),
    [
        ("wan2.2-s2v", {"check_pass": False, "code": "InvalidFile.Content", "message": "Two people."}, True, "Two"),
        ("emo-v1", {"check_pass": False, "code": "InvalidFile.FacePose", "message": "Turned."}, True, "Turned"),
        ("emoji-v1", {"code": "InvalidFile.FullFace", "message": "Cut off."}, True, "Cut off"),
        ("liveportrait", {"pass": False, "message": "No human face detected."}, False, "No human face"),
        (
            "animate-anyone-gen2",
            {"check_pass": False, "reason": "The input image has no human body"},
            False,
            "no human",
        ),
        ("wan2.2-s2v", {"check_pass": False, "code": "", "message": ""}, False, "gave no reason"),
        ("wan2.2-s2v", {}, False, "gave no reason"),
        ("emo-v1", {"check_pass": True, "face_bbox": FACE}, False, "gave no ext_bbox"),
    ],
)
def test_a_no_says_why(model: str, output: dict[str, Any], code: bool, reason: str) -> None:
    """Whatever its shape, a no is raised with its reason and code before anything is paid in vain."""
    with pytest.raises(NotPassed, match=reason) as refused:
        catalog.pair({"output": output, **COUNTED}, model, image_url=PICTURE)
    error = refused.value
    assert (error.model, error.check) == (model, catalog.PAIRINGS[model].check)
    assert error.code == (output["code"] if code else None)
    assert f"{model} was not asked, take another picture" in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_template_is_handed_on_too() -> None:
    """The id of the template's task goes into the dance; a task that made none says so."""
    model, check = "animate-anyone-gen2", {"output": YES["animate-anyone-gen2"], **COUNTED}
    made = {"output": {"task_status": "SUCCEEDED", "template_id": "AACT.7"}, "usage": {"video_duration": 3}}
    fields = catalog.pair(check, model, template=made, image_url=PICTURE)
    assert fields == {"image_url": PICTURE, "template_id": "AACT.7"}
    failed = {"output": {"task_status": "FAILED", "code": "InvalidFile.Duration", "message": "Too long."}}
    with pytest.raises(NotPassed, match=r"Duration: Too long\.; animate-anyone-gen2 was not asked, take another video"):
        catalog.pair(check, model, template=failed, image_url=PICTURE)


def test_a_half_body_is_best_before_its_own_background() -> None:
    """The check's bodystyle advises a parameter, which the request takes."""
    model = "animate-anyone-gen2"
    half = {"output": {"check_pass": True, "bodystyle": "half"}, **COUNTED}
    assert catalog.advised(half, model) == {"use_ref_img_bg": True}
    assert catalog.advised({"output": YES[model], **COUNTED}, model) == {}
    fields = catalog.pair(half, model, image_url=PICTURE, template_id="AACT.1")
    catalog.request({"model": model, "input": fields, "parameters": catalog.advised(half, model)})


def test_own_fields_go_over_what_the_check_said() -> None:
    """A box drawn by hand stands in for the one found."""
    raw = {"output": YES["emo-v1"], **COUNTED}
    assert catalog.pair(raw, "emo-v1", image_url=PICTURE, ext_bbox=[0, 0, 300, 400])["ext_bbox"] == [0, 0, 300, 400]


def test_pairings_are_of_rows() -> None:
    """Every check, template and generation has a row; what is handed on is an output there and a field here."""
    for model, pairing in catalog.PAIRINGS.items():
        check, generation = catalog.find(pairing.check), catalog.find(model)
        assert (check.mode, generation.mode) == ("sync", "async")
        for name in pairing.hands_on:
            assert name in check.outputs
            assert f"input.{name}" in generation.fields
        if pairing.template:
            assert "template_id" in catalog.find(pairing.template).outputs
    with pytest.raises(KeyError):
        catalog.pair({}, "wan2.6-t2v")
