"""The mixes of faults."""

from __future__ import annotations

from typing import get_args

from blocks.emulator import Scenario
from blocks.emulator.scenario import CallAction, FailCheck, TaskAction
from tests.faults.faults import KINDS, trouble_of


def test_every_fault_alone() -> None:
    """Two hundred rounds have every fault alone at least once; the same seed is the same trouble."""
    troubles = [trouble_of(seed) for seed in range(1, 201)]
    assert {trouble.name for trouble in troubles} == {*KINDS, "mixed"}
    assert troubles == [trouble_of(seed) for seed in range(1, 201)]


def test_everything_the_emulator_knows() -> None:
    """Whatever the emulator can do wrong takes part, in rules that it takes."""
    rules = [rule for seed in range(1, 201) for rule in trouble_of(seed).rules]
    scenario = Scenario.model_validate({"rules": rules})
    known = {
        action.model_fields["kind"].default for action in (*get_args(CallAction), *get_args(TaskAction), FailCheck)
    }
    assert {rule.do.kind for rule in scenario.rules} == known
