"""The account's task list, read to its end.

Neither the largest page nor the time zone of ``start_time`` is documented (provider-api.md), so no time is asked for:
without one the list goes back a day, which is as long as tasks are kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

from blocks.client import Client, TaskPage, TaskRow
from blocks.client.errors import DashScopeError
from tasks.pace import Pace

log = logging.getLogger("wanflow.task_list")


async def patiently(client: Client, pace: Pace, *, seconds: float, model: str | None = None) -> list[TaskRow]:
    """Every task of the account, or of one model; a list that fails is asked for again, for so many seconds in all.

    Raises:
        DashScopeError: it is refused, or still fails then.
    """
    since, attempt = time.monotonic(), 0

    async def page(number: int) -> TaskPage:
        nonlocal attempt
        while True:
            try:
                async with pace.listing():
                    return await client.list_tasks(model=model, page=number, page_size=100)
            except DashScopeError as error:
                if not error.transient or time.monotonic() - since >= seconds:
                    raise
                failed = error
            attempt += 1
            if attempt == 1:
                why = failed.code or type(failed).__name__
                log.warning("The task list cannot be read (%s); waiting for it, at most %.0f s.", why, seconds)
            await pace.back_off(attempt, failed.retry_after)

    return await every_task(page)


async def every_task(page: Callable[[int], Awaitable[TaskPage]]) -> list[TaskRow]:
    """Every task of a list, each once.

    Args:
        page: gives a page by its number, from 1.
    """
    found: dict[str, TaskRow] = {}
    number = 1
    while True:
        answer = await page(number)
        before = len(found)
        found |= {row.task_id: row for row in answer.tasks}
        # A list that counts no pages may give its last one again and again.
        if answer.last or len(found) == before:
            return list(found.values())
        number += 1
