"""Every model of the catalog, asked with its smallest request, built from the catalog's own fields over real files."""

from __future__ import annotations

import functools
import io
import json
import os
import threading
import wave
from collections.abc import Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from blocks import catalog
from blocks.media import VideoWriter

GOLDEN = Path(os.environ.get("WANFLOW_GOLDEN") or Path(__file__).parents[4] / "shared" / "golden")

SIDES = 768, 640
SECONDS = 3
_BOXES = {"input.face_bbox": [300, 200, 500, 400], "input.ext_bbox": [100, 20, 700, 620]}
_SAID: dict[str, dict[str, Any]] = {
    "input.prompt": {"wan2.6-r2v": "character1 runs", "wan2.6-r2v-flash": "character1 runs"},
    "input.ref_prompt": {"wanx-background-generation-v2": "a table"},
    "input.prompt_text_zh": {"wanx-poster-generation-v1": "雪山"},
    "input.style_index": {"wanx-style-repaint-v1": 3},
    "parameters.output_ratio": {"image-out-painting": "16:9"},
    "input.function": {"wanx2.1-imageedit": "doodle", "wanx2.1-vace-plus": "video_repainting"},
}
"""What the fields alone do not tell, by field and model."""


def write_files(folder: Path) -> None:
    """Writes the files a request may point to: `image.png`, `cutout.png`, `video.mp4` and `audio.wav`."""
    width, height = SIDES
    picture = Image.linear_gradient("L").resize(SIDES).convert("RGB")
    picture.save(folder / "image.png")
    picture.putalpha(Image.radial_gradient("L").resize(SIDES))
    picture.save(folder / "cutout.png")
    with VideoWriter(folder / "video.mp4", width, height, 25) as film:
        for number in range(25 * SECONDS):
            film.write(np.full((height, width, 3), number * 3, dtype=np.uint8))
    with wave.open(str(folder / "audio.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes((np.sin(np.arange(16000 * SECONDS) / 20) * 9000).astype("<i2").tobytes())


def body(model: str, host: str, **more: Any) -> dict[str, Any]:
    """The smallest body a model takes.

    Args:
        model: The model.
        host: Where the files of `write_files` are served.
        more: Fields of the input it is to have besides, where the model has them.
    """
    row = catalog.find(model)
    name = row.same_as or row.id
    given: dict[str, Any] = {"model": model, "input": {}, "parameters": {}}
    kind = row.request
    if row.variants:
        function = _SAID["input.function"][name]
        kind = row.variants[function]
        given["input"]["function"] = function
    for path, field in catalog.fields_of(kind).items():
        part, _, key = path.partition(".")
        if "." in key:
            continue
        if name in _SAID.get(path, {}):
            given[part][key] = _SAID[path][name]
        elif field.required and key not in given[part]:
            given[part][key] = _value(path, field, host)
    given["input"] |= {key: value for key, value in more.items() if f"input.{key}" in catalog.fields_of(kind)}
    return catalog.request(given, wire=True).body()


def _value(path: str, field: catalog.Field, host: str) -> Any:
    if path in _BOXES:
        return _BOXES[path]
    if field.media is not None:
        ending = {"image": "png", "video": "mp4", "audio": "wav"}[field.media.kind]
        value: Any = f"{host}/{'cutout' if field.media.needs_alpha else field.media.kind}.{ending}"
    elif field.choices:
        value = field.choices[0]
    else:
        value = {"text": "雨", "integer": 1, "number": 1.0, "boolean": True}[field.type]
    return [value] if field.many else value


def paths(node: Any, before: str = "") -> set[str]:
    """Every path of keys in a JSON value; items of a list count together."""
    if isinstance(node, Mapping):
        return {path for key, value in node.items() for path in {f"{before}{key}"} | paths(value, f"{before}{key}.")}
    if isinstance(node, list):
        return {path for value in node for path in paths(value, before)}
    return set()


def decode(data: bytes, kind: str) -> None:
    """Decodes a whole file of a kind."""
    if kind == "image":
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.format == "PNG"
            picture.load()
        return
    with av.open(io.BytesIO(data)) as film:
        assert sum(1 for _ in film.decode(video=0)) > 1


class Quiet(SimpleHTTPRequestHandler):
    """A file server that keeps quiet."""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """Somebody's web server with one file of each kind."""
    folder = tmp_path_factory.mktemp("host")
    write_files(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def hand_in(caller, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Asks a model and gives its first answer."""
    row = catalog.find(asked["model"])
    headers = {} if row.mode == "async" else {"X-DashScope-Async": "disable"}
    answer = caller.post(f"/{row.endpoint.lstrip('/')}", body=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def ask(caller, asked: Mapping[str, Any], seconds: float = 60) -> dict[str, Any]:
    """Asks a model and gives its last answer."""
    row, said = catalog.find(asked["model"]), hand_in(caller, asked)
    return caller.wait(said["output"]["task_id"], seconds) if row.mode == "async" else said


def template(caller, host: str) -> str:
    """A motion template of the caller's account."""
    made = ask(caller, body("animate-anyone-template-gen2", host))
    return str(made["output"]["template_id"])


def done(caller, model: str, host: str, seconds: float = 60, **more: Any) -> tuple[catalog.Request, dict[str, Any]]:
    """A model's smallest request, and what came of it."""
    if model == "animate-anyone-gen2":
        more["template_id"] = template(caller, host)
    asked = body(model, host, **more)
    return catalog.request(asked, wire=True), ask(caller, asked, seconds)


ASKED = [model for model, row in catalog.MODELS.items() if row.mode != "chat"]


def check(request: catalog.Request, said: dict[str, Any]) -> None:
    """Holds an answer to what the row says: status, number and kind of files, values, a bill."""
    row = request.row
    answer = catalog.read(row.id, said)
    assert row.mode == "sync" or answer.status is catalog.Status.SUCCEEDED, said
    bill = catalog.cost(row.id, answer.usage, request=request, status=answer.status)
    assert bill.quantity is not None, (answer.usage, bill)
    media = sum(1 for kind in row.outputs.values() if kind in ("image", "images", "video"))
    assert bool(answer.urls) == bool(media), said
    if row.kind == "image":
        assert len(answer.urls) == request.pictures * len(row.result.urls)
        assert bill.quantity == request.pictures
    for name, kind in row.outputs.items():
        if kind not in ("image", "images", "video") and name != "reason":  # a reason comes with a no
            assert answer.values.get(name), (name, answer.values)
    for url in answer.urls:
        file = httpx.get(url)
        assert file.status_code == 200, file.text
        decode(file.content, row.kind)


@pytest.mark.slow
@pytest.mark.parametrize("model", ASKED)
def test_every_model_answers(start, host, model):
    """Its smallest request is accepted and ends with files and values of its kind, and a usage that can be billed."""
    check(*done(start(), model, host))


ONE_OF_A_FAMILY = list(
    {row.family + row.kind: model for model, row in reversed(catalog.MODELS.items()) if row.mode != "chat"}.values()
)


@pytest.mark.slow
@pytest.mark.parametrize("model", ONE_OF_A_FAMILY)
def test_every_family_is_rendered(start, host, model):
    """Rendered in full, from inputs that are fetched and looked at, the results decode too."""
    check(*done(start(render="full"), model, host, 240))


def cases(kind: str) -> list[Any]:
    if not GOLDEN.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(f"no documented cases in {GOLDEN}"))]
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(GOLDEN.glob("*.json"))]
    ended = (None, "SUCCEEDED", "FAILED")  # how a run here ends; a check has no status
    chosen = [case for case in found if isinstance(case, dict) and case.get("kind") == kind and case.get("response")]
    chosen = [case for case in chosen if case["expect"].get("status") in ended]
    return [pytest.param(case, id=case["id"]) for case in chosen]


SDK = {"status_code", "code", "message"}
NOT_IN_THE_SAMPLE = {"usage.audio", "output.actual_prompt"}
"""Fields that the text documents and a sample leaves out."""
OF_THE_SDK = {"usage.video_duration", "usage.video_ratio"}
"""Fields that the SDK shows for every video model."""


@pytest.mark.parametrize("case", cases("query") + cases("sync-detect"))
def test_answers_have_the_documented_shape(start, host, case):
    """Our answers hold exactly the fields that the documented answer of the model holds."""
    expected, wrong = case["expect"], None
    if expected.get("status") == "FAILED":
        wrong = {"at": "task", "model": case["model"], "do": "fail_task"}
    elif expected.get("passed") is False:
        wrong = {"at": "check", "model": case["model"], "do": "fail_check"}
    rules = {"rules": [wrong]} if wrong else None
    _, said = done(start(rules), case["model"], host, prompt="a black kitten")
    documented, ours = paths(case["response"]) - SDK, paths(said)
    if case.get("layer") == "sdk":  # the SDK adds fields of other models, and its samples are cut short
        assert documented - OF_THE_SDK <= ours
    else:
        assert documented - ours == set()
        if not case.get("normalisation"):  # a sample that had to be mended may have lost fields
            assert ours - documented - NOT_IN_THE_SAMPLE == set()


def over_long(field: catalog.Field) -> list[str]:
    """Texts longer than a field is read, of characters and where it makes a difference of words."""
    texts = ["雪" * ((field.max_chars or 0) + 9)]
    return texts + (["snow " * (field.max_words + 9)] if field.max_words else [])


def test_text_that_is_too_long_is_cut_and_not_refused(start, host):
    """Every text of every model is read as far as documented; the rest is cut off silently."""
    caller, tried = start(), 0
    link = template(caller, host)
    for model in ASKED:
        asked = body(model, host, template_id=link)
        kind = catalog.find(model).request_for(asked)
        assert kind is not None
        for path, field in catalog.fields_of(kind).items():
            part, _, name = path.partition(".")
            if not field.max_chars or "." in name or (name == "prompt" and "messages" in asked["input"]):
                continue
            given = dict(asked.get(part, {}))
            if name == "prompt_text_en":  # two texts that are too long together are refused, the pages say
                del given["prompt_text_zh"]
            for text in over_long(field):
                hand_in(caller, {**asked, part: {**given, name: text}})
                tried += 1
    assert tried > len(ASKED)


@pytest.mark.parametrize(
    ("model", "limit"),
    [("wan2.6-t2v", 1500), ("wan2.5-i2i-preview", 2000), ("wan2.2-t2i-flash", 500), ("qwen-image", 800)],
)
def test_what_was_cut_is_told(start, host, model, limit):
    """The prompt that an answer repeats is the part that was read."""
    asked = body(model, host)
    asked["input"]["prompt"] = "雪" * limit + "月" * 30
    output = ask(start(), asked)["output"]
    said = output.get("orig_prompt") or output["results"][0]["orig_prompt"]
    assert said == "雪" * limit


def test_the_texts_of_messages_and_outlines_are_cut_too(start, host):
    """Text deeper in a request that is longer than what is read is taken like any other."""
    caller = start()
    long = {"messages": [{"role": "user", "content": [{"text": "雪" * 3000}]}]}
    for model in ("wan2.6-t2i", "qwen-image-max"):
        ask(caller, {"model": model, "input": long})
    edges = {"foreground_edge": [f"{host}/cutout.png"], "foreground_edge_prompt": ["雪" * 200]}
    asked = body("wanx-background-generation-v2", host)
    ask(caller, {**asked, "input": {**asked["input"], "reference_edge": edges}})
