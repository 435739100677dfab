"""Twenty rounds of the fault laboratory; ``make faults`` runs two hundred."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.laboratory import run_rounds
from tests.faults.table import table

pytestmark = [pytest.mark.faults, pytest.mark.kill, pytest.mark.slow]

ROUNDS = 20


def test_rounds(tmp_path: Path) -> None:
    """Whatever fails and whoever is killed: every result arrives whole, and each is paid for once."""
    rounds, seconds = run_rounds(range(1, ROUNDS + 1), tmp_path, parallel=2)
    found = [f"seed {one.seed}: {finding.kind}: {finding.text}" for one in rounds for finding in one.findings]
    assert not found, "\n".join([*found, table(rounds, seconds)])
    assert sum(one.submits for one in rounds) > ROUNDS and sum(one.kills for one in rounds) > ROUNDS // 2
