from __future__ import annotations

import pytest

from blocks.emulator import Scenario, load_scenario
from blocks.emulator.chance import Chance


def chance(*rules: dict, seed: int = 0) -> Chance:
    return Chance(Scenario.model_validate({"seed": seed, "rules": list(rules)}))


def test_a_scenario_is_a_yaml_or_json_file(tmp_path):
    """Both forms are read, also the example in the documentation."""
    import textwrap

    from blocks.emulator import scenario

    example = textwrap.dedent((scenario.__doc__ or "").split("::\n\n")[1].split("\n\nFor a call")[0])
    path = tmp_path / "scenario.yaml"
    path.write_text(example, encoding="utf-8")
    read = load_scenario(path)
    assert len(read.rules) == 5
    other = tmp_path / "scenario.json"
    other.write_text(read.model_dump_json(), encoding="utf-8")
    assert load_scenario(other) == read


def test_an_empty_scenario_is_none(tmp_path):
    """An empty file asks for nothing."""
    path = tmp_path / "scenario.yaml"
    path.write_text("")
    assert load_scenario(path) == Scenario()


@pytest.mark.parametrize(
    "rule",
    [
        {"at": "submit", "do": "explode"},
        {"at": "submit", "do": "stick"},
        {"at": "task", "do": "reset"},
        {"at": "query", "do": "truncate"},
        {"at": "submit", "do": "fail_check"},
        {"at": "check", "do": "reset"},
        {"at": "nowhere", "do": "reset"},
        {"at": "submit", "do": "reset", "modle": "x"},
    ],
)
def test_a_wrong_rule_is_refused(rule):
    """A rule that could never apply is an error and not ignored."""
    with pytest.raises(ValueError):
        Scenario.model_validate({"rules": [rule]})


def test_the_first_rule_decides_a_call():
    """Of two rules that fit, the first acts; when it is used up, the second."""
    rules = chance({"at": "submit", "times": 1, "do": "reset"}, {"at": "submit", "do": "throttle"})
    assert [rules.call("submit").kind for _ in range(3)] == ["reset", "throttle", "throttle"]
    assert rules.call("query") is None


def test_rules_count_what_fits_them():
    """`nth` counts the calls that meet the rule's other conditions only."""
    rules = chance({"at": "submit", "model": "wan2.6-*", "prompt": "雨", "nth": [2], "do": "reset"})
    said = [("wan2.6-t2v", "雨"), ("wan2.5-t2v-preview", "雨"), ("wan2.6-t2v", "sun"), ("wan2.6-i2v", "大雨")]
    assert [rules.call("submit", model=model, prompt=prompt) is not None for model, prompt in said] == [
        *(False, False, False, True)
    ]


def test_chance_is_drawn_from_the_seed():
    """The same seed misbehaves in the same way, another one differently, about as often as asked."""

    def drawn(seed: int) -> list[bool]:
        rules = chance({"at": "query", "probability": 0.3, "do": "fail"}, seed=seed)
        return [rules.call("query") is not None for _ in range(300)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert 60 < sum(drawn(1)) < 120


def test_what_happens_to_a_task_adds_up():
    """A task may be slow by one rule and fail by another."""
    timing = {"kind": "timing", "queue_seconds": 9, "statuses": ["SUSPENDED"]}
    fate = chance({"at": "task", "do": timing}, {"at": "task", "do": "moderate"}).fate(model="any", prompt=None)
    assert (fate.queue_seconds, fate.statuses, fate.end, fate.code) == (
        9,
        ("SUSPENDED",),
        "fail",
        "DataInspectionFailed",
    )
