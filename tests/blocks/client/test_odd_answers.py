"""Answers of any shape are read: none raises what nobody expects while a task is being paid for."""

from __future__ import annotations

import random
from typing import Any

from blocks import catalog

NAMES = [
    *("output", "usage", "task_id", "task_status", "results", "video_url", "url", "task_metrics", "choices", "message"),
    *("content", "code", "request_id", "end_time", "image", "duration", "size", "data", "error", "orig_prompt", "text"),
]
ODD: list[Any] = [None, 5, -1.5, float("inf"), "x", "", [], {}, [None], [5], {"a": 1}, [[{}]], True, "2026"]


def _odd(chance: random.Random, depth: int = 0) -> Any:
    if depth > 3 or chance.random() < 0.35:
        return chance.choice(ODD)
    if chance.random() < 0.6:
        return {name: _odd(chance, depth + 1) for name in chance.sample(NAMES, 5)}
    return [_odd(chance, depth + 1) for _ in range(3)]


def test_no_answer_is_too_odd_to_read() -> None:
    """Of every model, whatever stands where: the task's id is found, and nothing is raised."""
    chance = random.Random(7)
    for model, row in catalog.MODELS.items():
        for _ in range(10):
            output = {"output": _odd(chance), "usage": _odd(chance), chance.choice(NAMES[2:]): _odd(chance)}
            if isinstance(output["output"], dict):
                output["output"] |= {"task_id": "t-1", "task_status": chance.choice(["SUCCEEDED", "FAILED", 5])}
            answer = catalog.read(model, output)
            if row.mode != "chat" and isinstance(output["output"], dict):
                assert answer.task_id == "t-1"
