"""The task list: pages, rows and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from blocks.catalog import Status
from blocks.client import BadAnswer, Client, RefusedRequest, ServiceFailed
from blocks.client.listing import provider_time, read_page

ROW = {
    "api_key_id": 1250,
    "gmt_create": 1700000000000,
    "start_time": 1700000001000,
    "end_time": 1700000060000,
    "model_name": "wan2.6-t2v",
    "region": "cn-beijing",
    "request_id": "r-1",
    "status": "SUCCEEDED",
    "task_id": "t-1",
    "user_api_unique_key": "apikey:v1:aigc:text2video:video-synthesis:wan2.6-t2v",
}


async def test_a_page_is_asked_for_in_the_providers_words(client: Client, wire: Any, words: Any) -> None:
    """Times go out as UTC+8 digits, the model, the status and the page under the names the provider reads."""
    wire.answers(
        words.Says({"request_id": "r", "data": [ROW], "page_no": 2, "page_size": 50, "total": 51, "total_page": 2})
    )

    page = await client.list_tasks(
        start=datetime(2026, 2, 9, 20, 0, 5, tzinfo=UTC),
        end=datetime(2026, 2, 9, 21, 0, tzinfo=UTC),
        model="wan2.6-t2v",
        status=Status.SUCCEEDED,
        page=2,
        page_size=50,
    )

    assert wire.asked[0].path == "/api/v1/tasks/"
    assert wire.asked[0].query == {
        "start_time": "20260210040005",
        "end_time": "20260210050000",
        "model_name": "wan2.6-t2v",
        "status": "SUCCEEDED",
        "page_no": "2",
        "page_size": "50",
    }
    (row,) = page.tasks
    assert (row.task_id, row.status, row.model, row.request_id, row.key_id) == (
        "t-1",
        Status.SUCCEEDED,
        "wan2.6-t2v",
        "r-1",
        "1250",
    )
    assert row.created_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert row.ended_at is not None and row.ended_at - row.created_at == timedelta(seconds=60)
    assert (page.total, page.total_pages, page.last) == (51, 2, True)


async def test_what_is_not_asked_for_is_not_sent(client: Client, wire: Any, words: Any) -> None:
    """A plain list sends only the page: an empty filter is not a filter."""
    wire.answers(words.Says({"data": []}))

    await client.list_tasks()

    assert wire.asked[0].query == {"page_no": "1", "page_size": "100"}


@pytest.mark.parametrize("status", [307, 404, 405])
async def test_the_path_without_its_slash_is_found(client: Client, wire: Any, words: Any, status: int) -> None:
    """The vendor's pages print the path both ways: the one that answers is found, and kept."""
    wire.handler = lambda asked: (
        words.Says({"data": [ROW]}) if asked.path == "/api/v1/tasks" else words.Says({}, status)
    )

    for _ in range(2):
        assert (await client.list_tasks()).tasks

    assert [asked.path for asked in wire.asked] == ["/api/v1/tasks/", "/api/v1/tasks", "/api/v1/tasks"]


async def test_an_address_without_a_list_says_so(client: Client, wire: Any, words: Any) -> None:
    """A gateway that has no list refuses for good; a service in trouble does not."""
    wire.answers(words.Says({}, 404))
    with pytest.raises(RefusedRequest):
        await client.list_tasks()

    wire.answers(words.Says({}, 503))
    with pytest.raises(ServiceFailed):
        await client.list_tasks()


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"a": 1}}])
async def test_a_list_that_is_none_is_a_bad_answer(client: Client, wire: Any, words: Any, body: Any) -> None:
    """Only an answer that holds a list says which tasks there are: an empty one would mean there are none."""
    wire.answers(words.Says(body))

    with pytest.raises(BadAnswer):
        await client.list_tasks()


def test_odd_rows_are_read_as_far_as_they_go() -> None:
    """A row without an id is left out, an unheard-of status and impossible times are None, text numbers are numbers."""
    rows = [
        {"status": "RUNNING"},
        "nonsense",
        {"task_id": 7, "status": "DREAMING", "gmt_create": "1700000000000", "end_time": 10**30, "start_time": "?"},
    ]

    page = read_page({"data": rows, "total_page": "3"}, page=1, page_size=100)

    (row,) = page.tasks
    assert (row.task_id, row.status, row.ended_at, row.started_at) == ("7", None, None, None)
    assert row.created_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (page.total_pages, page.last) == (3, False)
    (unfinished,) = read_page({"data": [{"task_id": "t", "end_time": 0}]}, page=1, page_size=100).tasks
    assert unfinished.ended_at is None


def test_without_a_page_count_an_empty_page_is_the_last() -> None:
    """Where pages are not counted, a short one may be the provider's own size: only an empty one ends the list."""
    short = read_page({"data": [{"task_id": "t"}]}, page=1, page_size=100)
    empty = read_page({"data": []}, page=2, page_size=100)

    assert (short.last, empty.last) == (False, True)


def test_the_providers_clock_is_eight_hours_ahead() -> None:
    """A moment of any zone is told in the provider's."""
    assert provider_time(datetime(2026, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=9)))) == "20251231230000"
    assert provider_time(datetime(2026, 1, 1, 0, 0)) == "20260101080000"
