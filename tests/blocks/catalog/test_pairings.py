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


SEGMENTED, ERASING, POSTER = "image-instance-segmentation", "image-erase-completion", "wanx-poster-generation-v1"
PEOPLE = {
    "output": {
        "task_status": "SUCCEEDED",
        "output_vis_image_url": "http://r.example.org/view.png",
        "output_image_url": "http://r.example.org/mask.png",
    },
    **COUNTED,
}


def test_the_mask_of_people_is_what_is_erased() -> None:
    """The mask, not its coloured view, is what goes; with a mask of one's own the people are what stays."""
    fields = catalog.hand_over(PEOPLE, SEGMENTED, ERASING, image_url=PICTURE)
    assert fields == {"image_url": PICTURE, "mask_url": "http://r.example.org/mask.png"}
    assert catalog.request({"model": ERASING, "input": fields}, wire=True).body()["input"] == fields
    drawn = {"image_url": PICTURE, "mask_url": "https://example.org/drawn.png"}
    kept = catalog.hand_over(catalog.read(SEGMENTED, PEOPLE), SEGMENTED, ERASING, **drawn)
    assert kept == {**drawn, "foreground_url": "http://r.example.org/mask.png"}
    assert catalog.hand_over(PEOPLE, SEGMENTED, ERASING, **drawn, foreground_url="") == {**drawn, "foreground_url": ""}


def test_a_poster_is_drawn_again_from_what_its_answer_gave() -> None:
    """Every field of the first call, another mode, and the parameters of the poster that was chosen."""
    first = {"title": "秋日书市", "prompt_text_zh": "落叶", "generate_mode": "generate", "generate_num": 2}
    urls = ["http://r.example.org/1.png", "http://r.example.org/2.png"]
    answer = {"output": {"render_urls": urls, "bg_urls": urls, "auxiliary_parameters": ["one", "two"]}, **COUNTED}
    fields = catalog.hand_over(answer, POSTER, POSTER, at=1, **{**first, "generate_mode": "hrf"})
    assert fields == {**first, "generate_mode": "hrf", "auxiliary_parameters": "two"}
    assert catalog.request({"model": POSTER, "input": fields}).body()["input"] == fields
    with pytest.raises(NotPassed, match="gives no auxiliary_parameters number 3"):
        catalog.hand_over(answer, POSTER, POSTER, at=2, **first)


def test_an_answer_without_a_result_hands_nothing_over() -> None:
    """A task that failed says why before the next one is paid for."""
    failed = {"output": {"task_status": "FAILED", "code": "InvalidParameter.FileDownload", "message": "not loaded"}}
    with pytest.raises(NotPassed, match=r"FileDownload: not loaded; image-erase-completion was not asked"):
        catalog.hand_over(failed, SEGMENTED, ERASING, image_url=PICTURE)
    with pytest.raises(NotPassed, match="gives no mask"):
        catalog.hand_over({"output": {}}, SEGMENTED, ERASING, image_url=PICTURE)
    with pytest.raises(KeyError):
        catalog.hand_over(PEOPLE, SEGMENTED, POSTER)


def test_handovers_are_of_rows() -> None:
    """What is handed over is an output of the one and a field of the other."""
    for (made_by, model), outputs in catalog.HANDOVERS.items():
        for output, takers in outputs.items():
            assert output in catalog.find(made_by).outputs
            assert {f"input.{name}" for name in takers} <= set(catalog.find(model).fields)
