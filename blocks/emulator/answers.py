"""What the service answers about a task: `output` and `usage`, model by model.

Facts: models.yaml `result` and `usage` of each model, models-extra.yaml `fills_of_models_yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blocks import catalog

from .refusal import new_id
from .task import Outcome, Task, china_time

_EXTENDED = {
    "zh": "画面细腻，光线富有层次，镜头运动平稳，电影质感。",
    "en": "Fine detail, layered light, steady camera movement, a cinematic look.",
}


@dataclass(frozen=True)
class Made:
    """What a run made, as usage counts it. Sides in pixels."""

    width: int
    height: int
    seconds: float
    sound: bool


def accepted(task: Task) -> dict[str, Any]:
    """The answer to a submit."""
    return {"request_id": task.request_id, "output": {"task_status": "PENDING", "task_id": task.task_id}}


def unknown(task_id: str) -> dict[str, Any]:
    """The answer about a task that does not exist or was forgotten."""
    return {"request_id": new_id(), "output": {"task_id": task_id, "task_status": "UNKNOWN"}}


def about(task: Task, links: list[str | None]) -> dict[str, Any]:
    """The answer to a query.

    Args:
        task: The task.
        links: Where its results are, in order; None for a part that failed.
    """
    output: dict[str, Any] = {"task_id": task.task_id, "task_status": task.status}
    output["submit_time"] = china_time(task.submitted)
    if task.scheduled is not None:
        output["scheduled_time"] = china_time(task.scheduled)
    if task.ended is not None:
        output["end_time"] = china_time(task.ended)
    answer: dict[str, Any] = {"request_id": new_id(), "output": output}
    outcome = task.outcome
    if outcome is None:
        return answer
    if task.status == "FAILED":
        output |= {"code": outcome.code, "message": outcome.message}
    elif task.status == "SUCCEEDED":
        output |= outcome.values
        _place(output, catalog.find(task.model).result.urls[0], links, outcome)
        if outcome.usage is not None:
            answer["usage"] = outcome.usage
    return answer


def values(request: catalog.Request) -> dict[str, Any]:
    """The texts an answer repeats: the prompt as given, and as rewritten where the model returns that."""
    prompt = getattr(request.input, "prompt", None)
    if not prompt or request.row.family == "video-style":
        return {}
    said = {"orig_prompt": prompt}
    if not request.model.startswith("wan2.6") and getattr(request.parameters, "prompt_extend", False):
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in prompt)
        said["actual_prompt"] = f"{prompt} {_EXTENDED['zh' if chinese else 'en']}"
    return said


def usage(request: catalog.Request, made: Made) -> dict[str, Any]:
    """What the service counts for a finished task.

    Args:
        request: The request.
        made: What came of it.
    """
    model, family = request.model, request.row.family
    whole = round(made.seconds)
    size = f"{made.width}*{made.height}"
    tier = _tier(request, made)
    if family == "video-style":
        # Billed by the short side asked for, not by the one that came out (models.yaml video-style-transform).
        return {"duration": round(made.seconds, 2), "SR": getattr(request.parameters, "min_len", 720)}
    if model.startswith("wan2.6"):
        counted: dict[str, Any] = {"duration": whole}
        if family == "text-to-video":
            counted["size"] = size
        counted |= {"input_video_duration": 0, "output_video_duration": whole, "video_count": 1, "SR": tier}
        return counted | ({"audio": made.sound} if model == "wan2.6-i2v-flash" else {})
    if family == "text-to-video":
        return {"video_duration": whole, "video_ratio": size, "video_count": 1}
    if family == "image-to-video" and not model.startswith("wanx2.1"):
        return {"duration": whole, "SR": tier, "video_count": 1}
    if family == "keyframe-to-video" and not model.startswith("wanx2.1"):
        return {"video_duration": whole, "video_count": 1, "SR": tier}
    return {"video_duration": whole, "video_ratio": "standard", "video_count": 1}


def _tier(request: catalog.Request, made: Made) -> int:
    said = (request.tier or "").removesuffix("P")
    return int(said) if said.isdigit() else min(made.width, made.height)


def _place(output: dict[str, Any], path: str, links: list[str | None], outcome: Outcome) -> None:
    """Puts the links where the model's answers have them: `output.video_url`, `output.results[].url`, …"""
    *steps, last = path.removeprefix("output.").split(".")
    place = output
    for step in steps:
        if step.endswith("[]"):
            failed = {"code": outcome.code, "message": outcome.message}
            place[step[:-2]] = [failed if link is None else {last: link} for link in links]
            good = sum(link is not None for link in links)
            output["task_metrics"] = {"TOTAL": len(links), "SUCCEEDED": good, "FAILED": len(links) - good}
            return
        place = place.setdefault(step, {})
    if links:
        place[last] = links[0]
