"""What holds for every request of every model, tried at random."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import catalog
from blocks.catalog import Field
from blocks.catalog.sizes import Size

REQUESTS = [
    pytest.param(model, function, id=f"{model} {function}".strip())
    for model, row in catalog.MODELS.items()
    for function in (row.variants or {"": None})
]
_ADDRESS = st.sampled_from(["https://example.org/a.bin", "http://example.org/%E9%9B%A8.bin?x=1"])
_TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).map(lambda text: f"{text} x")


def _fields(model: str, function: str) -> dict[str, Field]:
    row = catalog.find(model)
    return catalog.fields_of(row.variants[function] if function else row.request)


def _value(field: Field) -> st.SearchStrategy[Any]:
    if field.path == "input.messages":
        return st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": _TEXT}), min_size=1, max_size=3)
    if field.choices:
        one: st.SearchStrategy[Any] = st.sampled_from(field.choices)
    elif field.media:
        one = _ADDRESS
    elif field.size:
        one = _size(field.size)
    else:
        low, high = field.minimum, field.maximum
        kinds: dict[str, st.SearchStrategy[Any]] = {
            "text": _TEXT,
            "boolean": st.booleans(),
            "integer": st.integers(int(low or 0), int(high or 1000)),
            "number": st.floats(
                low if low is not None else 0,
                high or 1,
                exclude_min=field.path in _ABOVE,
                exclude_max=field.path in _BELOW,
            ),
        }
        one = kinds[field.type]
    if field.many and field.type in ("integer", "number"):
        corner, side = st.integers(0, 900), st.integers(20, 900)
        return st.builds(lambda x, y, length: [x, y, x + length, y + length], corner, corner, side)
    return st.lists(one, min_size=int(field.minimum or 1), max_size=int(field.maximum or 1)) if field.many else one


def _size(size: Size) -> st.SearchStrategy[str]:
    """Sizes within the limits: any sides, or the sides of a rectangle of a fitting area."""
    if size.min_side and size.max_side:
        side = st.integers(size.min_side, size.max_side)
        return st.builds(lambda width, height: f"{width}*{height}", side, side)
    assert size.min_pixels and size.max_pixels and size.max_ratio
    low, high = (int(square.partition("*")[0]) for square in (size.min_pixels, size.max_pixels))
    root = math.sqrt(size.max_ratio) * 0.99
    return st.builds(
        lambda side, stretch: f"{int(side * stretch)}*{int(side / stretch)}",
        st.integers(low + 8, high),
        st.floats(1 / root, root),
    )


# Bounds that are out themselves.
_ABOVE = {"input.ctrl_step", "parameters.top_p"}
_BELOW = {"parameters.temperature"}
# Lists of elements, colours and forms of an answer have tests of their own.
_LEFT_OUT = {"mask_color", "reference_edge", "response_format"}


@st.composite
def _body(draw: st.DrawFn, model: str, function: str) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "input": {}}
    for path, field in _fields(model, function).items():
        section, _, name = path.partition(".")
        if "." in name:
            continue
        always = field.required or name in ("control_condition", "first_clip_url", "obj_or_bg")
        if always or (name not in _LEFT_OUT and draw(st.booleans())):
            body.setdefault(section, {})[name] = draw(_value(field))
    if function == "image_reference":
        body["parameters"]["obj_or_bg"] = ["bg", "obj", "obj"][: len(body["input"]["ref_images_url"])]
    if "reference_urls" in body["input"]:
        body["input"]["prompt"] = " ".join(f"character{at + 1}" for at in range(len(body["input"]["reference_urls"])))
    _agree(body)
    return {part: said for part, said in body.items() if said}


def _agree(body: dict[str, Any]) -> None:
    """Takes out, or puts in, what would be refused beside the rest."""
    given, parameters = body["input"], body.get("parameters", {})
    if not parameters.get("prompt_extend", True):
        parameters.pop("shot_type", None)
    if not parameters.get("audio", True):
        given.pop("audio_url", None)
    if "template" in given:
        given.pop("prompt", None)
        given.pop("last_frame_url", None)
    if not parameters.get("use_ref_img_bg"):
        parameters.pop("video_ratio", None)
    if "mask_image_url" in given:
        given.pop("mask_video_url", None)
    elif given.get("function") == "video_edit":
        for name in ("mask_type", "expand_ratio", "expand_mode"):
            parameters.pop(name, None)
        given.pop("mask_frame_id", None)
    if given.get("function") == "video_extension" and "video_url" not in given:
        parameters.pop("control_condition", None)
    if parameters.get("mask_type") == "fixed":
        parameters.pop("expand_ratio", None)
        parameters.pop("expand_mode", None)
    match body["model"]:
        case "qwen-image" | "qwen-image-plus" if "negative_prompt" in given:
            parameters.pop("negative_prompt", None)
        case "wanx-style-repaint-v1":
            given.pop("style_ref_url", None)
            if given["style_index"] == -1:
                given["style_ref_url"] = "https://example.org/style.png"
        case "wanx-background-generation-v2":
            if "ref_prompt" not in given:
                given["ref_image_url"] = "https://example.org/hills.png"
            if not {"ref_prompt", "ref_image_url"} <= set(given):
                parameters.pop("ref_prompt_weight", None)
            if "ref_image_url" not in given:
                parameters.pop("noise_level", None)
        case "image-out-painting":
            for name in ("output_ratio", "x_scale", "y_scale"):
                parameters.pop(name, None)
            body.setdefault("parameters", parameters)["left_offset"] = 100
        case "virtualmodel-v2" if "background_image_url" not in given:
            given.pop("bgstyle_scale", None)
        case "wanx-virtualmodel" if "predefined_face_id" in given:
            given.pop("face_image_url", None)
        case "wanx-poster-generation-v1":
            given |= {"prompt_text_zh": "灯笼，小猫", "prompt_text_en": "lanterns and a kitten"}
            given.pop("auxiliary_parameters", None)
            if given["generate_mode"] != "generate":
                given["auxiliary_parameters"] = "WMq4SC4"
            if not given.get("lora_name"):
                given.pop("lora_weight", None)


@pytest.mark.parametrize(("model", "function"), REQUESTS)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_a_valid_request_survives_the_wire(model: str, function: str, data: st.DataObject) -> None:
    """Typed, sent as JSON and typed again, it is the same request, and the wire holds what was said."""
    body = data.draw(_body(model, function))
    request = catalog.request(body)
    assert request.to_dict() == {"parameters": {}, **body}
    if type(request).body is catalog.Request.body:  # the others have tests of their own
        assert request.body() == body
    received = catalog.request(json.loads(json.dumps(request.body())), wire=True)
    assert received == request
    assert received.body() == request.body()
    assert catalog.request({**body, "parameters": body.get("parameters", {})}).body() == request.body()
    bill = catalog.quote(request, region=request.row.regions[0], input_seconds=4)
    assert bill.note if bill.amount is None else bill.amount > 0


def _broken(field: Field) -> list[Any]:
    """Values that break one limit of a field each."""
    broken: list[Any] = [object()] if field.type == "object" else [object(), {"a": 1}]
    if field.choices:
        broken += ["no such choice", -77]
    if field.type in ("integer", "number") and not field.choices and not field.many:
        broken += [True, "5", float("nan"), float("inf")]
        broken += [field.minimum - 1] if field.minimum is not None else []
        broken += [field.maximum + 1] if field.maximum is not None else []
        broken += [field.minimum] if field.path in _ABOVE else []
        broken += [field.maximum] if field.path in _BELOW else []
    if field.type == "integer":
        broken += [5.0]
    if field.type == "boolean" and not field.choices:
        broken += [0, "true"]
    if field.max_chars is not None:
        broken += ["字" * (field.max_chars + 1)]
        broken += ["word " * (field.max_words + 1)] if field.max_words else ["x" * (field.max_chars + 1)]
    if field.size:
        broken += ["1024x1024", "1024*", "0*0", "99999*1", "100*100", "6000*6000"]
    if field.type == "text" and not field.may_be_empty and not field.many and not field.choices:
        broken += ["", " "]
    if field.media and not field.many:
        broken += [7] if field.media.may_be_empty else ["", 7]
    if field.many:
        item = 5 if field.type in ("integer", "number") else "https://example.org/a"
        broken += ["not a list", [object()]]
        broken += [[item] * (int(field.maximum) + 1)] if field.maximum else []
        broken += [[item] * (int(field.minimum) - 1)] if field.minimum else []
        broken += [["no such choice"]] if field.choices else []
        broken += [[""], [item, 7]] if field.media and not field.media.may_be_empty else []
    if field.path in _BOXES:
        broken += [[9, 9, 5, 20], [9, 9, 20, 5], [-1, 0, 9, 10]]
    if field.path == "input.ext_bbox":
        broken += [[0, 0, 100, 300]]
    return broken


_BOXES = {"input.face_bbox", "input.ext_bbox"}


def _refused(body: dict[str, Any], **switches: bool) -> set[str]:
    """The fields that are named when a request is refused; of a list the list itself."""
    with pytest.raises(catalog.InvalidRequest) as refused:
        catalog.request(body, **switches)
    assert all(problem.field in str(refused.value) for problem in refused.value.problems)
    return {problem.field.rstrip("0123456789").removesuffix(".") for problem in refused.value.problems}


@pytest.mark.parametrize(("model", "function"), REQUESTS)
@given(data=st.data())
@settings(max_examples=2, deadline=None)
def test_breaking_one_limit_is_refused_naming_it(model: str, function: str, data: st.DataObject) -> None:
    """One wrong value in a right request is refused, and exactly that field is named."""
    body = data.draw(_body(model, function))
    for path, field in _fields(model, function).items():
        section, _, name = path.partition(".")
        if name == "function" or "." in name:
            continue
        for value in _broken(field):
            assert _refused({**body, section: {**body.get(section, {}), name: value}}) == {path}


@pytest.mark.parametrize(("model", "function"), REQUESTS)
@given(data=st.data())
@settings(max_examples=1, deadline=None)
def test_what_is_missing_or_unknown_is_named(model: str, function: str, data: st.DataObject) -> None:
    """Without a field it needs, or with one that only other models know, a request is refused by that field's name."""
    body = data.draw(_body(model, function))
    fields = _fields(model, function)
    for path in (path for path, field in fields.items() if field.required and path.count(".") == 1):
        section, name = path.split(".")
        rest = {key: value for key, value in body[section].items() if key != name}
        assert path in _refused({**body, section: rest})
    others = data.draw(st.sets(st.sampled_from(sorted(_EVERYWHERE - set(fields))), min_size=6, max_size=6))
    for path in ("input.nonsense", "parameters.nonsense", *sorted(others)):
        section, name = path.split(".")
        assert path in _refused({**body, section: {**body.get(section, {}), name: "a"}})
    assert "nonsense" in _refused({**body, "nonsense": {}})


