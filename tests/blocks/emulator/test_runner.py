from __future__ import annotations

import pytest


def test_a_task_waits_runs_and_ends(start, until):
    """The documented order: PENDING, RUNNING, SUCCEEDED."""
    caller = start({"queue_seconds": 0.3, "run_seconds": 0.3})
    task_id, seen = caller.submit(), []

    def look() -> bool:
        status = caller.query(task_id)["output"]["task_status"]
        if status not in seen:
            seen.append(status)
        return status == "SUCCEEDED"

    until(look)
    assert seen == ["PENDING", "RUNNING", "SUCCEEDED"]


def test_a_task_shows_every_documented_status(start, until):
    """A scenario walks a task through the rarer statuses."""
    statuses = ["PRE-PROCESSING", "RUNNING", "SUSPENDED", "POST-PROCESSING"]
    timing = {"kind": "timing", "run_seconds": 1.2, "statuses": statuses}
    caller = start({"rules": [{"at": "task", "do": timing}]})
    task_id, seen = caller.submit(), []

    def look() -> bool:
        status = caller.query(task_id)["output"]["task_status"]
        if status not in seen:
            seen.append(status)
        return status == "SUCCEEDED"

    until(look)
    assert [status for status in seen if status != "PENDING"] == [*statuses, "SUCCEEDED"]


def test_only_so_many_run_at_once(start, until):
    """Tasks above the model's documented number in progress wait as PENDING."""
    from blocks import catalog

    limit = catalog.find("wan2.2-t2v-plus").limits.in_progress
    assert limit
    caller = start({"run_seconds": 0.4})
    ids = [caller.submit(model="wan2.2-t2v-plus", size="832*480") for _ in range(limit + 2)]
    most = 0

    def all_ended() -> bool:
        nonlocal most
        tasks = caller.emulator.tasks()
        most = max(most, sum(task.status == "RUNNING" for task in tasks))
        return all(task.final for task in tasks)

    until(all_ended)
    assert most == limit
    assert all(caller.query(task_id)["output"]["task_status"] == "SUCCEEDED" for task_id in ids)


def test_the_limit_can_be_lifted(start, until):
    """Without the limit all run at once."""
    caller = start({"run_seconds": 60, "limits": {"in_progress": False}})
    for _ in range(12):
        caller.submit()
    until(lambda: sum(task.status == "RUNNING" for task in caller.emulator.tasks()) == 12)


@pytest.mark.parametrize("do", ["moderate", "fail_task"])
def test_a_task_may_fail(start, do):
    """A failed task carries code and message inside output, and no link and no usage."""
    answer = (caller := start({"rules": [{"at": "task", "do": do}]})).wait(caller.submit())
    output = answer["output"]
    assert output["task_status"] == "FAILED"
    assert output["code"] == {"moderate": "DataInspectionFailed", "fail_task": "InternalError.Algo"}[do]
    assert output["message"]
    assert "video_url" not in output
    assert "usage" not in answer


def test_an_expired_task_is_unknown(start):
    """A task may be lost on the way."""
    caller = start({"rules": [{"at": "task", "do": "expire"}]})
    assert caller.wait(caller.submit())["output"]["task_status"] == "UNKNOWN"


@pytest.mark.slow
@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "SUSPENDED"])
def test_a_stuck_task_holds_nobody_up(start, until, status):
    """A task that never ends stays in its status; others of the model go on, more of them than may run at once."""
    caller = start({"rules": [{"at": "task", "times": 9, "do": {"kind": "stick", "status": status}}]})
    stuck = [caller.submit() for _ in range(9)]
    assert caller.wait(caller.submit())["output"]["task_status"] == "SUCCEEDED"
    until(lambda: {caller.query(task_id)["output"]["task_status"] for task_id in stuck} == {status})


@pytest.mark.slow
def test_thousands_of_tasks_end_quickly(start, until):
    """Without rendering, a thousand tasks are through as soon as they are submitted."""
    caller = start()
    for _ in range(1000):
        caller.submit()
    until(lambda: all(task.final for task in caller.emulator.tasks()), 5)


@pytest.mark.slow
def test_what_was_not_rendered_is_counted_as_asked(start):
    """Without rendering, usage says what was asked for; a restyled result has the length of its source."""
    caller = start()
    first = caller.wait(caller.submit(duration=7))
    assert first["usage"]["duration"] == 7
    body = {
        "model": "video-style-transform",
        "input": {"video_url": first["output"]["video_url"]},
        "parameters": {"style": 1, "min_len": 540},
    }
    answer = caller.wait(caller.post(body=body).json()["output"]["task_id"])
    assert answer["usage"] == {"duration": 7, "SR": 540}
