"""A task of the emulated service, as its store keeps it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from .chance import Fate

FINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"})
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Outcome:
    """What a run left behind.

    Attributes:
        files: Names of the result files, in order; None for a part that failed.
        values: Further fields of the answer's `output`.
        each: Further fields of every one of several results.
        usage: What the service bills by.
        code: Error code of a failed task, or of failed parts.
        message: Its message.
    """

    files: tuple[str | None, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] | None = None
    code: str = ""
    message: str = ""
    each: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Outcome:
        """Reads what `dataclasses.asdict` wrote."""
        return cls(**{**data, "files": tuple(data.get("files", ()))})


@dataclass(frozen=True)
class Task:
    """One accepted submit. Times are seconds since the epoch.

    Attributes:
        body: The request as it runs: checked, its texts cut at the documented limits.
        body_hash: SHA-256 of the body as it was sent.
        resolve_oss: Whether the submit allowed `oss://` inputs.
    """

    task_id: str
    request_id: str
    account: str
    model: str
    body: dict[str, Any]
    body_hash: str
    submitted: float
    status: str = "PENDING"
    resolve_oss: bool = False
    scheduled: float | None = None
    ended: float | None = None
    fate: Fate = field(default_factory=Fate)
    outcome: Outcome | None = None

    @property
    def prompt(self) -> str | None:
        """The prompt of the request, when it has one."""
        return prompt_of(self.body)

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL


def prompt_of(body: Mapping[str, Any]) -> str | None:
    """The prompt in a request body, also in the messages form or under another name, when there is one."""
    match body.get("input"):
        case (
            {"prompt": str() as prompt}
            | {"messages": [{"content": [{"text": str() as prompt}]}]}
            | {"ref_prompt": str() as prompt}
            | {"prompt_text_zh": str() as prompt}
            | {"prompt_text_en": str() as prompt}
        ):
            return prompt
    return None


def hash_of(body: object) -> str:
    """SHA-256 of a JSON value in its canonical form (keys sorted, no spaces), in hex."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def china_time(moment: float) -> str:
    """A time as answers write it: UTC+8 without a zone, to the millisecond."""
    return datetime.fromtimestamp(moment, CHINA).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def from_china_time(text: str) -> float:
    """Reads the list call's `YYYYMMDDhhmmss`.

    Raises:
        ValueError: The text has another form.
    """
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=CHINA).timestamp()
