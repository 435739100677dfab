"""The examples of a model as commands, and a pipeline for each model whose picture is checked first.

A pipeline stands in docs/models/pipelines; it asks the check, then the model, which takes what the check found.
"""

from __future__ import annotations

import json
from typing import Any

from blocks import catalog
from flows import model_words as words

PIPELINES = "docs/models/pipelines"
_PARAMS = {
    "image_url": ("picture", "image", "The person; it is checked before anything else."),
    "audio_url": ("voice", "audio", "What the person says or sings."),
    "video_url": ("dance", "video", "The movements that the person is to make."),
}


def examples(model: str) -> list[tuple[str, list[str]]]:
    """Commands that run as they stand, in the folder that holds docs/: the title of each and its words."""
    pairing = catalog.PAIRINGS.get(model)
    shown = [(example["title"], words.command(example["request"])) for example in catalog.examples(model)]
    if pairing is None:
        return shown
    checked = ["wanflow", "run", f"{PIPELINES}/{model}.yaml"]
    for name, value in _files(model).items():
        checked += ["-p", f"{_PARAMS[name][0]}={value}"]
    return [("checked first", checked), *([] if pairing.template else [("alone", shown[0][1])])]


def pipeline(model: str) -> str | None:
    """The pipeline file that checks and then asks a model; None for a model without a check."""
    pairing = catalog.PAIRINGS.get(model)
    if pairing is None:
        return None
    request = catalog.examples(model)[0]["request"]
    given: dict[str, Any] = {name: f"${{{_PARAMS[name][0]}}}" for name in request["input"] if name in _PARAMS}
    given |= {name: value for name, value in request["input"].items() if name not in given}
    given |= {name: f"${{check.{name}}}" for name in pairing.hands_on}
    lines = [
        "# Made by `make docs` from the catalog; see the page of the model beside it.",
        f"pipeline: {model.replace('.', '-')}",
        f"description: {pairing.check} looks at the picture; when it says yes, {model} takes it.",
        "params:",
    ]
    for name in _files(model):
        key, kind, description = _PARAMS[name]
        lines.append(f"  {key}: {{type: {kind}, description: {json.dumps(description)}}}")
    check = catalog.examples(pairing.check)[0]["request"]
    lines += ["steps:", "  check:", *_step(pairing.check, {"image_url": "${picture}"}, check["parameters"])]
    if pairing.template is not None:
        lines += ["  template:", *_step(pairing.template, {"video_url": "${dance}"}, {}, "check")]
        given["template_id"] = "${template.template_id}"
    lines += ["  made:", *_step(model, given, request["parameters"], "check")]
    return "\n".join([*lines, "deliver:", f"  {model}.mp4: ${{made.video}}", ""])


def _files(model: str) -> dict[str, str]:
    """The files that the pipeline of a model takes, by the field they go into."""
    asked = dict(catalog.examples(model)[0]["request"]["input"])
    template = catalog.PAIRINGS[model].template
    if template is not None:
        asked |= catalog.examples(template)[0]["request"]["input"]
    return {name: asked[name] for name in _PARAMS if name in asked}


def _step(model: str, given: dict[str, Any], parameters: dict[str, Any], require: str = "") -> list[str]:
    lines = [f"    model: {model}"]
    if require:
        lines.append(f"    require: ${{{require}.passed}}")
    lines.append(f"    input: {_flow(given)}")
    return lines + ([f"    parameters: {_flow(parameters)}"] if parameters else [])


def _flow(values: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()) + "}"
