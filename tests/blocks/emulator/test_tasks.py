from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

CHINA = timezone(timedelta(hours=8))


def stamp(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y%m%d%H%M%S")


def test_a_finished_task_tells_times_in_china(caller):
    """Times of an answer are UTC+8 without a zone, to the millisecond, and in order."""
    output = caller.wait(caller.submit())["output"]
    texts = [output[name] for name in ("submit_time", "scheduled_time", "end_time")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", text) for text in texts)
    assert texts == sorted(texts)
    submitted = datetime.fromisoformat(texts[0]).replace(tzinfo=CHINA)
    assert abs(submitted - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_unknown_task_is_unknown(caller):
    """A task that does not exist has the status UNKNOWN and no error."""
    answer = caller.get("/tasks/nobody")
    assert answer.status_code == 200
    assert answer.json()["output"] == {"task_id": "nobody", "task_status": "UNKNOWN"}


def test_tasks_belong_to_an_account(caller):
    """Another key sees nothing of a task: not by query, not in the list, and it cannot cancel it."""
    task_id = caller.submit()
    caller.http.headers["Authorization"] = "Bearer sk-two"
    assert caller.query(task_id)["output"]["task_status"] == "UNKNOWN"
    assert caller.get("/tasks/").json()["data"] == []
    assert caller.post(f"/tasks/{task_id}/cancel").status_code == 400


def test_a_task_is_forgotten_after_a_day(start):
    """A finished task is UNKNOWN a day later, and no longer listed."""
    now = [1_700_000_000.0]
    caller = start(clock=lambda: now[0])
    task_id = caller.submit()
    caller.wait(task_id)
    now[0] += 23.9 * 3600
    assert caller.query(task_id)["output"]["task_status"] == "SUCCEEDED"
    now[0] += 0.2 * 3600
    assert caller.query(task_id)["output"]["task_status"] == "UNKNOWN"
    assert caller.get("/tasks/").json()["total"] == 0


def test_the_list_shows_all_tasks_page_by_page(caller):
    """Every task appears on exactly one page, the newest first, without results."""
    ids = [caller.submit() for _ in range(25)]
    for task_id in ids:
        caller.wait(task_id)
    pages = [caller.get("/tasks/", page_no=number).json() for number in (1, 2, 3, 4)]
    assert [len(page["data"]) for page in pages] == [10, 10, 5, 0]
    assert {(page["total"], page["total_page"], page["page_size"]) for page in pages} == {(25, 3, 10)}
    rows = [row for page in pages for row in page["data"]]
    assert [row["task_id"] for row in rows] == ids[::-1]
    assert {"task_id", "status", "model_name", "request_id", "gmt_create", "start_time", "end_time"} <= set(rows[0])
    assert not any("http" in str(value) for row in rows for value in row.values())
    assert rows[0]["end_time"] >= rows[0]["start_time"] >= rows[0]["gmt_create"] > 1_600_000_000_000


def test_the_list_holds_a_hundred_a_page_at_most(caller):
    """A page size above 100 is cut to 100."""
    assert caller.get("/tasks", page_size=500).json()["page_size"] == 100


def test_the_list_is_filtered(caller, until):
    """Model, status, time and task id narrow the list."""
    first = caller.submit()
    caller.wait(first)
    second = caller.submit(model="wan2.5-t2v-preview")
    caller.wait(second)

    def listed(**query: str) -> set[str]:
        return {row["task_id"] for row in caller.get("/tasks/", **query).json()["data"]}

    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert listed(model_name="wan2.6-t2v") == {first}
    assert listed(status="SUCCEEDED") == {first, second}
    assert listed(status="FAILED") == set()
    assert listed(start_time=stamp(now - hour), end_time=stamp(now + hour)) == {first, second}
    assert listed(start_time=stamp(now + hour)) == set()
    assert listed(end_time=stamp(now - hour)) == set()
    assert listed(task_id=second) == {second}


def test_a_list_call_must_be_well_formed(caller):
    """Times and page numbers of another form are refused."""
    assert caller.get("/tasks/", start_time="yesterday").json()["code"] == "InvalidParameter"
    assert caller.get("/tasks/", page_no="0").json()["code"] == "InvalidParameter"


def test_the_submit_and_its_row_share_a_request_id(caller):
    """The list carries the request id that the submit answered, so that a lost answer can be found again."""
    answer = caller.post().json()
    rows = caller.get("/tasks/").json()["data"]
    assert [row["request_id"] for row in rows] == [answer["request_id"]]


def test_a_row_names_the_function_of_its_model(caller):
    """The key of a listed task is group, task, function and model, as the model's endpoint has them."""
    frame = {"first_frame_url": "https://example.com/a.png"}
    caller.post(
        "/services/aigc/image2video/video-synthesis",
        body={"model": "wanx2.1-kf2v-plus", "input": {**frame, "template": "solaron"}},
    )
    caller.post()
    keys = {row["model_name"]: row["user_api_unique_key"] for row in caller.get("/tasks/").json()["data"]}
    assert keys == {
        "wanx2.1-kf2v-plus": "apikey:v1:aigc:image2video:video-synthesis:wanx2.1-kf2v-plus",
        "wan2.6-t2v": "apikey:v1:aigc:video-generation:video-synthesis:wan2.6-t2v",
    }


def test_a_waiting_task_can_be_cancelled(start):
    """A PENDING task is cancelled and never runs."""
    caller = start({"queue_seconds": 60})
    task_id = caller.submit()
    answer = caller.post(f"/tasks/{task_id}/cancel")
    assert answer.status_code == 200
    assert set(answer.json()) == {"request_id"}
    assert caller.query(task_id)["output"]["task_status"] == "CANCELED"
    assert caller.post(f"/tasks/{task_id}/cancel").status_code == 400


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_a_task_that_began_cannot_be_cancelled(start, until, status):
    """A cancel after the start is refused in the documented words."""
    caller = start({"run_seconds": 60 if status == "RUNNING" else 0})
    task_id = caller.submit()
    until(lambda: caller.query(task_id)["output"]["task_status"] == status)
    answer = caller.post(f"/tasks/{task_id}/cancel")
    assert answer.status_code == 400
    assert answer.json()["code"] == "UnsupportedOperation"
    assert "PENDING" in answer.json()["message"]


def test_the_query_rate_is_kept_when_asked_for(start):
    """With the limit on, queries above it are refused; lists are counted apart."""
    caller = start({"limits": {"queries_per_second": 5}})
    task_id = caller.submit()
    statuses = [caller.get(f"/tasks/{task_id}").status_code for _ in range(10)]
    assert statuses[:5] == [200] * 5
    assert 429 in statuses
    assert caller.get("/tasks/").status_code == 200
    assert caller.emulator.queries == 10
