"""What the emulated service should do wrong, as data.

A scenario is a YAML or JSON file, or the same thing as Python objects. It sets the pace and a list of rules; each rule
says where it applies and what happens there::

    seed: 7
    queue_seconds: 0.5
    run_seconds: 2
    limits: {submits: true, queries_per_second: 20}
    rules:
      - {at: submit, model: "wan2.6-*", nth: [2], do: {kind: throttle, retry_after: 1}}
      - {at: submit, probability: 0.1, do: lose_answer}
      - {at: download, times: 1, do: {kind: truncate, fraction: 0.4}}
      - {at: task, prompt: "blood", do: moderate}
      - {at: check, model: "emo-*", do: {kind: fail_check, reason: "No human face detected."}}

For a call the first rule that applies decides; for a task (`at: task`) all that apply add up; `at: check` is the
verdict of a check, whose call is a `submit` like any other. `nth` and `times` count the calls that meet the rule's
other conditions, from 1, within one process. Chance is drawn from `seed`, the rule and that count, so a scenario
misbehaves in the same way every time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Place = Literal["submit", "query", "list", "cancel", "policy", "upload", "download", "chat", "task", "check"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Throttle(_Part):
    """429; nothing is accepted."""

    kind: Literal["throttle"] = "throttle"
    code: str = "Throttling.RateQuota"
    message: str = "Requests rate limit exceeded, please try again later."
    retry_after: float | None = Field(None, ge=0, description="Seconds for the Retry-After header; none by default.")


class Fail(_Part):
    """A 5xx answer; `accept` decides whether the call took effect all the same."""

    kind: Literal["fail"] = "fail"
    http_status: int = Field(500, ge=500, le=599)
    code: str = "InternalError"
    message: str = "An internal error has occured, please try again later or contact service support."
    accept: bool = False


class Refuse(_Part):
    """A 4xx answer: by default moderation refuses the input at once."""

    kind: Literal["refuse"] = "refuse"
    http_status: int = Field(400, ge=400, le=499)
    code: str = "DataInspectionFailed"
    message: str = "Input data may contain inappropriate content."


class Reset(_Part):
    """The connection is reset before anything is accepted."""

    kind: Literal["reset"] = "reset"


class LoseAnswer(_Part):
    """The call takes effect, then the connection is reset: the job exists and nobody is told."""

    kind: Literal["lose_answer"] = "lose_answer"


class Slow(_Part):
    """The call takes effect at once and is answered late."""

    kind: Literal["slow"] = "slow"
    seconds: float = Field(5, ge=0)


class Garbage(_Part):
    """The call takes effect and is answered with 200 and half a JSON text, or whatever `text` says."""

    kind: Literal["garbage"] = "garbage"
    text: str = '{"output": {"task_st'


class Truncate(_Part):
    """A download breaks after a part of its bytes."""

    kind: Literal["truncate"] = "truncate"
    fraction: float = Field(0.5, ge=0, lt=1)


class Trickle(_Part):
    """A download comes slowly."""

    kind: Literal["trickle"] = "trickle"
    bytes_per_second: int = Field(65_536, gt=0)


class Corrupt(_Part):
    """A download of the right length whose content is spoilt."""

    kind: Literal["corrupt"] = "corrupt"


class Timing(_Part):
    """How long a task queues and runs; `statuses` are walked through while it runs, in equal parts."""

    kind: Literal["timing"] = "timing"
    queue_seconds: float | None = Field(None, ge=0)
    run_seconds: float | None = Field(None, ge=0)
    statuses: list[Literal["PRE-PROCESSING", "RUNNING", "POST-PROCESSING", "SUSPENDED"]] | None = None


class FailTask(_Part):
    """The task is accepted, runs and fails."""

    kind: Literal["fail_task"] = "fail_task"
    code: str = "InternalError.Algo"
    message: str = "inference internal error."


class Moderate(_Part):
    """The task is accepted, and moderation refuses what it made."""

    kind: Literal["moderate"] = "moderate"
    code: str = "DataInspectionFailed"
    message: str = "Output data may contain inappropriate content."


class FailParts(_Part):
    """Of a job with several results these fail; the job succeeds when one is left."""

    kind: Literal["fail_parts"] = "fail_parts"
    parts: list[int] = Field(default_factory=lambda: [0], description="Which results, from 0.")
    code: str = "InternalError.Timeout"
    message: str = "An internal timeout error has occured during execution, please try again later."


class Expire(_Part):
    """The task is forgotten: its status is UNKNOWN."""

    kind: Literal["expire"] = "expire"


class Stick(_Part):
    """The task stays in one status for ever."""

    kind: Literal["stick"] = "stick"
    status: Literal["PENDING", "RUNNING", "SUSPENDED"] = "RUNNING"


class FailCheck(_Part):
    """A check answers that the picture does not suit."""

    kind: Literal["fail_check"] = "fail_check"
    code: str = "InvalidFile.Content"
    reason: str = "No human face detected."


CallAction = Throttle | Fail | Refuse | Reset | LoseAnswer | Slow | Garbage | Truncate | Trickle | Corrupt
TaskAction = Timing | FailTask | Moderate | FailParts | Expire | Stick


def _long_form(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Action = Annotated[CallAction | TaskAction | FailCheck, Field(discriminator="kind"), BeforeValidator(_long_form)]


class Rule(_Part):
    """Where something goes wrong, how often, and what."""

    at: Place
    model: str | None = Field(None, description="Model id, or a pattern such as wan2.6-*.")
    prompt: str | None = Field(None, description="Text the prompt contains.")
    nth: list[int] | None = Field(None, description="Only these calls, counted from 1 among those that fit.")
    times: int | None = Field(None, ge=1, description="At most so often.")
    probability: float = Field(1, ge=0, le=1)
    do: Action

    @model_validator(mode="after")
    def _fits_its_place(self) -> Rule:
        if isinstance(self.do, TaskAction) != (self.at == "task"):
            raise ValueError(f"{self.do.kind!r} does not happen at {self.at!r}")
        if isinstance(self.do, FailCheck) != (self.at == "check"):
            raise ValueError(f"{self.do.kind!r} does not happen at {self.at!r}")
        if isinstance(self.do, Truncate | Trickle | Corrupt) and self.at != "download":
            raise ValueError(f"{self.do.kind!r} happens at 'download' only, not at {self.at!r}")
        return self


class Limits(_Part):
    """Which documented limits are enforced with 429, and which by waiting."""

    submits: bool = Field(False, description="Refuse submits above the model's documented rate.")
    queries_per_second: int | None = Field(None, ge=1, description="Refuse queries above this; the service allows 20.")
    in_progress: bool = Field(True, description="Tasks above the model's documented number wait as PENDING.")
    queued: int | None = Field(None, ge=1, description="Refuse submits while so many tasks of the model wait.")


class Scenario(_Part):
    """Everything the emulated service does other than well and at once."""

    seed: int = 0
    queue_seconds: float | None = Field(None, ge=0, description="Seconds a task is PENDING; 0.2 by default.")
    run_seconds: float = Field(0, ge=0, description="Seconds a task is RUNNING at least.")
    url_seconds: float = Field(86_400, gt=0, description="Life of a result URL.")
    task_seconds: float = Field(86_400, gt=0, description="How long a finished task is remembered.")
    upload_seconds: float = Field(172_800, gt=0, description="Life of an uploaded file.")
    keys: list[str] | None = Field(None, description="Accepted API keys; by default all but bad… and invalid….")
    limits: Limits = Limits()
    rules: list[Rule] = Field(default_factory=list)


def load_scenario(path: Path) -> Scenario:
    """Reads a scenario file.

    Args:
        path: A YAML or JSON file.

    Raises:
        ValueError: The file is no scenario; the text says which field is wrong.
    """
    return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
