from __future__ import annotations

import time

import httpx
import pytest

BROKEN = (httpx.ReadError, httpx.RemoteProtocolError)


def rule(at: str, do, **more) -> dict:
    return {"rules": [{"at": at, "times": 1, "do": do} | more]}


def test_a_throttled_submit_is_not_accepted(start):
    """429 accepts nothing and may say when to come again."""
    caller = start(rule("submit", {"kind": "throttle", "retry_after": 3}))
    answer = caller.post()
    assert (answer.status_code, answer.json()["code"]) == (429, "Throttling.RateQuota")
    assert answer.headers["Retry-After"] == "3"
    assert caller.emulator.tasks() == []
    assert caller.post().status_code == 200


def test_a_throttled_answer_may_hide_how_long_to_wait(start):
    """429 comes without Retry-After unless the scenario names one."""
    assert "Retry-After" not in start(rule("submit", "throttle")).post().headers


@pytest.mark.parametrize("accept", [False, True])
def test_a_server_error_may_or_may_not_have_accepted(start, accept):
    """A 5xx answer says nothing about whether the job exists."""
    caller = start(rule("submit", {"kind": "fail", "http_status": 503, "accept": accept}))
    assert caller.post().status_code == 503
    assert len(caller.emulator.tasks()) == accept


def test_a_reset_before_accepting_leaves_nothing(start):
    """The connection goes and no job exists."""
    caller = start(rule("submit", "reset"))
    with pytest.raises(BROKEN):
        caller.post()
    assert caller.emulator.tasks() == []


def test_a_lost_answer_leaves_a_job(start):
    """The connection goes and the job exists all the same; the list shows it."""
    caller = start(rule("submit", "lose_answer"))
    with pytest.raises(BROKEN):
        caller.post()
    assert len(caller.emulator.tasks()) == 1
    assert caller.get("/tasks/").json()["total"] == 1
    assert [event["what"] for event in caller.emulator.events("misbehaved")] == ["lose_answer"]


def test_a_slow_answer_is_accepted_at_once(start, until):
    """A caller that stops waiting has a job it does not know of."""
    caller = start(rule("submit", {"kind": "slow", "seconds": 30}))
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post(
            caller.emulator.base_url + "/services/aigc/video-generation/video-synthesis",
            json={"model": "wan2.6-t2v", "input": {"prompt": "a"}},
            headers={"X-DashScope-Async": "enable"},
            timeout=0.3,
        )
    until(lambda: len(caller.emulator.tasks()) == 1)


def test_a_garbage_answer_is_no_json(start):
    """The status is fine and the text is not."""
    caller = start(rule("query", "garbage"))
    task_id = caller.submit()
    answer = caller.get(f"/tasks/{task_id}")
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert caller.query(task_id)["output"]["task_id"] == task_id


def test_moderation_may_refuse_a_submit(start):
    """A refusal at once names the documented code, only for the prompt it is about."""
    caller = start(rule("submit", "refuse", prompt="血"))
    assert caller.post().status_code == 200
    refused = caller.post(body={"model": "wan2.6-t2v", "input": {"prompt": "血"}})
    assert (refused.status_code, refused.json()["code"]) == (400, "DataInspectionFailed")


def link_of(caller) -> str:
    return caller.wait(caller.submit())["output"]["video_url"]


def test_a_broken_download_can_go_on(start):
    """A download breaks in the middle though its length was announced; the rest is there with Range."""
    caller = start(rule("download", {"kind": "truncate", "fraction": 0.4}))
    link, got = link_of(caller), b""
    with httpx.stream("GET", link) as answer:
        length = int(answer.headers["content-length"])
        with pytest.raises(BROKEN):
            for piece in answer.iter_raw():
                got += piece
    assert len(got) == int(length * 0.4)
    rest = httpx.get(link, headers={"Range": f"bytes={len(got)}-"})
    assert got + rest.content == httpx.get(link).content


def test_a_crawling_download_arrives_whole(start):
    """A slow download takes its time and loses nothing."""
    caller = start(rule("download", {"kind": "trickle", "bytes_per_second": 10_000}))
    link = link_of(caller)
    began = time.monotonic()
    slow = httpx.get(link).content
    assert time.monotonic() - began > 0.3
    assert slow == httpx.get(link).content


def test_a_spoilt_download_has_the_right_length(start):
    """A corrupt file looks right until somebody decodes it."""
    caller = start(rule("download", "corrupt"))
    link = link_of(caller)
    spoilt, good = httpx.get(link).content, httpx.get(link).content
    assert len(spoilt) == len(good)
    assert spoilt != good


@pytest.mark.parametrize("at", ["list", "cancel", "policy", "upload", "chat"])
def test_every_call_can_fail(start, at):
    """Lists, cancels, policies, uploads and chats can be made to fail as well."""
    caller = start(rule(at, {"kind": "fail", "http_status": 502}))
    calls = {
        "list": lambda: caller.get("/tasks/"),
        "cancel": lambda: caller.post("/tasks/any/cancel"),
        "policy": lambda: caller.get("/uploads", action="getPolicy", model="wan2.6-i2v"),
        "upload": lambda: httpx.post(f"{caller.emulator.url}/upload", data={"key": "a"}),
        "chat": lambda: caller.http.post(
            f"{caller.emulator.url}/compatible-mode/v1/chat/completions",
            json={"model": "qwen-plus", "messages": [{"role": "user", "content": "hi"}]},
        ),
    }
    assert calls[at]().status_code == 502
    assert calls[at]().status_code != 502


def test_without_a_scenario_all_is_well(caller):
    """By default nothing is refused, moderated or slow."""
    task_id = caller.submit(prompt="blood and fire")
    assert caller.wait(task_id)["output"]["task_status"] == "SUCCEEDED"
    assert caller.emulator.events("misbehaved") == []
