"""A task somebody waits for: who waits, what was heard of it, and the error of waiting too long."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from blocks.catalog import Answer, Status

logger = logging.getLogger("wanflow.watching")

OnStatus = Callable[[Status], None]


class StillRunning(TimeoutError):
    """The task has not ended within the time the caller gives it; it goes on at the provider.

    Attributes:
        task_id: to be picked up again.
        model: what runs.
        status: the last one heard of, None if none was.
        waited_seconds: how long was waited.
    """

    def __init__(
        self, task_id: str, model: str = "", status: Status | None = None, waited_seconds: float = 0.0
    ) -> None:
        self.task_id = task_id
        self.model = model
        self.status = status
        self.waited_seconds = waited_seconds
        super().__init__(task_id, model, status, waited_seconds)

    def __str__(self) -> str:
        seen = f"its last status was {self.status}" if self.status else "nothing was heard of it"
        return (
            f"Task {self.task_id} ({self.model}) has not ended after {self.waited_seconds:.0f} s; {seen}. "
            "It goes on at the provider and is not paid for twice: run the same again to pick it up, or "
            f"`wanflow generations resume {self.task_id}`."
        )


@dataclass(eq=False)
class Waiter:
    """One caller.

    Attributes:
        future: what it waits for.
        on_status: what it wants to be told.
        context: the caller's, so that what it is told is logged in its run.
    """

    future: asyncio.Future[Answer]
    on_status: OnStatus | None
    context: contextvars.Context

    def tell(self, status: Status) -> None:
        """Tell a new status; what goes wrong there is the caller's affair and stops nobody."""
        if self.on_status is None or self.future.done():
            return
        try:
            self.context.run(self.on_status, status)
        except Exception:
            logger.exception("What was told of the status %s failed; waiting goes on.", status)


@dataclass(eq=False)
class Watched:
    """One task; all times are the watcher's clock.

    Attributes:
        task_id: the task.
        model: what runs.
        submitted: when it was accepted.
        next_question: when to ask for it.
        heard: when something was last heard of it.
        waiters: who waits.
        status: the last one told.
        asking: a question is on its way.
        ended: it is said to have ended; a question settles it.
        missed: the last round of list calls did not name it.
        unknown_since: since when the provider has said it does not know it.
        failures: failed questions in a row.
        refusals: refused questions in a row.
    """

    task_id: str
    model: str
    submitted: float
    next_question: float
    heard: float
    waiters: list[Waiter] = field(default_factory=list)
    status: Status | None = None
    asking: bool = False
    ended: bool = False
    missed: bool = False
    unknown_since: float | None = None
    failures: int = 0
    refusals: int = 0

    def tell(self, status: Status) -> None:
        """Tell everybody a status, if it is new."""
        if status == self.status:
            return
        self.status = status
        for waiter in list(self.waiters):
            waiter.tell(status)

    def deliver(self, answer: Answer) -> None:
        """Give everybody the terminal answer."""
        for waiter in self.waiters:
            if not waiter.future.done():
                waiter.future.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Let everybody's wait end with an error."""
        for waiter in self.waiters:
            if not waiter.future.done():
                waiter.future.set_exception(error)

    def still_running(self, now: float) -> StillRunning:
        """The error of giving up on it now."""
        return StillRunning(self.task_id, self.model, self.status, max(0.0, now - self.submitted))


def caller(on_status: OnStatus | None) -> Waiter:
    """A waiter for the running task, in its context."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    return Waiter(future, on_status, contextvars.copy_context())