_EVERYWHERE = {path for row in catalog.MODELS.values() for path in row.fields if path.count(".") == 1}
_REACHES = {"http": "https://example.org/a", "oss": "oss://bucket/a", "data": "data:image/png;base64,AA=="}


@pytest.mark.parametrize(("model", "function"), REQUESTS)
@given(data=st.data())
@settings(max_examples=1, deadline=None)
def test_addresses_that_the_model_does_not_read_do_not_go_out(model: str, function: str, data: st.DataObject) -> None:
    """On the wire a file is an address of a kind the model reads, and encoded where the model asks for that."""
    body = data.draw(_body(model, function))
    for path, field in _fields(model, function).items():
        section, _, name = path.partition(".")
        if field.media is None or "." in name:
            continue
        unread = [address for scheme, address in _REACHES.items() if scheme not in field.media.accepts]
        bare = ["https://example.org/雨.png"] if field.media.ascii_only else []
        for address in ["folder/a.png", "file:///a.png", "https:///a.png", *unread, *bare]:
            value = [address] if field.many else address
            named = _refused({**body, section: {**body.get(section, {}), name: value}}, wire=True)
            assert path in named


@pytest.mark.parametrize(("model", "function"), REQUESTS)
@given(data=st.data())
@settings(max_examples=1, deadline=None)
def test_what_is_cut_on_purpose_is_cut_at_the_limit(model: str, function: str, data: st.DataObject) -> None:
    """Told to, a request keeps of every text exactly what the service reads, as the emulated service does."""
    body = data.draw(_body(model, function))
    for path, field in _fields(model, function).items():
        section, _, name = path.partition(".")
        if field.max_chars is None or field.many or "." in name:
            continue
        longer = {**body, section: {**body.get(section, {}), name: "字" * (field.max_chars + 7)}}
        kept = catalog.request(longer, truncate=True, draft=True).to_dict()[section][name]
        assert kept == "字" * field.max_chars
