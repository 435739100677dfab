"""The records of a generation's life: submission, outcome, generation. Plain data that crosses every boundary."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, PrivateAttr

from blocks.catalog import Status
from tasks.asset import Asset

TASK_LIFE = timedelta(hours=24)
"""How long the provider keeps a task and its result URLs (models.yaml common.task_query)."""

_PROMPTS = ("prompt", "ref_prompt", "prompt_text_zh", "prompt_text_en", "text")


class Submission(BaseModel):
    """The provider accepted a request.

    Attributes:
        account: which account in which region accepted it; only that account can ask for the answer.
        quoted_cny: the price expected when it was sent; None when the price is unknown.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    model: str
    task_id: str
    request_id: str | None
    submitted_at: datetime
    account: str
    quoted_cny: Decimal | None = None

    def expired(self, now: datetime) -> bool:
        """Whether the provider has forgotten the task by now."""
        return now - self.submitted_at >= TASK_LIFE


class LeftRunning(BaseModel):
    """A task that went on at the provider when its run was stopped. It is charged, and can be picked up.

    Attributes:
        label: what the run called it.
        quoted_cny: what it will cost; None is unknown.
        uncancelled: the provider did not answer the call to cancel it, so it may still wait there.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    model: str
    task_id: str
    quoted_cny: Decimal | None
    uncancelled: bool = False

    def __str__(self) -> str:
        price = "a price we do not know" if self.quoted_cny is None else f"{self.quoted_cny} CNY"
        why = ": it could not be cancelled" if self.uncancelled else ""
        return f"{self.label}: task {self.task_id} ({self.model}) goes on and will be charged, {price}{why}"


class Failure(BaseModel):
    """Why a generation gave nothing: the provider's code and message, and what to do."""

    model_config = ConfigDict(frozen=True)

    code: str | None
    message: str
    advice: str | None = None
    kind: str = "failed"
    stops_run: bool = False


class Outcome(BaseModel):
    """The terminal answer of one generation.

    Attributes:
        urls: result URLs in the order of the answer; they die 24 hours after the job ended.
        values: everything that is not a file: ``template_id``, boxes, ``passed``, ``text``.
        usage: as the provider reported it, the base of the cost.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    model: str
    status: Status
    task_id: str | None = None
    request_id: str | None = None
    account: str
    finished_at: datetime
    urls: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    usage: dict[str, Any] | None = None
    failure: Failure | None = None

    def expired(self, now: datetime) -> bool:
        """Whether its addresses are dead by now."""
        return bool(self.urls) and now - self.finished_at >= TASK_LIFE


class Generation(BaseModel):
    """One request's whole life, as it ended.

    Attributes:
        request: the canonical request; local and stored media as their URIs.
        cached: nothing was called for it in this run; it was finished before.
        cost_cny: what the provider bills for it by the documented unit price, once; None is unknown.
    """

    fingerprint: str
    model: str
    request: dict[str, Any]
    take: int = 1
    status: Status | None = None
    task_id: str | None = None
    request_id: str | None = None
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    seconds_taken: float | None = None
    cached: bool = False
    usage: dict[str, Any] | None = None
    quoted_cny: Decimal | None = None
    cost_cny: Decimal | None = None
    assets: list[Asset] = []
    values: dict[str, Any] = {}
    failure: Failure | None = None
    _handle: Any = PrivateAttr(default=None)

    @property
    def handle(self) -> Any:
        """The result of its last Prefect task; handed to the tasks that build on it, it makes the graph's edges."""
        return self._handle

    def with_handle(self, handle: Any) -> Generation:
        """The same generation, holding that result."""
        self._handle = handle
        return self

    @property
    def prompt(self) -> str | None:
        """What it was asked for in words, whatever its model calls them; None where it was asked without."""
        given = self.request.get("input", {})
        if isinstance(messages := given.get("messages"), list):
            parts = [
                part for message in messages if isinstance(message["content"], list) for part in message["content"]
            ]
            return next((part["text"] for part in parts if "text" in part), None)
        return next((given[name] for name in _PROMPTS if isinstance(given.get(name), str)), None)

    @property
    def succeeded(self) -> bool:
        """Whether its assets or values can be used."""
        return self.failure is None and self.status == Status.SUCCEEDED
