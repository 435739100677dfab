"""What can go wrong, by name, and the mix of a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Rules = list[dict[str, Any]]


@dataclass
class Trouble:
    """Everything that goes wrong in a round.

    Attributes:
        name: the one fault's, or ``mixed``.
        kinds: every fault that takes part.
        rules: of the emulator's scenario.
        kills: how many processes are killed.
        interrupts: how many are interrupted as by Ctrl-C.
        processes: how many run the workload at the same time.
        provider_down: how often the provider dies and comes back.
        storage_gone: how often the storage is away for a moment.
        server_silent: how often Prefect's server falls silent.
        frozen: how often a process is stopped for longer than its lease lasts, and goes on.
        stuck: whether a task waits for ever, so that a run that takes long is interrupted.
        damaged: whether finished files are damaged between runs.
    """

    name: str
    kinds: list[str] = field(default_factory=list)
    rules: Rules = field(default_factory=list)
    kills: int = 0
    interrupts: int = 0
    processes: int = 1
    provider_down: int = 0
    storage_gone: int = 0
    server_silent: int = 0
    frozen: int = 0
    stuck: bool = False
    damaged: bool = False


def _rule(at: str, do: Any, *, most: int = 3) -> Callable[[random.Random, Trouble], None]:
    def add(chance: random.Random, trouble: Trouble) -> None:
        rule: dict[str, Any] = {"at": at, "do": do, "times": chance.randint(1, most)}
        if chance.random() < 0.5:
            rule["probability"] = chance.choice([0.3, 0.6])
        trouble.rules.append(rule)

    return add


def _count(name: str, most: int) -> Callable[[random.Random, Trouble], None]:
    def add(chance: random.Random, trouble: Trouble) -> None:
        setattr(trouble, name, getattr(trouble, name) + chance.randint(1, most))

    return add


def _stuck(chance: random.Random, trouble: Trouble) -> None:
    """A task that waits for ever is cancelled by Ctrl-C, and the next run asks anew."""
    trouble.rules.append({"at": "task", "times": 1, "do": {"kind": "stick", "status": "PENDING"}})
    trouble.stuck = True


def _damaged(chance: random.Random, trouble: Trouble) -> None:
    trouble.damaged = True


def _two(chance: random.Random, trouble: Trouble) -> None:
    trouble.processes = 2


def _frozen(chance: random.Random, trouble: Trouble) -> None:
    trouble.processes = 2
    trouble.frozen += chance.randint(1, 3)


KINDS: dict[str, Callable[[random.Random, Trouble], None]] = {
    "submit: throttle": _rule("submit", {"kind": "throttle", "retry_after": 0.2}, most=5),
    "submit: fail": _rule("submit", "fail", most=2),
    "submit: fail, accepted": _rule("submit", {"kind": "fail", "accept": True}),
    "submit: refuse": _rule("submit", "refuse", most=1),
    "submit: reset": _rule("submit", "reset", most=2),
    "submit: lose_answer": _rule("submit", "lose_answer"),
    "submit: slow": _rule("submit", {"kind": "slow", "seconds": 1}),
    "submit: garbage": _rule("submit", "garbage"),
    "query: throttle": _rule("query", "throttle", most=5),
    "query: fail": _rule("query", "fail", most=5),
    "query: reset": _rule("query", "reset", most=5),
    "query: garbage": _rule("query", "garbage", most=5),
    "list: fail": _rule("list", "fail", most=5),
    "list: garbage": _rule("list", "garbage", most=5),
    "cancel: fail": _rule("cancel", "fail"),
    "policy: fail": _rule("policy", "fail", most=2),
    "upload: reset": _rule("upload", "reset", most=2),
    "upload: lose_answer": _rule("upload", "lose_answer", most=2),
    "download: fail": _rule("download", "fail"),
    "download: reset": _rule("download", "reset"),
    "download: truncate": _rule("download", {"kind": "truncate", "fraction": 0.4}),
    "download: trickle": _rule("download", {"kind": "trickle", "bytes_per_second": 8192}),
    "download: corrupt": _rule("download", "corrupt", most=2),
    "task: fail": _rule("task", "fail_task", most=2),
    "task: moderate": _rule("task", "moderate", most=1),
    "task: fail_parts": _rule("task", {"kind": "fail_parts", "parts": [0]}, most=1),
    "task: expire": _rule("task", "expire", most=1),
    "task: stick": _stuck,
    "task: timing": _rule("task", {"kind": "timing", "run_seconds": 1, "statuses": ["SUSPENDED", "RUNNING"]}),
    "check: fail_check": _rule("check", "fail_check"),
    "kill": _count("kills", 4),
    "interrupt": _count("interrupts", 2),
    "two processes": _two,
    "frozen": _frozen,
    "provider down": _count("provider_down", 2),
    "storage gone": _count("storage_gone", 3),
    "server silent": _count("server_silent", 2),
    "files damaged": _damaged,
}


def trouble_of(seed: int) -> Trouble:
    """The trouble of a round: every third has one fault alone, each of them in turn; the others a mix with kills."""
    chance = random.Random(f"trouble {seed}")
    if seed % 3 == 0:
        name = list(KINDS)[seed // 3 % len(KINDS)]
        alone = Trouble(name, [name])
        KINDS[name](chance, alone)
        return alone
    mixed = Trouble("mixed", chance.sample(list(KINDS), chance.randint(1, 4)), kills=chance.randint(0, 4))
    for name in mixed.kinds:
        KINDS[name](chance, mixed)
    chance.shuffle(mixed.rules)
    if chance.random() < 0.2:
        mixed.processes = 2
    if mixed.kills and "kill" not in mixed.kinds:
        mixed.kinds.append("kill")
    return mixed
