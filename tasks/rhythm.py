"""When to ask the provider how a task is doing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from blocks import catalog

_UNDOCUMENTED_SECONDS = (60.0, 300.0)  # most of the service: models.yaml common.typical_time


@dataclass(frozen=True)
class Rhythm:
    """How often a watcher asks; all values in seconds.

    Attributes:
        first_after: from the submit to the first question; None: the model's shortest usual time.
        every: from one question to the next; None: by the model's usual times, longer for a late task.
        list_above: more tasks than this are asked for by the list call. A number of tasks, not seconds.
        list_every: from one round of list calls to the next.
        backoff: after a failed question, the first wait; it doubles with each further failure.
        backoff_most: the longest such wait.
        unknown_age: how old a submission must be before "unknown" is believed.
        unknown_again: how long "unknown" must persist before it is believed.
        distrust: a task the list call says nothing new about is asked for after this long.
    """

    first_after: float | None = None
    every: float | None = None
    list_above: int = 20
    list_every: float = 5.0
    backoff: float = 1.0
    backoff_most: float = 30.0
    unknown_age: float = 30.0
    unknown_again: float = 10.0
    distrust: float = 60.0

    def first_question(self, model: str) -> float:
        """Seconds from the submit to the first question."""
        return usual_seconds(model)[0] if self.first_after is None else self.first_after

    def next_question(self, model: str, age: float) -> float:
        """Seconds to the next question.

        Args:
            model: a slow one is asked for less often.
            age: seconds since the submit; past the model's usual time the questions become rarer.
        """
        if self.every is not None:
            return self.every
        soonest, latest = usual_seconds(model)
        step = min(max(soonest / 12, 1.0), 5.0)
        return step if age <= latest else min(step * 3, 15.0)


REMOTE = Rhythm()
"""For the real service."""

LOOPBACK = Rhythm(
    first_after=0.0,
    every=0.3,
    list_every=0.4,
    backoff=0.2,
    backoff_most=2.0,
    unknown_age=1.0,
    unknown_again=0.5,
    distrust=5.0,
)
"""For the emulator and for tests: at once, and about three times a second."""

GATEWAY = replace(LOOPBACK, unknown_age=REMOTE.unknown_age, unknown_again=REMOTE.unknown_again)
"""For the real service behind an address of this machine: as quick, but a task it does not know yet is not gone."""

INSTANT = Rhythm(
    first_after=0.0,
    every=0.0,
    list_every=0.0,
    backoff=0.0,
    backoff_most=0.0,
    unknown_age=0.0,
    unknown_again=0.0,
    distrust=60.0,
)
"""For tests: nothing waits but the query limit."""


def usual_seconds(model: str) -> tuple[float, float]:
    """How long a model usually takes, shortest and longest; what most of the service takes where nobody knows it."""
    row = catalog.MODELS.get(model)
    return row.typical_seconds if row is not None else _UNDOCUMENTED_SECONDS
