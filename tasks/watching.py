"""One watcher serves everybody who waits for a task's end.

It asks when a result can be expected, one task at a time while they are few, by the list call once they are many.
Failed questions are weather: it asks again, later and later, and goes on waiting. When nobody waits, it stops.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import random
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from blocks.catalog import Answer, Status
from blocks.client import Client, DashScopeError, Throttled
from tasks.list_rounds import ListRounds
from tasks.pace import Pace
from tasks.rhythm import LOOPBACK, REMOTE, Rhythm
from tasks.watched import OnStatus, StillRunning, Watched, caller

__all__ = ["StillRunning", "Watcher"]

logger = logging.getLogger("wanflow.watching")

_ASKING_AT_ONCE = 32
_LONGEST_PAUSE_SECONDS = 300.0
_NEVER = float("inf")


class Watcher:
    """Waits for tasks of one account, in one event loop.

    Args:
        client: asks; it is not closed here.
        pace: the query limit.
        rhythm: how often to ask; by default quick on this machine and by the models' usual times elsewhere.
        clock: seconds that only go forward.
        chance: numbers in [0, 1), for jitter.
    """

    def __init__(
        self,
        client: Client,
        *,
        pace: Pace,
        rhythm: Rhythm | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._pace = pace
        self.rhythm = rhythm or (LOOPBACK if client.is_loopback else REMOTE)
        self._clock = clock
        self._chance = chance
        self._tasks: dict[str, Watched] = {}
        self._wake = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._helpers: set[asyncio.Task[None]] = set()
        self._paused_until = 0.0
        self._stormy = False
        self._lists = ListRounds(client, self.rhythm, clock, self._backoff)

    @property
    def waiting_for(self) -> int:
        """How many tasks somebody waits for."""
        return len(self._tasks)

    @property
    def running(self) -> bool:
        """Whether its loop is at work."""
        return self._runner is not None and not self._runner.done()

    async def wait(
        self,
        task_id: str,
        *,
        model: str,
        submitted_at: datetime,
        on_status: OnStatus | None = None,
        deadline_seconds: float | None = None,
    ) -> Answer:
        """Wait until a task has ended.

        Args:
            task_id: as the submit gave it.
            model: says when a result can be expected, and how to read it.
            submitted_at: when it was accepted; without a zone it is taken as UTC.
            on_status: told each status that is new, the last one included; must not block.
            deadline_seconds: the longest wait from now; None waits as long as it takes.

        Returns:
            The terminal answer: succeeded, failed, cancelled, or unknown to the provider.

        Raises:
            StillRunning: the deadline has passed, or the watcher was closed.
            DashScopeError: the provider refuses to answer, e.g. because the key no longer holds.
        """
        began = self._clock()
        watched = self._tasks.get(task_id) or self._watch(task_id, model, submitted_at)
        waiter = caller(on_status)
        watched.waiters.append(waiter)
        if watched.status is not None:
            waiter.tell(watched.status)
        self._start()
        try:
            async with asyncio.timeout(deadline_seconds):
                return await waiter.future
        except TimeoutError:  # the deadline's, or the word of a watcher that was closed
            raise StillRunning(task_id, model, watched.status, self._clock() - began) from None
        finally:
            watched.waiters.remove(waiter)
            if not watched.waiters:
                self._forget(watched)

    async def aclose(self) -> None:
        """Stop; everybody who still waits gets StillRunning."""
        running = [task for task in (self._runner, *self._helpers) if task is not None]
        for task in running:
            task.cancel()
        for watched in list(self._tasks.values()):
            self._fail(watched, watched.still_running(self._clock()))
        await asyncio.gather(*running, return_exceptions=True)

    # The loop: what to ask next, and when.

    def _watch(self, task_id: str, model: str, submitted_at: datetime) -> Watched:
        moment = submitted_at if submitted_at.tzinfo else submitted_at.replace(tzinfo=UTC)
        now = self._clock()
        submitted = now - max(0.0, (datetime.now(UTC) - moment).total_seconds())
        first = submitted + self.rhythm.first_question(model)
        self._tasks[task_id] = Watched(task_id, model, submitted, next_question=first, heard=now)
        return self._tasks[task_id]

    def _forget(self, watched: Watched) -> None:
        if self._tasks.get(watched.task_id) is watched:
            del self._tasks[watched.task_id]
        self._wake.set()

    def _start(self) -> None:
        self._wake.set()
        if not self.running:
            # An empty context: the loop outlives the run that happened to wait first.
            loop = asyncio.get_running_loop()
            self._runner = loop.create_task(self._run(), name="wanflow-watcher", context=contextvars.Context())

    async def _run(self) -> None:
        try:
            while self._tasks:
                self._wake.clear()
                if self._many and self._lists.due <= self._clock():
                    self._lists.due = _NEVER
                    self._help(self._list())
                watched, delay = self._next()
                if watched is None:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), None if delay == _NEVER else delay)
                    continue
                async with self._pace.query():
                    watched, _ = self._next()
                if watched is not None:
                    watched.asking = True
                    self._help(self._ask(watched))
        except Exception as error:
            logger.exception("The watcher failed.")
            for watched in list(self._tasks.values()):
                self._fail(watched, error)

    def _help(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._helpers.add(task)
        task.add_done_callback(self._helpers.discard)

    async def _list(self) -> None:
        await self._lists.round(self._tasks, self._pace)
        self._wake.set()

    @property
    def _many(self) -> bool:
        return self._lists.offered and len(self._tasks) > self.rhythm.list_above

    def _next(self) -> tuple[Watched | None, float]:
        """The task to ask for now, or None and the seconds until there may be one."""
        now = self._clock()
        until = self._lists.due if self._many else _NEVER
        idle = [watched for watched in self._tasks.values() if not watched.asking]
        if idle and len(self._tasks) - len(idle) < _ASKING_AT_ONCE:
            watched = min(idle, key=self._due)
            due = max(self._due(watched), self._paused_until)
            if due <= now:
                return watched, 0.0
            until = min(until, due)
        return None, max(0.0, until - now)

    def _due(self, watched: Watched) -> float:
        if watched.ended and not watched.failures:
            return 0.0
        told_by_list = self._many and not self._lists.failures
        if told_by_list and not (watched.ended or watched.missed):
            return watched.heard + self.rhythm.distrust
        return watched.next_question

    # A question about one task.

    async def _ask(self, watched: Watched) -> None:
        try:
            answer = await self._client.query(watched.task_id, watched.model)
        except DashScopeError as error:
            self._not_answered(watched, error)
        except Exception as error:
            self._fail(watched, error)
        else:
            self._answered(watched, answer)
        finally:
            watched.asking = False
            self._wake.set()

    def _answered(self, watched: Watched, answer: Answer) -> None:
        now = self._clock()
        self._calm()
        watched.failures = watched.refusals = 0
        watched.heard = now
        status = answer.status or Status.UNKNOWN
        if status is Status.UNKNOWN:
            # A task just accepted may be unknown for a moment; one that stays unknown is gone.
            watched.unknown_since = now if watched.unknown_since is None else watched.unknown_since
            sure = max(watched.unknown_since + self.rhythm.unknown_again, watched.submitted + self.rhythm.unknown_age)
            if now < sure:
                watched.ended = False
                watched.next_question = max(sure, now)
                return
        else:
            watched.unknown_since = None
        watched.tell(status)
        if status.final:
            watched.deliver(answer)
            self._forget(watched)
            return
        watched.ended = False
        watched.next_question = now + self.rhythm.next_question(watched.model, now - watched.submitted)

    def _not_answered(self, watched: Watched, error: DashScopeError) -> None:
        now = self._clock()
        if not error.transient:
            watched.refusals += 1
            if watched.refusals > 1:
                self._fail(watched, error)
                return
        watched.failures += 1
        delay = self._backoff(watched.failures, error)
        watched.next_question = now + delay
        if isinstance(error, Throttled):
            self._paused_until = max(self._paused_until, now + delay)
        if not self._stormy:
            self._stormy = True
            logger.warning("The provider does not answer questions about tasks (%s); waiting goes on.", error)

    def _calm(self) -> None:
        if self._stormy:
            self._stormy = False
            logger.info("The provider answers questions about tasks again.")

    def _backoff(self, failures: int, error: DashScopeError) -> float:
        delay = min(self.rhythm.backoff * 2.0 ** min(failures - 1, 20), self.rhythm.backoff_most)
        asked = min(error.retry_after or 0.0, _LONGEST_PAUSE_SECONDS)
        return max(asked, delay * (0.5 + self._chance() / 2))

    def _fail(self, watched: Watched, error: Exception) -> None:
        watched.fail(error)
        self._forget(watched)
