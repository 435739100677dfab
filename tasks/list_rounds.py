"""Who has ended among many tasks: rounds of list calls, a hundred tasks a call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from blocks.client import Client, DashScopeError, TaskRow
from tasks.pace import Pace
from tasks.rhythm import Rhythm
from tasks.watched import Watched

logger = logging.getLogger("wanflow.watching")

_NEVER = float("inf")
_PAGES_AT_MOST = 500
_PAGE = 100  # the pages name no largest size: provider-api.md
_SMALL_PAGE = 10  # the provider's own default
_BLANKS = 3


class ListRounds:
    """Reads the account's task list and marks what it says about the watched tasks.

    Args:
        client: asks.
        rhythm: how often.
        clock: seconds that only go forward.
        backoff: seconds to wait after so many failures, the last one given.

    Attributes:
        due: when the next round may begin; never while one is under way.
        offered: whether the provider has a list that is of use; once it has not, it stays so.
        failures: rounds in a row that met bad weather; while there are any, the list is not relied on.
    """

    def __init__(
        self,
        client: Client,
        rhythm: Rhythm,
        clock: Callable[[], float],
        backoff: Callable[[int, DashScopeError], float],
    ) -> None:
        self.due = 0.0
        self.offered = True
        self.failures = 0
        self._client = client
        self._rhythm = rhythm
        self._clock = clock
        self._backoff = backoff
        self._blanks = 0
        self._page_size = _PAGE

    async def round(self, tasks: Mapping[str, Watched], pace: Pace) -> None:
        """Read the list until every task was named or it ends.

        A task that has ended is only marked: the list carries no results, so a question about it settles it. A task
        the list does not name is marked as missed.

        Args:
            tasks: the watched tasks by their id; it may change meanwhile.
            pace: the limit of list calls.
        """
        self.due = _NEVER
        wait = self._rhythm.list_every
        try:
            await self._read(tasks, pace)
            self.failures = 0
        except DashScopeError as error:
            wait = self._failed(error)
        except Exception:
            logger.exception("The task list cannot be read; asking for every task by itself.")
            self.offered = False
        finally:
            self.due = self._clock() + wait

    async def _read(self, tasks: Mapping[str, Watched], pace: Pace) -> None:
        wanted = set(tasks)
        all_wanted = len(wanted)
        read: set[str] = set()
        for page in range(1, _PAGES_AT_MOST + 1):
            async with pace.listing():
                answer = await self._client.list_tasks(page=page, page_size=self._page_size)
            new = {row.task_id for row in answer.tasks} - read
            for row in answer.tasks:
                if watched := tasks.get(row.task_id):
                    self._mark(watched, row)
            read |= new
            wanted -= new
            if answer.last or not new or not wanted:
                break
        for task_id in wanted:
            if watched := tasks.get(task_id):
                watched.missed = True
        # A list that never names our tasks is somebody else's.
        self._blanks = self._blanks + 1 if len(wanted) == all_wanted else 0
        if self._blanks >= _BLANKS:
            self.offered = False

    def _mark(self, watched: Watched, row: TaskRow) -> None:
        watched.missed = row.status is None
        if row.status is None:
            return
        if row.status.final:
            watched.ended = True
        else:
            watched.heard = self._clock()
            watched.tell(row.status)

    def _failed(self, error: DashScopeError) -> float:
        """Seconds until the next try."""
        if error.transient:
            self.failures += 1
            return self._backoff(self.failures, error)
        if error.http_status == 400 and self._page_size > _SMALL_PAGE:
            self._page_size = _SMALL_PAGE
        else:
            self.offered = False
            logger.info("The provider offers no task list here; asking for every task by itself.")
        return 0.0
