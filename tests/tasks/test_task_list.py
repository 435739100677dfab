"""A task list is read to its end, and has one."""

from __future__ import annotations

from blocks.client import TaskPage, TaskRow
from tasks.task_list import every_task


def _rows(*names: str) -> tuple[TaskRow, ...]:
    return tuple(TaskRow(name, None) for name in names)


async def test_every_page_is_read() -> None:
    """Pages are read until the last one counted, each task once, whatever their size."""
    pages = [
        TaskPage(_rows("a", "b"), 1, 2, 4, 3),
        TaskPage(_rows("b", "c"), 2, 2, 4, 3),
        TaskPage(_rows("d"), 3, 2, 4, 3),
    ]

    async def page(number: int) -> TaskPage:
        return pages[number - 1]

    assert [row.task_id for row in await every_task(page)] == ["a", "b", "c", "d"]


async def test_a_list_without_end_has_one() -> None:
    """A service that counts no pages and gives the same one for every number is not asked for ever."""
    asked: list[int] = []

    async def page(number: int) -> TaskPage:
        asked.append(number)
        return TaskPage(_rows("a", "b"), 1, 2)

    assert len(await every_task(page)) == 2 and asked == [1, 2]
