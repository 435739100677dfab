"""What fields forbid each other: every rule of every model, broken once."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import BaseModel

from blocks import catalog
from blocks.catalog.requests import Part

A, B = "https://example.org/a.png", "https://example.org/b.png"
FILM = "https://example.org/a.mp4"
_VACE = "wanx2.1-vace-plus"
_EDIT = {"function": "video_edit", "prompt": "a red coat", "video_url": FILM}
_REFERENCE = {"function": "image_reference", "prompt": "a walk", "ref_images_url": [A, B]}
_BACKGROUND = {"base_image_url": A, "ref_prompt": "a table", "ref_image_url": B}
_POSTER = {"title": "夏至", "prompt_text_zh": "荷塘", "generate_mode": "generate"}
_PERSON = {"base_image_url": A, "mask_image_url": B, "prompt": "a clerk", "face_prompt": "calm"}

Case = tuple[str, dict[str, Any], dict[str, Any], str]
# Model; a request it takes; what breaks the rule, by dotted field (None takes a field away); the field to be named.
CASES: list[Case] = [
    ("wan2.6-t2v", {"input": {"prompt": "a"}, "parameters": {"shot_type": "multi"}},
     {"parameters.prompt_extend": False}, "parameters.shot_type"),
    ("wan2.6-i2v-flash", {"input": {"img_url": A, "audio_url": "https://example.org/a.mp3"}},
     {"parameters.audio": False}, "input.audio_url"),
    ("wanx2.1-i2v-turbo", {"input": {"img_url": A, "template": "flying", "prompt": ""}},
     {"input.prompt": "a cat runs"}, "input.prompt"),
    ("wanx2.1-i2v-plus", {"input": {"img_url": A, "prompt": "a cat runs"}},
     {"input.template": "mermaid"}, "input.prompt"),
    ("wanx2.1-kf2v-plus", {"input": {"first_frame_url": A, "template": "mech1"}},
     {"input.prompt": "a cat runs"}, "input.prompt"),
    ("wanx2.1-kf2v-plus", {"input": {"first_frame_url": A, "template": "mech1"}},
     {"input.last_frame_url": B}, "input.last_frame_url"),
    ("wan2.6-r2v", {"input": {"prompt": "character1 naps", "reference_urls": [FILM]}},
     {"input.prompt": "character1 meets character2"}, "input.prompt"),
    ("wan2.6-r2v", {"input": {"prompt": "character1 naps", "reference_urls": [FILM]}},
     {"input.reference_urls": [FILM, A]}, "input.prompt"),
    ("wan2.6-r2v-flash",
     {"input": {"prompt": "character1 character2 character3 character4", "reference_urls": [FILM, FILM, FILM, A]}},
     {"input.reference_urls": [FILM, FILM, FILM, FILM]}, "input.reference_urls"),
    ("animate-anyone-gen2",
     {"input": {"image_url": A, "template_id": "AACT.1"}, "parameters": {"use_ref_img_bg": True, "video_ratio": "3:4"}},
     {"parameters.use_ref_img_bg": False}, "parameters.video_ratio"),
    (_VACE, {"input": _REFERENCE, "parameters": {"obj_or_bg": ["obj", "bg"]}},
     {"parameters.obj_or_bg": None}, "parameters.obj_or_bg"),
    (_VACE, {"input": _REFERENCE, "parameters": {"obj_or_bg": ["obj", "bg"]}},
     {"parameters.obj_or_bg": ["obj"]}, "parameters.obj_or_bg"),
    (_VACE, {"input": _REFERENCE, "parameters": {"obj_or_bg": ["obj", "bg"]}},
     {"parameters.obj_or_bg": ["bg", "bg"]}, "parameters.obj_or_bg"),
    (_VACE, {"input": {**_EDIT, "mask_image_url": A}}, {"input.mask_video_url": FILM}, "input.mask_video_url"),
    (_VACE, {"input": {**_EDIT, "mask_image_url": A, "mask_frame_id": 3}},
     {"input.mask_image_url": None}, "input.mask_frame_id"),
    (_VACE, {"input": {**_EDIT, "mask_image_url": A}, "parameters": {"mask_type": "fixed"}},
     {"input.mask_image_url": None}, "parameters.mask_type"),
    (_VACE, {"input": {**_EDIT, "mask_image_url": A}, "parameters": {"expand_ratio": 0.1}},
     {"parameters.mask_type": "fixed"}, "parameters.expand_ratio"),
    (_VACE, {"input": {**_EDIT, "mask_image_url": A}, "parameters": {"expand_mode": "bbox"}},
     {"input.mask_image_url": None}, "parameters.expand_mode"),
    (_VACE, {"input": {"function": "video_extension", "prompt": "on", "first_frame_url": A}},
     {"input.first_frame_url": None}, "input.first_clip_url"),
    (_VACE, {"input": {"function": "video_extension", "prompt": "on", "first_frame_url": A}},
     {"input.video_url": FILM}, "parameters.control_condition"),
    (_VACE,
     {"input": {"function": "video_extension", "prompt": "on", "first_frame_url": A, "video_url": FILM},
      "parameters": {"control_condition": "depth"}},
     {"input.video_url": None}, "parameters.control_condition"),
    ("wanx-style-repaint-v1", {"input": {"image_url": A, "style_index": 3}},
     {"input.style_index": -1}, "input.style_ref_url"),
    ("wanx-style-repaint-v1", {"input": {"image_url": A, "style_index": -1, "style_ref_url": B}},
     {"input.style_index": 3}, "input.style_ref_url"),
    ("wanx-background-generation-v2", {"input": {"base_image_url": A, "ref_prompt": "a table"}},
     {"input.ref_prompt": None}, "input.ref_prompt"),
    ("wanx-background-generation-v2",
     {"input": {**_BACKGROUND, "reference_edge": {"foreground_edge": [A], "foreground_edge_prompt": ["a rose"]}}},
     {"input.reference_edge": {"foreground_edge": [A], "foreground_edge_prompt": ["a", "b"]}},
     "input.reference_edge.foreground_edge_prompt"),
    ("wanx-background-generation-v2", {"input": {**_BACKGROUND, "reference_edge": {"background_edge": [A] * 5}}},
     {"input.reference_edge": {"background_edge": [A] * 5, "foreground_edge": [A] * 6}},
     "input.reference_edge.background_edge"),
    ("wanx-background-generation-v2", {"input": _BACKGROUND, "parameters": {"noise_level": 20}},
     {"input.ref_image_url": None}, "parameters.noise_level"),
    ("wanx-background-generation-v2", {"input": _BACKGROUND, "parameters": {"ref_prompt_weight": 0.2}},
     {"input.ref_prompt": None}, "parameters.ref_prompt_weight"),
    ("image-out-painting", {"input": {"image_url": A}, "parameters": {"output_ratio": "1:1"}},
     {"parameters.output_ratio": None}, "parameters.output_ratio"),
    ("image-out-painting", {"input": {"image_url": A}, "parameters": {"output_ratio": "1:1"}},
     {"parameters.y_scale": 1.5}, "parameters.y_scale"),
    ("image-out-painting", {"input": {"image_url": A}, "parameters": {"x_scale": 1.5}},
     {"parameters.left_offset": 9}, "parameters.left_offset"),
    ("image-out-painting", {"input": {"image_url": A}, "parameters": {"angle": 45}},
     {"parameters.angle": 90}, "parameters.angle"),
    ("wanx-poster-generation-v1", {"input": _POSTER}, {"input.prompt_text_zh": None}, "input.prompt_text_zh"),
    ("wanx-poster-generation-v1", {"input": {**_POSTER, "prompt_text_zh": "荷" * 40, "prompt_text_en": "a pond"}},
     {"input.prompt_text_en": "a " * 11}, "input.prompt_text_en"),
    ("wanx-poster-generation-v1", {"input": _POSTER}, {"input.generate_mode": "sr"}, "input.auxiliary_parameters"),
    ("wanx-poster-generation-v1", {"input": _POSTER}, {"input.auxiliary_parameters": "x"},
     "input.auxiliary_parameters"),
    ("wanx-poster-generation-v1", {"input": _POSTER}, {"input.lora_weight": 0.5}, "input.lora_weight"),
    ("wanx-virtualmodel",
     {"input": {**_PERSON, "predefined_face_id": "boy1"}, "parameters": {"short_side_size": "512"}},
     {"input.face_image_url": A}, "input.face_image_url"),
    ("virtualmodel-v2",
     {"input": {**_PERSON, "background_image_url": A, "bgstyle_scale": 0.2}, "parameters": {"short_side_size": "1024"}},
     {"input.background_image_url": None}, "input.bgstyle_scale"),
    ("qwen-plus", {"input": {"messages": [{"role": "user", "content": "hello"}]}},
     {"input.messages": [{"role": "system", "content": "hello"}]}, "input.messages"),
    ("qwen-plus", {"input": {"messages": [{"role": "user", "content": "hello"}]}},
     {"parameters.response_format": {"type": "json_object"}}, "parameters.response_format"),
]  # fmt: skip


def _broken(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    for path, value in changes.items():
        part, _, name = path.partition(".")
        changed.setdefault(part, {})[name] = value
    return changed


@pytest.mark.parametrize(
    ("model", "good", "changes", "named"), CASES, ids=[f"{case[0]}-{case[3]}-{at}" for at, case in enumerate(CASES)]
)
def test_a_rule_between_fields(model: str, good: dict[str, Any], changes: dict[str, Any], named: str) -> None:
    """What goes together is taken, what does not is refused, and the field to change is among those named."""
    body = {"model": model, **good}
    catalog.request(body)
    with pytest.raises(catalog.InvalidRequest) as refused:
        catalog.request(_broken(body, changes))
    assert named in {problem.field for problem in refused.value.problems}


def test_every_rule_of_the_film_models_is_among_these() -> None:
    """No part of a request for a film has rules of its own that none of the cases breaks."""
    films = [row for row in catalog.MODELS.values() if row.kind in ("video", "template", "check")]
    ruled = {part for row in films for kind in row.requests for part in _ruling(kind)}
    tried = {part for case in CASES for part in _ruling(type(catalog.request({"model": case[0], **case[1]})))}
    assert ruled <= tried


def _ruling(part: type[BaseModel]) -> set[type[BaseModel]]:
    """The parts of a request that say what their fields forbid each other."""
    kinds = [info.annotation for info in part.model_fields.values()]
    inner = {kind for each in kinds if isinstance(each, type) and issubclass(each, Part) for kind in _ruling(each)}
    own = next((kind for kind in part.__mro__ if "conflicts" in kind.__dict__), Part)
    return inner if own is Part else {*inner, own}
