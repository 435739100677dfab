"""Single requests of every kind from the command line, on the emulated service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blocks.emulator import Emulator, Scenario
from tests.flows.conftest import wanflow


def generated(*words: str) -> dict[str, Any]:
    """What `generate … --json` says of its one request."""
    result = wanflow("generate", *words, "--json")
    assert result.exit_code == 0, result.stderr
    (said,) = json.loads(result.stdout)["generations"]
    assert said["status"] == "SUCCEEDED"
    return dict(said)


def portrait() -> str:
    """A picture in the working directory."""
    Image.linear_gradient("L").resize((640, 800)).convert("RGB").save("portrait.png")
    return "portrait.png"


@pytest.mark.slow
def test_a_check_answers_at_once(service: Emulator, prefect_server: str) -> None:
    """A detection gives its verdict and boxes as values, makes no file and no task, and is not asked for twice."""
    words = ("emo-detect-v1", "-i", f"image_url={portrait()}", "-p", "ratio=3:4")
    before, tasks = len(service.events("answered")), len(service.tasks())
    first, again = generated(*words), generated(*words)
    assert first["values"]["passed"] is True
    assert set(first["values"]) >= {"face_bbox", "ext_bbox"}
    assert (first["outputs"], first["cost"]["amount"]) == ([], 0.004)
    assert again["cached"] and again["values"] == first["values"]
    assert (len(service.events("answered")), len(service.tasks())) == (before + 1, tasks)


@pytest.mark.slow
def test_pictures_are_delivered(service: Emulator, prefect_server: str) -> None:
    """Picture models, with a task and without, leave as many PNG files as were asked for."""
    drawn = generated("wan2.2-t2i-flash", "-i", "prompt=a boat", "-p", "n=2")
    at_once = generated("qwen-image-max", "-i", "prompt=a boat")
    widened = generated("image-out-painting", "-i", f"image_url={portrait()}", "-p", "output_ratio=16:9")
    assert [len(said["outputs"]) for said in (drawn, at_once, widened)] == [2, 1, 1]
    for output in drawn["outputs"] + at_once["outputs"] + widened["outputs"]:
        assert output["media_type"] == "image/png"
        with Image.open(Path(output["uri"])) as picture:
            picture.load()


def test_a_job_that_failed_in_part_delivers_the_rest_and_says_so(
    service: Emulator, prefect_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two pictures one is held back: the other is delivered and paid for, the reason is told, the exit code is 4."""
    rule = {"at": "task", "do": {"kind": "fail_parts", "parts": [0]}}
    with Emulator(render="none", scenario=Scenario.model_validate({"rules": [rule]})) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        words = ["generate", "wan2.2-t2i-flash", "-i", "prompt=a boat", "-p", "n=2"]
        first, again = (wanflow(*words, *more) for more in ([], ["--json"]))
    assert (first.exit_code, again.exit_code) == (4, 4), first.stderr
    (said,) = json.loads(again.stdout)["generations"]
    (part,) = said["values"]["failed_parts"]
    assert (len(said["outputs"]), said["cost"]["amount"], said["cached"]) == (1, 0.14, True)
    assert f"one of the results: {part['code']}: " in first.stdout


def test_files_on_the_web_are_looked_at_on_request(service: Emulator) -> None:
    """`--check-inputs` refuses what lies behind an address before anything is sent."""
    before = service.counts.get("submit", 0)
    words = ["wan2.6-i2v-flash", "-i", f"img_url={service.base_url}/nothing.png", "-i", "prompt=x", "--check-inputs"]
    result = wanflow("generate", *words)
    assert result.exit_code == 2 and "input.img_url: " in result.stderr and "HTTP 40" in result.stderr
    assert service.counts.get("submit", 0) == before
