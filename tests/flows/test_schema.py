"""The JSON Schema of a pipeline file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import flows
from flows import library, schema
from flows.scaffold import scaffold

ROOT = Path(flows.__file__).parents[1]
FILES = [*library.FOLDER.glob("*.yaml"), *ROOT.glob("docs/models/pipelines/*.yaml")]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """Checks data against the schema."""
    made = schema.pipeline_schema()
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_pipeline_file_of_the_project_passes(path: Path, validator: Draft202012Validator) -> None:
    """An editor finds nothing wrong in the built-in pipelines and in those of the models' pages."""
    assert [error.message for error in validator.iter_errors(read(path))] == []


def test_what_wanflow_new_writes_passes(tmp_path: Path, validator: Draft202012Validator) -> None:
    """The file to start from is clean, and the schema beside it is the published one."""
    path = scaffold(tmp_path / "mine")
    assert [error.message for error in validator.iter_errors(read(path))] == []
    beside = (tmp_path / "pipeline.schema.json").read_text(encoding="utf-8")
    assert beside == schema.FILE.read_text(encoding="utf-8")


CLIP = "model: wan2.6-t2v, input: {prompt: A boat}"
BROKEN = {
    "no steps": "pipeline: a\nsteps: {}",
    "no name": "steps: {a: {CLIP}}",
    "a name with a space": "pipeline: a b\nsteps: {a: {CLIP}}",
    "a step's name with a dot": "pipeline: a\nsteps: {a.b: {CLIP}}",
    "an unknown field": "pipeline: a\nstep: {}\nsteps: {a: {CLIP}}",
    "an unknown field of a step": "pipeline: a\nsteps: {a: {CLIP, foreach: [1]}}",
    "a model that is not there": "pipeline: a\nsteps: {a: {model: wan9-t2v, input: {prompt: A boat}}}",
    "an operation that is not there": "pipeline: a\nsteps: {a: {use: glue, input: {}}}",
    "a pipeline that is neither built in nor a file": "pipeline: a\nsteps: {a: {pipeline: nothing}}",
    "a step that does two things": "pipeline: a\nsteps: {a: {CLIP, use: trim}}",
    "a step that does nothing": "pipeline: a\nsteps: {a: {input: {}}}",
    "an input that the model has not": "pipeline: a\nsteps: {a: {model: wan2.6-t2v, input: {promt: A boat}}}",
    "a parameter that the model has not": "pipeline: a\nsteps: {a: {CLIP, parameters: {seconds: 3}}}",
    "an input that the operation has not": "pipeline: a\nsteps: {a: {use: trim, input: {film: x}}}",
    "takes of an operation": "pipeline: a\nsteps: {a: {use: trim, takes: 3}}",
    "a rule nobody knows": "pipeline: a\nsteps: {a: {CLIP, takes: 2, choose: best}}",
    "too many takes": "pipeline: a\nsteps: {a: {CLIP, takes: 99}}",
    "a type nobody knows": "pipeline: a\nparams: {x: {type: picture}}\nsteps: {a: {CLIP}}",
    "a fallback that is not there": "pipeline: a\nsteps: {a: {CLIP, fallback: wan9-t2v}}",
    "a deliverable that is no reference": "pipeline: a\nsteps: {a: {CLIP}}\ndeliver: {a.mp4: [1]}",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused(text: str, validator: Draft202012Validator) -> None:
    """What cannot be a pipeline is underlined in the editor."""
    assert not validator.is_valid(yaml.safe_load(text.replace("CLIP", CLIP)))


def test_models_operations_and_pipelines_are_completed_with_what_they_do() -> None:
    """An editor offers every name that may stand there and says what it stands for."""
    step = schema.pipeline_schema()["$defs"]["Step"]["properties"]
    offered = {one["const"]: one["description"] for one in step["use"]["anyOf"]}
    assert offered["concatenate"].startswith("Join videos end to end")
    assert "wan2.6-t2v" in {one.get("const") for one in step["model"]["anyOf"]}
    assert set(library.names()) <= {one.get("const") for one in step["pipeline"]["anyOf"]}


def test_the_published_schema_is_the_one_of_the_code() -> None:
    """`make docs` was run after the last change of models, operations or pipelines."""
    assert json.loads(schema.FILE.read_text(encoding="utf-8")) == schema.pipeline_schema(), "run `make docs`"
