"""The pipeline of a seed, and what the provider must have accepted, once each, when it is done."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

FILM = "wan2.6-t2v"
MOTION = "wan2.6-i2v-flash"
STYLE = "video-style-transform"
PICTURE = "wanx2.1-t2i-turbo"
CHECK = "emo-detect-v1"
AT_ONCE = "qwen-image-max"
"""A picture without a task: when its answer is lost, a person decides whether it is paid for again."""
PORTRAIT = "portrait.png"

Identity = tuple[str, str, str]
"""Of a request, without the addresses of its media: model, prompt, parameters."""


@dataclass(frozen=True)
class Workload:
    """A pipeline.

    Attributes:
        wanted: how many generations there are of each request.
    """

    document: dict[str, Any]
    wanted: Counter[Identity]

    @property
    def deliverables(self) -> list[str]:
        """What it delivers."""
        return list(self.document["deliver"])

    def write(self, folder: Path) -> None:
        """Keep it as ``pipeline.yaml``, with the picture it names beside it."""
        Image.new("RGB", (512, 512), "teal").save(folder / PORTRAIT)
        (folder / "pipeline.yaml").write_text(yaml.safe_dump(self.document, sort_keys=False), encoding="utf-8")


def identity(body: dict[str, Any]) -> Identity:
    """What a request asks for, however its media were made reachable."""
    said = json.dumps(body.get("parameters") or {}, sort_keys=True)
    return body["model"], str((body.get("input") or {}).get("prompt", "")), said


def workload_of(seed: int) -> Workload:
    """One to about five generations: films of one model side by side, and what follows from them."""
    chance = random.Random(f"workload {seed}")
    steps: dict[str, dict[str, Any]] = {}
    films = chance.randint(1, 3)
    for number in range(films):
        # Two films may differ in nothing but their length.
        prompt = f"round {seed}, scene {chance.choice([number, 0])}"
        steps[f"scene-{number}"] = _film(prompt, 2 + number)
    if chance.random() < 0.4:
        steps["again"] = steps["scene-0"] | {"take": 2}
    if chance.random() < 0.3:
        steps["same"] = dict(steps["scene-0"])
    if chance.random() < 0.5:
        steps["end"] = {"use": "last_frame", "input": {"video": "${scene-0.video}"}}
        steps["motion"] = {
            "model": MOTION,
            "input": {"img_url": "${end.image}", "prompt": f"round {seed}, going on"},
            "parameters": {"resolution": "720P", "duration": 2},
        }
    if chance.random() < 0.3:
        steps["picture"] = {
            "model": PICTURE,
            "input": {"prompt": f"round {seed}, a portrait"},
            "parameters": {"n": 2, "size": "512*512"},
        }
    if chance.random() < 0.3:
        steps["check"] = {"model": CHECK, "input": {"image_url": PORTRAIT}, "parameters": {"ratio": "1:1"}}
    if chance.random() < 0.3:
        steps["now"] = {"model": AT_ONCE, "input": {"prompt": f"round {seed}, at once"}, "parameters": {}}
    if chance.random() < 0.3:
        steps["styled"] = {
            "model": STYLE,
            "input": {"video_url": "${scene-0.video}"},
            "parameters": {"style": chance.randint(0, 7)},
        }
    videos = [f"${{{name}.video}}" for name in steps if name not in ("end", "picture", "check", "now")]
    steps["film"] = {"use": "concatenate", "input": {"videos": videos}}
    deliver = {"film.mp4": "${film.video}"} | {f"{name[2:-7]}.mp4": name for name in videos}
    if "picture" in steps:
        deliver["picture-{n}.png"] = "${picture.images}"
    if "now" in steps:
        deliver["now.png"] = "${now.image}"
    document = {
        "pipeline": f"round-{seed}",
        "description": "A round of the fault laboratory.",
        "steps": steps,
        "deliver": deliver,
    }
    asked = {
        json.dumps([step["input"], step["parameters"], step["model"], step.get("take", 1)]): identity(step)
        for step in steps.values()
        if "model" in step and step["model"] not in (CHECK, AT_ONCE)
    }
    return Workload(document, Counter(asked.values()))


def _film(prompt: str, seconds: int) -> dict[str, Any]:
    return {"model": FILM, "input": {"prompt": prompt}, "parameters": {"size": "1280*720", "duration": seconds}}
