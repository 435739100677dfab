"""The JSON Schema of a pipeline file, for editors: what may stand where, with the models and operations there are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from blocks import catalog
from flows import library
from flows.pipeline import Pipeline
from tasks import editing  # noqa: F401 - registers the operations
from tasks.operations import OPERATIONS

FILE = Path(__file__).parents[1] / "docs" / "pipeline.schema.json"
"""Where it is published; ``make docs`` writes it."""

_OF_MODELS = ("parameters", "fallback", "take", "takes", "choose")


def pipeline_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a pipeline file.

    Models, operations and built-in pipelines are named with what they do; a reference such as ``${model}`` passes, too.
    """
    schema = Pipeline.model_json_schema()
    step = schema["$defs"]["Step"]["properties"]
    models = {row.id: row.summary for row in catalog.MODELS.values()}
    step["model"] = _one_of(step["model"], models, reference=True)
    step["use"] = _one_of(step["use"], {name: one.description for name, one in OPERATIONS.items()})
    known = {name: pipeline.description for name, pipeline in library.pipelines().items()}
    file = {"type": "string", "pattern": r"\.(yaml|yml|json)$", "description": "A pipeline file beside this one."}
    step["pipeline"] = {
        "description": step["pipeline"].get("description", ""),
        "anyOf": [*_constants(known), file],
    }
    step["fallback"] = {
        "description": step["fallback"].get("description", ""),
        "anyOf": [{"enum": list(models)}, {"type": "array", "items": {"enum": list(models)}}],
    }
    step["require"] = {
        "description": step["require"].get("description", ""),
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    given = _inputs()
    schema["$defs"]["Step"]["allOf"] = [
        {
            "if": {"properties": {key: {"const": name}}, "required": [key]},
            "then": {
                "properties": {
                    part: {"properties": fields, "additionalProperties": False} for part, fields in parts.items()
                }
            },
        }
        for key, name, parts in given
    ]
    schema["$defs"]["Step"]["oneOf"] = [
        {"required": ["model"], "title": "a model of the catalog"},
        {"required": ["use"], "title": "a local operation", "properties": dict.fromkeys(_OF_MODELS, False)},
        {"required": ["pipeline"], "title": "another pipeline", "properties": dict.fromkeys(_OF_MODELS, False)},
    ]
    for part in ("params", "steps", "outputs"):
        schema["properties"][part]["additionalProperties"] = False
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A wanflow pipeline",
        **{name: value for name, value in schema.items() if name != "title"},
    }


def _one_of(was: dict[str, Any], known: dict[str, str], *, reference: bool = False) -> dict[str, Any]:
    also = [{"type": "string", "pattern": r"^\$\{"}] if reference else []
    return {"description": was.get("description", ""), "anyOf": [*_constants(known), *also]}


def _constants(known: dict[str, str]) -> list[dict[str, Any]]:
    return [{"const": name, "description": said} for name, said in known.items()]


def _inputs() -> list[tuple[str, str, dict[str, Any]]]:
    """For each model, operation and pipeline, the names that stand in its ``input`` and ``parameters``."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for row in catalog.MODELS.values():
        parts: dict[str, dict[str, Any]] = {"input": {}, "parameters": {}}
        for path, field in row.fields.items():
            part, _, name = path.partition(".")
            if part in ("input", "parameters") and "." not in name:
                parts[part][name] = {"description": field.description or ""}
        found.append(("model", row.id, parts))
    for name, operation in OPERATIONS.items():
        fields = operation.inputs.model_json_schema().get("properties", {})
        said = {key: {"description": str(one.get("description", ""))} for key, one in fields.items()}
        found.append(("use", name, {"input": said}))
    for name, pipeline in library.pipelines().items():
        params = {key: {"description": param.description} for key, param in pipeline.params.items()}
        found.append(("pipeline", name, {"input": params}))
    return found


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(pipeline_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"{FILE.relative_to(Path.cwd()) if FILE.is_relative_to(Path.cwd()) else FILE}\n")
