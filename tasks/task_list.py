"""The account's task list, read to its end.

Neither the largest page nor the time zone of ``start_time`` is documented (provider-api.md), so no time is asked for:
without one the list goes back a day, which is as long as tasks are kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from blocks.client import TaskPage, TaskRow


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
