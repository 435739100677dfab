"""Spending added up: by day, model and run, what is unknown named, what emulators made apart."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from flows.spend import show_spend, spend_json, summed
from tasks.spending import Spending


def _paid(cost: str | None, **instead: Any) -> Spending:
    said = {"at": datetime(2026, 11, 20, tzinfo=UTC), "run": "film: rain", "run_id": "1" * 36, "model": "wan2.6-t2v"}
    said |= {"fingerprint": "f", "task_id": "t", "account": "a", "emulated": False} | instead
    return Spending(cost_cny=None if cost is None else Decimal(cost), **said)


FOUND = [
    _paid("2"),
    _paid(None, model="qwen-plus"),
    _paid("5", run_id="2" * 36, at=datetime(2026, 11, 21, tzinfo=UTC)),
    _paid("100", emulated=True),
    _paid("100", emulated=True),
]


def test_by_day_model_and_run() -> None:
    """Days stand in order, everything else by its cost; runs of one name are told apart; unknown is not nothing."""
    paid = FOUND[:3]
    assert [(row["name"], row["cost"], row["unknown"]) for row in summed(paid, "day")] == [
        ("2026-11-20", 2, 1),
        ("2026-11-21", 5, 0),
    ]
    assert [(row["name"], row["generations"]) for row in summed(paid, "model")] == [("wan2.6-t2v", 2), ("qwen-plus", 1)]
    assert [(row["name"], row["cost"]) for row in summed(paid, "run")] == [
        ("film: rain (22222222)", 5),
        ("film: rain (11111111)", 2),
    ]


def test_what_nobody_pays_stands_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """An emulator's price is in no sum of what was paid; a cost that is unknown is named beside the sum."""
    document = spend_json(FOUND, None)
    assert (document["paid"]["cost"]["amount"], document["paid"]["unknown_costs"]) == (7, 1)
    assert document["emulated"]["cost"]["amount"] == 200 and document["emulated"]["generations"] == 2
    show_spend(FOUND, "day")
    shown = capsys.readouterr().out
    assert "¥2.00 + 1 unknown" in shown and "All together ¥7.00" in shown and "207" not in shown
    assert "Beside it 2 generations of emulators" in shown
