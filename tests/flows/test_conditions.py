"""Conditions compare, join and turn round; what only a run knows stays open."""

from __future__ import annotations

from typing import Any

import pytest

from flows.conditions import BadCondition, holds, read, reasons
from flows.scope import Pending, Scope, Skipped, StepSkipped

SCOPE = Scope(
    {"need": "full-body", "yes": True, "no": False, "empty": "", "count": 3, "look": "soft light", "none": None},
    {
        "probe": {"seconds": 21.5, "later": Pending("number"), "text": "20"},
        "gone": Skipped("gone failed"),
        "check": {"passed": True, "later": Pending("boolean")},
    },
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("${need} == full-body", True),
        ("${need} != full-body", False),
        ("${need}==close-up", False),
        ('${look} == "soft light"', True),
        ("'full-body' == ${need}", True),
        ("${probe.seconds} > 20", True),
        ("${probe.seconds} <= 20", False),
        ("${probe.text} >= 20", True),
        ("${count} == 3.0", True),
        ("${yes} == true and ${no} == false", True),
        ("${none} == none", True),
        ("${none} > 3", False),
        ("${check.passed} and not ${no}", True),
        ("not ${yes} or ${count} > 2", True),
        ("not (${yes} or ${no})", False),
        ("${no} or ${no} and ${yes}", False),
        ("${empty}", False),
        ("not ${empty}", True),
        ("${check.later}", None),
        ("${check.later} and ${no}", False),
        ("${check.later} and ${yes}", None),
        ("${check.later} or ${yes}", True),
        ("${probe.later} > 20", None),
        ("not ${check.later}", None),
        ("${gone.passed} or ${yes}", True),
        ("${no} and ${gone.passed}", False),
        ("${gone.passed or yes}", True),
    ],
)
def test_a_condition_holds_or_not_or_is_open(text: str, answer: bool | None) -> None:
    """Signs, words and brackets mean what they say; numbers compare as numbers, open values stay open."""
    assert holds(text, SCOPE) is answer


@pytest.mark.parametrize("text", ["${gone.passed}", "not ${gone.passed}", "${gone.passed} or ${no}"])
def test_what_hangs_on_a_skipped_step_is_skipped(text: str) -> None:
    """Nobody can say whether it holds."""
    with pytest.raises(StepSkipped, match="gone failed"):
        holds(text, SCOPE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${need} = full-body", "cannot read '=' at character 9"),
        ("${need} == ", "a value is missing at character"),
        ("${need} == soft light", "text of several words needs quotes"),
        ("(${yes}", "a bracket is not closed at character 8"),
        ("${yes} ${no}", "did not expect '${no}' at character 8"),
        ("and ${yes}", "a value is missing before 'and' at character 1"),
        ("${a b}", "is not a reference"),
        ("", "a value is missing at character 1"),
    ],
)
def test_a_condition_that_cannot_be_read_says_where(text: str, said: str) -> None:
    """The character and what could stand there."""
    with pytest.raises(BadCondition) as caught:
        read(text)
    assert said in str(caught.value)


def test_a_check_says_why_it_did_not_pass() -> None:
    """What the checks of a condition gave as their reason is told; a check that did not run says nothing."""
    scope = Scope({}, {"a": {"passed": False, "reason": "No face."}, "b": Skipped("off"), "c": {"passed": True}})
    assert reasons("${b.passed or a.passed} and ${c.passed}", scope) == "No face."
    assert reasons("${c.passed}", scope) == ""


def test_words_have_no_order() -> None:
    """More and less are for numbers."""
    with pytest.raises(BadCondition, match=r"> compares numbers; got text 'full-body' and text 'close-up'"):
        holds("${need} > close-up", SCOPE)


def test_nothing_is_executed() -> None:
    """Code in a condition is only words."""
    odd: Any = "__import__('os').getcwd()"
    with pytest.raises(BadCondition):
        read(odd)
