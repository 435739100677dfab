"""What the service answered, read into one shape whatever the model: submits, queries, checks and chat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from blocks.catalog.model import Model, Result
from blocks.catalog.rows import MODELS


class Status(StrEnum):
    """Where a task stands."""

    PENDING = "PENDING"
    PRE_PROCESSING = "PRE-PROCESSING"
    RUNNING = "RUNNING"
    SUSPENDED = "SUSPENDED"
    POST_PROCESSING = "POST-PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"

    @property
    def final(self) -> bool:
        """Whether the task will not change any more (UNKNOWN: it does not exist, or expired)."""
        return self in (Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.UNKNOWN)


@dataclass(frozen=True)
class FailedPart:
    """One part of a job that failed beside others that did not."""

    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        request_id: of the call that was answered; a chat answer's own id.
        task_id: the task, None where there is none.
        status: of the task; None where there is none. A status nobody documented reads as UNKNOWN.
        urls: every result address, in order, none twice.
        values: what else was made or found: ``text``, ``template_id``, ``passed``, ``face_bbox``, ``ext_bbox``, ….
        usage: what is billed, as the service said it.
        code: of a refusal or a failed task.
        message: the same in words; a check's reason when it says no.
        failed_parts: parts of the job that failed.
        times: ``submit_time``, ``scheduled_time``, ``end_time`` as written (UTC+8 without a zone).
    """

    request_id: str | None = None
    task_id: str | None = None
    status: Status | None = None
    urls: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] | None = None
    code: str | None = None
    message: str | None = None
    failed_parts: tuple[FailedPart, ...] = ()
    times: dict[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str | None:
        """Why a check said no, in the service's words; None when it said yes, or gave no reason."""
        if self.values.get("passed") is not False:
            return None
        said = self.values.get("reason") or self.message
        return str(said) if said else None


_TIMES = ("submit_time", "scheduled_time", "start_time", "end_time")
BY_NAME = "by_name"
"""The value that tells which results fill which output, for models whose files are not all alike."""
# Said elsewhere in the answer, or about the call and not about what was made.
_SAID_ELSEWHERE = {"task_id", "task_status", "code", "message", "results", "choices", "check_pass", "pass", *_TIMES}
# The face boxes of one family have other names in the answer than in the request that takes them.
_RENAMED = {"bbox_face": "face_bbox", "ext_bbox_face": "ext_bbox"}
# Where a failed task may say why instead of in ``message`` (003 L1200; L1298, whose "Success" is none).
_OTHER_MESSAGES = ("error", "error_message")
# Echoes of what was sent, not results.
_ECHOES = ("orig_", "input", "source_", "ref_", "reference_")
_NO_ROW = Result()


def read(model: str | None, answer: Mapping[str, Any]) -> Answer:
    """Read any answer of the service.

    Args:
        model: whose answer it is; None or an unknown id reads it by its shape alone.
        answer: the JSON body, or what the vendor's SDK makes of one (with ``status_code`` and empty ``code``).

    Returns:
        The answer. Where the model's row finds no result address, every http(s) address of the output counts.
    """
    row = MODELS.get(model) if model else None
    if (row is not None and row.mode == "chat") or ("choices" in answer and "output" not in answer):
        return _read_chat(answer)
    output = answer.get("output")
    output = output if isinstance(output, Mapping) else {}
    result = row.result if row else _NO_ROW
    code, message = _refusal(answer, output)
    return Answer(
        request_id=_text(answer.get("request_id")),
        task_id=_text(output.get("task_id")),
        status=_status(output.get("task_status")),
        urls=_urls(result, answer, output),
        values=_values(row, answer, output),
        usage=_usage(answer),
        code=code,
        message=message,
        failed_parts=tuple(_failed_parts(result, answer, output)),
        times={name: output[name] for name in _TIMES if isinstance(output.get(name), str)},
    )


def _read_chat(answer: Mapping[str, Any]) -> Answer:
    error = answer.get("error")
    code, message = _refusal(answer, error if isinstance(error, Mapping) else {})
    values: dict[str, Any] = {}
    for choice in _at(answer, "choices[]"):
        said = choice.get("message") if isinstance(choice, Mapping) else None
        if isinstance(said, Mapping):
            values = {"text": _text(said.get("content")) or "", "finish_reason": choice.get("finish_reason")}
            break
    request_id = _text(answer.get("request_id")) or _text(answer.get("id"))
    return Answer(request_id=request_id, values=values, usage=_usage(answer), code=code, message=message)


def _status(said: Any) -> Status | None:
    if said is None:
        return None
    try:
        return Status(str(said).upper())
    except ValueError:
        return Status.UNKNOWN


def _refusal(answer: Mapping[str, Any], inner: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Code and message of the task, else of the call; the SDK's empty ones on the outside say nothing."""
    said = _text(inner.get("code"))
    code = said or _text(answer.get("code")) or said
    message = _text(inner.get("message"))
    if message is None and inner.get("task_status") == Status.FAILED:
        message = next((_text(inner[name]) for name in _OTHER_MESSAGES if inner.get(name)), None)
    return code, message if message is not None else _text(answer.get("message")) or None


def _usage(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    usage = answer.get("usage")
    return dict(usage) if isinstance(usage, Mapping) else None


def _urls(result: Result, answer: Mapping[str, Any], output: Mapping[str, Any]) -> tuple[str, ...]:
    found = [value for path in result.urls for value in _at(answer, path) if _is_url(value)]
    return tuple(dict.fromkeys(found or _every_url(output)))


def _every_url(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, child in node.items():
            if not str(name).startswith(_ECHOES):
                yield from _every_url(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from _every_url(child)
    elif _is_url(node):
        yield node


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://")) and len(value.split()) == 1


def _values(row: Model | None, answer: Mapping[str, Any], output: Mapping[str, Any]) -> dict[str, Any]:
    values = {
        _RENAMED.get(name, name): _beside(row, name, value, answer)
        for name, value in output.items()
        if name not in _SAID_ELSEWHERE and value is not None and not any(_every_url({name: value}))
    }
    passed = _passed(row, answer, output)
    if passed is not None:
        values["passed"] = passed
    if row is not None and row.result.named:
        values |= _named(row.result, answer, output)
    return values


def _beside(row: Model | None, name: str, value: Any, answer: Mapping[str, Any]) -> Any:
    """Texts that stand beside the results, one for each: without those of results that were held back."""
    if row is None or row.outputs.get(name) != "texts" or not isinstance(value, list | tuple):
        return value
    places = [place for path in row.result.urls[:1] for place in _at(answer, path)]
    if len(places) != len(value):
        return value
    return [text for text, place in zip(value, places, strict=True) if _is_url(place)]


def _named(result: Result, answer: Mapping[str, Any], output: Mapping[str, Any]) -> dict[str, Any]:
    """Which of the addresses fill which output: their places in ``urls``."""
    urls = _urls(result, answer, output)
    places = {
        name: [urls.index(value) for value in _at(answer, path) if _is_url(value)]
        for name, path in result.named.items()
    }
    return {BY_NAME: places} if any(places.values()) else {}


def _passed(row: Model | None, answer: Mapping[str, Any], output: Mapping[str, Any]) -> bool | None:
    for verdict in ("check_pass", "pass"):
        if isinstance(output.get(verdict), bool):
            return bool(output[verdict])
    if row is None or not output:
        return None
    if row.result.passed_by:
        return all(any(found for found in _at(answer, path)) for path in row.result.passed_by)
    return None


def _failed_parts(result: Result, answer: Mapping[str, Any], output: Mapping[str, Any]) -> Iterator[FailedPart]:
    for path in result.urls[:1]:
        for held in _at(answer, path) if path.endswith("[]") else ():
            if isinstance(held, str) and not _is_url(held):  # a sentence in the place of a picture held back
                yield FailedPart("DataInspectionFailed", held)
    results = output.get("results")
    for part in results if isinstance(results, list | tuple) else (results,):
        if isinstance(part, Mapping) and part.get("code") and not any(_every_url(part)):
            yield FailedPart(str(part["code"]), str(part.get("message") or ""))


def _at(node: Any, path: str) -> Iterator[Any]:
    """Every value at a path; ``[]`` stands for every item of a list."""
    step, _, rest = path.partition(".")
    if not step:
        yield node
        return
    name, every = step.removesuffix("[]"), step.endswith("[]")
    child = node.get(name) if isinstance(node, Mapping) else None
    if every:
        for item in child if isinstance(child, list | tuple) else ():
            yield from _at(item, rest)
    elif child is not None:
        yield from _at(child, rest)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
