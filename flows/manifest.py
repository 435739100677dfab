"""The manifest: what a production asked for, what came of it, what it cost; ``manifest.json`` beside the film."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from tasks.asset import Asset

StepState = Literal["done", "failed", "skipped", "cancelled"]


class ManifestGeneration(BaseModel):
    """One generation of the production: the request as sent and the provider's answer.

    Attributes:
        request: ``{"model", "input", "parameters"}``; media values are storage URIs, never presigned URLs.
        cost_cny: what it cost by the documented unit price; None is unknown. A cached one cost nothing in this run.
        quoted_cny: what it was expected to cost.
        seconds_taken: from submit to the file in storage, in this run.
    """

    step: str
    index: int | None = None
    fingerprint: str
    model: str
    request: dict[str, Any]
    take: int = 1
    task_id: str | None = None
    request_id: str | None = None
    status: str
    cached: bool = False
    seed: int | None = None
    usage: dict[str, Any] | None = None
    quoted_cny: Decimal | None = None
    cost_cny: Decimal | None = None
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    seconds_taken: float | None = None
    assets: list[Asset] = []
    values: dict[str, Any] = {}
    error: dict[str, Any] | None = None


class ManifestStep(BaseModel):
    """One step of the pipeline as it went.

    Attributes:
        name: ``outer/inner`` for a step of a pipeline within this one.
        left_out: items and takes that failed and were left out, and why.
        stood_in: what another model made because the first one failed, and why.
        chosen: which variant the run went on with, one for each item.
    """

    name: str
    title: str | None = None
    uses: str
    state: StepState
    needs: list[str] = []
    reason: str | None = None
    left_out: list[str] = []
    stood_in: list[str] = []
    chosen: list[str] = []
    assets: list[Asset] = []
    seconds_taken: float | None = None


class Deliverable(BaseModel):
    """A file of the production, relative to its folder, e.g. ``film.mp4`` or ``scenes/01-raw.mp4``."""

    path: str
    asset: Asset


class ManifestScene(BaseModel):
    """A scene of a film, for the review page: its prompt beside its clips (paths relative to the production)."""

    number: int
    title: str | None = None
    prompt: str
    shots: list[dict[str, Any]] = []
    seconds: float
    model: str
    style: str | None = None
    raw: str | None = None
    styled: str | None = None
    generations: list[str] = []
    error: str | None = None


class Manifest(BaseModel):
    """Everything about one production."""

    wanflow: str
    production: str
    title: str
    pipeline: str
    description: str | None = None
    started_at: datetime
    finished_at: datetime
    storage: str
    service: str
    region: str
    state: Literal["done", "partly", "failed"]
    params: dict[str, Any] = {}
    steps: list[ManifestStep] = []
    generations: list[ManifestGeneration] = []
    deliverables: list[Deliverable] = []
    files: list[str] = []
    scenes: list[ManifestScene] = []
    contact_sheet: str | None = None
    cost_cny: Decimal | None = None
    saved_cny: Decimal | None = None
    unknown_costs: int = 0
    flow_run_id: str | None = None

    @property
    def failures(self) -> list[str]:
        """The title of every step that failed, and why."""
        return [f"{step.title or step.name}: {step.reason}" for step in self.steps if step.state == "failed"]


def known_total(amounts: list[Decimal | None]) -> Decimal | None:
    """The sum of the known amounts; None when none of them is known."""
    known = [amount for amount in amounts if amount is not None]
    return None if amounts and not known else sum(known, Decimal(0))
