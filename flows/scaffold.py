"""``wanflow new``: a pipeline file to start from, which plans and runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from flows.document import InvalidInput, Problem
from flows.schema import schema_text

SCHEMA = "pipeline.schema.json"
_TEXT = """\
# yaml-language-server: $schema={schema}
pipeline: {name}
description: A sentence comes to life twice, in two looks, joined to one film.
params:
  scene: {{type: text, default: "A paper boat sails down a gutter in the rain", description: What is seen.}}
  looks: {{type: list, default: [pencil sketch, watercolour], description: A clip is made in each.}}
  seconds: {{type: integer, default: 2, description: "Length of each clip, 2 to 15 seconds."}}
steps:
  clip:
    for_each: ${{looks}}
    model: wan2.6-t2v
    input: {{prompt: "${{scene}}, ${{item}}"}}
    parameters: {{size: 1280*720, duration: "${{seconds}}"}}
  film:
    use: concatenate
    input: {{videos: "${{clip.video}}"}}
  sheet:
    use: contact_sheet
    input: {{sources: "${{clip.video}}", captions: "${{looks}}"}}
deliver:
  {name}.mp4: ${{film.video}}
  looks.jpg: ${{sheet.image}}
"""


def scaffold(path: Path) -> Path:
    """Write a pipeline file to start from, beside it the JSON Schema that editors complete and check it with.

    Args:
        path: the file to be, ``.yaml`` unless it says otherwise; its name becomes the pipeline's.

    Returns:
        The file.

    Raises:
        InvalidInput: it exists already, or its name is none for a pipeline file.
    """
    path = path if path.suffix else path.with_name(f"{path.name}.yaml")
    name = path.stem
    if path.suffix not in (".yaml", ".yml"):
        raise InvalidInput([Problem((), f"a pipeline file ends with .yaml, got {path.name}")])
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,59}", name):
        said = "letters, digits, - and _, a letter first"
        raise InvalidInput([Problem((), f"'{name}' is no name for a pipeline: {said}")])
    if path.exists():
        raise InvalidInput([Problem((), f"{path} exists already; name another file")])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_TEXT.format(name=name, schema=SCHEMA), encoding="utf-8")
    path.with_name(SCHEMA).write_text(schema_text(), encoding="utf-8")
    return path
