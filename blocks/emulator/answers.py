"""What the service answers: submits, queries, and models that answer at once, each result in its model's own place.

Where results stand is the catalog's (`result` of each row); what stands beside them is the table here. Facts:
models.yaml `result` of each model, models-extra.yaml `result` of the picture models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from blocks import catalog

from .refusal import new_id
from .task import Outcome, Task, china_time

_EXTENDED = {
    "zh": "画面细腻，光线富有层次，镜头运动平稳，电影质感。",
    "en": "Fine detail, layered light, steady camera movement, a cinematic look.",
}
_REFUSED_POSTER = "output data may contain inappropriate content"


@dataclass(frozen=True)
class Shape:
    """What an answer holds beside its results.

    Attributes:
        prompts: Where the prompt is repeated: in the output, or in each of several results.
        metrics: Name of the count of good and failed results in a list; None where there is none.
        timed: Which of the documented answers carry times; ``made``: all but those about a failure.
        finished: Whether the messages form says that it has finished, and of each part what it is.
    """

    prompts: Literal["output", "results"] | None = None
    metrics: str | None = "task_metrics"
    timed: Literal["all", "made", "none"] = "all"
    finished: bool = False


_USUAL = Shape()
_FILM = Shape(prompts="output")
_PICTURES = Shape(prompts="results")
_MESSAGES = Shape(metrics="task_metric")
_SHAPES: dict[str, Shape] = {
    "text-to-video": _FILM,
    "image-to-video": _FILM,
    "keyframe-to-video": _FILM,
    "reference-to-video": _FILM,
    "video-edit": _FILM,
    "animate-anyone": Shape(timed="none"),
    "liveportrait": Shape(timed="made"),
    "video-retalk": Shape(timed="made"),
    "text-to-image": _PICTURES,
    "wan2.6-t2i": Shape(metrics=None, finished=True),
    "qwen-image-max": _MESSAGES,
    "wan2.5-i2i-preview": _PICTURES,
    "portrait-restyle": Shape(metrics=None),
}
"""By model or family."""


def accepted(task: Task) -> dict[str, Any]:
    """The answer to a submit."""
    return {"request_id": task.request_id, "output": {"task_status": "PENDING", "task_id": task.task_id}}


def unknown(task_id: str) -> dict[str, Any]:
    """The answer about a task that does not exist or was forgotten."""
    return {"request_id": new_id(), "output": {"task_id": task_id, "task_status": "UNKNOWN"}}


def about(task: Task, links: Sequence[str | None]) -> dict[str, Any]:
    """The answer to a query.

    Args:
        task: The task.
        links: Where its results are, in order; None for a part that failed.
    """
    output: dict[str, Any] = {"task_id": task.task_id, "task_status": task.status}
    timed = _shape(task.model).timed
    if timed == "all" or (timed == "made" and task.status != "FAILED"):
        output |= _times(task)
    answer: dict[str, Any] = {"request_id": new_id(), "output": output}
    outcome = task.outcome
    if outcome is None:
        return answer
    if task.status == "FAILED":
        output |= {"code": outcome.code, "message": outcome.message}
    elif task.status == "SUCCEEDED":
        output |= outcome.values
        row = catalog.find(task.model)
        _place(output, row, row.result, _shape(task.model), links, outcome)
        if outcome.usage is not None:
            answer["usage"] = outcome.usage
    return answer


def at_once(model: str, outcome: Outcome, links: Sequence[str | None]) -> dict[str, Any]:
    """The answer to a call that is answered at once.

    Args:
        model: The model.
        outcome: What came of the call.
        links: Where its results are, in order.
    """
    output = dict(outcome.values)
    row = catalog.find(model)
    if row.sync_result is not None:
        _place(output, row, row.sync_result, _MESSAGES, links, outcome)
    else:
        _place(output, row, row.result, _shape(model), links, outcome)
    return {"request_id": new_id(), "output": output, "usage": outcome.usage}


def values(request: catalog.Request) -> dict[str, Any]:
    """What the output of a finished job says beside its results: the prompt as given and as rewritten, the style."""
    if request.row.family == "portrait-restyle":
        style = getattr(request.input, "style_index", 0)
        return {"error_code": 0, "error_message": "Success", "style_index": style}
    return _prompts(request) if _shape(request.model).prompts == "output" else {}


def each(request: catalog.Request) -> dict[str, Any]:
    """What every one of several results says beside its address."""
    return _prompts(request) if _shape(request.model).prompts == "results" else {}


def _shape(model: str) -> Shape:
    row = catalog.find(model)
    return _SHAPES.get(row.id) or _SHAPES.get(row.family, _USUAL)


def _prompts(request: catalog.Request) -> dict[str, Any]:
    prompt = getattr(request.input, "prompt", None)
    if not prompt:
        return {}
    said = {"orig_prompt": prompt}
    if not request.model.startswith("wan2.6") and getattr(request.parameters, "prompt_extend", False):
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in prompt)
        said["actual_prompt"] = f"{prompt} {_EXTENDED['zh' if chinese else 'en']}"
    return said


def _times(task: Task) -> dict[str, str]:
    said = {"submit_time": china_time(task.submitted)}
    if task.scheduled is not None:
        said["scheduled_time"] = china_time(task.scheduled)
    if task.ended is not None:
        said["end_time"] = china_time(task.ended)
    if catalog.find(task.model).family == "portrait-restyle" and task.scheduled is not None and task.ended is not None:
        # Two of its four times have no milliseconds (models.yaml wanx-style-repaint-v1).
        said |= {"start_time": china_time(task.scheduled)[:19], "end_time": china_time(task.ended)[:19]}
    return said


def _place(
    output: dict[str, Any],
    row: catalog.Model,
    result: catalog.Result,
    shape: Shape,
    links: Sequence[str | None],
    outcome: Outcome,
) -> None:
    """Puts the links where the model's answers have them: `output.video_url`, `output.results[].url`, …

    A row with several places has its files place by place: all posters, then all their backgrounds. Of a poster that
    was held back the texts are held back too (models-extra.yaml wanx-poster-generation-v1).
    """
    paths = result.urls
    if not paths or not links:
        return
    count = len(links) // len(paths)
    failed = {"code": outcome.code, "message": outcome.message}
    for number, path in enumerate(paths):
        steps = path.removeprefix("output.").split(".")
        _put(output, steps, links[number * count : (number + 1) * count], outcome.each, failed)
    for name in (name for name, kind in row.outputs.items() if kind == "texts" and name in output):
        output[name] = [
            text if link else _REFUSED_POSTER for text, link in zip(output[name], links[:count], strict=True)
        ]
    if shape.metrics and paths[0].startswith(("output.results[]", "output.choices[]")):
        good = sum(link is not None for link in links)
        output[shape.metrics] = {"TOTAL": len(links), "SUCCEEDED": good, "FAILED": len(links) - good}
    if shape.finished:
        output["finished"] = True
        for choice in output["choices"]:
            choice["message"]["content"][0]["type"] = "image"


def _put(
    place: dict[str, Any],
    steps: list[str],
    links: Sequence[str | None],
    each: Mapping[str, Any],
    failed: Mapping[str, Any],
) -> None:
    step, *rest = steps
    if step == "choices[]":
        place["choices"] = [_choice(link) for link in links if link is not None]
    elif step.endswith("[]"):
        item = rest[0] if rest else None
        place[step[:-2]] = [_item(item, link, each, failed) for link in links]
    elif rest:
        _put(place.setdefault(step, {}), rest, links, each, failed)
    elif links[0] is not None:
        place[step] = links[0]


def _item(name: str | None, link: str | None, each: Mapping[str, Any], failed: Mapping[str, Any]) -> Any:
    if name is None:
        return _REFUSED_POSTER if link is None else link
    return dict(failed) if link is None else {name: link, **each}


def _choice(link: str) -> dict[str, Any]:
    return {"finish_reason": "stop", "message": {"role": "assistant", "content": [{"image": link}]}}
