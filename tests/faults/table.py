"""The result of a laboratory, for people: a row a fault, then one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults.rounds import Round

_COLUMNS = {"rounds": 7, "kills": 6, "runs": 6, "submits": 8, "dup": 5, "lost": 5, "hung": 5, "other": 6, "s": 7}
_HEAD = f"{'fault':24}" + "".join(f"{name:>{width}}" for name, width in _COLUMNS.items())


def table(rounds: Iterable[Round], seconds: float) -> str:
    """Every fault that was alone in a round, then the mixed ones, then all together."""
    by_name: dict[str, list[Round]] = {}
    for one in rounds:
        by_name.setdefault(one.trouble.name, []).append(one)
    names = sorted(by_name, key=lambda name: (name == "mixed", name))
    every = [one for name in names for one in by_name[name]]
    lines = [_HEAD, *(_row(name, by_name[name]) for name in names), _row("all", every)]
    return "\n".join([*lines, "", sentence(every, seconds)])


def _row(name: str, rounds: list[Round]) -> str:
    kills, runs, submits = (sum(getattr(one, what) for one in rounds) for what in ("kills", "runs", "submits"))
    found = [sum(one.count(kind) for one in rounds) for kind in ("duplicate", "lost", "hung", "other")]
    counts = f"{found[0]:>5}{found[1]:>5}{found[2]:>5}{found[3]:>6}"
    return f"{name:24}{len(rounds):>7}{kills:>6}{runs:>6}{submits:>8}{counts}{sum(one.seconds for one in rounds):>7.0f}"


def sentence(rounds: list[Round], seconds: float) -> str:
    """The result in one sentence."""
    duplicates, lost, hung, other = (
        sum(one.count(kind) for one in rounds) for kind in ("duplicate", "lost", "hung", "other")
    )
    return (
        f"{len(rounds)} rounds with {sum(one.kills for one in rounds)} kills and {sum(one.runs for one in rounds)} runs"
        f" in {seconds:.0f} s: {sum(one.submits for one in rounds)} accepted submits, {duplicates} duplicate submits,"
        f" {lost} lost results, {hung} hung runs, {other} other findings."
    )
