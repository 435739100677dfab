"""What reports need to know of a production: flows hand over their manifest, which tasks do not know."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol


class Priced(Protocol):
    """A generation as the cost table and the events see it; a manifest's generations are such."""

    step: str
    model: str
    fingerprint: str
    status: str
    cached: bool
    task_id: str | None
    cost_cny: Decimal | None
    quoted_cny: Decimal | None
    seconds_taken: float | None
    error: dict[str, Any] | None


class Produced(Protocol):
    """A finished production as the cost table and the events see it; a manifest is one."""

    production: str
    title: str
    pipeline: str
    cost_cny: Decimal | None
    saved_cny: Decimal | None
    unknown_costs: int

    @property
    def state(self) -> str:
        """``done``, ``partly`` or ``failed``."""

    @property
    def generations(self) -> Sequence[Priced]:
        """What was asked of models, in the order of the steps."""
