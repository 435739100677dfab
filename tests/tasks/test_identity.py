"""One request is one generation, whoever asks for it and however."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blocks import catalog
from tasks.generation import generate
from tests.tasks.conftest import Open

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

MODEL = "wan2.6-t2v"
PROMPT = "夜雨, a lighthouse"
PARAMETERS = {"size": "1280*720", "duration": 5, "prompt_extend": False, "seed": 7}
PIPELINE = f"""
pipeline: one-clip
description: One clip.
steps:
  clip:
    model: {MODEL}
    input: {{prompt: "{PROMPT}"}}
    parameters: {{seed: 7, prompt_extend: false, duration: 5, size: "1280*720"}}
deliver:
  clip.mp4: ${{clip.video}}
"""


async def _wanflow(here: Any, seed: str, *arguments: str) -> Any:
    environment = {**os.environ, "WANFLOW_STORAGE": here.url, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "flows.cli", *arguments, "--json"),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()[-2000:]
    return json.loads(out)


async def test_from_everywhere(studio: Open, tmp_path: Path) -> None:
    """From Python, from the command line and from a pipeline file, the same request has the same fingerprint."""
    here = studio()
    async with here.session():
        body = {"model": MODEL, "input": {"prompt": PROMPT}, "parameters": PARAMETERS}
        first = await generate(catalog.request(body))
    file = tmp_path / "one-clip.yaml"
    await asyncio.to_thread(file.write_text, PIPELINE, encoding="utf-8")
    given = [f"-p{name}={json.dumps(value).strip(chr(34))}" for name, value in reversed(PARAMETERS.items())]
    typed, piped = await asyncio.gather(
        _wanflow(here, "1", "generate", MODEL, "-i", f"prompt={PROMPT}", *given),
        _wanflow(here, "2", "run", str(file)),
    )
    [one] = typed["generations"]
    assert one["fingerprint"] == first.fingerprint and one["cached"]
    manifests = [path for path in await here.storage.list("productions") if path.endswith("manifest.json")]
    manifest = await here.storage.read_json(manifests[0])
    [other] = manifest["generations"]
    assert other["fingerprint"] == first.fingerprint and other["cached"], piped
    assert here.submits == 1
